"""Whose an object is: a 404 drops an object of the state only where it is certain that its own account was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.emulator import application
from pulumi_messaging.errors import Refused
from pulumi_messaging.lifecycle import Created, Lifecycle
from pulumi_messaging.reconcile import accounts
from pulumi_messaging.reconcile.accounts import PATIENCE, AccountEvidence, Mark
from pulumi_messaging.resource_types import ROUTE
from pulumi_messaging.wiring import Wiring
from tests.support.clock import VirtualClock
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_KEY, DEFAULT
from tests.support.reconcile.groups import Account, phone
from tests.support.reconcile.runs import SINGLE, Resource, Run

OTHERS = "11111111-2222-4333-8444-555555555555"
ROTATED, FOREIGN = "KEYrotated", "KEYothers"
URL = "https://hooks.example.com/in"
STATE_DELETE = "run `pulumi state delete URN`"

MARKS = {
    "the same key": ("vendor 0a0a0a0a", "vendor 0a0a0a0a", True),
    "another key, nothing shown": ("vendor 0a0a0a0a", "vendor 1b1b1b1b", None),
    "a rotated key": ("vendor AID-1 0a0a0a0a", "vendor AID-1 1b1b1b1b", True),
    "another account": ("vendor AID-1 0a0a0a0a", "vendor AID-2 1b1b1b1b", False),
    "a key of several accounts": ("vendor AID-2 0a0a0a0a", "vendor AID-1 AID-2 1b1b1b1b", True),
    "ids of two kinds": ("vendor AID-1 0a0a0a0a", "vendor DID-1 1b1b1b1b", None),
    "the emulator": ("vendor AID-1 0a0a0a0a", "emulator AID-1 0a0a0a0a", False),
    "an old state": ("0a0a0a0a", "vendor AID-1 0a0a0a0a", True),
    "an old state, another key": ("0a0a0a0a", "vendor AID-1 1b1b1b1b", None),
    "no mark": ("", "vendor AID-1 1b1b1b1b", None),
}


@pytest.mark.parametrize(("held", "now", "same"), MARKS.values(), ids=MARKS)
def test_marks(held: str, now: str, same: bool | None) -> None:
    """A mark is read as it was written, and compares by place, key and ids of one kind."""
    assert str(Mark.read(now)) == now
    assert Mark.read(held).same_as(Mark.read(now)) is same


def evidence(clock: VirtualClock, mark: str = "vendor 1b1b1b1b", key: str = "KEY-s3cret") -> AccountEvidence:
    """What a run knows of an account before its first answer."""
    return AccountEvidence(Mark.read(mark), "telnyx:apiKey", clock.clock, key)


def test_an_object_is_no_evidence_for_itself() -> None:
    """Another one is, also one that is found while the 404 waits; and the wait is bounded, for all 404s together."""
    clock = VirtualClock()
    known = evidence(clock)
    known.found("1")
    known.confirm_gone({}, "find 2", "2")
    assert clock.elapsed == 0

    alone = evidence(clock)
    alone.found("1")
    for _ in range(3):
        with pytest.raises(Refused, match="nothing shows that these credentials belong to its account"):
            alone.confirm_gone({}, "find 1", "1")
    assert clock.elapsed == pytest.approx(PATIENCE, abs=0.2)


def test_a_key_is_no_account() -> None:
    """Telegent shows a DID- that may be the AccountKey: it names no account, and stays out of the state."""
    known = evidence(VirtualClock(), key="DID-secret")
    known.shown("DID-secret", "MRID-1")
    known.shown("AID-1", "MRID-1")
    assert str(known.mark_of("MRID-1")) == "vendor AID-1 1b1b1b1b"


def test_a_mark_names_the_account_of_its_object() -> None:
    """A key may see several accounts: an object has one of them; where it is not shown, none is guessed."""
    known = evidence(VirtualClock())
    known.shown("AID-1", "MRID-1")
    known.shown("AID-2", "MRID-2")
    assert [str(known.mark_of(route)) for route in ("MRID-1", "MRID-2", "MRID-3")] == [
        "vendor AID-1 1b1b1b1b",
        "vendor AID-2 1b1b1b1b",
        "vendor 1b1b1b1b",
    ]


def test_an_update_without_an_answer_keeps_the_mark() -> None:
    """Only credentials that have found the object are those of its account; an id that is not shown again is kept."""
    known, held = evidence(VirtualClock()), {"__account": "vendor org-1 0a0a0a0a"}
    assert known.state_mark(held, "1") == held
    assert known.state_mark({}, "1") == {}
    known.found("1")
    assert known.state_mark(held, "1") == {"__account": "vendor org-1 1b1b1b1b"}


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["organization shown", "organization not shown"])
def shown(request: pytest.FixtureRequest, account: Account) -> bool:
    """Whether rows have an organization_id."""
    account.settings(telnyxOrganizationIdShown=request.param)
    return bool(request.param)


def made(account: Account, kind: str = SINGLE, number: str = phone(0), **given: Any) -> Resource:
    """A resource that an earlier run has made."""
    resource = Resource(kind, number)
    Run(account).up(resource, resource.given(number, **given))
    return resource


def gone(account: Account, *resources: Resource) -> list[bool]:
    """Refresh, in a run of its own: which resources leave the state."""
    run = Run(account)
    return [run.gone(resource) for resource in resources]


OPERATIONS: dict[str, Callable[[Account, Resource], object]] = {
    "refresh": gone,
    "destroy": lambda account, resource: Run(account).delete(resource),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.usefixtures("shown")
def test_another_accounts_key_forgets_no_number(account: Account, operation: Any) -> None:
    """A valid key of another account finds nothing, and that drops nothing."""
    resource = made(account)
    account.use_key(FOREIGN, OTHERS)
    account.control("POST", "numbers", {"phone_number": phone(900), "organization_id": OTHERS})

    with pytest.raises(Refused, match=STATE_DELETE):
        operation(account, resource)

    account.key = "KEYemulator"
    Run(account).delete(resource)
    assert account.profiles()[phone(0)] is None


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_emulator_forgets_no_number_of_the_vendor(account: Account, operation: Any) -> None:
    """The kind of base URL tells them apart before anything is asked, also where the emulator has such a number."""
    resource = made(account)
    account.emulator_store = "emulator.db"
    account.forget_requests()

    with pytest.raises(Refused, match="it is an object of the vendor, and this run talks to the embedded emulator"):
        operation(account, resource)

    assert account.log == []


@pytest.mark.usefixtures("shown")
def test_a_rotated_key_goes_on(account: Account) -> None:
    """Refresh, update and destroy, also of a number that left the account meanwhile."""
    first, second = made(account), made(account, number=phone(1))
    account.use_key(ROTATED)
    Run(account).up(first, first.given(phone(0), profile=DEFAULT))
    assert first.outputs is not None
    assert ROTATED not in str(first.outputs)
    account.edit(phone(1), status="deleted")

    assert gone(account, first, second) == [False, True]
    Run(account).delete(second)
    Run(account).delete(first)
    assert account.profiles()[phone(0)] is None


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("mark", [None, "0a0a0a0a"], ids=["without a mark", "with a digest of a key"])
def test_an_old_state_goes_on(account: Account, mark: str | None) -> None:
    """Another number of the state, or the profile in the resource's own state, shows the account."""
    first, second = made(account), made(account, number=phone(1), profile="", tags=("a",))
    for resource in (first, second):
        assert resource.outputs is not None
        del resource.outputs["__account"]
        resource.outputs |= {} if mark is None else {"__account": mark}
    for number in (phone(0), phone(1)):
        account.drop(number)

    assert gone(account, first) == [True]  # its profile exists
    with pytest.raises(Refused, match=STATE_DELETE):
        gone(account, second)
    third = made(account, number=phone(2))
    assert gone(account, third, second) == [False, True]


