"""Secrets that a vendor's words repeat in one way within another: a body quoted in a log line, put into a URL."""

from __future__ import annotations

import pytest

from pulumi_messaging.api.words import one_line
from pulumi_messaging.text import HIDDEN
from tests.secrets.test_echoes import BEARER, WAYS
from tests.support.secrets.canaries import CALLBACK_PASSWORD, PASSWORD, TELNYX_KEY
from tests.support.secrets.scanner import Scanner

SECRETS = {"password": PASSWORD, "callback": CALLBACK_PASSWORD, "key": TELNYX_KEY, "token": BEARER}
WHOLE = {name: way for name, way in WAYS.items() if not {"part", "beginning", "end", "shown"} & set(name.split())}


@pytest.mark.parametrize("outer", WHOLE)
def test_a_secret_in_one_way_within_another_is_not_repeated(outer: str) -> None:
    """Every way of repeating a secret, within every other one: no part of it is shown."""
    deepest = "in base64 in base64"
    for inner, way in WHOLE.items():
        if inner == outer == deepest:
            continue  # four layers of base64 are beyond anybody's log
        for name, secret in SECRETS.items():
            shown = one_line(WHOLE[outer](way(secret)), [secret])

            assert not Scanner({name: secret}).found(shown), (inner, shown)
            assert HIDDEN in shown, (inner, shown)


def test_around_an_encoded_secret_the_other_words_stay() -> None:
    """Only the run of letters that holds it is replaced, in whatever encoding, and nothing that holds none."""
    encoded = "bad value UzNjcjN0LUtleS0wMTIzNDU= at /v2/c3BhcmUtcGFydHMtbGlzdA== (request 5f2b3c4d5e6f70819a)"

    shown = one_line(encoded, ["S3cr3t-Key-012345"])

    assert shown == f"bad value {HIDDEN}= at /v2/c3BhcmUtcGFydHMtbGlzdA== (request 5f2b3c4d5e6f70819a)"
