"""One name, one route: whoever asks, however long a run takes, and whatever another machine does meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_messaging.api.limiter import Limiter
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.composition import named_objects_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.errors import AccessDenied, Refused
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
from pulumi_messaging.reconcile.named.idempotent_create import SETTLED
from pulumi_messaging.reconcile.named.names import FRESH, Names
from pulumi_messaging.reconcile.named.objects import NamedObjects
from pulumi_messaging.reconcile.named.reads import Reads
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.routes.calls import RouteCalls
from tests.support.stateful.world import AFTER, Accounts, Kill, Killed

SETTINGS = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST", "onDestroy": "delete"}
GIVEN = {**SETTINGS, "routeName": "orders"}
WAITS = "this machine has no note of a create of a message route"


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    made = Accounts()
    yield made
    made.close()


def names(accounts: Accounts) -> list[str]:
    return [route["RouteName"] for route in accounts.control("GET", "state")["routes"]]


def lists(accounts: Accounts) -> int:
    """The lists that were asked for since the last time."""
    log = accounts.control("DELETE", "requests")
    return sum(entry["operation"] == "listMessageRoutes" for entry in log)


def made_elsewhere(accounts: Accounts, name: str = "orders") -> None:
    accounts.control("POST", "routes", [{"RouteName": name}])


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ({}, {"accountId": "AID-emulator"}, True),
        ({"accountId": "AID-emulator"}, {}, True),
        ({"accountId": "AID-emulator"}, {"accountId": "AID-emulator-2"}, False),
    ],
)
def test_accounts_that_are_one(accounts: Accounts, first: dict[str, str], second: dict[str, str], one: bool) -> None:
    """The default account is the one that its list shows, also when both lists were read before the first create."""
    routes = accounts.routes()
    for account in (first, second):
        routes.create({**SETTINGS, **account, "routeName": f"before {len(account)} {account}"})
    routes.create({**GIVEN, **first})

    if one:
        with pytest.raises(Refused, match='cannot create message route "orders"'):
            routes.create({**GIVEN, **second})
    else:
        routes.create({**GIVEN, **second})
    assert names(accounts).count("orders") == (1 if one else 2)


@pytest.mark.parametrize(
    ("shown", "account", "other", "one"),
    [
        ((), None, "AID-1", True),
        (("AID-1",), None, "AID-1", True),
        (("AID-1", "AID-2"), None, "AID-2", True),
        (("AID-1",), None, "AID-2", False),
        (("DID-1",), None, "AID-2", True),
        ((), "AID-1", "AID-2", False),
        ((), "AID-1", "DID-1", True),
        ((), "AID-1", "AID-1", True),
    ],
)
def test_accounts_that_cannot_be_told_apart(
    accounts: Accounts, shown: tuple[str, ...], account: str | None, other: str, one: bool
) -> None:
    """Ids compare with those of their kind; where nothing shows that two accounts differ, a name is taken in both."""
    rows = [{"MessageRouteId": f"MRID-{its}", "AccountID": its} for its in shown]
    for _ in range(2):
        answer = {"TotalRoutes": len(rows), "Results": rows}
        accounts.control("POST", "answers", {"operation": "listMessageRoutes", "times": 9, "body": answer})
    kept = kept_names(accounts)
    for before in {None, account, other}:
        with kept.reserved(before, "before"):
            pass
    kept.created(other, "orders", "MRID-9")

    with kept.reserved(account, "orders") as reserved:
        assert reserved.others == (("MRID-9",) if one else ())


@pytest.mark.parametrize("spelling", ["  orders caf\u00e9 ", "orders  cafe\u0301", "orders\tcaf\u00e9"])
def test_spellings_of_one_name(accounts: Accounts, spelling: str) -> None:
    """Names are compared as the vendor keeps them."""
    made_elsewhere(accounts, "orders caf\u00e9")

    with pytest.raises(Refused, match="the account has a route of this name already"):
        accounts.routes().create({**GIVEN, "routeName": spelling})

    assert names(accounts) == ["orders caf\u00e9"]


def test_a_name_taken_while_a_run_takes_its_time(accounts: Accounts) -> None:
    """A list that is older than five seconds when a create is sent is read again: once, and no younger one."""
    routes = accounts.routes()
    routes.create({**SETTINGS, "routeName": "first"})
    accounts.time.sleep(FRESH)
    lists(accounts)
    routes.create({**SETTINGS, "routeName": "second"})
    assert lists(accounts) == 1, "the look after the create"
    accounts.time.sleep(FRESH + 0.1)
    routes.create({**SETTINGS, "routeName": "third"})
    assert lists(accounts) == 2, "the one before it too"
    accounts.time.sleep(FRESH + 0.1)
    made_elsewhere(accounts)

    with pytest.raises(Refused, match=r'another run has made one of this name meanwhile \(MRID-.*\); .* adopt="MRID-'):
        routes.create(GIVEN)

    assert names(accounts).count("orders") == 1


def test_a_name_given_free_while_a_run_takes_its_time(accounts: Accounts) -> None:
    """An old list takes no name either."""
    made_elsewhere(accounts)
    routes = accounts.routes()
    routes.create({**SETTINGS, "routeName": "first"})
    accounts.time.sleep(FRESH + 0.1)
    for route in accounts.control("GET", "state")["routes"]:
        if route["RouteName"] == "orders":
            accounts.control("DELETE", f"routes/{route['MessageRouteId']}")

    routes.create(GIVEN)

    assert names(accounts).count("orders") == 1


def test_a_name_taken_while_the_limit_holds_a_create_back(accounts: Accounts) -> None:
    """The limit lets two requests go, the list and its token; the name is looked up again when the create may leave."""
    limiter = Limiter(2, "account", None, accounts.said.append, accounts.time.clock)
    client = TelegentClient(accounts.telegent, accounts.wire, clock=accounts.time.clock, limiter=limiter)
    accounts.time.due.append((30.0, lambda: made_elsewhere(accounts)))

    with pytest.raises(Refused, match="another run has made one of this name meanwhile"):
        named_objects_of(client, Ownership(), accounts.attempts(), accounts.said.append).create(GIVEN)

    client.close()
    assert accounts.time.elapsed > 60
    assert names(accounts) == ["orders"]


def kept_names(accounts: Accounts) -> Names:
    """The names of one process, without the rest of it."""
    calls = RouteCalls(accounts.telegent_client())
    return Names(calls, Reads(calls), accounts.attempts(), accounts.said.append)


def test_a_note_ends_when_the_state_has_the_route(accounts: Accounts) -> None:
    """A cut-off create is evidence for the next run, and for none after the run that reads the route by its id."""
    accounts.wire.kill = Kill(AFTER, 0)
    with pytest.raises(Killed):
        accounts.routes().create(GIVEN)
    (route,) = accounts.control("GET", "state")["routes"]

    def noted() -> Any:
        with pytest.raises(Refused), kept_names(accounts).reserved(None, "orders") as reserved:
            raise Refused
        assert reserved.others == (route["MessageRouteId"],)
        return reserved.noted

    assert noted().matches(ROUTES, route)
    assert accounts.routes().read(route["MessageRouteId"], GIVEN)
    assert noted() is None


def made_at_once(accounts: Accounts, kept: Names, account: str = "AID-emulator") -> tuple[str, str]:
    """The ids of a route that we make, and of one that another machine makes at the same time."""
    with kept.reserved(None, "orders") as reserved:
        assert reserved.others == ()
        both = ({"RouteName": "orders"}, {"RouteName": "orders", "AccountId": account})
        ours, theirs = (route["MessageRouteId"] for route in accounts.control("POST", "routes", list(both)))
        kept.created(None, "orders", ours)
    return ours, theirs


def test_two_machines_at_once(accounts: Accounts) -> None:
    """The look after a create shows the other route; nothing is deleted."""
    kept = kept_names(accounts)
    ours, theirs = made_at_once(accounts, kept)

    assert kept.look_after(None, "orders", ours) == (theirs,)
    assert names(accounts) == ["orders", "orders"]


def test_two_routes_that_are_no_twins(accounts: Accounts) -> None:
    """A route that we have deleted, and one of another account that a distributor's list shows as well."""
    kept = kept_names(accounts)
    ours, theirs = made_at_once(accounts, kept)
    kept.deleted(None, "orders", theirs)
    assert kept.look_after(None, "orders", ours) == ()
    answer = [
        {"MessageRouteId": "MRID-1", "RouteName": "support", "AccountID": "AID-1"},
        {"MessageRouteId": "MRID-2", "RouteName": "support", "AccountID": "AID-2"},
    ]
    accounts.control(
        "POST", "answers", {"operation": "listMessageRoutes", "body": {"TotalRoutes": 2, "Results": answer}}
    )
    assert kept.look_after(None, "support", "MRID-1") == ()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 400, "body": {"StatusCode": 400, "Message": "No."}}, "answered 400"),
        ({"body": {"TotalRoutes": 7, "Results": []}}, "Telegent's list of message routes is shorter than it says"),
    ],
)
def test_a_look_that_shows_nothing(accounts: Accounts, answer: dict[str, Any], why: str) -> None:
    """The route is made, and the line says what is not known."""
    routes = accounts.routes()
    routes.create({**SETTINGS, "routeName": "first"})
    accounts.control("POST", "answers", {"operation": "listMessageRoutes", **answer})

    route_id, _ = routes.create(GIVEN)

    (said,) = accounts.said
    assert said.startswith(f"message route {route_id} was made, and nothing shows whether another route has got its")
    assert why in said


