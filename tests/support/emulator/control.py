"""The control surface of an emulator, as tests call it."""

from __future__ import annotations

import json
from typing import Any

import httpx

from pulumi_messaging.emulator import Emulator, Server


def control(emulator: Emulator | Server, method: str, path: str, body: Any = None) -> Any:
    """One call, which must succeed: in process, or over TCP where the emulator is a server."""
    if isinstance(emulator, Server):
        url = f"{emulator.url}/_emulator/{path}"
        # Nothing is verified over plain HTTP, and loading certificates would take longer than the call.
        told = httpx.request(method, url, json=body, trust_env=False, verify=False, timeout=120)
        assert told.status_code == 200, told.text
        return told.json()
    return json.loads(json.dumps(emulator.control(method, path, body)))
