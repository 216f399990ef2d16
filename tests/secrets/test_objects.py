"""`repr` and `str` of everything that is alive while requests are made, and of what is made by hand."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging import errors
from pulumi_messaging.api import telegent, telnyx
from pulumi_messaging.api.bodies import Answer
from pulumi_messaging.api.call import Call
from pulumi_messaging.api.retry import Attempt
from pulumi_messaging.api.retry_table import SUCCESS, Operation
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telegent_answers import RouteList
from pulumi_messaging.api.telnyx import TelnyxClient, TelnyxKey
from pulumi_messaging.api.tokens import Token
from pulumi_messaging.api.words import Words
from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.reconcile.named.reads import Listed
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.testing import Engine, Project
from pulumi_messaging_emulator import wire as emulator_wire
from pulumi_messaging_emulator.wire import Request
from pulumi_messaging_engine.project import ConfigValue
from pulumi_messaging_engine.values import Secret
from tests.support.secrets.canaries import (
    ACCOUNT_KEY,
    ACCOUNT_SECRET,
    CALLBACK_PASSWORD,
    CANARIES,
    PASSWORD,
    TELNYX_KEY,
    USER,
)
from tests.support.secrets.scanner import Scanner
from tests.support.secrets.world import CHANGED_ROUTE, CREDENTIALS, NUMBER, ROUTE, SecretWorld, shown_objects

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
        "Token",
        "Change",
        "TelegentSettings",
        "TelnyxSettings",
        "Request",
        "ErrorAnswer",
    }
    assert kinds >= {f"pulumi_messaging.api.{name}" for name in ("tokens.EndpointToken", "telnyx.TelnyxKey")}
    assert not world.scanner().found("\n".join(sorted(shown)))


TELEGENT = {"account_key": ACCOUNT_KEY, "account_secret": ACCOUNT_SECRET, "account_id": None}
TELNYX = {"api_key": TELNYX_KEY}
# Made when they are looked at: other tests look at everything that is alive.
MADE: dict[str, Callable[[], Any]] = {
    "settings of Telegent": lambda: TelegentSettings(**TELEGENT, base_url="https://api.telegent.com/v1.0"),
    "settings of Telnyx": lambda: TelnyxSettings(**TELNYX, base_url="https://api.telnyx.com/v2"),
    "client of Telegent": lambda: TelegentClient(MADE["settings of Telegent"]()),
    "client of Telnyx": lambda: TelnyxClient(MADE["settings of Telnyx"]()),
    "vendors": lambda: (telegent.VENDOR, telnyx.VENDOR),
    "call": lambda: Call("a", Operation.CREATE, "POST", "/", ROUTE),
    "answer": lambda: Answer(200, ROUTE, PASSWORD, httpx.Headers({"x": TELNYX_KEY})),
    "attempt": lambda: Attempt(SUCCESS, ROUTE),
    "words": lambda: Words(PASSWORD, TELNYX_KEY, USER),
    "token": lambda: Token(TELNYX_KEY, 300.0),
    "authentication": lambda: TelnyxKey(TELNYX_KEY),
    "list": lambda: RouteList((ROUTE,), complete=True),
    "list by id and name": lambda: Listed(
        1, 0.0, True, frozenset(), frozenset({"MRID-1"}), {PASSWORD: (ROUTE,)}, {"MRID-1": ROUTE}
    ),
    "change": lambda: Change(MESSAGE_ROUTE.row("messagePasswordToken"), PASSWORD, CALLBACK_PASSWORD),
    "reading": lambda: Reading(ROUTE, ROUTE),
    "engine": lambda: Engine(Project("p", Path()), "dev", config=ROUTE, environment={"TELNYX_API_KEY": TELNYX_KEY}),
    "value of the configuration": lambda: ConfigValue(PASSWORD, (PASSWORD,)),
    "secret of the engine": lambda: Secret(PASSWORD),
    "request at the emulator": lambda: Request(
        "POST", "/", {}, "", None, {"authorization": TELNYX_KEY}, PASSWORD.encode()
    ),
    "answer of the emulator": lambda: emulator_wire.Answer(200, ROUTE, {"x": TELNYX_KEY}, PASSWORD),
    "credentials of the emulator": lambda: CREDENTIALS,
}


@pytest.mark.parametrize("what", MADE)
def test_what_is_made_by_hand_shows_no_secret(what: str) -> None:
    """Settings, clients, calls, an engine with its configuration: none of them shows what it was given."""
    made = MADE[what]()

    assert not Scanner(CANARIES).found(repr(made), str(made))


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_errors_show_their_text_only(kind: type) -> None:
    """What an error carries beside its text, such as the beginning of an answer, is in neither `repr` nor `str`."""
    if not issubclass(kind, Exception):
        return
    error = kind.__new__(kind, "text")
    error.__dict__.update(text=PASSWORD, code=TELNYX_KEY, problems=(errors.Problem("messageUrl", "is wrong"),))

    assert not Scanner(CANARIES).found(repr(error), str(error))
