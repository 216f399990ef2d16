"""`pulumi-messaging map`: who receives what, from a state and from the live accounts."""

from __future__ import annotations

import html
import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.members import Member, Standing
from tests.support.account import Account
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID
from tests.support.maps import draw, drawn, group, members, refused, resource, state
from tests.support.pulumi_values import SECRET
from tests.support.secrets.canaries import CALLBACK_PASSWORD, CALLBACK_USER, PASSWORD, USER
from tests.support.secrets.scanner import Scanner

HOOK = "https://hooks.example.com/in"
PROFILE = "0c3e6a52-1f0e-4b58-9a7e-2b8d41c6f001"
FORMS = ("html", "svg", "txt", "json")


def of_state(tmp_path: Path, *resources: dict[str, Any]) -> Any:
    """The map of a state as JSON."""
    return json.loads(drawn(tmp_path / "map.json", "--state", state(tmp_path / "state.json", *resources)))


def marks(found: Any) -> dict[str, list[str]]:
    return {each["name"] or each["id"]: each["marks"] for each in found["receivers"]}


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


def clear(value: object) -> dict[str, Any]:
    """A secret as `pulumi stack export --show-secrets` has it."""
    return SECRET | {"plaintext": json.dumps(value)}


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_of_a_state_is_drawn(tmp_path: Path, form: str) -> None:
    """Passwords, secrets of profiles, credentials in URLs, and whatever the program gave as a secret."""
    secrets = {
        "name": "orders-of-a-secret-customer",
        "url": "https://secret-receiver-of-theirs.invalid/x",
        "number": "+15550100001",
        "former": "+15550100002",
        "telegent number": "+15550200001",
        "plain number": "+15550200002",
        "profile": PROFILE,
        "v1": "v1-s3cr3t-of-the-profile",
        "password": PASSWORD,
        "user": USER,
        "query": "t0k3n-in-the-query",
        "path": "x8fh2kf92hf92hfa",
    }
    url = f"https://me:{secrets['v1']}@hooks.example.com/{secrets['path']}/in?token={secrets['query']}"
    route = resource(
        "MessageRoute",
        "MRID-1",
        routeName=clear(secrets["name"]),
        messageUrl=clear(secrets["url"]),
        messageUsername=secrets["user"],
        messagePasswordToken=clear(secrets["password"]),
    )
    profile = resource("MessagingProfile", DEFAULT, name="n", webhookUrl=url, v1Secret=clear(secrets["v1"]))
    one = resource("NumberMessaging", "1293", phoneNumber=clear(secrets["number"]), messagingProfileId=clear(PROFILE))
    drifted = Member("+15550100002", "+15550100002", standing=Standing.DRIFTED, now={"messagingProfileId": PROFILE})
    many = group("many", [drifted], messagingProfileId=clear(PROFILE))
    many["inputs"] = {"phoneNumbers": clear("+15550100002\n"), "__secrets": ["phoneNumbers", "messagingProfileId"]}
    telegent = resource("NumberRoute", "+15550200001", number=clear("+15550200001"), messageRouteId="MRID-1")
    marked = resource("NumberRoute", "+15550200002", {"__secrets": ["number"]}, number="+15550200002")
    marked["urn"] = marked["urn"].replace("+15550200002", "marked")
    telegent["urn"] = telegent["urn"].replace("+15550200001", "hidden")
    file = state(tmp_path / "state.json", route, profile, one, many, telegent, marked)

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert Scanner({name: value for name, value in secrets.items() if len(value) >= 12}).found(text) == {}
    assert "number of hidden: [secret]" in text
    assert "numbers of many: [secret]" in text
    assert "1293" in text


@pytest.mark.parametrize("form", FORMS)
def test_ciphertext_is_not_needed(tmp_path: Path, form: str) -> None:
    """An export without `--show-secrets` gives the same map; nothing of the ciphertext is in it."""
    cipher = SECRET | {"ciphertext": "v1:abcdefghijkl:def"}
    former = group("former", members("+15550100002"), messagingProfileId=PROFILE)
    former["outputs"]["__numbers"] = cipher
    many = group("many", [], messagingProfileId=PROFILE)
    many["inputs"]["phoneNumbers"], many["outputs"]["__numbers"] = cipher, cipher
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", messageUrl=cipher), former, many)

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert "v1:abcdefghijkl" not in text
    assert all(each in text for each in ("+15550100002", "numbers of many: [secret]"))


@pytest.mark.parametrize("form", FORMS)
def test_names_are_text_in_every_form(tmp_path: Path, form: str) -> None:
    """Nothing of a portal's names is markup, and what steers or hides text is written as code points."""
    name = "</script><script>alert(1)</script>&\"'\u202ex\x1b[31m"
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", routeName=name, messageUrl=HOOK))

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert not {"\u202e", "\x1b"} & {*text}
    assert form in ("txt", "json") or "<script>alert" not in text
    if form == "svg":
        ET.fromstring(text)


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


