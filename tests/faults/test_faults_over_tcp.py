"""A part of the matrix through the real provider process, over sockets and in real time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.emulator import Server, serve
from tests.support.cache import prepared_cache
from tests.support.emulator.config import config_of
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_SECRET, ALERTS, API_KEY, DEFAULT
from tests.support.plugin import NUMBER, ROUTE, Failed, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD, NEW = "https://hooks.example.com/old", "https://hooks.example.com/new"
PASSWORD = "p4ss-c4n4ry-0123456789"
SECRETS = (PASSWORD, ACCOUNT_SECRET, API_KEY, "eyJhbGci")
SECONDS = 3
LOST = (
    *("reset", "closed", "half", "timeout", "503", "504-html", "200-html", "200-cut", "200-empty"),
    *("401", "403-html", "429-retry-after"),
)
AGAIN = ("reset", "half", "503", "429-retry-after")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh emulator over TCP, without limits."""
    with serve(tmp_path_factory.mktemp("emulator") / "emulator.db") as running:
        control(running, "PATCH", "settings", {"telegentRequestsPerMinute": 0})
        yield running


@pytest.fixture(scope="module")
def plugins(emulator: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Plugin]]:
    """Two provider processes, as of two runs, which give every call three seconds.

    Their notes are kept apart from the user's own.
    """
    timeouts = dict.fromkeys(("telegent:timeoutSeconds", "telnyx:timeoutSeconds"), str(SECONDS))
    config = {**config_of(emulator), **timeouts}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_CACHE_HOME", prepared_cache(tmp_path_factory.mktemp("cache")))
        runs = [Plugin(config), Plugin(config)]
    with runs[0], runs[1]:
        yield runs
    said = "".join(line for run in runs for line in run.said)
    assert not [secret for secret in SECRETS if secret in said]
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def plugin(plugins: list[Plugin]) -> Plugin:
    """One of them."""
    return plugins[0]


@pytest.fixture
def fault(emulator: Server) -> Iterator[Any]:
    """Plans one fault, which must fire."""

    def plan(operation: str, kind: str, position: str, times: int = 1) -> None:
        planned = {"operation": operation, "kind": kind, "position": position, "times": times}
        # A late answer is later than the call may take; a told wait is one that it may take.
        control(emulator, "POST", "faults", {**planned, "seconds": 60 if kind == "timeout" else 1})

    yield plan
    assert control(emulator, "DELETE", "faults")["fired"], "the fault did not fire"


def _urls(emulator: Server, name: str) -> list[str]:
    routes = control(emulator, "GET", "state")["routes"]
    return [route["MessageUrl"] for route in routes if route["RouteName"] == name]


def _wish(name: str, **fields: Any) -> dict[str, Any]:
    credentials = {"messageAuthenticationType": "Bearer", "messagePasswordToken": PASSWORD}
    named = {"routeName": name, "__autoname": name, "onDestroy": "delete", **credentials}
    return {**named, "messageUrl": OLD, "messageUrlMethod": "POST", **fields}


@pytest.mark.parametrize("kind", LOST)
def test_a_create_whose_answer_was_lost(emulator: Server, plugin: Plugin, fault: Any, kind: str) -> None:
    """Lost, or replaced by a no that passes: the route is there once, and it is the one that the resource holds."""
    name = f"lost-{kind}"
    fault("createMessageRoute", kind, "after")

    route_id, _ = plugin.create(ROUTE, _wish(name))

    routes = control(emulator, "GET", "state")["routes"]
    assert [route["MessageRouteId"] for route in routes if route["RouteName"] == name] == [route_id]


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("kind", AGAIN)
def test_updates_and_deletes_are_made_again(
    emulator: Server, plugin: Plugin, fault: Any, kind: str, position: str
) -> None:
    """What gives the same result twice is sent twice; afterwards it is as it should be."""
    name = f"again-{kind}-{position}"
    made = control(emulator, "POST", "routes", {"RouteName": name, "MessageUrl": OLD})
    route_id, held = made["MessageRouteId"], {**_wish(name), "messageRouteId": made["MessageRouteId"]}
    fault("updateMessageRoute", kind, position)
    held = plugin.update(ROUTE, route_id, held, _wish(name, messageUrl=NEW))
    assert _urls(emulator, name) == [NEW]

    fault("deleteMessageRoute", kind, position)
    plugin.delete(ROUTE, route_id, held)
    assert _urls(emulator, name) == []


@pytest.mark.parametrize(("position", "phone_number"), [("before", "+15550100002"), ("after", "+15550100003")])
def test_a_number_through_faults(
    emulator: Server, plugins: list[Plugin], fault: Any, position: str, phone_number: str
) -> None:
    """Every request of its life meets a fault; it is taken, moved, and given back."""
    number = {"phoneNumber": phone_number, "messagingProfileId": ALERTS, "onDestroy": "restore"}
    first, second = plugins

    def profile() -> str:
        numbers = control(emulator, "GET", "state")["numbers"]
        return next(str(one["messaging_profile_id"]) for one in numbers if one["phone_number"] == phone_number)

    fault("listMessaging", "reset", position)
    fault("updateMessaging", "half", position)
    number_id, held = first.create(NUMBER, number)
    assert profile() == ALERTS
    fault("updateMessaging", "503", position)
    held = second.update(NUMBER, number_id, held, {**number, "messagingProfileId": ""})
    assert profile() == "None"
    fault("retrieveMessaging", "200-html", position)
    fault("updateMessaging", "429-reset", position)
    second.delete(NUMBER, number_id, held)
    assert profile() == DEFAULT


@pytest.mark.parametrize("kind", ["400-echo", "409-html", "422-empty", "unsuccessful"])
def test_a_clear_no_is_told(emulator: Server, plugin: Plugin, fault: Any, kind: str) -> None:
    """One line that says what was attempted and what to do, without any secret; nothing was made."""
    fault("createMessageRoute", kind, "before", times=2)

    with pytest.raises(Failed) as failed:
        plugin.create(ROUTE, _wish(f"no-{kind}"))

    (told,) = [line for line in str(failed.value).splitlines() if "cannot create message route" in line]
    assert "; " in told
    assert not [secret for secret in SECRETS if secret in str(failed.value)]
    assert _urls(emulator, f"no-{kind}") == []


@pytest.mark.parametrize("kind", ["401", "403-html"])
def test_a_denied_update_is_told(emulator: Server, plugin: Plugin, fault: Any, kind: str) -> None:
    """The same with an update that a fresh token does not help either."""
    made = control(emulator, "POST", "routes", {"RouteName": f"denied-{kind}", "MessageUrl": OLD})
    wish = _wish(f"denied-{kind}")
    fault("updateMessageRoute", kind, "before", times=2)

    with pytest.raises(Failed, match=r"check .*telegent:accountKey") as failed:
        plugin.update(ROUTE, made["MessageRouteId"], {**wish, **made}, {**wish, "messageUrl": NEW})

    assert not [secret for secret in SECRETS if secret in str(failed.value)]
    assert _urls(emulator, f"denied-{kind}") == [OLD]
