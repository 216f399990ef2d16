"""Accounts by name: `account="eu"` has settings, credentials, limits and ownership of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_messaging import resource_types
from pulumi_messaging.core.hidden import PREVIEW
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.emulator import application
from pulumi_messaging.errors import ApiError, ConfigurationError, MessagingError, Refused
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.resource_types import ResourceType
from pulumi_messaging.wiring import Wiring
from tests.support.cache import prepared_cache
from tests.support.emulator.seed import ACCOUNT_KEY, ALERTS, API_KEY, FIRST

EU = {"account": "eu"}
ROUTE = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST", "routeName": "orders"}
DECLARED: dict[ResourceType, dict[str, Any]] = {
    resource_types.ROUTE: ROUTE,
    resource_types.NUMBER: {"phoneNumber": FIRST, "messagingProfileId": ALERTS},
    resource_types.NUMBER_GROUP: {"phoneNumbers": FIRST, "messagingProfileId": ALERTS, "__group": "g-0000000"},
    resource_types.PROFILE: {"name": "orders", "whitelistedDestinations": ("US",)},
    resource_types.NUMBER_ROUTE: {"number": "+15550200001", "messageRouteId": "MRID-1"},
    resource_types.NUMBER_ROUTE_GROUP: {"numbers": "+15550200001", "messageRouteId": "MRID-1", "__group": "g-0000000"},
}
CHANGED: dict[ResourceType, dict[str, Any]] = {
    resource_types.ROUTE: {"messageUrlMethod": "GET"},
    resource_types.NUMBER: {"messagingProfileId": ""},
    resource_types.NUMBER_GROUP: {"messagingProfileId": ""},
    resource_types.PROFILE: {"whitelistedDestinations": ("US", "CA")},
    resource_types.NUMBER_ROUTE: {"messageRouteId": "MRID-2"},
    resource_types.NUMBER_ROUTE_GROUP: {"messageRouteId": "MRID-2"},
}
every_kind = pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.table.resource)


class Accounts:
    """Two accounts of both vendors, each in an emulator of its own that knows its own credentials only."""

    def __init__(self, folder: Path) -> None:
        self.config: dict[str, str] = {}
        self.environ = {"XDG_CACHE_HOME": prepared_cache(folder)}
        self.said: list[str] = []
        self.sent: dict[str, list[str]] = {"": [], "eu": []}  # account → all that its vendors got
        self._vendors = {account: application(str(folder / f"of{account}.db")) for account in self.sent}
        for account in self.sent:
            self._open(account, folder / f"of{account}.db")

    def _open(self, account: str, store: Path) -> None:
        key, secret, api_key = (f"{what}-of{account}" for what in ("DID", "secret", "KEY"))
        self.control(account, "POST", "telegent-keys", {"AccountKey": key, "AccountSecret": secret})
        self.control(account, "POST", "telnyx-keys", {"key": api_key})
        self.control(account, "DELETE", f"telegent-keys/{ACCOUNT_KEY}")
        self.control(account, "DELETE", f"telnyx-keys/{API_KEY}")
        self.control(account, "PATCH", "settings", {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0})
        for route in ("MRID-1", "MRID-2"):
            self.control(account, "POST", "routes", {"MessageRouteId": route, "RouteName": route})
        suffix = f"-{account}" if account else ""
        values = {"accountKey": key, "accountSecret": secret, "baseUrl": f"emulator:{store}"}
        self.config |= {f"telegent{suffix}:{name}": value for name, value in values.items()}
        self.config |= {f"telnyx{suffix}:apiKey": api_key, f"telnyx{suffix}:baseUrl": f"emulator:{store}"}

    def control(self, account: str, method: str, path: str, body: Any = None) -> Any:
        return self._vendors[account].control(method, path, body)

    def statuses(self, account: str) -> set[int]:
        """The statuses of the answers to requests since the last time this was called."""
        return {entry["status"] for entry in self.control(account, "DELETE", "requests")}

    def life(self, kind: ResourceType, wiring: Wiring | None = None) -> Lifecycle:
        return Lifecycle(kind, wiring or self.wiring(), self.config.get, self.environ)

    def wiring(self) -> Wiring:
        return Wiring(self.said.append)


class Recorded(httpx.BaseTransport):
    """Keeps what is sent."""

    def __init__(self, transport: httpx.BaseTransport, sent: list[str]) -> None:
        self._transport, self._sent = transport, sent

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._sent.append(f"{request.headers.raw!r} {request.read()!r}")
        return self._transport.handle_request(request)


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """Two accounts; what each gets is recorded."""
    accounts, embedded = Accounts(tmp_path), Wiring._embedded_transport

    def recorded(wiring: Wiring, store: str) -> httpx.BaseTransport:
        transport = embedded(wiring, store)
        assert transport is not None
        return Recorded(transport, accounts.sent["eu" if store.endswith("eu.db") else ""])

    monkeypatch.setattr(Wiring, "_embedded_transport", recorded)
    return accounts


@every_kind
def test_every_operation_uses_the_credentials_of_its_account(accounts: Accounts, kind: ResourceType) -> None:
    """Create and check go by the declaration, all others by the state; nothing of one account is sent to the other."""
    life = accounts.life(kind)
    for given in ({}, EU):
        declared = life.check({}, {**DECLARED[kind], **given, PREVIEW: True}).inputs
        made = life.create(declared)
        assert made.outputs.get("account") == given.get("account")
        assert not life.diff(made.object_id, made.outputs, declared).changes
        found = life.read(made.object_id, made.outputs)
        assert found is not None
        assert found.inputs.get("account") == given.get("account")
        outputs = life.update(made.object_id, found.outputs, {**declared, **CHANGED[kind]})
        life.delete(made.object_id, outputs)
        account = given.get("account", "")
        assert accounts.statuses(account) == {200}
        assert accounts.statuses("eu" if not account else "") == set()

    ours, theirs = ("".join(accounts.sent[account]) for account in ("", "eu"))
    assert "-of" in ours.replace("-ofeu", "")
    assert "-ofeu" not in ours
    assert "-ofeu" in theirs
    assert "-of" not in theirs.replace("-ofeu", "")


@every_kind
def test_another_account_is_another_object(accounts: Accounts, kind: ResourceType) -> None:
    """From one account to another, to a named one and back to the default one: replaced."""
    accounts.config |= {key.replace("-eu", "-us"): value for key, value in accounts.config.items() if "-eu" in key}
    life = accounts.life(kind)
    declared = DECLARED[kind]
    held = {**declared, "phoneNumberId": "1", "__former": {}, "__numbers": ()} | kind.table.complete({}, declared)

    def replaces(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
        return life.diff("MRID-1", {**held, **old}, {**declared, **new}).replaces

    assert replaces({}, EU) == replaces(EU, {}) == replaces(EU, {"account": "us"}) == ("account",)
    assert replaces(EU, EU) == replaces({}, {}) == ()


def test_every_resource_has_the_argument() -> None:
    """Without a row of its own."""
    assert [table.fields[-1].name for table in TABLES] == ["account"] * len(TABLES)


def test_missing_credentials_are_named_with_their_account(accounts: Accounts) -> None:
    """Keys and variables of the account: those of the default account do not help."""
    accounts.config = {key: value for key, value in accounts.config.items() if "-eu" not in key} | {
        "telnyx:baseUrl": "https://api.telnyx.com/v2"
    }
    life = accounts.life(resource_types.NUMBER)
    declared = {**DECLARED[resource_types.NUMBER], "account": "eu-west"}

    life.check({}, {**declared, PREVIEW: True})
    with pytest.raises(ConfigurationError) as failed:
        life.create(declared)

    assert accounts.said == ["existing objects are not looked up before `pulumi up`: telnyx-eu-west:apiKey not set"]
    assert str(failed.value) == (
        'Telnyx account "eu-west" cannot be used: telnyx-eu-west:apiKey not set: run `pulumi config set --secret '
        "telnyx-eu-west:apiKey`, or set TELNYX_EU_WEST_API_KEY in the environment"
    )


def test_a_change_of_account_says_what_either_side_lacks(accounts: Accounts) -> None:
    """The old object is let go with the credentials of its account."""
    life = accounts.life(resource_types.ROUTE)
    made = life.create(life.check({}, ROUTE).inputs)
    accounts.config = {"telegent-eu:baseUrl": "emulator"}
    life = accounts.life(resource_types.ROUTE)

    declared = life.check(ROUTE, {**ROUTE, **EU, PREVIEW: True}).inputs
    life.diff(made.object_id, made.outputs, declared)

    assert accounts.said == ["`pulumi up` will fail: telegent:accountKey and telegent:accountSecret not set"]


@every_kind
def test_nothing_is_deleted_for_an_account_without_settings(accounts: Accounts, kind: ResourceType) -> None:
    """A wrong name is an error of the diff: an engine would delete the old object before it made the new one."""
    life = accounts.life(kind)
    declared = life.check({}, DECLARED[kind]).inputs
    made = life.create(declared)

    with pytest.raises(ConfigurationError, match=r'account "ue" cannot be used: .*-ue:baseUrl not set'):
        life.diff(made.object_id, made.outputs, {**declared, "account": "ue"})


@pytest.mark.parametrize("named", ["eu", "copy"])
def test_an_object_is_one_where_the_credentials_are(accounts: Accounts, named: str) -> None:
    """Two names for one account share what this run holds; two accounts may have the same number, and do here."""
    suffixes = ("accountKey", "accountSecret", "apiKey", "baseUrl")
    copied = {key: value for key, value in accounts.config.items() if key.endswith(suffixes) and "-eu" not in key}
    accounts.config |= {key.replace(":", "-copy:"): value for key, value in copied.items()}
    life = accounts.life(resource_types.NUMBER)
    declared = DECLARED[resource_types.NUMBER]
    life.create(life.check({}, declared).inputs)

    if named == "eu":
        life.create(life.check({}, {**declared, "account": named}).inputs)
    else:
        with pytest.raises(Refused, match="another resource of this program manages it already"):
            life.create(life.check({}, {**declared, "account": named}).inputs)


def test_settings_and_limits_are_those_of_the_account(accounts: Accounts) -> None:
    """Its `adopt` forbids its take-overs, its limit counts its requests; errors name its keys."""
    accounts.config |= {
        "telnyx-eu:adopt": "equal",
        "telegent-eu:requestsPerMinute": "1",
        "telegent-eu:timeoutSeconds": "1",
    }
    wiring = accounts.wiring()
    numbers, routes = accounts.life(resource_types.NUMBER, wiring), accounts.life(resource_types.ROUTE, wiring)

    for life, kind in ((numbers, resource_types.NUMBER), (routes, resource_types.ROUTE)):
        life.create(life.check({}, DECLARED[kind]).inputs)
    with pytest.raises(MessagingError, match="telnyx-eu:adopt"):
        numbers.create(numbers.check({}, {**DECLARED[resource_types.NUMBER], **EU}).inputs)
    with pytest.raises(MessagingError) as failed:
        routes.create(routes.check({}, {**ROUTE, **EU}).inputs)

    assert "1 requests a minute (telegent-eu:requestsPerMinute) are used" in str(failed.value)
    assert "raise telegent-eu:timeoutSeconds" in str(failed.value)


@every_kind
def test_refused_credentials_are_named_with_their_account(accounts: Accounts, kind: ResourceType) -> None:
    """In the advice of an error."""
    accounts.config |= {"telegent-eu:accountSecret": "wrong", "telnyx-eu:apiKey": "wrong"}
    life = accounts.life(kind)

    with pytest.raises(MessagingError, match=r"check (telegent-eu:accountKey|telnyx-eu:apiKey)") as failed:
        life.create(life.check({}, {**DECLARED[kind], **EU}).inputs)

    assert "telnyx:" not in str(failed.value)
    assert "telegent:" not in str(failed.value)


def test_an_adopted_route_stays_in_its_account(accounts: Accounts) -> None:
    """`adopt` names a route of one account; with another account it names one there."""
    life = accounts.life(resource_types.ROUTE)
    held = {**ROUTE, "adopt": "MRID-1", "__adopted": "adopt"}

    with pytest.raises(Refused, match=r"cannot move message route MRID-1 to another account: .* or keep account$"):
        life.diff("MRID-1", held, {**ROUTE, **EU, "adopt": "MRID-1"})

    assert life.diff("MRID-1", held, {**ROUTE, **EU, "adopt": "MRID-2"}).replaces == ("account",)


def test_advice_names_the_key_of_the_account(accounts: Accounts) -> None:
    life = accounts.life(resource_types.NUMBER_ROUTE)
    given = {**DECLARED[resource_types.NUMBER_ROUTE], **EU, "messageRouteId": "MRID-none"}

    with pytest.raises(ApiError, match="the account of telegent-eu:accountKey has no message route MRID-none"):
        life.create(life.check({}, given).inputs)
