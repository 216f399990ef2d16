"""Stack configuration and environment -> frozen settings of one account of one vendor.

A configuration key wins over its environment variable; a blank value counts as absent. One error names everything that
is wrong with one vendor's settings. Settings are read with the first request: a program whose preview needs no vendor
runs without credentials.

With ``baseUrl: emulator`` the environment's credentials are not used: the embedded emulator knows its fixed accounts
only, and the variables of a developer's shell belong to the real account.

A named account has keys and variables of its own (``account_names``) and takes none of the default account's. The code
names the default account's keys; errors name the account's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pulumi_messaging.account_names import default_key, key_of, variable_of
from pulumi_messaging.base_urls import base_url, host_of, is_loopback, with_version
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging_emulator import accounts as emulator

Get = Callable[[str], str | None]
Default = TypeVar("Default", int, int | None)

TELEGENT_URL = "https://api.telegent.com"
TELNYX_VERSION = "/v2"
TELNYX_URL = f"https://api.telnyx.com{TELNYX_VERSION}"
VENDORS_HOSTS = frozenset({urlsplit(TELEGENT_URL).hostname, urlsplit(TELNYX_URL).hostname})

REQUESTS_PER_MINUTE = 50  # Telegent's standard tier; other limits are by contract
MOST_REQUESTS = 1_000_000
TIMEOUT_SECONDS = 300.0
MOST_SECONDS = 86_400
BULK_LIMIT = 2500  # Telnyx documents none; an order that is refused is halved, so this need not be exact
MOST_BULK = 100_000
EQUAL = "equal"  # of ``telegent:adopt``: what is taken over must have the declared values already

EMULATOR_STORE = ".emulator.db"  # of the default account; that of "eu" is ``.emulator.db.eu``
EMULATOR_ACCOUNTS = {
    "telegent:accountKey": emulator.ACCOUNT_KEY,
    "telegent:accountSecret": emulator.ACCOUNT_SECRET,
    "telegent:accountId": emulator.ACCOUNT_IDS[0],
    "telnyx:apiKey": emulator.TELNYX_KEY,
}

# Set for runs of the pytest fixture, which are always on the emulator.
IN_TEST = "PULUMI_MESSAGING_IN_TEST"
PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_ENVIRONMENT = {
    "telegent:accountKey": "TELEGENT_ACCOUNT_KEY",
    "telegent:accountSecret": "TELEGENT_ACCOUNT_SECRET",
    "telegent:accountId": "TELEGENT_ACCOUNT_ID",
    "telegent:baseUrl": "TELEGENT_BASE_URL",
    "telnyx:apiKey": "TELNYX_API_KEY",
    "telnyx:baseUrl": "TELNYX_BASE_URL",
}
KEYS = (
    *_ENVIRONMENT,
    *("telegent:requestsPerMinute", "telegent:timeoutSeconds", "telegent:adopt"),
    *("telnyx:timeoutSeconds", "telnyx:bulkLimit", "telnyx:adopt"),
)
_SET = "pulumi config set {key} <value>"
_SET_ENCRYPTED = "pulumi config set --secret {key}"
CREDENTIALS = {"telegent": ("telegent:accountKey", "telegent:accountSecret"), "telnyx": ("telnyx:apiKey",)}
_HOW_TO_SET = {"telegent:accountKey": _SET, "telegent:accountSecret": _SET_ENCRYPTED, "telnyx:apiKey": _SET_ENCRYPTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """What the settings of both vendors have in common."""

    account: str = ""  # its name in the program; empty for the default account
    emulator_store: str | None = None  # the embedded emulator's file, or None for an API on the network
    timeout_seconds: float = TIMEOUT_SECONDS  # longest time of one operation, with its waits
    equal_only: str = ""  # the key that refuses take-overs with a write (``telegent:adopt``), where it is set

    def key(self, key: str) -> str:
        """The account's own name of a configuration key of the default account."""
        return key_of(key, self.account)


@dataclass(frozen=True, slots=True)
class TelegentSettings(AccountSettings):
    """Settings of a Telegent account."""

    account_key: str = field(repr=False)  # the distributor's AccountKey
    account_secret: str = field(repr=False)
    account_id: str | None  # default of a route's ``account_id``
    base_url: str  # ends in ``/v1.0``
    requests_per_minute: int | None = None  # the account's limit, kept beforehand, or None for no limit

    @property
    def identity(self) -> tuple[str, ...]:
        """Equal for accounts of two names that are one account."""
        return self.base_url, self.emulator_store or "", self.account_key


