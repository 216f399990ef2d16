from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.cli.touches import HANDED_OVER
from pulumi_messaging.core.fields import NUMBER, NUMBERS
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.tables import NAMED, TABLES
from tests.support.cli import previews
from tests.support.cli.previews import (
    OTHER,
    A,
    B,
    C,
    group,
    held_group,
    held_number,
    held_route,
    impact,
    member,
    number,
    route,
    step,
    write,
)
from tests.support.pulumi_values import UNKNOWN

GROUP = held_group("sales", member(A), member(B, OTHER))
ADOPTED = {"__adopted": "adopt", "__former": {"messageUrl": "https://old.example.com", "messageUrlMethod": "POST"}}


def _puts_back(change: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    return [(part["field"], part["value"], part["numbers"]) for part in change["puts_back"]]


def _one(tmp_path: Path, *steps: Any, state: Any = ()) -> dict[str, Any]:
    """The first change of a preview."""
    more = ("--state", previews.write_state(tmp_path / "state.json", *state)) if state else ()
    told = impact(write(tmp_path / "preview.json", *steps), "--json", *more)
    assert told.status == 0, told.err
    first: dict[str, Any] = told.report["changes"][0]
    return first


@pytest.mark.parametrize(
    ("new", "touched", "back"),
    [
        (group("sales", A, B, profile=OTHER), [A, B], []),
        (group("sales", A, B, C), [C], []),
        (group("sales", A), [B], [("messaging_profile_id", OTHER, [B])]),
        (group("sales", A, C), [B, C], [("messaging_profile_id", OTHER, [B])]),
        (group("sales", A, profile=OTHER), [A, B], [("messaging_profile_id", OTHER, [B])]),
        (group("sales", A, B, messagingProduct="P2P"), [A, B], []),
        (group("sales", A, B, onDestroy="unassign"), [], []),
        (group("sales", A, onDestroy="unassign"), [B], [("messaging_profile_id", "", [B])]),
        (group("sales", A, onDestroy="retain"), [], []),
    ],
)
def test_an_update_of_a_group_touches_the_numbers_that_it_writes(
    tmp_path: Path, new: Any, touched: list[str], back: list[Any]
) -> None:
    """Changed settings touch all of them; else those that join, and those that leave and are put back."""
    change = _one(tmp_path, step("update", GROUP, new))

    assert change["phone_numbers"] == touched
    assert change["numbers"] == len(touched)
    assert _puts_back(change) == back


def test_a_group_writes_again_what_is_not_as_declared(tmp_path: Path) -> None:
    """Not a number that is only spelled in another way, nor one that is gone and left out."""
    old = held_group(
        "sales",
        member(A),
        member(B, standing=Standing.OPEN),
        Member("1293384261075731503", C, "1293384261075731503"),
        member("+15550100004", standing=Standing.DRIFTED, now={"messagingProfileId": OTHER}),
        member("+15550100005", standing=Standing.GONE),
    )

    change = _one(tmp_path, step("update", old, group("sales", A, B, C, "+15550100004")))

    assert change["phone_numbers"] == [B, "+15550100004"]


def test_numbers_of_a_group_that_are_alike_are_put_back_together(tmp_path: Path) -> None:
    """One that left the account has nothing to be put back, and one that somebody else changed is left alone."""
    old = held_group(
        "sales",
        member(A),
        member(B),
        member(C, OTHER),
        member("+15550100004", standing=Standing.GONE),
        member("+15550100005", OTHER, standing=Standing.DRIFTED, now={"messagingProfileId": "another"}),
        member("+15550100006", standing=Standing.OPEN),
    )

    change = _one(tmp_path, step("delete", old, None))

    assert change["numbers"] == 5
    assert _puts_back(change) == [
        ("messaging_profile_id", "", [A, B, "+15550100006"]),
        ("messaging_profile_id", OTHER, [C]),
    ]


@pytest.mark.parametrize(
    ("more", "numbers", "back"),
    [
        ({}, 1, [("messaging_profile_id", OTHER, [A]), ("tags", [], [A])]),
        ({"onDestroy": "unassign"}, 1, [("messaging_profile_id", "", [A])]),
        ({"onDestroy": "retain"}, 0, []),
        ({"retained": True}, 0, []),
    ],
)
def test_the_end_of_a_number_is_that_of_on_destroy(
    tmp_path: Path, more: dict[str, Any], numbers: int, back: list[Any]
) -> None:
    old = held_number("one", A, {"messagingProfileId": OTHER, "tags": []}, tags=["a"], **more)

    change = _one(tmp_path, step("delete", old, None))

    assert (change["id"], change["numbers"]) == (old["id"], numbers)
    assert _puts_back(change) == back


def test_a_former_value_that_nobody_knows_is_said(tmp_path: Path) -> None:
    old = held_number("one", A, {"messagingProfileId": {"unknown": True}})

    change = _one(tmp_path, step("delete", old, None))

    assert _puts_back(change) == []
    assert [part["fields"] for part in change["leaves"]] == [["messaging_profile_id"]]


def test_a_field_that_is_handed_back_touches_nothing(tmp_path: Path) -> None:
    """Nothing is sent, and the value stays: of numbers, groups and routes."""
    old = held_number("one", A, {"messagingProfileId": OTHER, "tags": []}, tags=["a"])
    steps = [
        step("update", old, number("one", A)),
        step("update", held_group("two", member(B), tags=["a"]), group("two", B)),
        step("update", held_route("three", "MRID-1", messageRouteEnabled=True), route("three")),
    ]

    told = impact(write(tmp_path / "preview.json", *steps), "--json", "--max", 0)

    assert (told.status, told.report["numbers"]) == (0, 0)
    handed_back = {name: change["handed_back"] for name, change in told.changes.items()}
    assert handed_back == {"one": ["tags"], "two": ["tags"], "three": ["message_route_enabled"]}
    assert not any(change["fields"] or change["puts_back"] for change in told.changes.values())


def test_a_route_that_is_not_known_yet_may_have_any_number(tmp_path: Path) -> None:
    change = _one(tmp_path, step("create", None, route("r", adopt=UNKNOWN)))
    assert (change["numbers"], change["complete"]) == (0, False)


def test_a_number_that_is_as_it_was_is_told_as_that(tmp_path: Path) -> None:
    """Else the report names the number, and says nothing of it."""
    old = held_number("one", A, {"messagingProfileId": OTHER}, OTHER)

    change = _one(tmp_path, step("delete", old, None))
    assert (change["outcome"], change["puts_back"]) == ("stays as it is: it has its former settings", [])


def test_a_number_that_moves_is_not_put_back_and_counts_once(tmp_path: Path) -> None:
    """Between a single number and a group, by its id as well, and in a replacement by itself."""
    one = held_number("one", A, {"messagingProfileId": OTHER})
    steps = [
        step("delete", one, None),
        step("create", None, group("all", one["id"], B)),
        step("update", held_group("rest", member(B), member(C)), group("rest", C)),
        step("replace", held_number("same", C, {"messagingProfileId": OTHER}), number("same", C)),
    ]

    told = impact(write(tmp_path / "preview.json", *steps), "--json")

    assert [told.changes[name]["puts_back"] for name in ("one", "all", "rest", "same")] == [[]] * 4
    assert [told.changes[name]["numbers"] for name in ("one", "all", "rest", "same")] == [0, 2, 0, 1]
    assert told.report["numbers"] == 3
    assert told.changes["one"]["leaves"] == [{"fields": [], "reason": HANDED_OVER, "numbers": [A]}]


def test_a_replacement_puts_the_old_number_back_and_takes_the_new_one(tmp_path: Path) -> None:
    old = held_number("one", A, {"messagingProfileId": OTHER})

    change = _one(tmp_path, step("replace", old, number("one", B)))

    assert change["phone_numbers"] == [A, B]
    assert _puts_back(change) == [("messaging_profile_id", OTHER, [A])]


@pytest.mark.parametrize(
    ("old", "policy", "back", "left"),
    [
        (held_route("r", "MRID-1"), "delete", [], []),
        (held_route("r", "MRID-1", onDestroy="disable"), "disable", [], []),
        (held_route("r", "MRID-1", onDestroy="retain"), "retain", [], []),
        (held_route("r", "MRID-1", onDestroy="restore"), "restore", [], []),
        (held_route("r", "MRID-1", ADOPTED), "restore", [("message_url", "https://old.example.com")], []),
        (held_route("r", "MRID-1", {"__adopted": "unknown"}), "restore", [], []),
        (
            held_route("r", "MRID-1", {"__adopted": "adopt", "__former": {"messageUrl": {"unknown": True}}}),
            "restore",
            [],
            [["message_url"], ["message_url_method"]],
        ),
    ],
)
def test_the_end_of_a_route_is_that_of_on_destroy(
    tmp_path: Path, old: Any, policy: str, back: list[Any], left: list[Any]
) -> None:
    """Delete for a route that was made here, restore for an adopted one."""
    change = _one(tmp_path, step("delete", old, None))

    assert change["on_destroy"] == policy
    assert [(part["field"], part["value"]) for part in change["puts_back"]] == back
    assert [part["fields"] for part in change["leaves"]] == left


def test_a_direction_with_our_password_is_put_back_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """As at the end itself: a URL with a former password stays, and of one without, user name and password go."""
    ours = {"messageAuthenticationType": "Basic", "messageUsername": "u", "messagePasswordToken": "[secret]"}
    before = {"messageUrl": "https://old.example.com", "messagePasswordToken": {"unknown": True}, "messageUsername": ""}
    kinds = {
        "Basic": [],
        "": ["message_authentication_type", "message_url", "message_username", "message_password_token"],
    }
    for kind, fields in kinds.items():
        former = {**before, "messageUrlMethod": "POST", "messageAuthenticationType": kind}
        old = held_route("orders", "MRID-1", {"__adopted": "adopt", "__former": former}, **ours)

        change = _one(tmp_path, step("delete", old, None))

        assert [part["field"] for part in change["puts_back"]] == fields
        assert len(change["leaves"]) == (not fields)


def test_the_outputs_of_a_state_serve_where_the_preview_has_none(tmp_path: Path) -> None:
    old = held_number("one", A, {"messagingProfileId": OTHER})
    bare = {name: value for name, value in old.items() if name != "outputs"}

    change = _one(tmp_path, step("delete", bare, None), state=[old])

    assert _puts_back(change) == [("messaging_profile_id", OTHER, [A])]


def test_resources_of_others_and_steps_without_a_change_do_not_count(tmp_path: Path) -> None:
    foreign = {"urn": "urn:pulumi:dev::proj::aws:s3/bucket:Bucket::b", "custom": True, "type": "aws:s3/bucket:Bucket"}
    one = held_number("one", A, {"messagingProfileId": OTHER})
    nothing = [step(op, one, one) for op in ("same", "refresh", "read", "remove-pending-replace")]

    told = impact(write(tmp_path / "preview.json", step("create", None, foreign), *nothing), "--json")

    assert told.report == {"numbers": 0, "complete": True, "changes": []}


def test_the_parts_of_a_replacement_count_once(tmp_path: Path) -> None:
    """`--show-replacement-steps` shows them; an original that an earlier run left behind has a delete of its own."""
    old, new = held_number("one", A, {"messagingProfileId": OTHER}), number("one", B)
    parts = [step("delete-replaced", old, None), step("replace", old, new), step("create-replacement", old, new)]
    left = step("delete-replaced", held_number("two", C, {"messagingProfileId": OTHER}), None)

    told = impact(write(tmp_path / "preview.json", *parts, left), "--json")

    assert [change["op"] for change in told.report["changes"]] == ["replace", "delete"]
    assert told.report["numbers"] == 3


def test_every_resource_either_has_numbers_or_is_one_that_they_use() -> None:
    """A new one of the second kind needs its users in `route_users.py` and its end in `touches.py`."""
    kinds = {*NUMBER, *NUMBERS}

    without = [table.resource for table in TABLES if not kinds & {row.kind for row in table.fields}]

    assert without == [*NAMED]


@pytest.mark.parametrize("replaced", [True, False])
def test_another_accounts_number_takes_nothing_over(tmp_path: Path, replaced: bool) -> None:
    """The old account's is put back, whether one resource changes its account or another one declares the other's."""
    old, new = held_number("one", A, {"messagingProfileId": OTHER}), number("one", A, account="eu")
    other = {**new, "urn": previews.urn_of("NumberMessaging", "other")}
    steps = [step("replace", old, new)] if replaced else [step("delete", old, None), step("create", None, other)]

    change = _one(tmp_path, *steps)

    assert (_puts_back(change), change["phone_numbers"]) == ([("messaging_profile_id", OTHER, [A])], [A])
    handed_over = _one(tmp_path, step("delete", old, None), step("create", None, number("other", A)))
    assert (_puts_back(handed_over), handed_over["numbers"]) == ([], 0)


def test_an_adopted_route_that_is_replaced_is_put_back_before(tmp_path: Path) -> None:
    """It is deleted first; a number is declared first, and keeps its value."""
    old = held_route("orders", "MRID-1", ADOPTED, adopt="MRID-1")
    tainted = _one(tmp_path, step("replace", old, route("orders", adopt="MRID-1")))
    assert _puts_back(tainted) == [("message_url", ADOPTED["__former"]["messageUrl"], [])]

    kept = _one(tmp_path, step("replace", held_number("one", A, {"messagingProfileId": OTHER}), number("one", A)))
    assert _puts_back(kept) == []
