"""How a map shows a URL: who receives, and nothing that may let somebody in."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_messaging.cli.estate_map.urls import shown_url

HOST = "https://hooks.example.com"


@pytest.mark.parametrize(
    "url",
    [
        HOST,
        f"{HOST}/",
        f"{HOST}:8443/in",
        "http://127.0.0.1:4020/in",
        "http://[::1]:4020/in",
        f"{HOST}/orders/inboundSms/v2/eu-west-1/SMS_messages.php",
        f"{HOST}/2010-04-01/handle.json",
        f"{HOST}//orders//",
    ],
)
def test_words_are_shown(url: str) -> None:
    assert shown_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{HOST}/in?token=abc&v=2", f"{HOST}/in?[secret]"),
        (f"{HOST}/in?abc", f"{HOST}/in?[secret]"),
        (f"{HOST}/in?", f"{HOST}/in"),
        (f"{HOST}/in#abc", f"{HOST}/in#[secret]"),
        ("https://me:pw@hooks.example.com/in", "https://[secret]@hooks.example.com/in"),
        ("https://me:p@w@hooks.example.com", "https://[secret]@hooks.example.com"),
        ("https://[secret]@hooks.example.com/in@home?a=b@c", "https://[secret]@hooks.example.com/[secret]?[secret]"),
        (f"{HOST}/services/T00000000/B00000000/XxXxXxXxXx", f"{HOST}/services/[secret]/[secret]/[secret]"),
        (f"{HOST}/7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22/in", f"{HOST}/[secret]/in"),
        (f"{HOST}/1234-5678-9012", f"{HOST}/[secret]"),
        (f"{HOST}/s3cr3t", f"{HOST}/[secret]"),
        (f"{HOST}/%73%33cr%33t", f"{HOST}/[secret]"),
        (f"{HOST}/in;token=abc", f"{HOST}/[secret]"),
        (f"{HOST}/qwertyuiopasdfghjklzx", f"{HOST}/[secret]"),
        ("HTTPS://hooks.example.com/in", f"{HOST}/in"),
        ("https://me:pa/ss@hooks.example.com", "[secret]"),
        ("https://hooks.example.com\\@other.example.com/", "[secret]"),
        ("hooks.example.com/in", "[secret]"),
        ("[secret]", "[secret]"),
    ],
)
def test_the_rest_is_hidden(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize("alphabet", [string.hexdigits[:16], string.ascii_letters + string.digits + "-_"])
@pytest.mark.parametrize("length", [16, 24, 43])
def test_keys_are_hidden(alphabet: str, length: int) -> None:
    """As services make them: hexadecimal, or base64 for URLs."""
    keys = random.Random(length)
    for _ in range(200):
        key = "".join(keys.choices(alphabet, k=length))
        assert shown_url(f"{HOST}/hooks/{key}/in") == f"{HOST}/hooks/[secret]/in"


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    shown_url(text)
    shown_url(f"{HOST}/{text}")
