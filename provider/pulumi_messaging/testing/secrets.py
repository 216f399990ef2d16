"""Pulumi's passphrase secrets: PBKDF2-HMAC-SHA256 over a salt gives one AES-256-GCM key per stack."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pulumi_messaging.testing.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITERATIONS: Final = 1_000_000
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_CHECK_WORD: Final = "pulumi"
_PARTS: Final = 3
_NOT_OURS: Final = "the secret was not encrypted with this stack's passphrase and salt: set it again"


@functools.lru_cache(maxsize=64)
def _key(passphrase: str, salt: bytes) -> bytes:
    # Half a second of work by design: once per passphrase and salt in a process.
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, _KEY_BYTES)


def passphrase_of(environment: Mapping[str, str], folder: Path) -> str | None:
    """`PULUMI_CONFIG_PASSPHRASE`, or the content of the file that `PULUMI_CONFIG_PASSPHRASE_FILE` names, or None."""
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return environment["PULUMI_CONFIG_PASSPHRASE"]
    name = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not name:
        return None
    try:
        return (folder / name).read_text().strip()
    except OSError as error:
        raise EngineError(f"PULUMI_CONFIG_PASSPHRASE_FILE cannot be read: {error}") from None


class Crypter:
    """Encrypts and decrypts the secrets of one stack; the key is derived when it is first needed."""

    def __init__(self, passphrase: str | None, salt: str | None) -> None:
        """`salt` is an `encryptionsalt` (`v1:<salt>:<check>`), or None to make one when a secret is first written."""
        self._given = passphrase
        self._passphrase = passphrase or ""
        self._salt = salt
        self._cipher: AESGCM | None = None
        self._lock = threading.Lock()

    @property
    def salt(self) -> str | None:
        """The `encryptionsalt`; None as long as there was nothing to encrypt and none was given."""
        return self._salt

    def encrypt(self, text: str) -> str:
        """`v1:<nonce>:<ciphertext>`."""
        return _encrypt(self._open(), text)

    def decrypt(self, text: str) -> str:
        """The clear text of `v1:<nonce>:<ciphertext>`."""
        return _decrypt(self._open(), text, _NOT_OURS)

    def _open(self) -> AESGCM:
        with self._lock:
            if self._cipher is None:
                if self._given is None:
                    _note_empty_passphrase()
                self._cipher = self._create() if self._salt is None else self._check(self._salt)
            return self._cipher

    def _create(self) -> AESGCM:
        salt = os.urandom(_SALT_BYTES)
        cipher = AESGCM(_key(self._passphrase, salt))
        self._salt = f"v1:{base64.b64encode(salt).decode()}:{_encrypt(cipher, _CHECK_WORD)}"
        return cipher

    def _check(self, state: str) -> AESGCM:
        parts = state.split(":", 2)
        if len(parts) != _PARTS or parts[0] != "v1":
            raise EngineError(
                "the stack's encryptionsalt is not of the form v1:<salt>:<check>: restore the line as it was"
            )
        cipher = AESGCM(_key(self._passphrase, base64.b64decode(parts[1])))
        _decrypt(
            cipher,
            parts[2],
            "incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to this stack's",
        )
        return cipher


@functools.cache
def _note_empty_passphrase() -> None:
    sys.stderr.write(
        "note: no PULUMI_CONFIG_PASSPHRASE is set: secrets in the local state are encrypted with an empty passphrase\n"
    )


def _encrypt(cipher: AESGCM, text: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = cipher.encrypt(nonce, text.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def _decrypt(cipher: AESGCM, text: str, otherwise: str) -> str:
    parts = text.split(":")
    if len(parts) != _PARTS or parts[0] != "v1":
        raise EngineError(
            "a secret is not of the form v1:<nonce>:<ciphertext>, as Pulumi's passphrase secrets are: set it again"
        )
    try:
        return cipher.decrypt(base64.b64decode(parts[1]), base64.b64decode(parts[2]), None).decode()
    except (InvalidTag, ValueError):
        raise EngineError(otherwise) from None