# Routes --------------------------------------------------------------------------------------------------------------


class Routes:
    """The routes of an emulator, and runs with one AccountKey or another."""

    def __init__(self, folder: Path) -> None:
        self._store = folder / "routes.db"
        self._app = application(self._store)
        self.key = ACCOUNT_KEY

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return control(self._app, method, path, body)

    def use_key(self, key: str, **owner: Any) -> None:
        """Later runs use another key, of the same accounts where none are given."""
        self.key = key
        self.control("POST", "telegent-keys", {"AccountKey": key, **owner})

    def run(self) -> Lifecycle:
        """One provider process."""
        config = {
            "telegent:baseUrl": f"emulator:{self._store}",
            "telegent:accountKey": self.key,
            "telegent:accountSecret": "emulator-secret",
        }
        return Lifecycle(ROUTE, Wiring(lambda _: None), config.get, {})

    def made(self, name: str = "one", **more: str) -> Created:
        """A route of an earlier run."""
        return self.run().create({"routeName": name, "messageUrl": URL, "messageUrlMethod": "POST", **more})

    def close(self) -> None:
        self._app.close()


@pytest.fixture
def routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Routes]:
    """An emulator without routes."""
    monkeypatch.setattr(accounts, "PATIENCE", 0.2)
    with closing(Routes(tmp_path)) as made:
        yield made


