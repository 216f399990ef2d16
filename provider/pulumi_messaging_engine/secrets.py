"""Secrets in the stack file and in the state: `secure` values, ciphertexts, and the properties marked as secret.

Pulumi's passphrase secrets: PBKDF2-HMAC-SHA256 over a salt gives one AES-256-GCM key per stack.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AfterValidator
from pydantic_core import from_json

from pulumi_messaging_engine.errors import EngineError, SecretError, UnsupportedError
from pulumi_messaging_engine.values import (
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_MARKER,
    Secret,
    contains_secret,
    each,
    equal,
)

_ITERATIONS: Final = 1_000_000
_SHORTEST_MASKED: Final = 3  # bytes
_PARTS: Final = 3


@functools.lru_cache(maxsize=64)
def _key(passphrase: str, salt: bytes) -> bytes:
    # Half a second of work by design: once per passphrase and salt in a process.
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, dklen=32)


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
    """Split an `encryptionsalt` (`v1:<salt>:<check>`) into the salt and the encrypted check word."""
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
        self._passphrase = passphrase
        self.salt = salt
        self._cipher: AESGCM | None = None
        self._lock = threading.Lock()

    def encrypt(self, text: str) -> str:
        """Encrypt to `v1:<nonce>:<ciphertext>`."""
        return _encrypt(self._open(), text)

    def decrypt(self, text: str) -> str:
        """Decrypt `v1:<nonce>:<ciphertext>`; another form, another key or a wrong passphrase is an EngineError."""
        return _decrypt(self._open(), text)

    def _open(self) -> AESGCM:
        with self._lock:
            if self._cipher is None:
                if self._passphrase is None:
                    _note_empty_passphrase()
                salt, check = parse_salt(self.salt) if self.salt else (os.urandom(8), "")
                cipher = AESGCM(_key(self._passphrase or "", salt))
                if check:
                    _verify(cipher, check)
                else:
                    self.salt = f"v1:{base64.b64encode(salt).decode()}:{_encrypt(cipher, 'pulumi')}"
                self._cipher = cipher
            return self._cipher


def _verify(cipher: AESGCM, check: str) -> None:
    try:
        _decrypt(cipher, check)
    except SecretError:
        raise EngineError(
            "incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to this stack's"
        ) from None


@functools.cache
def _note_empty_passphrase() -> None:
    sys.stderr.write(
        "note: no PULUMI_CONFIG_PASSPHRASE is set: secrets in the local state are encrypted with an empty passphrase\n"
    )


def _encrypt(cipher: AESGCM, text: str) -> str:
    nonce = os.urandom(12)
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


def decrypt_config(value: Any, crypter: Crypter) -> tuple[Any, tuple[str, ...]]:
    """Replace every `{secure: ...}` of a configuration value by its clear text; gives also these texts."""
    if isinstance(value, dict):
        if value.keys() == {"secure"} and isinstance(value["secure"], str):
            clear = crypter.decrypt(value["secure"])
            return clear, (clear,)
        items = {key: decrypt_config(item, crypter) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, sum((texts for _, texts in items.values()), ())
    if isinstance(value, list):
        parts = [decrypt_config(item, crypter) for item in value]
        return [item for item, _ in parts], sum((texts for _, texts in parts), ())
    # Go writes 1e3 as 1000.
    return int(value) if isinstance(value, float) and value.is_integer() else value, ()


class Mask:
    """Replaces the secrets of the configuration by `[secret]` in messages and values, exactly as the Pulumi CLI does.

    It knows neither the secrets of the program nor those of the provider, nor texts shorter than three bytes.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        masked = {each for each in secrets if len(each.encode()) >= _SHORTEST_MASKED}
        masked = {each for each in masked if each.lower() not in {"true", "false"}}
        masked |= set(map(_in_json, masked))
        self.secrets = sorted(masked, key=len, reverse=True)  # a secret may begin with another one
        self._pattern = re.compile("|".join(map(re.escape, self.secrets)) or "(?!)")

    def text(self, text: str) -> str:
        """Mask a text."""
        return self._pattern.sub("[secret]", text)

    def value(self, value: Any) -> Any:
        """Mask every text inside a value that is not marked as secret."""
        return self.text(value) if isinstance(value, str) else each(value, self.value)


def _in_json(text: str) -> str:
    """Write a text as Go does inside a JSON string."""
    return re.sub("[<>&\u2028\u2029]", lambda at: f"\\u{ord(at[0]):04x}", json.dumps(text, ensure_ascii=False)[1:-1])


def encrypt_properties(value: Any, crypter: Crypter) -> Any:
    """Write a property value as the state holds it: secrets as ciphertext, unknown values as a marker."""
    if isinstance(value, Secret):
        if value.ciphertext is None:
            text = json.dumps(_nested(value.value), separators=(",", ":"), ensure_ascii=False)
            value.ciphertext = crypter.encrypt(text)
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": value.ciphertext}
    if isinstance(value, dict):
        value = dict(sorted(value.items()))
    return UNKNOWN_MARKER if value is UNKNOWN else each(value, functools.partial(encrypt_properties, crypter=crypter))


def _nested(value: Any) -> Any:
    """Write the content of a secret: secrets inside it keep their mark and are not encrypted a second time."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": json.dumps(_nested(value.value))}
    return each(value, _nested)


def decrypt_properties(value: Any, crypter: Crypter) -> Any:
    """Read a property value of the state; a malformed secret or another key is a SecretError."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return _decrypted(value, crypter)
        if SIGNATURE in value:
            raise UnsupportedError("an asset, archive or resource reference in the state")
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        raise ValueError("a number is out of range")
    return UNKNOWN if value == UNKNOWN_MARKER else each(value, functools.partial(decrypt_properties, crypter=crypter))


def _decrypted(sealed: Mapping[str, Any], crypter: Crypter) -> Secret:
    plaintext, ciphertext = sealed.get("plaintext"), sealed.get("ciphertext")
    if plaintext is None and isinstance(ciphertext, str):
        plaintext = crypter.decrypt(ciphertext)
    else:
        ciphertext = None  # pulumi stack export --show-secrets
    try:
        return Secret(from_json(plaintext or ""), ciphertext)
    except (TypeError, ValueError):
        raise SecretError("a secret holds no JSON, encrypted or in clear") from None


def copy_secret_marks(target: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Mark values of `target` as secret where `source` has a secret under the same name.

    Objects are compared key by key; a secret inside a list makes the whole list secret. The engine restores secrets
    in this way for a provider that does not accept them.
    """
    for key, value in source.items():
        if key not in target:
            continue
        out = target[key]
        if isinstance(out, dict) and isinstance(value, dict):
            copy_secret_marks(out, value)
        elif not isinstance(out, Secret) and contains_secret(value):
            target[key] = Secret(out)


def keep_ciphertexts(new: Any, old: Any) -> None:
    """Give secrets that did not change their ciphertext in the old state, so that their state stays the same."""
    if isinstance(new, Secret) and isinstance(old, Secret):
        if new.ciphertext is None and equal(new, old):
            new.ciphertext = old.ciphertext
    elif isinstance(new, dict) and isinstance(old, dict):
        for key in new.keys() & old.keys():
            keep_ciphertexts(new[key], old[key])
    elif isinstance(new, list) and isinstance(old, list):
        for left, right in zip(new, old, strict=False):
            keep_ciphertexts(left, right)
