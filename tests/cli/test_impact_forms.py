"""The forms of `pulumi-messaging impact`: lines, a table, JSON, Markdown; whatever values are in them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from rich.console import Console

from pulumi_messaging.cli import impact_report
from pulumi_messaging.cli.impacts import impacts_of
from tests.support.cli.previews import (
    OTHER,
    A,
    B,
    group,
    held_group,
    held_number,
    held_route,
    impact,
    member,
    number,
    step,
    urn_of,
    write,
    write_state,
)
from tests.support.pulumi_values import SECRET

CANARY = "c4nary-of-a-secret"
HOSTILE = (
    "a|b`c<img src=x>\n# h\n@octocat #1 [l](http://e.example) www.e.example $x$ _e_ \x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}"
)


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
