"""The judge itself: ten leaks, each written in another way at another place, and texts without any."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.support.secrets.canaries import (
    ACCOUNT_KEY,
    ACCOUNT_SECRET,
    CALLBACK_PASSWORD,
    CALLBACK_USER,
    CANARIES,
    PASSWORD,
    QUERY_TOKEN,
    TELNYX_KEY,
    USER,
)
from tests.support.secrets.scanner import PART, Scanner

ROOT = Path(__file__).parents[2]
LOG = """2026-05-01 12:00:00 DEBUG httpcore.http11 send_request_headers.started request=<Request [b'POST']>
2026-05-01 12:00:00 DEBUG httpcore.http11 receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b'OK', [])
{"ciphertext": "v1:dMH9lnVPrr1JM2Et:+DtvouK+jQXr3Baaq8LCeNWVd+8sgt8K1+B+fGLZMJuv0YRNeyo=", "id": "MRID-5b0c"}
cannot create message route a: Telegent answered 400 "Invalid: [secret] %7Bnone%7D \\u00fc"; correct the value
"""


def _base64(text: str, before: str = "") -> str:
    return base64.b64encode((before + text).encode()).decode()


# Where it stands in the log, what stands there, and which secret it tells.
PLANTED = {
    "as it is, first of all": (0, TELNYX_KEY, "Telnyx key"),
    "twelve characters of it, last of all": (len(LOG), ACCOUNT_KEY[11 : 11 + PART], "AccountKey"),
    "in base64": (120, _base64(f"{ACCOUNT_SECRET} and more"), "AccountSecret"),
    "in base64, one byte on": (120, _base64(PASSWORD, "a"), "password"),
    "in base64 for URLs, two bytes on": (
        300,
        base64.urlsafe_b64encode(f"::{CALLBACK_PASSWORD}".encode()).decode().rstrip("="),
        "callback password",
    ),
    "as in a URL": (300, quote(USER, safe=""), "user name"),
    "as in a form, in small hexadecimal digits": (
        300,
        re.sub("%..", lambda at: at[0].lower(), quote_plus(CALLBACK_USER)),
        "callback user name",
    ),
    "as in JSON": (LOG.index('"id"'), json.dumps({"password": PASSWORD}), "password"),
    "as in JSON in a URL in HTML": (
        250,
        html.escape(quote(json.dumps(f"https://a.example/?t={QUERY_TOKEN}"))),
        "query token",
    ),
    "with what nobody sees between its characters": (40, "\u200b".join(ACCOUNT_SECRET), "AccountSecret"),
}


@pytest.mark.parametrize("way", PLANTED)
def test_every_planted_leak_is_found(way: str) -> None:
    """However and wherever a secret stands in a log, it is found, and no other one is."""
    at, leak, name = PLANTED[way]

    assert Scanner(CANARIES).found(LOG[:at] + leak + LOG[at:]).keys() == {name}
    assert len(PLANTED) == 10


@pytest.mark.parametrize("name", CANARIES)
def test_every_part_of_every_secret_is_found(name: str) -> None:
    """Wherever a secret is cut, twelve characters of it are enough, and they name it; eleven are not."""
    scanner, secret = Scanner(CANARIES), CANARIES[name]

    for at in range(len(secret) - PART + 1):
        part = secret[at : at + PART]
        assert scanner.found(f"a\n{part}\n").keys() == {name}
        assert scanner.found(_base64(part, "x" * (at % 3))).keys() == {name}
        assert not scanner.found(part[1:])


def test_nothing_is_found_in_clean_text() -> None:
    """Neither in logs nor in this repository's own pages and sources is anything taken for a secret."""
    texts = [
        path.read_text()
        for path in (*ROOT.glob("*.md"), *ROOT.glob("provider/**/*.py"), *ROOT.glob("stacks/*"))
        if path.is_file()
    ]

    assert len(texts) > 50
    assert Scanner(CANARIES).found(LOG, *texts) == {}


def test_a_finding_says_where_it_is() -> None:
    """What stands around a leak is told with its name, so that it can be found again."""
    found = Scanner(CANARIES).found(f"{LOG}Authorization: Bearer {TELNYX_KEY}, sent")

    assert "Authorization: Bearer KEY" in found["Telnyx key"]
