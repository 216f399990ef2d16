"""What a settings file encrypts, on its way through real runs of both engines into the state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.support.emulator.seed import ALERTS, THIRD
from tests.support.secrets.canaries import CANARIES
from tests.support.secrets.processes import vendors_and_loggers
from tests.support.secrets.scanner import Scanner
from tests.support.secrets.world import NUMBER, ROUTE

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
from pulumi_messaging import MessageRoute, NumberMessaging, NumberMessagingGroup
from pulumi_messaging.stackfile import declare

declare(MessageRoute, "messaging:routes")
declare(NumberMessaging, "messaging:numbers")
declare(NumberMessagingGroup, "messaging:groups")
"""
TAG = "tag-Zt8Wq3Lm5Rk7Np2Vx9"
# A value in a tuple is not encrypted.
ROUTES = {
    "orders": {
        "messageUrl": ROUTE["messageUrl"],
        "messageUrlMethod": ("POST",),
        "messageAuthenticationType": ("Basic",),
        "messageUsername": ROUTE["messageUsername"],
        "messagePasswordToken": ROUTE["messagePasswordToken"],
    }
}
NUMBERS = {"line": {"phoneNumber": NUMBER["phoneNumber"], "messagingProfileId": ALERTS, "tags": [("open",), TAG]}}
GROUPS = {"sales": {"phoneNumbers": [THIRD], "messagingProfileId": (ALERTS,)}}
SECRETS = {"messaging:routes": ROUTES, "messaging:numbers": NUMBERS, "messaging:groups": GROUPS}


CANARIES_OF_THE_FILE = CANARIES | {"tag": TAG, "number": NUMBER["phoneNumber"], "number of a group": THIRD}
HIDDEN = ("messageUrl", "messageUsername", "phoneNumber", "messagingProfileId", "tags", "phoneNumbers")


def test_encrypted_leaves_stay_secrets(kind: Any, tmp_path: Path) -> None:
    """URL and user name of a route, number, profile and tags, and the numbers of a group."""
    with vendors_and_loggers(tmp_path / "vendors", loud=False) as vendors:
        stack = kind(tmp_path, vendors, PROGRAM, SECRETS)
        assert [stack.run(action) for action in ("preview", "up")] == [True] * 2, stack.told["output"][-3:]

    shown = "".join(stack.told["properties"])
    assert not [name for name in HIDDEN if not re.search(rf"\b{name} *: \[secret\]", shown)]
    assert re.search(r'messageUrlMethod *: "POST"', shown)
    scanner = Scanner(CANARIES_OF_THE_FILE)
    found = {sink: scanner.found(*set(stack.told[sink])) for sink in ("state", "properties")}
    assert not any(found.values()), found
