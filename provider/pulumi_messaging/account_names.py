"""Names of accounts, each with configuration keys and environment variables of its own.

The name of the default account is empty; ``account="eu-west"`` reads ``telnyx-eu-west:apiKey`` and
``TELNYX_EU_WEST_API_KEY``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Ends a reason.
FORM: Final = 'must be lower-case letters and digits, with single hyphens between them ("eu", "eu-west")'

_NAMESPACE: Final = re.compile(rf"(telegent|telnyx)-({NAME.pattern}):")
_VARIABLE: Final = re.compile(
    r"(?:TELEGENT|TELNYX)_([A-Z0-9]+(?:_[A-Z0-9]+)*)_(?:BASE_URL|ACCOUNT_KEY|ACCOUNT_SECRET|API_KEY)"
)


def namespace_of(vendor: str, account: str) -> str:
    """The namespace of an account's keys: ``telnyx`` → ``telnyx-eu``."""
    return f"{vendor}-{account}" if account else vendor


def key_of(key: str, account: str) -> str:
    """The key of an account: ``telnyx:apiKey`` → ``telnyx-eu:apiKey``."""
    vendor, _, name = key.partition(":")
    return f"{namespace_of(vendor, account)}:{name}"


def variable_of(variable: str, account: str) -> str:
    """The environment variable of an account: ``TELNYX_API_KEY`` → ``TELNYX_EU_API_KEY``."""
    vendor, _, name = variable.partition("_")
    return f"{vendor}_{account.upper().replace('-', '_')}_{name}" if account else variable


def default_key(key: str) -> tuple[str, str]:
    """The default account's key and the account's name: ``telnyx-eu:apiKey`` → ``telnyx:apiKey``, ``eu``."""
    named = _NAMESPACE.match(key)
    return (f"{named[1]}:{key[named.end() :]}", named[2]) if named else (key, "")


def accounts_in(keys: Iterable[str], variables: Iterable[str]) -> list[str]:
    """The default account, then those that configuration keys name, or variables of a base URL or a credential."""
    configured = {default_key(key)[1] for key in keys}
    in_environment = {named[1].lower().replace("_", "-") for named in map(_VARIABLE.fullmatch, variables) if named}
    return sorted({"", *configured, *in_environment})
