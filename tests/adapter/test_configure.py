"""What the provider's process says of the configuration that the engine hands it."""

from __future__ import annotations

from tests.support.plugin import GROUP, NUMBER, Plugin


def test_keys_that_are_no_settings_are_told_once() -> None:
    """Once a run, although each provider class is configured by itself; a value is not told."""
    number = {"phoneNumber": "+15550100001", "tags": ["a"]}
    with Plugin({"telnyx:apikey": "s3cr3t", "messaging:apikey": "x"}) as plugin:
        plugin.check(NUMBER, number)
        plugin.check(GROUP, {"phoneNumbers": ["+15550100001"], "tags": ["a"]})

    told = "".join(plugin.said)
    assert told.count("warning: telnyx:apikey is not a setting, and has no effect; did you mean telnyx:apiKey?") == 1
    assert told.count("warning:") == 1
    assert "s3cr3t" not in told
