"""Lines about the settings of a run: the embedded emulator, and keys that are no settings."""

from __future__ import annotations

import re

import pytest

from pulumi_messaging.settings import IN_TEST
from pulumi_messaging.settings_lines import emulator_notice, unknown_keys


@pytest.mark.parametrize(
    ("config", "environ", "notice"),
    [
        (
            {"telegent:baseUrl": "emulator", "telnyx:baseUrl": "emulator:x.db"},
            {},
            "Telegent and Telnyx are the embedded emulator in this run (telegent:baseUrl, telnyx:baseUrl)",
        ),
        (
            {"telegent:baseUrl": "https://api.telegent.com"},
            {"TELEGENT_BASE_URL": "emulator", "TELNYX_BASE_URL": "emulator"},
            "Telnyx is the embedded emulator in this run (telnyx:baseUrl)",
        ),
        (
            {"telnyx:baseUrl": "emulator", "telnyx-eu:baseUrl": "https://api.telnyx.com/v2", "telnyx-us:apiKey": "k"},
            {"TELEGENT_EU_WEST_BASE_URL": "emulator", "TELNYX_US_BASE_URL": "emulator"},
            (
                'Telnyx, Telegent account "eu-west" and Telnyx account "us" are the embedded emulator in this run '
                "(telnyx:baseUrl, telegent-eu-west:baseUrl, telnyx-us:baseUrl)"
            ),
        ),
        ({"telegent:baseUrl": "http://127.0.0.1:4020"}, {}, ""),
        ({"telegent:baseUrl": "emulator"}, {IN_TEST: "1"}, ""),
    ],
)
def test_a_run_on_the_embedded_emulator_is_told(config: dict[str, str], environ: dict[str, str], notice: str) -> None:
    """Also one without a request; not in tests with the fixture, which are always on the emulator."""
    told = emulator_notice(config.get, environ, config)

    assert re.split(": nothing (?:of these )?reaches the vendor", told)[0] == notice
    others = environ | {"TELNYX_ASIA_API_KEY": "KEYasia"}
    assert ("nothing of these reaches" in emulator_notice(config.get, others, config)) == bool(notice)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("telnyx:apikey", "did you mean telnyx:apiKey?"),
        ("telnyx:api_key", "did you mean telnyx:apiKey?"),
        ("telnyx:baseURL", "did you mean telnyx:baseUrl?"),
        ("telegent:accountkey", "did you mean telegent:accountKey?"),
        ("telegent:requestPerMinute", "did you mean telegent:requestsPerMinute?"),
        ("telnyx:requestsPerMinute", "did you mean telegent:requestsPerMinute?"),
        ("telegent:apiKey", "did you mean telnyx:apiKey?"),
        ("telnyx-eu:apikey", "did you mean telnyx-eu:apiKey?"),
        ("telnyx-eu:accountKey", "did you mean telegent-eu:accountKey?"),
        ("telnyx_eu:apiKey", "did you mean telnyx-eu:apiKey?"),
        ("Telnyx-EU-west:apiKey", "did you mean telnyx-eu-west:apiKey?"),
        ("telegent-:accountKey", "did you mean telegent:accountKey?"),
        ("telnyx:x", "there are telnyx:apiKey, telnyx:baseUrl, telnyx:timeoutSeconds, telnyx:bulkLimit, telnyx:adopt"),
    ],
)
def test_a_key_that_is_no_setting_is_told_with_the_nearest_one(key: str, meant: str) -> None:
    """A misspelled guard or limit has no effect: whoever sets it has to know."""
    told = list(
        unknown_keys(["telnyx:apiKey", key, "messaging:routes", "aws:region", "telnyx-eu:apiKey", "telnyxtools:color"])
    )

    assert told == [f"warning: {key} is not a setting, and has no effect; {meant}"]
