"""The control surface of an emulator, as tests call it."""

from __future__ import annotations

import json
from typing import Any

import httpx

from pulumi_messaging.emulator import Emulator, Server
from pulumi_messaging.emulator.wire import Request


def control(emulator: Emulator | Server, method: str, path: str, body: Any = None) -> Any:
    """One call, which must succeed: in process, or over TCP where the emulator is a server."""
    if isinstance(emulator, Server):
        url = f"{emulator.url}/_emulator/{path}"
        # Nothing is verified over plain HTTP, and loading certificates would take longer than the call.
        told = httpx.request(method, url, json=body, trust_env=False, verify=False, timeout=120)
        assert told.status_code == 200, told.text
        return told.json()
    headers = {"content-type": "application/json"}
    content = json.dumps(body).encode()
    answer = emulator.answer(Request(method, f"/_emulator/{path}", {}, "", None, headers, content))
    assert answer.status == 200, answer.body
    return json.loads(answer.payload()[1])
