"""What a refresh of many objects asks for, through the real provider process: pages and lists, not a read each."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.emulator import Server, serve
from tests.support.emulator.config import config_of
from tests.support.emulator.control import control
from tests.support.emulator.seed import DEFAULT as PROFILE
from tests.support.plugin import NUMBER, ROUTE, Plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE = 4  # calls that Pulumi's provider process takes at a time
SEEDED = 6  # numbers of a fresh emulator


@pytest.fixture
def account(tmp_path: Any) -> Iterator[Server]:
    """An emulator of its own, without limits."""
    with serve(tmp_path / "emulator.db") as running:
        control(running, "PATCH", "settings", {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0})
        yield running


def numbers(server: Server, size: int) -> list[dict[str, Any]]:
    """Make the account so large; its numbers."""
    new = [{"phone_number": f"+1777{index:07}", "messaging_profile_id": PROFILE} for index in range(size - SEEDED)]
    made: list[dict[str, Any]] = control(server, "POST", "numbers", new)
    return made


def held_number(number: dict[str, Any]) -> dict[str, Any]:
    """What the state has of a number that was on no profile before."""
    return {
        "phoneNumber": number["phone_number"],
        "phoneNumberId": number["id"],
        "messagingProfileId": PROFILE,
        "onDestroy": "restore",
        "__former": {"messagingProfileId": ""},
    }


def held_route(route: dict[str, Any]) -> dict[str, Any]:
    """What the state has of a route."""
    return {
        "routeName": route["RouteName"],
        "messageUrl": "https://hooks.example.com/in",
        "messageUrlMethod": "POST",
        "callbackMessageUrl": "",
        "messageRouteId": route["MessageRouteId"],
        "onDestroy": "delete",
    }


def asked(server: Server, act: Callable[[Plugin], None]) -> Counter[str]:
    """What a provider process of its own asks for meanwhile."""
    config = config_of(server)
    control(server, "DELETE", "requests")
    with Plugin(config) as plugin:
        act(plugin)
    return Counter(entry["operation"] for entry in control(server, "GET", "requests"))


def refresh(plugin: Plugin, payload: str, objects: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Read all, as many at a time as the engine may."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: plugin.read(payload, *one), objects))


def test_a_thousand_numbers_of_a_thousand(account: Server) -> None:
    """At most seven calls; what was changed elsewhere shows, and what was not does not."""
    there = numbers(account, 1_000)
    control(account, "PATCH", f"numbers/{there[700]['id']}", {"messaging_profile_id": None})
    objects = [(number["id"], held_number(number)) for number in there]
    found: list[Any] = []

    log = asked(account, lambda plugin: found.extend(refresh(plugin, NUMBER, objects)))

    assert log.total() <= 7, log
    assert [read[0] for read in found] == [number_id for number_id, _ in objects]
    changed = [index for index, read in enumerate(found) if read[2]["messagingProfileId"] != PROFILE]
    assert changed == [700]


def test_ten_numbers_of_fifty_thousand(account: Server) -> None:
    """At most thirteen calls."""
    there = numbers(account, 50_000)[::5_000]
    objects = [(number["id"], held_number(number)) for number in there]
    found: list[Any] = []

    log = asked(account, lambda plugin: found.extend(refresh(plugin, NUMBER, objects)))

    assert len(found) == 10
    assert all(read[2]["messagingProfileId"] == PROFILE for read in found)
    assert log.total() <= 13, log


def test_creates_look_at_the_same_pages(account: Server) -> None:
    """Five hundred numbers that are as declared are taken over with no write, and their first looks share pages."""
    there = numbers(account, 500)
    declared = [{"phoneNumber": number["phone_number"], "messagingProfileId": PROFILE} for number in there]

    def create(plugin: Plugin) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert len(list(pool.map(lambda one: plugin.create(NUMBER, one), declared))) == len(there)

    log = asked(account, create)

    assert log.keys() == {"listMessaging"}
    assert log.total() <= 2 * 2, log


def test_three_hundred_routes(account: Server) -> None:
    """One list and its token; what was changed elsewhere shows."""
    there = control(account, "POST", "routes", [{"RouteName": f"route-{index}"} for index in range(300)])
    control(account, "PATCH", f"routes/{there[7]['MessageRouteId']}", {"CallbackMessageUrl": "https://theirs.example/"})
    objects = [(route["MessageRouteId"], held_route(route)) for route in there]
    found: list[Any] = []

    log = asked(account, lambda plugin: found.extend(refresh(plugin, ROUTE, objects)))

    assert log == {"createToken": 1, "listMessageRoutes": 1}
    assert [read[0] for read in found] == [route_id for route_id, _ in objects]
    assert [index for index, read in enumerate(found) if read[2]["callbackMessageUrl"]] == [7]


def test_adopted_routes_are_read_from_the_list(account: Server) -> None:
    """Taking over a hundred routes that are as declared: one list and its token."""
    there = control(account, "POST", "routes", [{"RouteName": f"route-{index}"} for index in range(100)])
    url = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
    declared = [{**url, "adopt": route["MessageRouteId"]} for route in there]

    def create(plugin: Plugin) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(lambda one: plugin.create(ROUTE, one), declared))
        assert [route_id for route_id, _ in made] == [route["MessageRouteId"] for route in there]

    assert asked(account, create) == {"createToken": 1, "listMessageRoutes": 1}


@pytest.mark.parametrize("routes", [1, 4, 9, 60])
def test_creates_share_one_list_a_wave(account: Server, routes: int) -> None:
    """The list after one wave of creates is the list before the next."""
    url = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
    declared = [{**url, "routeName": f"route-{number}"} for number in range(routes)]
    # Answers take a moment, as a vendor's do: a wave is four creates, also on a busy machine.
    delay = {"operation": "createMessageRoute", "kind": "delay", "seconds": 0.2, "times": routes}
    control(account, "POST", "faults", delay)

    def create(plugin: Plugin) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert len(list(pool.map(lambda one: plugin.create(ROUTE, one), declared))) == routes

    log = asked(account, create)

    assert log["createMessageRoute"] == routes
    assert 2 <= log["listMessageRoutes"] <= -(-routes // AT_ONCE) + 1