ROUTE_OPERATIONS: dict[str, Callable[[Lifecycle, Created], object]] = {
    "refresh": lambda run, made: run.read(made.object_id, made.outputs),
    "destroy": lambda run, made: run.delete(made.object_id, made.outputs),
    "disable": lambda run, made: run.delete(made.object_id, {**made.outputs, "onDestroy": "disable"}),
}


@pytest.mark.parametrize("operation", ROUTE_OPERATIONS.values(), ids=ROUTE_OPERATIONS)
@pytest.mark.parametrize("shown", [True, False], ids=["AccountId shown", "AccountId not shown"])
@pytest.mark.parametrize("declared", [{}, {"accountId": "AID-emulator"}], ids=["default account", "declared account"])
def test_another_accounts_key_forgets_no_route(routes: Routes, operation: Any, shown: bool, declared: Any) -> None:
    """A valid key of another distributor finds nothing, and that drops nothing."""
    routes.control("PATCH", "settings", {"telegentAccountIdShown": shown})
    made = routes.made(**declared)
    routes.use_key("DID-others", AccountIds=["AID-others"])

    with pytest.raises(Refused, match=STATE_DELETE):
        operation(routes.run(), made)

    assert routes.control("GET", "state")["routes"]


@pytest.mark.parametrize("operation", ROUTE_OPERATIONS.values(), ids=ROUTE_OPERATIONS)
def test_a_rotated_account_key_goes_on(routes: Routes, operation: Any) -> None:
    """Also with a route that was deleted elsewhere: the list shows the account."""
    made = routes.made()
    routes.control("DELETE", f"routes/{made.object_id}")
    routes.use_key("DID-rotated")
    assert operation(routes.run(), made) is None


def test_an_update_notes_the_new_key(routes: Routes) -> None:
    """After one change with a rotated key, that key is the one of the state; the key itself is not in it."""
    made = routes.made()
    routes.use_key("DID-rotated")
    run = routes.run()
    same = run.update(made.object_id, made.outputs, {**made.outputs, "onDestroy": "retain"})
    assert same["__account"] == made.outputs["__account"]  # nothing was asked
    changed = run.update(made.object_id, made.outputs, {**made.outputs, "messageUrlMethod": "GET"})
    assert changed["__account"] != made.outputs["__account"]
    assert "DID-rotated" not in str(changed)


@pytest.mark.parametrize("mark", [{}, {"__account": "0a0a0a0a"}], ids=["without a mark", "with a digest of a key"])
def test_an_old_state_of_routes_goes_on(routes: Routes, mark: Any) -> None:
    """The declared account shows the account, or another route that is found; else a 404 drops nothing."""
    first, second, third = routes.made("1", accountId="AID-emulator-2"), routes.made("2"), routes.made("3")
    first, second, third = (
        Created(one.object_id, {name: value for name, value in one.outputs.items() if name != "__account"} | mark)
        for one in (first, second, third)
    )
    routes.use_key("DID-rotated")
    for one in (first, second):
        routes.control("DELETE", f"routes/{one.object_id}")

    assert routes.run().read(first.object_id, first.outputs) is None
    with pytest.raises(Refused, match=STATE_DELETE):
        routes.run().read(second.object_id, second.outputs)
    run = routes.run()
    assert run.read(third.object_id, third.outputs)
    assert run.read(second.object_id, second.outputs) is None