@dataclass(frozen=True, slots=True)
class TelnyxSettings(AccountSettings):
    """Settings of a Telnyx account."""

    api_key: str = field(repr=False)
    base_url: str
    bulk_limit: int = BULK_LIMIT  # most numbers of one bulk order

    @property
    def identity(self) -> tuple[str, ...]:
        """As for Telegent."""
        return self.base_url, self.emulator_store or "", self.api_key


def telegent_settings(get: Get, environ: Mapping[str, str], account: str = "") -> TelegentSettings:
    """Telegent's settings, or a ConfigurationError that names everything wrong with them."""
    reader = _Reader(get, environ, account)
    base_url, store = reader.place("telegent:baseUrl", TELEGENT_URL, emulator.EMBEDDED_TELEGENT_URL, form=with_version)
    # The embedded emulator is the user's own, and is paced only on request.
    limit = REQUESTS_PER_MINUTE if store is None else None
    settings = TelegentSettings(
        account_key=reader.text("telegent:accountKey", store, required=True),
        account_secret=reader.text("telegent:accountSecret", store, required=True),
        account_id=reader.text("telegent:accountId", store) or None,
        base_url=base_url,
        emulator_store=store,
        requests_per_minute=reader.count("telegent:requestsPerMinute", limit, MOST_REQUESTS),
        timeout_seconds=reader.seconds("telegent:timeoutSeconds"),
        equal_only=reader.equal("telegent:adopt"),
        account=account,
    )
    reader.raise_problems("Telegent")
    return settings


def telnyx_settings(get: Get, environ: Mapping[str, str], account: str = "") -> TelnyxSettings:
    """Telnyx's settings, or a ConfigurationError that names everything wrong with them."""
    reader = _Reader(get, environ, account)
    base_url, store = reader.place("telnyx:baseUrl", TELNYX_URL, emulator.EMBEDDED_TELNYX_URL)
    settings = TelnyxSettings(
        api_key=reader.text("telnyx:apiKey", store, required=True),
        base_url=base_url,
        emulator_store=store,
        timeout_seconds=reader.seconds("telnyx:timeoutSeconds"),
        bulk_limit=reader.count("telnyx:bulkLimit", BULK_LIMIT, MOST_BULK),
        equal_only=reader.equal("telnyx:adopt"),
        account=account,
    )
    reader.raise_problems("Telnyx")
    return settings


def has_credentials(vendor: str, get: Get, environ: Mapping[str, str], account: str) -> bool:
    """Whether a credential of ``telegent`` or ``telnyx`` is set, or the embedded emulator is, which needs none."""
    texts = map(_Reader(get, environ, account).text, CREDENTIALS[vendor])
    return any(texts) or is_embedded(vendor, get, environ, account)


def is_embedded(vendor: str, get: Get, environ: Mapping[str, str], account: str) -> bool:
    """Whether ``telegent`` or ``telnyx`` is the embedded emulator for an account."""
    return _is_embedded(_Reader(get, environ, account).text(f"{vendor}:baseUrl"))


def variable(key: str, account: str) -> str:
    """The environment variable that is used where a key of an account is absent."""
    return variable_of(_ENVIRONMENT[key], account)


def _in_test(get: Get, account: str) -> Get:
    """The configuration of a named account in a test, whatever is set: an emulator beside the default account's."""

    def emulated(own: str) -> str | None:
        key, _ = default_key(own)
        return f"{get(key)}.{account}" if key.endswith(":baseUrl") else EMULATOR_ACCOUNTS.get(key) or get(own)

    return emulated


