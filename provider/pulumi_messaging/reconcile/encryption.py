"""Encryption of what notes keep: former values may be secrets, and have to be given back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def encrypted(key: str, value: Any) -> str:
    """A JSON value as a text that only the key opens."""
    return _cipher(key).encrypt(json.dumps(value).encode()).decode()


def decrypted(key: str, text: str) -> Any:
    """The value of a text.

    Raises:
        ValueError: The text was encrypted with another key, or was changed.
    """
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return json.loads(_cipher(key).decrypt(text))
    except InvalidToken:
        raise ValueError("encrypted with another key") from None


@lru_cache(maxsize=8)
def _cipher(key: str) -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - 0.04 s, which a run without notes saves

    return Fernet(urlsafe_b64encode(sha256(key.encode()).digest()))
