"""A name that a killed process was giving to a route when it died: nobody else gives it away unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import ErrorAnswer, Refused
from pulumi_messaging.reconcile.named.objects import NamedObjects
from tests.support.stateful.world import LATE, Accounts, Kill, Killed

SETTINGS = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST", "onDestroy": "delete"}
AUTOMATIC = {**SETTINGS, "routeName": "mine-0123456", "__autoname": "mine-0123456"}
GIVEN = {**SETTINGS, "routeName": "given"}


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    made = Accounts()
    yield made
    made.close()


def rename(routes: NamedObjects, route_id: str, held: Values) -> None:
    routes.update(route_id, held, GIVEN)


def adopt(routes: NamedObjects, route_id: str, _held: Values) -> None:
    routes.create({**GIVEN, "adopt": route_id})


@pytest.mark.parametrize("give_the_name", [rename, adopt])
def test_a_create_that_is_carried_out_late(
    accounts: Accounts, give_the_name: Callable[[NamedObjects, str, Values], None]
) -> None:
    """The next process waits for it, and refuses to give its name to another route: the line names both."""
    mine, held = accounts.routes().create(AUTOMATIC)
    accounts.wire.kill = Kill(LATE, 0, seconds=8.0)
    with pytest.raises(Killed):
        accounts.routes().create(GIVEN)

    with pytest.raises(Refused) as refused:
        give_the_name(accounts.routes(), mine, held)

    names = {route["RouteName"]: route["MessageRouteId"] for route in accounts.control("GET", "state")["routes"]}
    assert names == {"mine-0123456": mine, "given": names["given"]}
    assert str(refused.value) == (
        f'cannot rename message route {mine} to "given": {names["given"]} has this name already; '
        f"give another route_name"
    )


def test_two_resources_of_the_name(accounts: Accounts) -> None:
    """What the first one was refused for is known to the second one of its process, whose list is the older one."""
    accounts.wire.kill = Kill(LATE, 0, seconds=8.0)
    with pytest.raises(Killed):
        accounts.routes().create(GIVEN)
    routes = accounts.routes()

    for _ in range(2):
        with pytest.raises(Refused, match='cannot create message route "given": the account has a route of this name'):
            routes.create(GIVEN)

    assert [route["RouteName"] for route in accounts.control("GET", "state")["routes"]] == ["given"]


def test_a_refusal_that_is_none(accounts: Accounts) -> None:
    """A create that the vendor refuses and carries out: a second resource of the name makes no other one."""
    accounts.control("POST", "faults", {"operation": "createMessageRoute", "kind": "400", "position": "after"})
    routes = accounts.routes()
    with pytest.raises(ErrorAnswer, match="answered 400"):
        routes.create(GIVEN)

    with pytest.raises(Refused, match='cannot create message route "given": the account has a route of this name'):
        routes.create(GIVEN)

    assert [route["RouteName"] for route in accounts.control("GET", "state")["routes"]] == ["given"]


def test_a_deleted_route_is_made_anew_at_once(accounts: Accounts) -> None:
    """Its name is free as soon as it is gone: nothing is waited for."""
    accounts.time.sleep(60)
    before = accounts.time.elapsed
    accounts.routes().delete(*accounts.routes().create(GIVEN))
    accounts.routes().create(GIVEN)

    assert accounts.time.elapsed == before
