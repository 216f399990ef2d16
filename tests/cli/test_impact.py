from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pulumi_messaging.cli import impact_report
from pulumi_messaging.cli.impacts import impacts_of
from tests.support.cli.previews import (
    OTHER,
    PROFILE,
    group,
    held_group,
    held_number,
    held_route,
    impact,
    member,
    number,
    route,
    side,
    step,
    urn_of,
    write,
    write_state,
)
from tests.support.pulumi_values import SECRET

RECORDED = Path(__file__).with_name("recorded")  # of the Pulumi CLI 3.260, without source positions
A, B = "+15550100001", "+15550100002"
CANARY = "c4nary-of-a-secret"
HOSTILE = (
    "a|b`c<img src=x>\n# h\n@octocat #1 [l](http://e.example) www.e.example $x$ _e_ \x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}"
)


@pytest.mark.parametrize(
    ("recorded", "numbers", "complete", "changes"),
    [
        (
            "changes",
            5,
            False,
            {
                "one": ("create", 1, None),
                "orders": ("update", 0, "MRID-2cf023f8-a368-4d14-af8c-d8e972f7ae04"),
                "grp": ("update", 3, "grp-60fc2b4"),
                "gone": ("delete", 1, "1293384261075731502"),
                "old": ("delete", 0, "MRID-c6d6ca41-d7cc-45d1-b30a-90f731e2e50d"),
            },
        ),
        (
            "secrets",
            4,
            False,
            {
                "one": ("replace", 2, "1293384261075731501"),
                "orders": ("update", 0, "MRID-2cf023f8-a368-4d14-af8c-d8e972f7ae04"),
                "grp": ("delete", 2, "grp-60fc2b4"),
                "sec": ("delete", 0, "sec-0464494"),
            },
        ),
        (
            "unknown",
            1,
            False,
            {
                "new": ("create", 0, None),
                "grp2": ("create", 0, None),
                "grp": ("update", 0, "grp-60fc2b4"),
                "one": ("update", 1, "1293384261075731501"),
                "sec": ("delete", 0, "sec-0464494"),
            },
        ),
    ],
)
def test_a_preview_of_the_cli_is_told(recorded: str, numbers: int, complete: bool, changes: dict[str, Any]) -> None:
    told = impact(RECORDED / f"{recorded}.json", "--json")

    assert (told.status, told.report["numbers"], told.report["complete"]) == (0, numbers, complete)
    assert {name: (one["op"], one["numbers"], one["id"]) for name, one in told.changes.items()} == changes
    assert {one["applies"] for one in told.changes.values()} == {"at once"}


def test_what_the_cli_masks_stays_masked_and_is_put_back_all_the_same() -> None:
    """A former value that is a secret, all of them, and the numbers themselves."""
    told = impact(RECORDED / "secrets.json", "--json")

    back = {
        name: [(p["field"], p["value"], p["numbers"]) for p in told.changes[name]["puts_back"]] for name in told.changes
    }
    assert back["one"] == [("messaging_profile_id", "[secret]", [A]), ("tags", "[secret]", [A])]
    assert back["grp"] == [("messaging_profile_id", "[secret]", ["+15550100003", "+15550100004"])]
    assert back["sec"] == [("messaging_profile_id", "[secret]", [])]
    assert told.changes["sec"]["complete"] is False


def test_a_secret_that_may_have_changed_counts_as_changed(tmp_path: Path) -> None:
    """No preview shows whether it is the same; and an update without any visible change is one of a failed write."""
    former = {"messagingProfileId": ""}
    secret = {"messagingProfileId": "[secret]", "__secrets": ["messagingProfileId"]}
    steps = [
        step("update", held_number("one", A, former, **secret), number("one", A, **secret, onDestroy="retain")),
        step("update", held_number("two", B, former), number("two", B)),
    ]

    told = impact(write(tmp_path / "p.json", *steps), "--json")

    assert [told.changes[name]["secret_fields"] for name in ("one", "two")] == [["messaging_profile_id"], []]
    assert told.report["numbers"] == 2


