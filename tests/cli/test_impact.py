"""`pulumi-messaging impact`: what a preview changes, and how many numbers it touches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli.previews import (
    PROFILE,
    A,
    B,
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
    write,
)

RECORDED = Path(__file__).with_name("recorded")  # of the Pulumi CLI 3.260, without source positions


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
