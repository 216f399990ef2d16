"""What only the Pulumi CLI can show: its own words, and that it asks for no plugin of our name."""

from __future__ import annotations

import re
from typing import Any

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