def process_of(accounts: Accounts, notes: Path | None) -> NamedObjects:
    """A process of a machine that keeps its notes there."""
    pending = PendingCreates(ROUTES, notes, accounts.time.now, accounts.time.sleep)
    return named_objects_of(accounts.telegent_client(), Ownership(), pending, accounts.said.append)


@pytest.mark.parametrize("lag", [0.0, 5.0, 14.0])
def test_a_fresh_container_after_a_kill(accounts: Accounts, tmp_path: Path, lag: float) -> None:
    """Its first create waits until the list must show what a run before it may have made: no second route."""
    accounts.control("PATCH", "settings", {"telegentListLagSeconds": lag})
    accounts.wire.kill = Kill(AFTER, 0)
    with pytest.raises(Killed):
        process_of(accounts, tmp_path / "first").create(GIVEN)

    with pytest.raises(Refused, match='cannot create message route "orders": the account has a route of this name'):
        process_of(accounts, tmp_path / "second").create(GIVEN)

    assert names(accounts) == ["orders"]


def test_a_create_that_is_killed_while_it_looks_after_itself(accounts: Accounts, tmp_path: Path) -> None:
    """Engine and provider are killed when the route is made and the engine does not know: the note is evidence."""
    automatic = {**SETTINGS, "routeName": "orders-0123456", "__autoname": "orders-0123456"}
    secret = {**automatic, "messageAuthenticationType": "Bearer", "messagePasswordToken": "ours"}

    def killed() -> None:
        first = process_of(accounts, tmp_path)
        first.create(GIVEN)
        accounts.wire.kill = Kill(AFTER, 1, writes=False)
        with pytest.raises(Killed):
            first.create(secret)

    killed()
    gc.collect()  # its locks end with it

    object_id, _ = process_of(accounts, tmp_path).create(secret)

    assert "taken over (this machine has a note of its create, which was cut off)" in accounts.said[-1]
    assert [route["MessageRouteId"] for route in accounts.control("GET", "state")["routes"]][1:] == [object_id]