@pytest.mark.parametrize(
    ("policy", "counted", "back"),
    [
        ("restore", [A, B], [("messaging_profile_id", "[secret]", [B])]),
        ("unassign", [A, B], [("messaging_profile_id", "[secret]", [B])]),
        ("retain", [A], []),
    ],
)
def test_a_number_that_leaves_a_group_with_a_secret_profile_counts(
    tmp_path: Path, policy: str, counted: list[str], back: Any
) -> None:
    """The state hides all that it remembers of the members, since their former profiles are secrets."""
    secret = {"messagingProfileId": "[secret]", "__secrets": ["messagingProfileId"], "onDestroy": policy}
    outputs = {"outputs": {**secret, "__numbers": "[secret]"}}
    old = {**held_group("g", member(A), member(B), **secret), **outputs}
    told = impact(write(tmp_path / "p.json", step("update", old, group("g", A, **secret))), "--json")

    (change,) = told.report["changes"]
    assert (change["phone_numbers"], change["complete"]) == (counted, True)
    assert [(part["field"], part["value"], part["numbers"]) for part in change["puts_back"]] == back

    steps = [step("update", old, group("g", A, **secret)), step("create", None, number("b", B))]
    moved = impact(write(tmp_path / "p.json", *steps), "--json").changes["g"]
    assert (moved["phone_numbers"], moved["puts_back"]) == ([A], [])
    assert [part["numbers"] for part in moved["leaves"]] == [[B]]


def test_a_group_of_secret_numbers_tells_no_count(tmp_path: Path) -> None:
    """Neither of an update, nor of its end; what `on_destroy` does is told all the same."""
    secret = {"__secrets": ["phoneNumbers"], "phoneNumbers": "[secret]"}
    old = side("NumberMessagingGroup", "g", group("g")["inputs"] | secret, {"messagingProfileId": PROFILE}, "g-1")
    for held in (old, old | {"outputs": {**old["outputs"], "__numbers": "[secret]", "onDestroy": "unassign"}}):
        steps = [step("update", held, group("g", onDestroy="retain", **secret)), step("delete", held, None)]

        changes = impact(write(tmp_path / "p.json", *steps), "--json").report["changes"]

        assert [(one["numbers"], one["complete"]) for one in changes] == [(0, False)] * 2
        value = "" if held["outputs"].get("onDestroy") else "[secret]"
        assert [part["value"] for part in changes[1]["puts_back"]] == [value]


def test_an_outcome_is_a_line(tmp_path: Path) -> None:
    """Of a route that is disabled, and of a number that Pulumi is told to keep."""
    steps = [
        step("delete", held_route("r", "MRID-1", onDestroy="disable"), None),
        step("delete", held_number("n", A, {}, retained=True), None),
        step(
            "delete",
            held_route(
                "s",
                "MRID-2",
                {"__adopted": "adopt", "__former": {"messageRouteEnabled": False}},
                messageRouteEnabled=True,
            ),
            None,
        ),
    ]

    lines = impact(write(tmp_path / "p.json", *steps)).out.splitlines()

    assert '    on_destroy "disable": stays, and is disabled' in lines
    assert "    stays as it is: retain_on_delete" in lines
    assert "    puts back message_route_enabled false" in lines


@pytest.mark.parametrize(("most", "status"), [(2, 0), (1, 3), (0, 3)])
def test_more_numbers_than_max_are_a_status_of_their_own(tmp_path: Path, most: int, status: int) -> None:
    """The report is printed all the same."""
    told = impact(write(tmp_path / "p.json", step("create", None, group("g", A, B))), "--json", "--max", most)

    assert (told.status, told.report["numbers"]) == (status, 2)
    assert told.err == ("" if status == 0 else f"error: 2 numbers are touched; --max {most} is not kept\n")


