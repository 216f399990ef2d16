"""A run with another account's keys, or with the emulator in its environment, forgets nothing: the real process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.emulator.config import config_of
from tests.support.emulator.control import control
from tests.support.emulator.seed import ALERTS
from tests.support.plugin import GROUP, NUMBER, ROUTE, Failed, Plugin

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_messaging.emulator import Server

OTHERS = {"telegent:accountKey": "DID-others", "telnyx:apiKey": "KEYothers"}
DECLARED = {
    ROUTE: {"routeName": "ours", "messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"},
    NUMBER: {"phoneNumber": "+15550100005", "messagingProfileId": ALERTS},
    GROUP: {"phoneNumbers": ["+15550100006", "+15550100002"], "messagingProfileId": ALERTS, "__group": "group-0"},
}


def others(emulator: Server, _folder: Path) -> dict[str, str]:
    """Valid keys of another account."""
    control(emulator, "POST", "telegent-keys", {"AccountKey": "DID-others", "AccountIds": ["AID-others"]})
    organization = "11111111-2222-4333-8444-555555555555"
    control(emulator, "POST", "telnyx-keys", {"key": "KEYothers", "organization_id": organization})
    control(emulator, "POST", "numbers", {"phone_number": "+15550900001", "organization_id": organization})
    return {**config_of(emulator), **OTHERS}


def embedded(_emulator: Server, folder: Path) -> dict[str, str]:
    """What TELEGENT_BASE_URL=emulator and TELNYX_BASE_URL=emulator do; it has such a number too."""
    place = f"emulator:{folder / 'emulator.db'}"
    return {"telegent:baseUrl": place, "telnyx:baseUrl": place}


@pytest.mark.parametrize(
    ("elsewhere", "reason"),
    [(others, "it belongs to another account"), (embedded, "this run talks to the embedded emulator")],
)
def test_nothing_is_forgotten(emulator: Server, tmp_path: Path, elsewhere: Any, reason: str) -> None:
    """Refresh and destroy are refused with the reason and the way out; with the right key destroy is carried out."""
    ours = config_of(emulator)
    with Plugin(ours) as plugin:
        made = {kind: plugin.create(kind, plugin.check(kind, given)[0]) for kind, given in DECLARED.items()}
    assert [len(outputs["__account"].split()) for _, outputs in made.values()] == [3] * len(made)  # place, id, key

    with Plugin(elsewhere(emulator, tmp_path)) as plugin:
        for kind, (object_id, outputs) in made.items():
            for operation in (plugin.read, plugin.delete):
                with pytest.raises(Failed, match="run `pulumi state delete URN`") as failed:
                    operation(kind, object_id, outputs)
                assert reason in str(failed.value)

    with Plugin(ours) as plugin:
        for kind, (object_id, outputs) in made.items():
            assert plugin.read(kind, object_id, outputs)[0] == object_id
            plugin.delete(kind, object_id, outputs)
