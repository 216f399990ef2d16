"""Encryption of what notes keep: former values may be secrets, and have to be given back.

The standard library has no cipher, and the provider installs none. HMAC-SHA256 in counter mode is a keystream, and a
second HMAC authenticates the result (encrypt, then MAC). Each text has a random nonce and keys of its own.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from hmac import compare_digest, digest
from typing import Any, Final

_HASH: Final = "sha256"
_NONCE = _TAG = 16


def encrypted(key: str, value: Any) -> str:
    """A JSON value as a text that only the key opens."""
    nonce, plain = secrets.token_bytes(_NONCE), json.dumps(value).encode()
    stream, tag_key = _keys(key, nonce)
    hidden = _xor(plain, stream)
    return b64encode(nonce + digest(tag_key, hidden, _HASH)[:_TAG] + hidden).decode()


def decrypted(key: str, text: str) -> Any:
    """The value of a text.

    Raises:
        ValueError: The text was encrypted with another key, or was changed.
    """
    data = b64decode(text, validate=True)
    nonce, tag, hidden = data[:_NONCE], data[_NONCE : _NONCE + _TAG], data[_NONCE + _TAG :]
    stream, tag_key = _keys(key, nonce)
    if not compare_digest(tag, digest(tag_key, hidden, _HASH)[:_TAG]):
        raise ValueError("encrypted with another key")
    return json.loads(_xor(hidden, stream))


def _keys(key: str, nonce: bytes) -> tuple[bytes, bytes]:
    """The keys of the keystream and of the tag."""
    one, other = (digest(key.encode(), nonce + purpose, _HASH) for purpose in (b"stream", b"tag"))
    return one, other


def _xor(text: bytes, key: bytes) -> bytes:
    blocks = -(-len(text) // len(key))
    stream = b"".join(digest(key, place.to_bytes(8), _HASH) for place in range(blocks))
    return bytes(one ^ other for one, other in zip(text, stream, strict=False))