class _Reader:
    """Reads the keys of an account, by the names of the default account's, and collects problems."""

    def __init__(self, get: Get, environ: Mapping[str, str], account: str = "") -> None:
        self._get = _in_test(get, account) if account and IN_TEST in environ else get
        self._environ = environ
        self._account = account
        self._missing: list[str] = []
        self._wrong: list[str] = []

    def text(self, key: str, store: str | None = None, *, required: bool = False) -> str:
        """The value of a key, or an empty text; with an emulator, its fixed account in place of the environment."""
        value = self._configured(key) or ("" if store is None else EMULATOR_ACCOUNTS[key])
        value = value or self._environ.get(variable(key, self._account), "").strip()
        # Credentials go into headers; a character that cannot stand there would fail later, and be quoted there.
        if key not in {"telegent:baseUrl", "telnyx:baseUrl"} and not (value.isascii() and value.isprintable()):
            self._wrong.append(f"{self._source(key)} holds a character that is not printable ASCII: set it again")
        if required and not value:
            self._missing.append(key)
        return value

    def place(
        self, key: str, default: str, emulator_url: str, form: Callable[[str], str] = str
    ) -> tuple[str, str | None]:
        """The base URL of a key, and the embedded emulator's file where the key names one.

        A vendor's own host has one base URL; on any other host, a proxy may have the API below any path.
        """
        value = self.text(key)
        if _is_embedded(value):
            return emulator_url, _store(value.removeprefix("emulator").removeprefix(":"), self._account)
        if self._account and not value:
            self._refuse_stray(key, default)
        vendors, value = urlsplit(form(default)), value or default
        try:
            url = urlsplit(form(base_url(value)))
        except ValueError as problem:
            self._wrong.append(f"{self._source(key)} {problem}")
            return vendors.geturl(), None
        if url.hostname in VENDORS_HOSTS and (url.hostname, url.path) != (vendors.hostname, vendors.path):
            self._wrong.append(f"{self._source(key)} is not the URL of the vendor's API: write {default}")
        return url.geturl(), None

    def _refuse_stray(self, key: str, default: str) -> None:
        """Refuse to reach the vendor by a default while the default account does not: the stack is a trial."""
        others = _Reader(self._get, self._environ)
        value = others.text(key)
        if _is_embedded(value) or is_loopback(host_of(value)):
            self._wrong.append(
                f"{self._own(key)} not set, while {others._source(key)} is the emulator or a loopback host: "
                f"run `pulumi config set {self._own(key)} emulator`, or set it to {default} for the vendor"
            )

    def count(self, key: str, default: Default, most: int) -> int | Default:
        """A positive whole number."""
        text = self._configured(key)
        if not text:
            return default
        if re.fullmatch(r"[0-9]{1,7}", text) and 0 < int(text) <= most:
            return int(text)
        self._wrong.append(f"{self._own(key)} is not a whole number from 1 to {most}")
        return default

    def seconds(self, key: str) -> float:
        """A positive number of seconds."""
        text = self._configured(key) or str(TIMEOUT_SECONDS)
        if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,9})?", text) and 0 < float(text) <= MOST_SECONDS:
            return float(text)
        self._wrong.append(f"{self._own(key)} is not a number of seconds above 0 and up to {MOST_SECONDS}")
        return TIMEOUT_SECONDS

    def equal(self, key: str) -> str:
        """The key itself where its value is ``equal``, and an empty text where it is not set."""
        value, own = self._configured(key), self._own(key)
        if value not in ("", EQUAL):
            self._wrong.append(f'{own} must be "{EQUAL}" or absent: run `pulumi config set {own} {EQUAL}`')
        return own if value else ""

    def raise_problems(self, vendor: str) -> None:
        """Raise one error of one line for everything missing or wrong."""
        if self._missing:
            lines = " and ".join(f"`{_HOW_TO_SET[key].format(key=self._own(key))}`" for key in self._missing)
            names = " and ".join(map(self._own, self._missing))
            variables = " and ".join(variable(key, self._account) for key in self._missing)
            self._wrong.insert(0, f"{names} not set: run {lines}, or set {variables} in the environment")
        if self._wrong:
            short = f"{' and '.join(map(self._own, self._missing))} not set" if self._missing else ""
            whose = f'{vendor} account "{self._account}"' if self._account else vendor
            raise ConfigurationError(f"{whose} cannot be used: {'; '.join(self._wrong)}", short)

    def _own(self, key: str) -> str:
        return key_of(key, self._account)

    def _configured(self, key: str) -> str:
        return (self._get(self._own(key)) or "").strip()

    def _source(self, key: str) -> str:
        """The configuration key that is set, or the environment variable in its place."""
        return self._own(key) if self._configured(key) else variable(key, self._account)


def _is_embedded(value: str) -> bool:
    return value == "emulator" or value.startswith("emulator:")


def _store(path: str, account: str) -> str:
    """The emulator's file; a relative path is relative to the folder of Pulumi.yaml, else to the current one."""
    path = path or f"{EMULATOR_STORE}.{account}".rstrip(".")
    here = Path.cwd()
    folders = (here, *here.parents)
    project = next((folder for folder in folders if any((folder / name).is_file() for name in PROJECT_FILES)), here)
    return str(project / Path(path).expanduser())