def test_a_fresh_container_waits_once(accounts: Accounts, tmp_path: Path) -> None:
    """Said once, for the first create of a run; the next run finds the folder of notes."""
    routes = process_of(accounts, tmp_path / "notes")
    assert accounts.time.elapsed == 0
    for name in ("first", "second"):
        routes.create({**SETTINGS, "routeName": name})
        assert accounts.time.elapsed == SETTLED
    process_of(accounts, tmp_path / "notes").create({**SETTINGS, "routeName": "third"})

    assert accounts.time.elapsed == SETTLED
    (said,) = accounts.said
    assert said.startswith(WAITS)


def test_a_refused_key_is_known_before_the_wait(accounts: Accounts, tmp_path: Path) -> None:
    """So is a vendor that is out of reach. A later run waits: nothing was made, but the list is not known to settle."""
    accounts.control("POST", "faults", {"operation": "createToken", "kind": "401"})

    with pytest.raises(AccessDenied, match=r"^cannot list message routes: no token for "):
        process_of(accounts, tmp_path / "notes").create(GIVEN)
    assert accounts.time.elapsed == 0
    process_of(accounts, tmp_path / "notes").create(GIVEN)

    assert accounts.time.elapsed == SETTLED


def test_without_a_folder_every_run_waits(accounts: Accounts) -> None:
    """Nothing can be noted, so nothing is known of the run before."""
    for run in (1, 2):
        process_of(accounts, None).create({**SETTINGS, "routeName": f"run {run}"})
        assert accounts.time.elapsed == run * SETTLED


def test_the_embedded_emulator_is_not_waited_for(accounts: Accounts, tmp_path: Path) -> None:
    """It is in the process: no other machine asks it, and its list does not lag. Nor is a run without creates."""
    accounts.telegent = replace(accounts.telegent, emulator_store=str(tmp_path / "emulator.db"))
    process_of(accounts, None).create(GIVEN)
    (route,) = accounts.control("GET", "state")["routes"]
    process_of(accounts, tmp_path / "fresh").create({**GIVEN, "adopt": route["MessageRouteId"]})

    assert accounts.time.elapsed == 0
    assert [line for line in accounts.said if "taken over" not in line] == []


def test_a_rotated_key_finds_the_notes_of_its_account(accounts: Accounts, tmp_path: Path) -> None:
    """Where the account's id is known, it is the key of a note, not the account key."""
    accounts.telegent = replace(accounts.telegent, account_id="AID-emulator")
    accounts.wire.kill = Kill(AFTER, 0)
    with pytest.raises(Killed):
        process_of(accounts, tmp_path).create(GIVEN)
    before = accounts.time.elapsed
    accounts.telegent = replace(accounts.telegent, account_key="DID-rotated")
    client = TelegentClient(accounts.telegent, _Empty(), clock=accounts.time.clock)
    routes = named_objects_of(
        client, Ownership(), PendingCreates(ROUTES, tmp_path, accounts.time.now, accounts.time.sleep), print
    )

    routes.create(GIVEN)

    client.close()
    assert accounts.time.elapsed - before == pytest.approx(SETTLED)


class _Empty(httpx.BaseTransport):
    """An account without routes, whatever the key."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("tokens"):
            return httpx.Response(200, json={"token": "t0ken", "successful": True, "tokenExpiry": None})
        if request.method == "GET":
            return httpx.Response(200, json={"TotalRoutes": 0, "Results": []})
        return httpx.Response(200, json={"MessageRouteId": "MRID-1"})
