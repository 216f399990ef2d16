"""What only the Pulumi CLI can show: its own words, and that it asks for no plugin of our name."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.support.scenarios.engines import STACK
from tests.support.scenarios.expected import URL


def test_words_of_the_cli(cli_world: Any) -> None:
    """`--diff` names exactly the changed property with both values, secrets hidden; no binary plugin is looked for."""
    route = {
        "message_url": URL,
        "message_url_method": "POST",
        "message_authentication_type": "Bearer",
        "message_password_token": "secret-one",
    }
    cli_world.declare({"orders": route})
    assert cli_world.up().ok
    cli_world.declare({"orders": {**route, "message_url": f"{URL}/2", "message_password_token": "secret-two"}})
    text = cli_world.engine.text("preview", "--diff")
    changed = re.findall(r"^ +([-+~]) (\w+) *: (.*)$", text, re.MULTILINE)
    assert changed == [("~", "messageUrl", f'"{URL}" => "{URL}/2"')]
    assert re.search(r"^ +messagePasswordToken *: \[secret\]$", text, re.MULTILINE)
    assert "plugin" not in text
    assert not {"secret-one", "secret-two"} & set(re.findall(r"[\w-]+", text + cli_world.raw_state()))
    exported = cli_world.engine.text("stack", "export")
    assert "secret-one" not in exported
    assert "ciphertext" in exported


def test_a_refused_secret_is_not_printed(cli_world: Any) -> None:
    """The CLI prints the value of a property that a check failure names: a refused secret Output stays unnamed.

    A broken value, a value of the wrong type, and a good password that a rule over two fields refuses.
    """
    refused = {
        "broken": {"message_authentication_type": "Bearer", "message_password_token": {"secret": f"{CANARY}\n"}},
        "typed": {"message_authentication_type": "Bearer", "message_password_token": {"secret": [CANARY]}},
        "ruled": {"message_authentication_type": "None", "message_password_token": {"secret": CANARY}},
        "url": {"callback_message_url": {"secret": f"ftp://{CANARY}"}},
        "method": {"callback_message_url_method": {"secret": CANARY}},
        "adopted": {"adopt": {"secret": CANARY}},
    }
    for name, arguments in refused.items():
        cli_world.declare({name: {"message_url": URL, "message_url_method": "POST", **arguments}})

        preview = cli_world.preview()

        assert not preview.ok
        assert f"resource '{name}' has a problem: {REASONS[name]}" in preview.text
        assert CANARY not in preview.text


def test_the_policy_pack_stops_a_preview(cli_world: Any) -> None:
    """With a configuration file of its own; the value that breaks a rule is not shown."""
    pack, config = cli_world.folder / "policies", cli_world.folder.parent / "rules.json"
    shutil.copytree(Path(__file__).parents[2] / "policies", pack, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (pack / ".venv").symlink_to(sys.prefix)
    config.write_text(json.dumps({"authentication-required": "disabled"}))
    cli_world.declare({"orders": {"message_url": f"http://{CANARY}.example.com", "message_url_method": "POST"}})

    told = cli_world.engine.call(
        ["preview", "--stack", STACK, "--policy-pack", str(pack), "--policy-pack-config", str(config)]
    )

    assert told.returncode != 0
    policies = told.stdout.partition("Policies:")[2].partition("Diagnostics:")[0]
    assert re.findall(r"\[mandatory\] +(\S+)", policies) == ["https-only"]
    assert "orders: messageUrl must be an https URL" in policies
    assert CANARY not in policies


CANARY = "s3cret-canary-0123456789"
REASONS = {
    "broken": "messagePasswordToken must not contain control characters",
    "typed": "messagePasswordToken must be a string, not a list",
    "ruled": "messagePasswordToken cannot be given with messageAuthenticationType",
    "url": "callbackMessageUrl must begin with https://",
    "method": 'callbackMessageUrlMethod must be "GET" or "POST"',
    "adopted": "adopt must be a route id",
}
