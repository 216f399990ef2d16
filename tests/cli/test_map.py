"""`pulumi-messaging map` of a state: who receives what, and in which file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.members import Member, Standing
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID
from tests.support.maps import FORMS, HOOK, PROFILE, draw, drawn, group, marks, members, refused, resource, state
from tests.support.pulumi_values import SECRET


def of_state(tmp_path: Path, *resources: dict[str, Any]) -> Any:
    """The map of a state as JSON."""
    return json.loads(drawn(tmp_path / "map.json", "--state", state(tmp_path / "state.json", *resources)))


def test_numbers_lead_to_receivers_and_these_to_urls(tmp_path: Path) -> None:
    """Every kind of resource, whatever the order of the state and the case of an id."""
    found = of_state(
        tmp_path,
        group("texts", members("+15550100002", "+15550100001"), messagingProfileId=PROFILE.upper()),
        resource("NumberMessaging", "1293", phoneNumber="+15550100003", messagingProfileId=PROFILE),
        resource("NumberMessaging", "1294", phoneNumber="+15550100004", messagingProfileId=""),
        resource("NumberRoute", "+15550200001", number="+15550200001", messageRouteId="MRID-1"),
        group("calls", members("+15550200002"), "NumberRouteGroup", messageRouteId="MRID-1"),
        resource("MessagingProfile", PROFILE, name="support", enabled=True, webhookUrl=f"{HOOK}/support"),
        resource(
            "MessageRoute",
            "MRID-1",
            routeName="orders",
            messageUrl=HOOK,
            messageAuthenticationType="Bearer",
            callbackMessageUrl=f"{HOOK}/receipts",
        ),
    )

    assert found == {
        "made_by": "pulumi-messaging map",
        "source": "the state of estate/prod",
        "numbers": 6,
        "receivers": [
            {
                "kind": "message route",
                "vendor": "telegent",
                "account": None,
                "id": "MRID-1",
                "name": "orders",
                "enabled": None,
                "authentication": "Bearer",
                "url": HOOK,
                "callback_url": f"{HOOK}/receipts",
                "marks": [],
                "numbers": ["+15550200001", "+15550200002"],
                "notes": [],
            },
            {
                "kind": "messaging profile",
                "vendor": "telnyx",
                "account": None,
                "id": PROFILE,
                "name": "support",
                "enabled": True,
                "authentication": None,
                "url": f"{HOOK}/support",
                "callback_url": None,
                "marks": [],
                "numbers": ["+15550100001", "+15550100002", "+15550100003"],
                "notes": [],
            },
        ],
        "without_receiver": [
            {"vendor": "telnyx", "account": None, "place": "nowhere", "numbers": ["+15550100004"], "notes": []}
        ],
    }


def test_the_accounts_of_a_state_are_apart(tmp_path: Path) -> None:
    """One number may be in two of them, and on a profile of each."""

    def of(**account: str) -> list[dict[str, Any]]:
        name = account.get("account", "default")
        return [
            resource("MessagingProfile", PROFILE, name=name, webhookUrl=f"{HOOK}/{name}", **account),
            resource("NumberMessaging", "1293", phoneNumber="+15550100001", messagingProfileId=PROFILE, **account),
            resource("NumberMessaging", "1294", phoneNumber="+15550100002", messagingProfileId="", **account),
            resource("NumberRoute", "+15550200001", number="+15550200001", messageRouteId="MRID-1", **account),
        ]

    found = of_state(tmp_path, *of(), *of(account="eu"))

    assert sorted(
        (each["account"] or "", each["name"] or each["id"], *each["numbers"]) for each in found["receivers"]
    ) == [
        ("", "MRID-1", "+15550200001"),
        ("", "default", "+15550100001"),
        ("eu", "MRID-1", "+15550200001"),
        ("eu", "eu", "+15550100001"),
    ]
    assert [(each["account"], *each["numbers"]) for each in found["without_receiver"]] == [
        (None, "+15550100002"),
        ("eu", "+15550100002"),
    ]
    text = drawn(tmp_path / "map.txt", "--state", tmp_path / "state.json")
    assert "Telnyx numbers in account eu on no route or profile\n" in text


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({"messageUrl": HOOK, "messageAuthenticationType": "Basic"}, ["without numbers"]),
        ({"messageUrl": HOOK}, ["unauthenticated", "without numbers"]),
        ({"messageUrl": HOOK, "messageAuthenticationType": "None"}, ["unauthenticated", "without numbers"]),
        ({"messageUrl": HOOK, "messageAuthenticationType": ""}, ["unauthenticated", "without numbers"]),
        ({"messageUrl": HOOK, "messageAuthenticationType": SECRET | {"ciphertext": "v1:a"}}, ["without numbers"]),
        (
            {"messageUrl": HOOK, "messageRouteEnabled": False, "messageAuthenticationType": "Bearer"},
            ["disabled", "without numbers"],
        ),
        (
            {"messageUrl": "http://127.0.0.1/in", "messageAuthenticationType": "Bearer"},
            ["not encrypted", "without numbers"],
        ),
        # An adopted route keeps what it has: the state does not show it.
        ({"messageUrl": HOOK, "__adopted": "adopt"}, ["without numbers"]),
        ({"messageUrl": HOOK, "adopt": "MRID-1"}, ["without numbers"]),
        (
            {"messageUrl": HOOK, "__adopted": "adopt", "messageAuthenticationType": ""},
            ["unauthenticated", "without numbers"],
        ),
    ],
)
def test_a_route_is_marked(tmp_path: Path, outputs: dict[str, Any], expected: list[str]) -> None:
    assert marks(of_state(tmp_path, resource("MessageRoute", "MRID-1", **outputs))) == {"MRID-1": expected}


def test_a_profile_is_marked(tmp_path: Path) -> None:
    """One that is disabled, one without a webhook, and one that only a number names."""
    found = of_state(
        tmp_path,
        resource("MessagingProfile", PROFILE, name="off", enabled=False, webhookUrl=HOOK),
        resource("MessagingProfile", ALERTS, name="silent", enabled=True, webhookUrl=""),
        resource("MessagingProfile", FIRST_ID, name="adopted", __adopted="adopt"),
        resource("NumberMessaging", "1", phoneNumber="+15550100001", messagingProfileId=DEFAULT),
    )

    assert marks(found) == {
        DEFAULT: ["unknown"],
        "off": ["disabled", "without numbers"],
        "silent": ["without URL", "without numbers"],
        "adopted": ["without numbers"],
    }


def test_a_number_is_where_the_last_run_left_it(tmp_path: Path) -> None:
    """Moved elsewhere, not done yet, gone; and what waits for its deletion is no resource any more."""
    old = resource("NumberMessaging", "9", phoneNumber="+15550100009", messagingProfileId=PROFILE) | {"delete": True}
    found = of_state(
        tmp_path,
        group(
            "sales",
            [
                Member("+15550100001", "+15550100001"),
                Member("+15550100002", "+15550100002", standing=Standing.OPEN),
                Member("+15550100003", "+15550100003", standing=Standing.DRIFTED, now={"messagingProfileId": DEFAULT}),
                Member("+15550100004", "+15550100004", standing=Standing.DRIFTED, now={"messagingProfileId": ""}),
                Member("+15550100005", "+15550100005", standing=Standing.DRIFTED, now={"tags": []}),
                Member("+15550100006", "+15550100006", standing=Standing.GONE),
                Member("1293384261075731507", "+15550100007"),
            ],
            messagingProfileId=PROFILE,
        ),
        old,
    )

    assert {each["id"]: each["numbers"] for each in found["receivers"]} == {
        PROFILE: ["+15550100001", "+15550100005", "+15550100007"],
        DEFAULT: ["+15550100003"],
    }
    assert {each["place"]: each["numbers"] for each in found["without_receiver"]} == {
        "nowhere": ["+15550100004"],
        "not_known": ["+15550100002"],
    }


def test_the_text_is_complete(tmp_path: Path) -> None:
    """Numbers in a row are one line; a drawing shows the first of them."""
    rows = [f"+1555010{index:04}" for index in (*range(100, 350), 400, *range(500, 502), 600, 700, 800)]
    file = state(tmp_path / "state.json", group("sales", members(*rows), messagingProfileId=PROFILE))

    assert drawn(tmp_path / "map.txt", "--state", file) == (
        "Who receives what: the state of estate/prod (pulumi-messaging map)\n"
        "256 numbers, 1 messaging profile; 1 unknown\n"
        "\n"
        f"messaging profile {PROFILE} [unknown]\n"
        "  messages to: not known\n"
        "  256 numbers:\n"
        "    +15550100100 to +15550100349 (250)\n"
        "    +15550100400\n"
        "    +15550100500 to +15550100501 (2)\n"
        "    +15550100600\n"
        "    +15550100700\n"
        "    +15550100800\n"
    )
    assert "and 1 more row<" in drawn(tmp_path / "map.svg", "--state", file)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_the_same_in_every_run(tmp_path: Path, form: str) -> None:
    """Whatever the order of the resources; an earlier map is replaced."""
    resources = [
        resource("MessageRoute", "MRID-2", routeName="b", messageUrl=HOOK),
        resource("MessageRoute", "MRID-1", routeName="a", messageUrl=HOOK),
        group("sales", members("+15550100002", "+15550100001"), messagingProfileId=PROFILE),
    ]
    out = tmp_path / f"map.{form}"

    first = drawn(out, "--state", state(tmp_path / "state.json", *resources))
    assert drawn(out, "--state", state(tmp_path / "state.json", *reversed(resources))) == first


def test_an_empty_estate_is_a_map_too(tmp_path: Path) -> None:
    file = state(tmp_path / "state.json", {"urn": "urn:pulumi:a::b::random:index:Id::c", "type": "random:index:Id"})

    texts = [drawn(tmp_path / f"map.{form}", "--state", file) for form in FORMS]

    assert all("a state without message routes and numbers" in text for text in texts)


@pytest.mark.parametrize("kind", ["MessageRoute", "MessagingProfile", "NumberMessaging", "NumberRouteGroup"])
@pytest.mark.parametrize("odd", [None, 5, True, "x", [], [5], {}, {"a": 1}, SECRET])
def test_odd_values_are_told_or_drawn(tmp_path: Path, kind: str, odd: Any) -> None:
    """A state that was edited is no traceback."""
    names = ("routeName", "messageUrl", "name", "webhookUrl", "phoneNumber", "numbers", "messageRouteId", "__numbers")
    for name in names:
        file = state(tmp_path / "state.json", resource(kind, "1", {name: odd}, **{name: odd}) | {"urn": "odd"})
        result = draw("--out", tmp_path / "map.html", "--state", file)
        assert result.exit_code == 0 or "inputs or outputs of odd are malformed" in result.stderr, (name, result.output)


def test_the_ending_chooses_the_form(tmp_path: Path) -> None:
    """Another ending is refused before anything is read."""
    line = refused("--out", tmp_path / "map.pdf", "--state", tmp_path / "none.json")
    assert line.endswith("map.pdf: the ending chooses its form, and must be one of .html, .svg, .txt, .json")
    assert drawn(tmp_path / "MAP.TXT", "--state", state(tmp_path / "state.json")).startswith("Who receives what")


def test_another_file_is_left_as_it_is(tmp_path: Path) -> None:
    """The state itself, above all: `--out` and `--state` are easily exchanged."""
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", messageUrl=HOOK))
    before = file.read_bytes()

    line = refused("--out", file, "--state", file)

    assert line.endswith("state.json exists, and is no map: it was left as it is; give another --out, or remove it")
    assert file.read_bytes() == before


def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    file = state(tmp_path / "state.json", resource("NumberMessagingGroup", "g", {"phoneNumbers": 5}, __numbers=[]))
    broken = state(tmp_path / "broken.json", resource("NumberMessagingGroup", "g", {"phoneNumbers": 5}, __numbers=5))

    nowhere = tmp_path / "none" / "map.txt"
    assert refused("--out", nowhere, "--state", tmp_path).endswith(
        f"{nowhere}: there is no folder {nowhere.parent}; make it, or give another --out"
    )
    assert "inputs or outputs of urn:pulumi:prod" in refused("--out", tmp_path / "map.txt", "--state", broken)
    assert "none.json cannot be read" in refused("--out", tmp_path / "map.txt", "--state", tmp_path / "none.json")
    assert not (tmp_path / "map.txt").exists()
    assert draw("--out", tmp_path / "map.txt", "--state", file, "-s", "dev").exit_code == 2
