"""The faults' world with accounts that the canaries open, and the real providers over it, up to where the engine is."""

from __future__ import annotations

import gc
import json
import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_messaging.dynamic import MessageRouteProvider, NumberMessagingProvider, ProviderError
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.wiring import Wiring
from pulumi_messaging_emulator.accounts import Credentials
from tests.support.emulator.seed import ALERTS, SECOND
from tests.support.faults.world import TELEGENT, TELNYX, Wire, World
from tests.support.secrets.canaries import (
    ACCOUNT_KEY,
    ACCOUNT_SECRET,
    CALLBACK_PASSWORD,
    CALLBACK_URL,
    CALLBACK_USER,
    CANARIES,
    PASSWORD,
    TELNYX_KEY,
    TOKEN,
    URL,
    USER,
)
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    import pulumi.dynamic

CREDENTIALS = Credentials(ACCOUNT_KEY, ACCOUNT_SECRET, TELNYX_KEY)
NAME = "it-0123456"
# The engine gives every resource the provider's pickle, which outputs of a failed call are kept with.
PROVIDER = {"__provider": "a pickle"}
ROUTE = {
    **PROVIDER,
    "routeName": NAME,
    "__autoname": NAME,
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageAuthenticationType": "Basic",
    "messageUsername": USER,
    "messagePasswordToken": PASSWORD,
    "callbackMessageUrl": CALLBACK_URL,
    "callbackMessageUrlMethod": "POST",
    "callbackMessageAuthenticationType": "Basic",
    "callbackMessageUsername": CALLBACK_USER,
    "callbackMessagePasswordToken": CALLBACK_PASSWORD,
    "onDestroy": "delete",
}
# Every secret is sent anew.
CHANGED_ROUTE = ROUTE | {
    "messageUrl": CALLBACK_URL,
    "messageUsername": CALLBACK_USER,
    "messagePasswordToken": CALLBACK_PASSWORD,
    "callbackMessageUrl": URL,
    "callbackMessageUsername": USER,
    "callbackMessagePasswordToken": PASSWORD,
}
NUMBER = {**PROVIDER, "phoneNumber": SECOND, "messagingProfileId": ALERTS, "onDestroy": "restore"}
CHANGED_NUMBER = NUMBER | {"messagingProfileId": ""}
OURS = ("pulumi_messaging", "pulumi_messaging_emulator", "pulumi_messaging_engine", "stacks", "httpx")


class _WatchedWire(Wire):
    """Calls somebody at each request, when everything that takes part in it is alive."""

    def __init__(self, emulator: Any, watch: Callable[[], None]) -> None:
        super().__init__(emulator)
        self._watch = watch

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._watch()
        return super().handle_request(request)


@dataclass
class SecretWorld(World):
    """A world whose accounts the canaries open; everything that comes out of it is kept in `told`."""

    telegent: TelegentSettings = field(
        default_factory=lambda: TelegentSettings(ACCOUNT_KEY, ACCOUNT_SECRET, None, TELEGENT.base_url)
    )
    telnyx: TelnyxSettings = field(default_factory=lambda: TelnyxSettings(TELNYX_KEY, TELNYX.base_url))
    credentials: Credentials = CREDENTIALS
    told: list[str] = field(default_factory=list)
    chained: bool = False
    watch: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._wire = _WatchedWire(self._emulator, lambda: self.watch())  # noqa: PLW0108 - set later

    def message_route(self) -> pulumi.dynamic.ResourceProvider:
        """The provider of message routes, as in a process of its own."""
        return _over(MessageRouteProvider(), self.routes, self.told)

    def number_messaging(self) -> pulumi.dynamic.ResourceProvider:
        """The provider of numbers, as in a process of its own."""
        return _over(NumberMessagingProvider(), self.numbers, self.told)

    def attempt(self, act: Callable[[], Any]) -> Any:
        """The result of a provider's method, or None where it failed; its error is kept as the engine shows it.

        An internal error is raised.
        """
        try:
            return act()
        except ProviderError as error:
            if "internal error" in str(error):
                raise
            self.chained |= bool(error.__cause__ or error.__context__)
            self.told += [repr(error), "".join(traceback.format_exception(error))]
        return None

    def scanner(self) -> Scanner:
        """Finds the canaries and every bearer token that was sent."""
        tokens = sorted(self._wire.tokens - {"", TELNYX_KEY})
        return Scanner(CANARIES | {f"{TOKEN} {place}": token for place, token in enumerate(tokens)})

    def everything(self) -> list[str]:
        """Errors, messages to the user, the emulator's request log, and the notes on this machine."""
        log = json.dumps(self.control("GET", "requests"))
        files = self.notes.rglob("*") if self.notes else ()
        noted = [f"{path.name} {path.read_bytes()!r}" for path in files if path.is_file()]
        return [*self.told, *self.said, log, *noted]


def shown_objects() -> Iterator[str]:
    """`repr` and `str` of every living object of the package, of the example program and of httpx."""
    for one in gc.get_objects():
        if str(type(one).__module__).partition(".")[0] in OURS:
            yield repr(one)
            if type(one).__str__ is not object.__str__:
                yield str(one)


class _Telling:
    """A reconciler whose errors are kept with their chain, before the adapter sees them."""

    def __init__(self, inner: Any, told: list[str]) -> None:
        self._inner = inner
        self._told = told

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not callable(method):
            return method

        def telling(*args: Any) -> Any:
            try:
                return method(*args)
            except Exception as error:
                self._told += _chain(error)
                raise

        return telling


def _chain(error: BaseException | None) -> Iterator[str]:
    """An error and what it is chained to, also where a traceback would not show that."""
    while error is not None:
        yield f"{error!r} {error} {getattr(error, 'reason', '')} {getattr(error, 'code', '')}"
        error = error.__cause__ or error.__context__


def _over(provider: Any, reconciler: Callable[[], Any], told: list[str]) -> Any:
    """A provider as `configure` leaves it, without what that does to the process, which here is not its own."""
    resource = replace(provider.resource, connect=lambda *_: _Telling(reconciler(), told))
    provider._lifecycle = Lifecycle(resource, Wiring(told.append), lambda _: None, {})
    return provider
