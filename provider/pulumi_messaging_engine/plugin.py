"""The provider process: the real `python -u -m pulumi.dynamic`, called over Pulumi's provider protocol."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf.any_pb2 import Any as PackedMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_messaging_engine.language_host import CHANNEL_OPTIONS
from pulumi_messaging_engine.processes import Child
from pulumi_messaging_engine.resources import Resource
from pulumi_messaging_engine.secrets import copy_secret_marks
from pulumi_messaging_engine.values import equal, from_struct, plain, to_struct

PARALLEL_CALLS: Final = 4  # the plugin has as many threads
_STATUS_DETAILS: Final = 3
_START_SECONDS: Final = 60.0  # starting takes less than a second, and some seconds on a busy machine
_INTERRUPTED: Final = "the run was interrupted: run the command again"

T = TypeVar("T")


@dataclass(frozen=True)
class Unfinished:
    """The result of a partial failure: the id, the outputs, and a reason for each error."""

    id: str
    outputs: dict[str, Any] = field(repr=False)
    reasons: list[str]

    @property
    def text(self) -> str:
        """The reasons as `pulumi` prints them."""
        count = f"{len(self.reasons)} error{'' if len(self.reasons) == 1 else 's'} occurred:"
        return "\n\t* ".join([count, *self.reasons])


@dataclass(eq=False)
class ProviderError(Exception):
    """A provider method failed; the text is the provider's.

    `abandoned`: the engine ended the process before it answered, so the outcome is unknown.
    `unfinished`: the result of a create or an update that failed in part, to be kept in the state.
    """

    text: str
    abandoned: bool = False
    unfinished: Unfinished | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Diff:
    """The answer to a diff; `changes` is None where the provider leaves the comparison to the engine."""

    changes: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


class Plugin:
    """Calls provider methods, up to four at once; the first call starts the process."""

    def __init__(
        self, python: str, folder: str, environment: Mapping[str, str], project: str, on_line: Callable[[str], None]
    ) -> None:
        self._command = [python, "-u", "-m", "pulumi.dynamic"]
        self._folder = folder
        self._environment = {**environment, "PULUMI_PROJECT": project, "PULUMI_CONFIG": "{}"}
        self._on_line = on_line
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(PARALLEL_CALLS)
        self._child: Child | None = None
        self._channel: grpc.Channel | None = None
        self._stub: provider_pb2_grpc.ResourceProviderStub | None = None
        self._failed = ""  # why the process did not start
        self._canceled = False
        self._stopped = False
        self._cancel: grpc.Future | None = None
        self.config: dict[str, Any] = {}

    def configure(self, config: dict[str, Any]) -> None:
        """Set the configuration; a process with another one is ended, and the next call starts a new process."""
        with self._lock:
            if self._stub is not None and not equal(config, self.config):
                self._end()
            self.config = config

    def _start(self) -> provider_pb2_grpc.ResourceProviderStub:
        with self._lock:
            if self._stub is not None:
                return self._stub
            if self._given_up():
                raise ProviderError(_INTERRUPTED)
            if self._failed:  # once: other calls have waited for the same start
                raise ProviderError(self._failed)
            try:
                self._stub = self._connected(self._port())
            except ProviderError:
                self._end()
                raise
            return self._stub

    def _given_up(self) -> bool:
        return self._canceled or self._stopped

    def _port(self) -> str:
        """Start the process; gives the port on which it listens."""
        self._child = Child(self._command, self._folder, self._environment, self._on_line)
        port = self._child.first_line(_START_SECONDS, self._given_up)
        self._child.pump()
        if port is None and self._given_up():
            raise ProviderError(_INTERRUPTED)
        if port is None or not port.isdigit():
            process = "the provider process (python -m pulumi.dynamic)"
            late = f"did not listen within {_START_SECONDS:.0f} s and was ended: check `virtualenv` in Pulumi.yaml"
            self._failed = f"{process} {late if port is None else 'did not start: its own words above say why'}"
            raise ProviderError(self._failed)
        return port

    def _connected(self, port: str) -> provider_pb2_grpc.ResourceProviderStub:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        args = to_struct(self.config, secrets=True, unknowns=True)
        request = provider_pb2.ConfigureRequest(args=args, acceptSecrets=True, acceptResources=True)
        request.variables.update({f"pulumi-python:config:{key}": plain(each) for key, each in self.config.items()})
        with self._errors():
            stub.Configure(request)
        return stub

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            if self._stopped:
                raise ProviderError(_INTERRUPTED, abandoned=True) from None
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                raise ProviderError(
                    "the provider process ended before it answered: its own words above say why"
                ) from None
            unfinished = _unfinished(error)
            text = unfinished.text if unfinished else str(error.details()).rstrip()
            raise ProviderError(text, unfinished=unfinished) from None

    def _call(self, method: Callable[[provider_pb2_grpc.ResourceProviderStub], T]) -> T:
        stub = self._start()
        with self._slots, self._errors():
            return method(stub)

    def check(
        self, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any], *, unknowns: bool
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Check inputs; gives them as the provider completed them, and the failures as (property, reason).

        Without `unknowns`, inputs that are not known are left out.
        """
        request = provider_pb2.CheckRequest(urn=urn, olds=_bare(olds), news=_bare(news, unknowns=unknowns))
        answer = self._call(lambda stub: stub.Check(request))
        return _marked(answer.inputs, news), [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, old: Resource, inputs: Mapping[str, Any], ignore_changes: list[str]) -> Diff:
        """Compare old outputs with new inputs."""
        request = provider_pb2.DiffRequest(
            id=old.id,
            urn=old.urn,
            olds=_bare(old.outputs, unknowns=True),
            news=_bare(inputs, unknowns=True),
            old_inputs=_bare(old.inputs, unknowns=True),
            ignoreChanges=ignore_changes,
        )
        answer = self._call(lambda stub: stub.Diff(request))
        known = {provider_pb2.DiffResponse.DIFF_SOME: True, provider_pb2.DiffResponse.DIFF_NONE: False}
        return Diff(known.get(answer.changes), tuple(answer.replaces), answer.deleteBeforeReplace)

    def create(self, new: Resource) -> tuple[str, dict[str, Any]]:
        """Create a resource; gives its id and outputs."""
        request = provider_pb2.CreateRequest(urn=new.urn, properties=_bare(new.inputs))
        answer = self._call(lambda stub: stub.Create(request))
        if not answer.id:
            raise ProviderError(f"plugin returned empty resource.ID from create '{new.urn}'")
        return answer.id, _marked(answer.properties, new.inputs)

    def update(self, old: Resource, new: Resource) -> dict[str, Any]:
        """Update a resource; gives its outputs."""
        request = provider_pb2.UpdateRequest(
            id=old.id,
            urn=new.urn,
            olds=_bare(old.outputs),
            news=_bare(new.inputs),
            old_inputs=_bare(old.inputs),
            ignoreChanges=new.ignore_changes,
        )
        answer = self._call(lambda stub: stub.Update(request))
        return _marked(answer.properties, new.inputs)

    def read(self, old: Resource) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """Read a resource; gives its id (empty: it is gone), its outputs, and its inputs if the provider gives them."""
        request = provider_pb2.ReadRequest(
            id=old.id, urn=old.urn, properties=_bare(old.outputs), inputs=_bare(old.inputs)
        )
        answer = self._call(lambda stub: stub.Read(request))
        inputs = _marked(answer.inputs, old.inputs) if answer.HasField("inputs") else None
        return answer.id, _marked(answer.properties, old.outputs), inputs

    def delete(self, old: Resource) -> None:
        """Delete a resource."""
        request = provider_pb2.DeleteRequest(
            id=old.id, urn=old.urn, properties=_bare(old.outputs), old_inputs=_bare(old.inputs)
        )
        self._call(lambda stub: stub.Delete(request))

    def cancel(self) -> None:
        """Ask the provider to end its waits, as the CLI does after Ctrl-C; running calls get their answers."""
        self._canceled = True
        with self._lock:
            if self._stub is not None:
                self._cancel = self._stub.Cancel.future(Empty())  # without a reference it would be withdrawn

    def stop(self) -> None:
        """End the process; calls that wait for an answer fail."""
        self._stopped = True
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._child is not None:
            self._child.stop()
        self._stub = self._channel = self._child = None


def _unfinished(error: grpc.RpcError) -> Unfinished | None:
    """Read the result of a partial failure from the details of an error."""
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    status = UnknownFieldSet(Empty.FromString(details))  # a google.rpc.Status, whose class may not be installed
    for each in map(status.__getitem__, range(len(status))):
        if each.field_number == _STATUS_DETAILS:
            detail = PackedMessage.FromString(each.data)
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(failed):
                return Unfinished(failed.id, from_struct(failed.properties), list(failed.reasons))
    return None


def _marked(answer: Any, source: Mapping[str, Any]) -> dict[str, Any]:
    """Read a struct without secret marks, and mark as secret the values that are secrets in `source`."""
    properties = from_struct(answer)
    copy_secret_marks(properties, source)
    return properties


def _bare(properties: Mapping[str, Any], *, unknowns: bool = False) -> Any:
    """Write a struct without secret marks, which the plugin does not accept."""
    return to_struct(properties, secrets=False, unknowns=unknowns)