@pytest.mark.parametrize(
    "steps",
    [
        [step("create", None, side("NumberMessagingGroup", "g", {"phoneNumbers": "[secret]"}))],
        [
            step(
                "create",
                None,
                side("NumberMessagingGroup", "g", {"phoneNumbers": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}),
            )
        ],
        [step("update", held_route("r", "MRID-1"), route("r", messageUrl="https://new.example.com"))],
    ],
)
def test_numbers_that_nobody_can_tell_are_more_than_any_max(tmp_path: Path, steps: Any) -> None:
    """A guard that cannot count does not pass: numbers that are secrets, that are not known yet, those of a route."""
    told = impact(write(tmp_path / "p.json", *steps), "--max", 1_000_000)

    assert told.status == 3
    assert "not all numbers that are touched are known" in told.err
    assert "numbers not known" in told.out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read"),
        ("", "JSON"),
        ("Previewing update (dev):\n", "JSON"),
        ('{"steps": [{"op": "create", "urn": "u"', "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "object"),
        ("{}", "no preview"),
        ('{"format_version": "1.2", "resource_changes": []}', "no preview"),
        ('{"version": 3, "deployment": {}}', "--state"),
        ('{"steps": [{"urn": "u"}]}', "steps.0.op"),
        ('{"steps": 3}', "steps"),
        ('{"duration": 1, "diagnostics": [{"severity": "error", "message": "secret"}]}', "the preview failed"),
        (json.dumps({"steps": [step("create", None, side("Voice", "v", {}))]}), "'Voice' is not known"),
        (json.dumps({"steps": [step("import", None, number("v", A))]}), "'import'"),
        (
            json.dumps({"steps": [step("delete", held_number("v", A, {}) | {"outputs": {"__former": 3}}, None)]}),
            "malformed",
        ),
        (json.dumps({"steps": [step("delete", held_group("v") | {"outputs": {"__numbers": [3]}}, None)]}), "malformed"),
        (json.dumps({"steps": [step("create", None, number("v", A) | {"inputs": {"phoneNumber": [3]}})]}), "malformed"),
    ],
)
def test_a_file_that_is_no_preview_is_one_line(tmp_path: Path, text: str | None, reason: str) -> None:
    """Status 2; the line names the file, and quotes nothing of it that may be a secret."""
    path = tmp_path / "preview.json"
    if text is not None:
        path.write_text(text)

    told = impact(path, "--json", "--max", 1)

    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1
    assert "preview.json" in told.err
    assert reason in told.err
    assert "secret" not in told.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"steps": [], "duration": 1}', '{"deployment": {"resources": 3}}'])
def test_a_state_that_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)

    told = impact(write(tmp_path / "p.json"), "--state", tmp_path / "state.json")

    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "state.json" in told.err
    assert "pulumi stack export" in told.err


def test_the_state_of_another_stack_is_refused(tmp_path: Path) -> None:
    """Its routes would seem to have no numbers."""
    other = held_route("r", "MRID-1")
    state = write_state(tmp_path / "s.json", other | {"urn": other["urn"].replace(":dev::", ":prod::")})

    told = impact(write(tmp_path / "p.json", step("create", None, number("one", A))), "--state", state)

    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "another stack" in told.err


def test_json_and_markdown_exclude_each_other(tmp_path: Path) -> None:
    told = impact(write(tmp_path / "p.json"), "--json", "--markdown")

    assert (told.status, told.out) == (2, "")


def test_no_form_shows_a_secret(tmp_path: Path) -> None:
    """A preview with `--show-secrets` and an export with `--show-secrets` hold them in clear; the marks say where."""
    clear = {**SECRET, "plaintext": json.dumps(CANARY)}
    password = {"messageAuthenticationType": "Bearer", "messagePasswordToken": CANARY}
    hidden = {
        "__secrets": ["messageUrl"],
        "__adopted": "adopt",
        "__former": {"messageUrl": f"https://{CANARY}.example"},
    }
    profile = {"messagingProfileId": CANARY, "__secrets": ["messagingProfileId"]}
    numbers = {"__secrets": ["phoneNumbers"]}
    held = held_group("g", member(CANARY), **numbers)
    steps = [
        step("delete", held_route("r", "MRID-1", hidden, messageUrl=f"https://now.{CANARY}.example", **password), None),
        step(
            "replace", held_number("n", A, {"messagingProfileId": f"{CANARY}-2"}, **profile), number("n", B, **profile)
        ),
        step("update", held, group("g", f"{CANARY}-3", **numbers)),
        step("delete", held_number("s", A, clear) | {"inputs": {"phoneNumber": clear}}, None),
        step("create", None, number("c", CANARY, __secrets=["phoneNumber"])),
    ]
    file = write(tmp_path / "p.json", *steps, config={"telnyx:apiKey": CANARY})
    state = write_state(tmp_path / "s.json", held_number("n", A, clear))

    told = [impact(file, "--state", state, *form) for form in ([], ["--json"], ["--markdown"])]

    assert [one.status for one in told] == [0, 0, 0]
    assert CANARY not in "".join(one.out + one.err for one in told)
    assert {name: one["numbers"] for name, one in told[1].changes.items()} == {"r": 0, "n": 2, "g": 2, "s": 1, "c": 1}
    assert [part["value"] for part in told[1].changes["r"]["puts_back"]] == ["[secret]"]


