"""The emulator keeps to its own description: judged by schemathesis, which nobody here wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_messaging.emulator import Server

# Refusals that come from the state and not from the shape of a request take the statuses that a schema-minded judge
# expects of them; what the real vendors answer is open for each of these.
SETTINGS = {
    "telegentUnscopedTokens": True,
    "telegentRequestsPerMinute": 0,
    "telegentTokenSeconds": 3600,
    "telegentUnknownRouteStatus": 404,
    "telnyxRequestsPerMinute": 0,
    "telnyxUnknownProfileStatus": 404,
    "telnyxProductRefusedStatus": 409,
    "telnyxProfileInUseStatus": 409,
}
CONFIG = """
[auth.openapi.telegentToken]
bearer = "{token}"

[auth.openapi.telnyxKey]
bearer = "KEYemulator"
"""


def _token(server: Server) -> str:
    httpx.patch(f"{server.url}/_emulator/settings", json=SETTINGS).raise_for_status()
    account = {"AccountKey": "DID-emulator", "AccountSecret": "emulator-secret"}
    return str(httpx.post(f"{server.telegent_url}/oauth2/tokens", json=account).json()["token"])


def test_schemathesis_finds_no_violation_of_the_description(server: Server, tmp_path: Path) -> None:
    """Examples, boundary values, random and wrong requests: every answer is one that the description allows."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(token=_token(server)))
    arguments = [
        *("--config-file", str(config), "run", f"{server.url}/_emulator/openapi.json", "--url", server.url),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "12", "--seed", "1", "--generation-deterministic"),
        *("--continue-on-failure", "--suppress-health-check", "all"),
    ]
    command = [sys.executable, "-m", "schemathesis.cli", *arguments]

    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, check=False
    )

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    asked = {entry["operation"] for entry in httpx.get(f"{server.url}/_emulator/requests").json()}
    described = httpx.get(f"{server.url}/_emulator/openapi.json").json()
    operations = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    assert operations <= asked, json.dumps(sorted(operations - asked))