def test_live_accounts_are_read_without_a_state(account: Account, tmp_path: Path) -> None:
    """Both vendors, as the inventory reads them."""
    route = account.route("orders", "+15550210001", MessageRouteEnabled=False)
    profile = account.profile("support", "+15550110001", webhook_url=f"{HOOK}/support?token=abc")

    found = json.loads(drawn(tmp_path / "map.json"))

    assert re.fullmatch(r"the live account of Telegent and Telnyx, [\d-]{10} [\d:]{5} UTC", found["source"])
    assert marks(found) == {
        "orders": ["disabled", "unauthenticated"],
        "alerts": ["without URL", "without numbers"],
        "default": ["without URL"],
        "support": [],
    }
    by_id = {each["id"]: each for each in found["receivers"]}
    assert by_id[route]["numbers"] == ["+15550210001"]
    assert (by_id[profile]["numbers"], by_id[profile]["url"]) == (["+15550110001"], f"{HOOK}/support?[secret]")
    assert [(each["vendor"], each["place"]) for each in found["without_receiver"]] == [
        ("telegent", "nowhere"),
        ("telnyx", "nowhere"),
    ]
    assert {each.split()[0] for each in account.requests()} == {"GET", "POST"}


def test_the_live_accounts_of_a_name_are_read(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELNYX_EU_API_KEY", os.environ["TELNYX_API_KEY"])
    monkeypatch.setenv("TELNYX_EU_BASE_URL", account.server.telnyx_url)

    found = json.loads(drawn(tmp_path / "map.json", "--account", "eu"))

    assert found["source"].startswith("the live account eu of Telnyx, 20")
    assert {each["account"] for each in (*found["receivers"], *found["without_receiver"])} == {"eu"}


def test_a_vendor_without_credentials_is_left_out(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the map says whose account it shows; without any, the variables are named."""
    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET")
    assert "the live account of Telnyx, 20" in drawn(tmp_path / "map.txt")

    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_API_KEY")
    assert "neither vendor has credentials" in refused("--out", tmp_path / "map.svg")


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_of_an_account_is_drawn(account: Account, tmp_path: Path, form: str) -> None:
    account.route(
        "orders",
        "+15550210001",
        MessageUrl="https://somebody:hunter2-of-the-route@hooks.example.com/in?t=t0k3n-of-the-query",
        MessageAuthenticationType="Basic",
        MessageUsername=USER,
        MessagePasswordToken=PASSWORD,
        CallbackMessageUrl="https://hooks.example.com/services/x8fh2kf92hf92hfa",
        CallbackMessageUsername=CALLBACK_USER,
        CallbackMessagePasswordToken=CALLBACK_PASSWORD,
    )
    account.profile("support", v1_secret="v1-s3cr3t-of-the-profile", webhook_url="https://me:hunter3-of-it@a.example")
    secrets = {
        "user": USER,
        "password": PASSWORD,
        "callback user": CALLBACK_USER,
        "callback": CALLBACK_PASSWORD,
        "URL": "somebody:hunter2-of-the-route",
        "query": "t0k3n-of-the-query",
        "path": "x8fh2kf92hf92hfa",
        "webhook": "me:hunter3-of-it",
        "v1": "v1-s3cr3t-of-the-profile",
        "secret": "emulator-secret",
    }

    result = draw("--out", tmp_path / f"map.{form}")

    assert Scanner(secrets).found((tmp_path / f"map.{form}").read_text(), result.output) == {}


def test_the_page_calls_nobody(tmp_path: Path) -> None:
    """A webhook is no link, and the policy of the page allows nothing but its own style and script."""
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", messageUrl=HOOK))

    page = drawn(tmp_path / "map.html", "--state", file)

    assert set(re.findall(r'(?:href|src|action)="([^"]*)"', page)) == {"#receivers"}
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert re.fullmatch(
        "default-src 'none'; style-src 'sha256-[^']{44}'; script-src 'sha256-[^']{44}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'",
        html.unescape(policy),
    )


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
    assert refused("--out", nowhere, "--state", tmp_path).endswith(f"{nowhere}: there is no folder {nowhere.parent}")
    assert "inputs or outputs of urn:pulumi:prod" in refused("--out", tmp_path / "map.txt", "--state", broken)
    assert "none.json cannot be read" in refused("--out", tmp_path / "map.txt", "--state", tmp_path / "none.json")
    assert not (tmp_path / "map.txt").exists()
    assert draw("--out", tmp_path / "map.txt", "--state", file, "-s", "dev").exit_code == 2