def _hostile(tmp_path: Path) -> Path:
    bad = {"messagingProfileId": HOSTILE, "tags": [HOSTILE], "onDestroy": HOSTILE}
    old = held_number(HOSTILE, HOSTILE, {"messagingProfileId": HOSTILE, "tags": [HOSTILE]}, tags=["ours"]) | {
        "id": HOSTILE
    }
    steps = [
        step("delete", old, None),
        step("create", None, group(HOSTILE, HOSTILE, **bad)),
        step("delete", held_route("r", HOSTILE, onDestroy=HOSTILE), None),
    ]
    return write(tmp_path / "p.json", *steps)


def test_hostile_values_do_not_break_out_of_markdown(tmp_path: Path) -> None:
    told = impact(_hostile(tmp_path), "--markdown")

    title, blank, *rows = told.out.splitlines()
    assert (blank, len(rows)) == ("", 5)
    assert {row.count("|") for row in rows} == {4}
    shown = title + "".join(rows).replace("<br>", "")
    assert not re.search(r"[`<>\[\]$\x1b\u202e]|@|(?<!&)#|https?:|www\.|(?<![A-Za-z])_|!\[", shown)
    assert "&#64;&#8288;octocat" in shown  # no mention even where entities are read first


def test_markdown_fits_a_comment(tmp_path: Path) -> None:
    """Of a thousand changes, and of a group whose numbers all had another profile before."""
    many = [step("create", None, number(f"n{index}", f"+1555020{index:04}")) for index in range(1000)]
    members = [member(f"+1555030{index:04}", f"profile {index}") for index in range(1000)]
    file = write(tmp_path / "p.json", step("delete", held_group("mixed", *members), None), *many)

    told = impact(file, "--markdown")

    *_, last = told.out.splitlines()
    assert len(told.out) < 65_536
    assert told.out.startswith("**2,000 numbers touched by 1,001 changes, at once.**\n")
    assert "and 982 more lines, which --json has" in told.out
    assert re.fullmatch(r"\| and \d+ more changes \| \| \|", last)


def test_hostile_values_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """No control character, no line of their own, and no markup of the table's."""
    told = impact(_hostile(tmp_path))
    console = Console(file=io.StringIO(), force_terminal=True, width=300, color_system=None)
    name = "[red]not markup[/red]"
    marked = write(tmp_path / "m.json", step("create", None, number(name, A)))
    impact_report.show(impacts_of(marked, None, {}, print), console)

    assert not re.search("[\x1b\u202e]", told.out)
    assert not [line for line in told.out.splitlines() if line.startswith(("# h", "@octocat"))]
    assert isinstance(console.file, io.StringIO)
    assert name in console.file.getvalue()


def test_json_gives_names_as_they_are(tmp_path: Path) -> None:
    told = impact(_hostile(tmp_path), "--json")

    assert told.report["changes"][0]["urn"] == urn_of("NumberMessaging", HOSTILE)


def test_a_pipe_gets_plain_lines(tmp_path: Path) -> None:
    """Long ones are not broken; a terminal gets a table."""
    numbers = [f"+1555020{index:04}" for index in range(12)]
    file = write(
        tmp_path / "p.json",
        step("delete", held_group("sales", *(member(one, OTHER) for one in numbers)), None),
        step(
            "update", held_number("one", A, {"messagingProfileId": "", "tags": []}, tags=["a"]), number("one", A, OTHER)
        ),
    )

    told = impact(file)

    first = ", ".join(numbers[:10])
    assert told.out.splitlines() == [
        "- NumberMessagingGroup sales (sales-0000000): 12 numbers",
        f"    touches {first} and 2 more",
        '    on_destroy "restore"',
        f'    puts back messaging_profile_id "{OTHER}" of {first} and 2 more',
        "~ NumberMessaging one (1215550100001): 1 number",
        "    changes messaging_profile_id",
        "    hands back tags: nothing is sent, the value stays",
        f"    touches {A}",
        "13 numbers touched by 2 changes, at once.",
    ]


def test_nothing_to_change_is_said(tmp_path: Path) -> None:
    file = write(tmp_path / "p.json")
    file.write_text("\N{BYTE ORDER MARK}" + file.read_text())

    assert impact(file, "--max", 0).out == "No message route and no number changes.\n"
    assert impact(file, "--markdown").out == "**No message route and no number changes.**\n"
