"""Which numbers a change of a messaging profile touches, and what its deletion puts back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pulumi_messaging.emulator import serve
from tests.support.cli.previews import (
    PROFILE,
    A,
    B,
    C,
    held_group,
    held_number,
    impact,
    member,
    side,
    step,
    write,
    write_state,
)
from tests.support.emulator.control import control
from tests.support.emulator.seed import API_KEY, DEFAULT, SECOND, THIRD

NEW = "https://new.example.com/in"
DECLARED = {"whitelistedDestinations": ["US"], "name": "support"}


def _profile(**inputs: Any) -> Any:
    return side("MessagingProfile", "support", {**DECLARED, **inputs})


def _held(profile_id: str = PROFILE, hidden: Any = None, **inputs: Any) -> Any:
    declared = {**DECLARED, **inputs}
    return side("MessagingProfile", "support", declared, {**declared, **(hidden or {})}, profile_id)


def test_the_numbers_of_a_profile_are_those_of_the_state_without_a_key(tmp_path: Path) -> None:
    """Single ones and those of groups; that others were not counted is said."""
    state = write_state(
        tmp_path / "state.json", _held(), held_number("one", A, {}), held_group("more", member(B), member(C))
    )
    file = write(tmp_path / "p.json", step("update", _held(), _profile(webhookUrl=NEW)))

    told = impact(file, "--state", state, "--json", "--max", 2)

    assert told.status == 3
    assert told.changes["support"]["phone_numbers"] == [A, B, C]
    assert told.changes["support"]["numbers_from"] == "state"
    assert "numbers on profiles were not read: TELNYX_API_KEY is not set" in told.err


def test_the_numbers_of_a_profile_are_the_vendors_with_a_key(tmp_path: Path) -> None:
    """One page a profile; one that the account does not have is said, and counted by the state."""
    with serve(tmp_path / "emulator.db") as server:
        credentials = {"TELNYX_API_KEY": API_KEY, "TELNYX_BASE_URL": server.telnyx_url}
        known = write(tmp_path / "p.json", step("update", _held(DEFAULT), _profile(webhookUrl=NEW)))
        control(server, "DELETE", "requests")
        live = impact(known, "--json", **credentials)
        reads = [log["operation"] for log in control(server, "GET", "requests")]
        unknown = write(tmp_path / "q.json", step("update", _held("0" * 8 + DEFAULT[8:]), _profile(webhookUrl=NEW)))
        missing = impact(unknown, "--json", **credentials)

    assert live.changes["support"]["phone_numbers"] == [SECOND, THIRD]
    assert live.changes["support"]["numbers_from"] == "live"
    assert reads == ["listProfilePhoneNumbers"]
    assert "it is not in the account of TELNYX_API_KEY" in missing.err


def test_a_removed_profile_is_deleted_or_put_back(tmp_path: Path) -> None:
    """By its policy; an object comes back with all its keys."""
    pool = {"tollFreeWeight": 5, "longCodeWeight": 1, "skipUnhealthy": False, "stickySender": True, "geomatch": False}
    adopted = {"__adopted": "adopt", "__former": {"webhookUrl": "", "numberPoolSettings": pool}}
    ours = {"webhookUrl": NEW, "numberPoolSettings": {"tollFreeWeight": 1, "longCodeWeight": 1, "skipUnhealthy": True}}

    made = impact(write(tmp_path / "p.json", step("delete", _held(**ours), None)), "--json")
    held = impact(write(tmp_path / "q.json", step("delete", _held(hidden=adopted, **ours), None)), "--json")

    assert made.changes["support"]["on_destroy"] == "delete"
    back = {part["field"]: part["value"] for part in held.changes["support"]["puts_back"]}
    assert back == {"webhook_url": "", "number_pool_settings": pool}
