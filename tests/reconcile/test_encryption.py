"""Former values in notes: encrypted with what only the account's user knows."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from pulumi_messaging.reconcile.encryption import decrypted, encrypted


@pytest.mark.parametrize(
    "value", ["", "ü", "x" * 1000, {"tags": ["a"], "messagingProfileId": {"unknown": True}}, [], None]
)
def test_a_value_comes_back(value: Any) -> None:
    assert decrypted("key", encrypted("key", value)) == value


def test_equal_values_look_different() -> None:
    """Nobody can tell from two notes that two numbers had the same profile."""
    texts = {encrypted("key", "c4n4ry" * 20) for _ in range(9)}
    assert len(texts) == 9
    assert not any(b"c4n4ry" in urlsafe_b64decode(text) for text in texts)


def test_only_the_key_opens_it() -> None:
    with pytest.raises(ValueError, match="another key"):
        decrypted("other", encrypted("key", "value"))


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_changed_text_is_refused(place: int) -> None:
    data = bytearray(urlsafe_b64decode(encrypted("key", "a value of some length, to be changed")))
    data[place] ^= 1
    with pytest.raises(ValueError, match="another key"):
        decrypted("key", urlsafe_b64encode(data).decode())


@pytest.mark.parametrize("text", ["", "AAAA", "not base64", "{}", "ü"])
def test_what_is_no_such_text_is_refused(text: str) -> None:
    """A damaged note is a ValueError like that of broken JSON."""
    with pytest.raises(ValueError):
        decrypted("key", text)
