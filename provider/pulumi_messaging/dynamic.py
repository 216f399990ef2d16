"""The adapter over ``pulumi.dynamic``: the only module that knows Pulumi's provider protocol.

States hold provider classes as pickles by reference (``__provider``): so the path of this module and the names of these
classes never change, and instances have no attributes when they are pickled.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, Final, TypeVar

import pulumi
import pulumi.dynamic
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_messaging import resource_types
from pulumi_messaging.api.announce import say
from pulumi_messaging.core.fields import UNKNOWN, Value, Values
from pulumi_messaging.core.hidden import FORMER, ORDER, SECRETS, SENT, SPELLED
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.core.number_messaging import DECLARED_NUMBER
from pulumi_messaging.core.numbers import MEMBERS
from pulumi_messaging.engine_watch import EngineWatch
from pulumi_messaging.errors import MessagingError, Problem, Unfinished
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.partial_failure import attach_outputs
from pulumi_messaging.resource_types import ResourceType
from pulumi_messaging.text import visible
from pulumi_messaging.wiring import Wiring

_PROVIDER_KEY: Final = "__provider"
# The engine encrypts an output that has the name of a secret input. These may hold its value under another name.
_COPIES: Final = (FORMER, ORDER, MEMBERS, ROUTES.name.held, PROFILES.name.held, SPELLED, DECLARED_NUMBER, SENT)

R = TypeVar("R")


class ProviderError(Exception):
    """A failed call, as the engine shows it: one line."""

    __module__ = "builtins"  # or the engine would show the module before the name


def _one_line(method: Callable[..., R]) -> Callable[..., R]:
    """Turn every error of a method into one line, raised outside ``except``: the engine prints chained errors too."""

    @wraps(method)
    def guarded(self: _Provider, *args: Any) -> R:
        try:
            with self.watch.call():
                return method(self, *args)
        except Unfinished as error:
            text = self.shown(str(error))
            if error.outputs:
                outputs = {**_outputs(error.outputs), _PROVIDER_KEY: args[-1][_PROVIDER_KEY]}
                reasons = (error.summary, *error.reasons) if len(error.reasons) > 1 else (text,)
                attach_outputs(error.object_id, outputs, list(map(self.shown, reasons)), text)
        except MessagingError as error:
            text = self.shown(str(error))
        except Exception as error:  # noqa: BLE001 - its text may hold a secret, its place does not
            text = (
                f"internal error in {method.__name__} of {self.resource.table.resource}: {type(error).__name__} "
                f"at {_place(error)}; please report it"
            )
        raise ProviderError(text)

    return guarded


def _place(error: Exception) -> str:
    """File and line of the innermost frame; ``traceback.extract_tb`` finds none under ``sys.tracebacklimit = 0``."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return f"{os.path.basename(frame.f_code.co_filename)}:{line}"  # noqa: PTH119


class _Provider(pulumi.dynamic.ResourceProvider):
    """The protocol, the same for every resource type."""

    serialize_as_secret_always = False  # instances hold nothing that would have to be encrypted
    resource: ClassVar[ResourceType]
    # Of the process: Pulumi makes one instance of each provider class.
    wiring = Wiring(say)
    watch = EngineWatch(wiring.interrupt)

    def configure(self, req: pulumi.dynamic.ConfigureRequest) -> None:
        """Set up the provider's process, which serves nothing else; settings are read with the first request."""
        self.watch.start()
        sys.tracebacklimit = 0  # the SDK answers every error with its traceback, which the engine prints
        if not gc.get_freeze_count():
            gc.freeze()  # modules stay loaded; each full collection would walk through them (0.03 s)
        # The SDK has no method that lists the keys.
        self.wiring.tell(req.config.get, os.environ, getattr(req.config, "_props", {}))
        self._lifecycle = Lifecycle(self.resource, self.wiring, req.config.get, os.environ)

    def shown(self, text: str) -> str:
        """The text without what the program gave as secrets, and with its unseen characters as code points."""
        return visible(self.wiring.given_secrets.without(text))

    def _failure(self, problem: Problem) -> CheckFailure:
        """The engine prints the value of a property that a failure names, secrets included: only the text names it."""
        return CheckFailure("", self.shown(f"{problem.property} {problem.reason}".strip()))

    @_one_line
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check every property at once and fill in defaults."""
        checked = self._lifecycle.check(_from_engine(_olds), _from_engine(news))
        return CheckResult(_to_engine(checked.inputs), list(map(self._failure, checked.problems)))

    @_one_line
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the state with the declaration. No request."""
        difference = self._lifecycle.diff(_id, _from_engine(_olds), _from_engine(_news))
        return DiffResult(
            changes=bool(difference.changes),
            replaces=list(difference.replaces),
            stables=[],
            # A new object that is created first would find the old one by its name or number, and be the same.
            delete_before_replace=True,
        )

    @_one_line
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make or take over the object."""
        created = self._lifecycle.create(_from_engine(props))
        return CreateResult(created.object_id, _outputs(created.outputs))

    @_one_line
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read outputs and managed inputs, so that drift shows field by field; an empty id means gone."""
        found = self._lifecycle.read(id_, _from_engine(props))
        if found is None:
            return ReadResult("", {})
        return ReadResult(id_, _outputs(found.outputs), inputs=_to_engine(found.inputs))

    @_one_line
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send the changed fields."""
        return UpdateResult(_outputs(self._lifecycle.update(_id, _from_engine(_olds), _from_engine(_news))))

    @_one_line
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Carry out ``on_destroy``."""
        self._lifecycle.delete(_id, _from_engine(_props))


class MessageRouteProvider(_Provider):
    """Telegent message routes."""

    resource = resource_types.ROUTE


class NumberMessagingProvider(_Provider):
    """Telnyx per-number messaging settings."""

    resource = resource_types.NUMBER


class NumberGroupProvider(_Provider):
    """Telnyx messaging settings of many numbers alike."""

    resource = resource_types.NUMBER_GROUP


class MessagingProfileProvider(_Provider):
    """Telnyx messaging profiles."""

    resource = resource_types.PROFILE


class NumberRouteProvider(_Provider):
    """Message routes of Telegent numbers."""

    resource = resource_types.NUMBER_ROUTE


class NumberRouteGroupProvider(_Provider):
    """The message route of many Telegent numbers."""

    resource = resource_types.NUMBER_ROUTE_GROUP


_PLAIN: Final = (str, float, int)  # checked first: nearly every value is one of these


def _from_engine(value: Any) -> Any:
    """The engine's value as a plain one, without ``__provider``."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _from_engine(item) for key, item in value.items() if key != _PROVIDER_KEY}
    return tuple(map(_from_engine, value)) if isinstance(value, list) else value


def _outputs(values: Values) -> dict[str, Any]:
    """Outputs for the engine; where an argument was given as a secret, their copies of values are secrets too."""
    outputs: dict[str, Any] = _to_engine(values)
    if values.get(SECRETS):
        outputs |= {name: wrap_rpc_secret(outputs[name]) for name in _COPIES if name in outputs}
    return outputs


def _to_engine(value: Value) -> Any:
    """Plain JSON; dictionaries are new, because the SDK writes into the one it gets."""
    if isinstance(value, _PLAIN):
        return value
    if value is UNKNOWN:
        return Unknown()  # type: ignore[no-untyped-call]
    if isinstance(value, Mapping):
        return {key: _to_engine(item) for key, item in value.items()}
    return list(map(_to_engine, value)) if isinstance(value, Sequence) else value
