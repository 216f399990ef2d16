"""Secrets in the stack file and in the state: `secure` values, ciphertexts, and the properties marked as secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_messaging_engine.errors import SecretError, UnsupportedError
from pulumi_messaging_engine.values import (
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_MARKER,
    Secret,
    contains_secret,
    equal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_messaging_engine.passphrase import Crypter


def decrypt_config(value: Any, crypter: Crypter) -> tuple[Any, bool]:
    """Replace every `{secure: ...}` of a configuration value by its clear text; tell whether there was any."""
    if isinstance(value, dict):
        if value.keys() == {"secure"} and isinstance(value["secure"], str):
            return crypter.decrypt(value["secure"]), True
        items = {key: decrypt_config(item, crypter) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(secret for _, secret in items.values())
    if isinstance(value, list):
        parts = [decrypt_config(item, crypter) for item in value]
        return [item for item, _ in parts], any(secret for _, secret in parts)
    # Go writes 1e3 as 1000.
    return int(value) if isinstance(value, float) and value.is_integer() else value, False


def encrypt_properties(value: Any, crypter: Crypter) -> Any:
    """Write a property value as the state holds it: secrets as ciphertext, unknown values as a marker."""
    if isinstance(value, Secret):
        if value.ciphertext is None:
            text = json.dumps(_nested(value.value), separators=(",", ":"), ensure_ascii=False)
            value.ciphertext = crypter.encrypt(text)
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": value.ciphertext}
    if isinstance(value, dict):
        return {key: encrypt_properties(value[key], crypter) for key in sorted(value)}
    if isinstance(value, list):
        return [encrypt_properties(item, crypter) for item in value]
    return UNKNOWN_MARKER if value is UNKNOWN else value


def _nested(value: Any) -> Any:
    """Write the content of a secret: secrets inside it keep their mark and are not encrypted a second time."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": json.dumps(_nested(value.value))}
    if isinstance(value, dict):
        return {key: _nested(item) for key, item in value.items()}
    return [_nested(item) for item in value] if isinstance(value, list) else value


def decrypt_properties(value: Any, crypter: Crypter) -> Any:
    """Read a property value of the state.

    Raises:
        SecretError: A secret is malformed, or was encrypted with another key.
        EngineError: The passphrase does not fit, or the value needs the Pulumi CLI.
    """
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return _decrypted(value, crypter)
        if SIGNATURE in value:
            raise UnsupportedError("an asset, archive or resource reference in the state")
        return {key: decrypt_properties(item, crypter) for key, item in value.items()}
    if isinstance(value, list):
        return [decrypt_properties(item, crypter) for item in value]
    return UNKNOWN if value == UNKNOWN_MARKER else value


def _decrypted(sealed: Mapping[str, Any], crypter: Crypter) -> Secret:
    plaintext, ciphertext = sealed.get("plaintext"), sealed.get("ciphertext")
    if plaintext is None and isinstance(ciphertext, str):
        plaintext = crypter.decrypt(ciphertext)
    else:
        ciphertext = None  # pulumi stack export --show-secrets
    try:
        return Secret(json.loads(plaintext or ""), ciphertext)
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
