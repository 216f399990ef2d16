"""`repr` and `str` of everything that is alive while requests are made, and of what is made by hand."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from canaries import ACCOUNT_KEY, ACCOUNT_SECRET, CALLBACK_PASSWORD, CANARIES, PASSWORD, TELNYX_KEY, USER
from scanner import Scanner
from secret_world import CHANGED_ROUTE, NUMBER, ROUTE, SecretWorld, shown_objects

import pulumi_messaging.testing.project
from pulumi_messaging import errors
from pulumi_messaging.api.calls import Answer, Call
from pulumi_messaging.api.failures import Words
from pulumi_messaging.api.outcomes import SUCCESS, Operation
from pulumi_messaging.api.retry import Attempt
from pulumi_messaging.api.telegent import RouteList, TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.api.tokens import Token
from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.reconcile.reading import Reading
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.testing import Engine, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("400-echo", "unsuccessful", "200-list", "200-cut", "expired-token", "reset")


@pytest.fixture
def world() -> Iterator[SecretWorld]:
    """A world of its own; what was there before it is not looked at."""
    gc.collect()
    gc.freeze()
    made = SecretWorld()
    yield made
    made.close()
    gc.unfreeze()


def test_living_objects_show_no_secret(world: SecretWorld) -> None:
    """While a request is made, no object of ours that is alive shows a part of a secret, whatever went wrong before."""
    shown: set[str] = set()
    world.watch = lambda: shown.update(shown_objects())
    routes = world.message_route()
    for kind in KINDS:
        world.control("POST", "faults", {"operation": "createMessageRoute", "kind": kind})
        name = f"it-{kind}"
        world.attempt(lambda name=name: routes.create({**ROUTE, "routeName": name, "__autoname": name}))  # type: ignore[misc]
    route_id = routes.create(ROUTE).id
    for kind in KINDS:
        world.control("POST", "faults", {"operation": "updateMessageRoute", "kind": kind})
        world.attempt(lambda: routes.update(route_id, {**ROUTE, "messageRouteId": route_id}, CHANGED_ROUTE))
    world.control("POST", "faults", {"operation": "updateMessaging", "kind": "400-echo"})
    world.attempt(lambda: world.number_messaging().create(NUMBER))
    world.number_messaging().create(NUMBER)

    kinds = {text.partition("(")[0].partition(" ")[0].lstrip("<") for text in shown}
    assert kinds >= {
        "Call",
        "Sending",
        "Token",
        "Change",
        "TelegentSettings",
        "TelnyxSettings",
        "Request",
        "ErrorAnswer",
    }
    assert kinds >= {f"pulumi_messaging.api.{name}" for name in ("tokens.EndpointToken", "telnyx.TelnyxKey")}
    assert not world.scanner().found("\n".join(sorted(shown)))


@pytest.mark.parametrize(
    "made",
    [
        TelegentSettings(ACCOUNT_KEY, ACCOUNT_SECRET, None, "https://api.telegent.com/v1.0"),
        TelnyxSettings(TELNYX_KEY, "https://api.telnyx.com/v2"),
        TelegentClient(TelegentSettings(ACCOUNT_KEY, ACCOUNT_SECRET, None, "https://api.telegent.com/v1.0")),
        TelnyxClient(TelnyxSettings(TELNYX_KEY, "https://api.telnyx.com/v2")),
        Call("a", Operation.CREATE, "POST", "/", ROUTE, secrets=(PASSWORD,)),
        Answer(200, ROUTE, PASSWORD, httpx.Headers({"x": TELNYX_KEY})),
        Attempt(SUCCESS, ROUTE),
        Words(PASSWORD, TELNYX_KEY, USER),
        Token(TELNYX_KEY, 300.0),
        RouteList((ROUTE,), complete=True),
        Change(MESSAGE_ROUTE.row("messagePasswordToken"), PASSWORD, CALLBACK_PASSWORD),
        Reading(ROUTE, ROUTE),
        MESSAGE_ROUTE,
        Engine(
            Project("p", None), "dev", config={"telnyx:apiKey": TELNYX_KEY}, environment={"TELNYX_API_KEY": TELNYX_KEY}
        ),
        pulumi_messaging.testing.project.ConfigValue(PASSWORD, secret=True),
    ],
    ids=lambda made: type(made).__name__,
)
def test_what_is_made_by_hand_shows_no_secret(made: Any) -> None:
    """Settings, clients, an engine with its configuration: none of them shows what it was given."""
    assert not Scanner(CANARIES).found(repr(made), str(made))


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_errors_show_their_text_only(kind: type) -> None:
    """What an error carries beside its text, such as the beginning of an answer, is in neither `repr` nor `str`."""
    if not issubclass(kind, Exception):
        return
    error = kind.__new__(kind, "text")
    error.__dict__.update(text=PASSWORD, code=TELNYX_KEY, problems=(errors.Problem("messageUrl", "is wrong"),))

    assert not Scanner(CANARIES).found(repr(error), str(error))
