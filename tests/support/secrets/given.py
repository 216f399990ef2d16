"""Resources whose every text is given as a secret, and all that a provider process says and keeps of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_messaging.dynamic import (
    MessageRouteProvider,
    MessagingProfileProvider,
    NumberGroupProvider,
    NumberMessagingProvider,
    NumberRouteGroupProvider,
    NumberRouteProvider,
    ProviderError,
)
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.reconcile.process_lock import leave_behind
from pulumi_messaging.wiring import Wiring
from tests.support.clock import VirtualClock
from tests.support.emulator.control import control

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROUTE, NUMBER, GROUP = MessageRouteProvider, NumberMessagingProvider, NumberGroupProvider
PROFILE, ON_ROUTE, ALL_ON_ROUTE = MessagingProfileProvider, NumberRouteProvider, NumberRouteGroupProvider
PROVIDER = {"__provider": "a pickle"}


class Account:
    """Both vendors in the emulator, and one provider process after the other; time passes in sleeps only."""

    def __init__(self, folder: Path, patch: Any) -> None:
        self._folder = folder
        self.time = VirtualClock()
        self.said: list[str] = []
        self._providers: dict[type, Any] = {}
        patch.setattr("pulumi_messaging.api.announce.say", self.said.append)
        patch.setattr("pulumi_messaging.api.transport.Clock", lambda **_: self.time.clock)
        patch.setattr("pulumi_messaging.dynamic.attach_outputs", self._attach)
        self.new_process()

    def new_process(self, **config: str) -> None:
        """End the process and start another one, perhaps with other settings."""
        if self._providers:
            self._wiring.close()
            leave_behind()
        store = f"emulator:{self._folder / 'emulator.db'}"
        self._config = {"telegent:baseUrl": store, "telnyx:baseUrl": store, **config}
        self._wiring = Wiring(self.said.append)
        self._plan = self._folder / "plan"
        self._plan.touch()
        self._wiring.look_ups.plan.file = str(self._plan)
        self._providers = {}
        self.kept: dict[str, Any] = {}  # outputs of the last unfinished operation

    def _attach(self, _id: str, outputs: Mapping[str, Any], reasons: list[str], message: str) -> None:
        self.kept = {name: value for name, value in outputs.items() if name not in PROVIDER}
        self.said += [*reasons, message]

    def _provider(self, kind: Any) -> Any:
        if kind not in self._providers:
            provider = kind()
            provider.wiring = self._wiring
            environment = {"XDG_CACHE_HOME": str(self._folder / "cache")}
            provider._lifecycle = Lifecycle(kind.resource, self._wiring, self._config.get, environment)
            self._providers[kind] = provider
        return self._providers[kind]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control surface; the emulator of a process opens with its first request."""
        store = str(self._folder / "emulator.db")
        if store not in self._wiring._emulators:
            self._wiring.telnyx_client(self._config.get, {})
        return control(self._wiring._emulators[store], method, path, body)

    def script(self, operation: str, **answer: Any) -> None:
        """An answer of a vendor."""
        self.control("POST", "answers", {"operation": operation, **answer})

    def check(self, kind: Any, given: Mapping[str, Any], former: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The checked inputs; failures are said."""
        checked = self._provider(kind).check(dict(former or {}), {**given, **PROVIDER})
        self.said += [f"{failure.property} {failure.reason}" for failure in checked.failures]
        return dict(checked.inputs)

    def attempt(self, kind: Any, method: str, *arguments: Any) -> Any:
        """The result of an operation; its error is said, and the result is None."""
        plain = [{**one, **PROVIDER} if isinstance(one, dict) else one for one in arguments]
        try:
            return getattr(self._provider(kind), method)(*plain)
        except ProviderError as error:
            if "internal error" in str(error):
                raise
            self.said.append(str(error))
        return None

    def up(self, kind: Any, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """A resource that is made without a failure: id and outputs as the state has them."""
        created = self.attempt(kind, "create", self.check(kind, given))
        return created.id, _stored(created.outs)

    def told(self) -> str:
        """Everything that the processes have said and planned, and the notes on this machine."""
        kept = (self._plan, *(path for path in self._cache() if path.suffix != ".db"))
        files = [f"{path} {path.read_text(errors='replace')}" for path in kept]
        return "\n".join([*self.said, *files])

    def _cache(self) -> list[Path]:
        return [path for path in (self._folder / "cache").rglob("*") if path.is_file()]


def _stored(values: Any) -> Any:
    """Outputs as they come back from the state; marks of secrets are the engine's."""
    if isinstance(values, dict):
        if "value" in values and len(values) > 1 and "4dabf18193072939515e22adb298388d" in values:
            return _stored(values["value"])
        return {name: _stored(value) for name, value in values.items() if value is not None}
    return [_stored(value) for value in values] if isinstance(values, list) else json.loads(json.dumps(values))
