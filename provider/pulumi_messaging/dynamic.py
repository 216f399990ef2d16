"""The adapter: the only module that knows ``pulumi.dynamic``.

The module path and the class names of the providers are in every user's state (``__provider`` is a pickle by
reference): they are never renamed, and the instances have no attributes when they are pickled.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeVar

import pulumi
import pulumi.dynamic
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.output import Unknown

from pulumi_messaging import wiring
from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import Change, diff, replacements
from pulumi_messaging.core.fields import UNKNOWN, Table, Value, Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import MessagingError, Unfinished
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.planning import guard, hold_group, hold_number, hold_route
from pulumi_messaging.reconcile.reading import Reading
from pulumi_messaging.unfinished import keep

_PROVIDER_KEY = "__provider"

P = ParamSpec("P")
R = TypeVar("R")
Self = TypeVar("Self", bound="_Provider")


class ProviderError(Exception):
    """What the engine shows of a failed call: one line."""

    __module__ = "builtins"  # or the engine would show the module before the name


class Reconciler(Protocol):
    """What a resource does with its objects."""

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make or take over: id and outputs."""

    def read(self, object_id: str, held: Values, /) -> Reading | None:
        """What is there now; None when it is gone."""

    def update(self, object_id: str, held: Values, declared: Values, /) -> dict[str, Value]:
        """Send what changed: outputs."""

    def delete(self, object_id: str, held: Values, /) -> None:
        """Do what ``on_destroy`` says."""


def _one_line(method: Callable[Concatenate[Self, P], R]) -> Callable[Concatenate[Self, P], R]:
    """The boundary of the provider: whatever goes wrong behind it becomes one line.

    The new error is raised outside the ``except`` block because the engine prints chained errors too.
    """

    @wraps(method)
    def guarded(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except Unfinished as error:
            text = str(error)
            if error.outputs:
                inputs: Any = args[-1]
                outputs = {**_returned(error.outputs), _PROVIDER_KEY: inputs[_PROVIDER_KEY]}
                keep(error.object_id, outputs, (error.summary, *error.reasons), text)
        except MessagingError as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001 - the text of a foreign error may hold a secret, its place does not
            text = (
                f"internal error in {method.__name__} of {self.table.resource}: {type(error).__name__} "
                f"at {_place(error)}; please report it"
            )
        raise ProviderError(text)

    return guarded


def _place(error: Exception) -> str:
    """File and line of the innermost frame; ``traceback.extract_tb`` finds none under ``sys.tracebacklimit = 0``."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return f"{os.path.basename(frame.f_code.co_filename)}:{line}"  # noqa: PTH119


class _Provider(pulumi.dynamic.ResourceProvider):
    """What both providers share. Everything set in ``configure`` lives in the plugin process only."""

    serialize_as_secret_always = False  # nothing is captured, so there is nothing to encrypt
    table: ClassVar[Table]
    ownership: ClassVar[Ownership | None] = None  # where several providers have the same objects
    hold: ClassVar[staticmethod[[Ownership, str, Values, Values], None]] = staticmethod(hold_route)

    def configure(self, req: ConfigureRequest) -> None:
        """Remember where settings come from; they are read when the first request needs them."""
        sys.tracebacklimit = 0  # the engine prints the traceback of every error of this process
        if not gc.get_freeze_count():
            gc.freeze()  # what is loaded by now stays; a full collection would look through it (0.03 s each)
        self._setting = req.config.get
        self._ownership = self.ownership or Ownership()
        self._lock = threading.Lock()
        self._program = False
        self._reconciler: Reconciler | None = None

    @abstractmethod
    def _connect(self) -> Reconciler:
        """The reconciler over the vendor's client, made from the settings."""

    def _guard(self, _id: str, _declared: Values, _changes: tuple[Change, ...], _held: Values) -> None:
        """Stop a difference that must not be carried out."""

    @property
    def _objects(self) -> Reconciler:
        with self._lock:
            if self._reconciler is None:
                self._reconciler = self._connect()
            return self._reconciler

    @_one_line
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check every property at once and fill in what the inputs leave open."""
        self._program = True
        values = _received(news)
        # The engine prints the value of a property that a failure names, secrets included: none is named.
        problems = check(self.table, values, quotes=False)
        failures = [CheckFailure("", f"{problem.property} {problem.reason}") for problem in problems]
        return CheckResult(_returned(with_defaults(self.table, _received(_olds), values)), failures)

    @_one_line
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what is held with what is declared. No request."""
        held, declared = _received(_olds), _received(_news)
        if self._program:  # else this is a refresh, which compares with what the program declared before
            self.hold(self._ownership, _id, held, declared)
        changes = diff(self.table, held, declared)
        self._guard(_id, declared, changes, held)
        return DiffResult(
            changes=bool(changes),
            replaces=list(replacements(changes, held)),
            stables=[],
            # Created first, the new object would be the old one, found again by its name or number.
            delete_before_replace=True,
        )

    @_one_line
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make or take over the object."""
        object_id, outputs = self._objects.create(_received(props))
        return CreateResult(object_id, _returned(outputs))

    @_one_line
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The object as it is now, its managed inputs too, so that drift shows field by field; gone is an empty id."""
        reading = self._objects.read(id_, _received(props))
        if reading is None:
            return ReadResult("", {})
        return ReadResult(id_, _returned(reading.outputs), inputs=_returned(reading.inputs))

    @_one_line
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send what changed."""
        return UpdateResult(_returned(self._objects.update(_id, _received(_olds), _received(_news))))

    @_one_line
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do what ``on_destroy`` says."""
        self._objects.delete(_id, _received(_props))


class MessageRouteProvider(_Provider):
    """Telegent message routes."""

    table = MESSAGE_ROUTE

    def _connect(self) -> Reconciler:
        return wiring.message_routes(self._setting, os.environ, self._ownership, _say)

    def _guard(self, _id: str, _declared: Values, _changes: tuple[Change, ...], _held: Values) -> None:
        guard(_id, _declared, _changes, _held)


_NUMBERS = Ownership()


class NumberMessagingProvider(_Provider):
    """Telnyx per-number messaging settings."""

    table = NUMBER_MESSAGING
    ownership = _NUMBERS
    hold = staticmethod(hold_number)

    def _connect(self) -> Reconciler:
        return wiring.number_messagings(self._setting, os.environ, self._ownership, _say)


class NumberGroupProvider(_Provider):
    """Telnyx messaging settings of many numbers alike."""

    table = NUMBER_MESSAGING_GROUP
    ownership = _NUMBERS
    hold = staticmethod(hold_group)

    def _connect(self) -> Reconciler:
        return wiring.number_groups(self._setting, os.environ, self._ownership, _say)


_PLAIN = (str, float, int)  # looked for first: nearly every value is one of these


def _received(properties: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _from_engine(value) for name, value in properties.items() if name != _PROVIDER_KEY}


def _from_engine(value: Any) -> Value:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _from_engine(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_from_engine(item) for item in value)
    return value


def _returned(values: Values) -> dict[str, Any]:
    """A fresh dictionary of plain JSON: the SDK writes into what it is given."""
    return {name: _to_engine(value) for name, value in values.items()}


def _to_engine(value: Value) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if value is UNKNOWN:
        return Unknown()  # type: ignore[no-untyped-call]
    if isinstance(value, Mapping):
        return {key: _to_engine(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_to_engine(item) for item in value]
    return value


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
