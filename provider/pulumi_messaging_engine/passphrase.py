"""Pulumi's passphrase secrets: PBKDF2-HMAC-SHA256 over a salt gives one AES-256-GCM key per stack."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AfterValidator

from pulumi_messaging_engine.errors import EngineError, SecretError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITERATIONS: Final = 1_000_000
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_CHECK_WORD: Final = "pulumi"
_PARTS: Final = 3


@functools.lru_cache(maxsize=64)
def _key(passphrase: str, salt: bytes) -> bytes:
    # Half a second of work by design: once per passphrase and salt in a process.
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, _KEY_BYTES)


def passphrase_of(environment: Mapping[str, str], folder: Path) -> str | None:
    """Read `PULUMI_CONFIG_PASSPHRASE`, or the file that `PULUMI_CONFIG_PASSPHRASE_FILE` names; None without both."""
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return environment["PULUMI_CONFIG_PASSPHRASE"]
    name = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not name:
        return None
    try:
        return (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"PULUMI_CONFIG_PASSPHRASE_FILE cannot be read: {error}") from None


def parse_salt(salt: str) -> tuple[bytes, str]:
    """Split an `encryptionsalt` into the salt and the encrypted check word.

    Raises:
        SecretError: It is not of the form `v1:<salt>:<check>`.
    """
    version, encoded, check = (*salt.split(":", 2), "", "")[:_PARTS]
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except ValueError:
        decoded = b""
    if version != "v1" or not decoded or not _is_encrypted(check):
        raise SecretError("the stack's encryptionsalt is not of the form v1:<salt>:<check>: restore the line as it was")
    return decoded, check


def _checked(salt: str) -> str:
    parse_salt(salt)
    return salt


Salt = Annotated[str, AfterValidator(_checked)]


class Crypter:
    """Encrypts and decrypts the secrets of one stack; the key is derived when it is first needed."""

    def __init__(self, passphrase: str | None, salt: str | None) -> None:
        """`salt` is an `encryptionsalt` (`v1:<salt>:<check>`), or None to make one for the first secret."""
        self._given = passphrase
        self._passphrase = passphrase or ""
        self._salt = salt
        self._cipher: AESGCM | None = None
        self._lock = threading.Lock()

    @property
    def salt(self) -> str | None:
        """The `encryptionsalt`; None while there was nothing to encrypt and none was given."""
        return self._salt

    def encrypt(self, text: str) -> str:
        """Encrypt to `v1:<nonce>:<ciphertext>`."""
        return _encrypt(self._open(), text)

    def decrypt(self, text: str) -> str:
        """Decrypt `v1:<nonce>:<ciphertext>`.

        Raises:
            SecretError: The text has another form, or was encrypted with another key.
            EngineError: The passphrase does not fit the salt.
        """
        return _decrypt(self._open(), text)

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

    def _check(self, text: str) -> AESGCM:
        salt, check = parse_salt(text)
        cipher = AESGCM(_key(self._passphrase, salt))
        try:
            _decrypt(cipher, check)
        except SecretError:
            raise EngineError(
                "incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to this stack's"
            ) from None
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


def _is_encrypted(text: str) -> bool:
    return text.startswith("v1:") and text.count(":") == _PARTS - 1


def _decrypt(cipher: AESGCM, text: str) -> str:
    if not _is_encrypted(text):
        raise SecretError(
            "a secret is not of the form v1:<nonce>:<ciphertext>, as Pulumi's passphrase secrets are: set it again"
        )
    _, nonce, sealed = text.split(":")
    try:
        return cipher.decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None).decode()
    except (InvalidTag, ValueError):
        raise SecretError("the secret was not encrypted with this stack's passphrase and salt: set it again") from None
