"""The provider process: the real `python -u -m pulumi.dynamic`, spoken to over Pulumi's provider protocol."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf.any_pb2 import Any as PackedMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_messaging.testing.values import annotate_secrets, equal, from_struct, plain, to_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

    from pulumi_messaging.testing.state import Resource

PARALLEL_CALLS: Final = 4  # the plugin has as many threads
_MEBIBYTE: Final = 1024 * 1024
CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", 400 * _MEBIBYTE),
    ("grpc.max_send_message_length", 400 * _MEBIBYTE),
    ("grpc.max_metadata_size", 16 * _MEBIBYTE),  # an error's text travels in a header
    ("grpc.absolute_max_metadata_size", 16 * _MEBIBYTE),
)
_STATUS_DETAILS: Final = 3
_STOP_SECONDS: Final = 5.0
_INTERRUPTED: Final = "the run was interrupted: run the command again"

T = TypeVar("T")


class ProviderError(Exception):
    """A provider method raised; the text is what the provider process sent.

    `abandoned`: the engine itself ended the process before it answered, so that nobody knows what came of the call.
    `unfinished`: what the provider wants to be kept of a create or an update that came to a part only.
    """

    def __init__(self, text: str, *, abandoned: bool = False, unfinished: Unfinished | None = None) -> None:
        super().__init__(text)
        self.abandoned = abandoned
        self.unfinished = unfinished


@dataclass(frozen=True)
class Unfinished:
    """A resource as far as it came: its id, its outputs and what is wrong with it."""

    id: str
    outputs: dict[str, Any]
    reasons: list[str]

    @property
    def text(self) -> str:
        """The reasons in the manner of `pulumi`."""
        count = f"{len(self.reasons)} error{'' if len(self.reasons) == 1 else 's'} occurred:"
        return "\n\t* ".join([count, *self.reasons])


@dataclass(frozen=True)
class Diff:
    """The answer to a diff; `changes` is None when the provider leaves it to the engine."""

    changes: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


class Child:
    """A child process whose output goes line by line to `on_line`; it is ended by its id."""

    def __init__(
        self, command: list[str], folder: str, environment: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        # A process group of its own: Ctrl-C reaches the engine first, which lets running calls finish.
        self.process = subprocess.Popen(  # noqa: S603  this engine's own command
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._on_line = on_line
        self._pumps: list[threading.Thread] = []

    def pump(self) -> None:
        """Starts forwarding output."""
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            thread = threading.Thread(target=self._forward, args=(stream,), daemon=True)
            thread.start()
            self._pumps.append(thread)

    def _forward(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._on_line(line.rstrip("\n"))

    def stop(self) -> None:
        """Ends the process if it still runs, and waits until its output has been forwarded."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for thread in self._pumps:
            thread.join(_STOP_SECONDS)
        if not self._pumps:
            for stream in (self.process.stdout, self.process.stderr):
                assert stream is not None
                stream.close()


class Plugin:
    """Calls provider methods, up to four at once; the process is started when the first call is made."""

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
        self._stopped = False
        self.config: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """The id of the provider process, once it runs."""
        return self._child.process.pid if self._child else None

    def configure(self, config: dict[str, Any]) -> None:
        """Sets the configuration; a process that runs with another one is ended, the next call starts a new one."""
        with self._lock:
            if self._stub is not None and not equal(config, self.config):
                self._end()
            self.config = config

    def _start(self) -> provider_pb2_grpc.ResourceProviderStub:
        with self._lock:
            if self._stopped:
                raise ProviderError(_INTERRUPTED)
            if self._stub is not None:
                return self._stub
            self._child = Child(self._command, self._folder, self._environment, self._on_line)
            assert self._child.process.stdout is not None
            port = self._child.process.stdout.readline().strip()
            self._child.pump()
            if not port.isdigit():
                raise ProviderError(
                    "the provider process (python -m pulumi.dynamic) did not start: its own words above say why"
                )
            self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
            stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
            with self._errors():
                stub.Configure(self._configuration())
            self._stub = stub
            return stub

    def _configuration(self) -> provider_pb2.ConfigureRequest:
        return provider_pb2.ConfigureRequest(
            variables={f"pulumi-python:config:{key}": plain(value) for key, value in self.config.items()},
            args=to_struct(self.config, secrets=True, unknowns=True),
            acceptSecrets=True,
            acceptResources=True,
        )

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
        self, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The checked inputs, and the failures as (property, reason)."""
        request = provider_pb2.CheckRequest(urn=urn, olds=_bare(olds, unknowns=True), news=_bare(news, unknowns=True))
        answer = self._call(lambda stub: stub.Check(request))
        inputs = from_struct(answer.inputs)
        annotate_secrets(inputs, news)
        return inputs, [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, old: Resource, inputs: Mapping[str, Any], ignore_changes: list[str]) -> Diff:
        """Old outputs against new inputs."""
        request = provider_pb2.DiffRequest(
            id=old.id,
            urn=old.urn,
            olds=_bare(old.outputs, unknowns=True),
            news=_bare(inputs, unknowns=True),
            old_inputs=_bare(old.inputs, unknowns=True),
            ignoreChanges=ignore_changes,
        )
        answer = self._call(lambda stub: stub.Diff(request))
        changes = {provider_pb2.DiffResponse.DIFF_SOME: True, provider_pb2.DiffResponse.DIFF_NONE: False}.get(
            answer.changes
        )
        return Diff(changes, tuple(answer.replaces), answer.deleteBeforeReplace)

    def create(self, new: Resource) -> tuple[str, dict[str, Any]]:
        """The id and the outputs."""
        request = provider_pb2.CreateRequest(urn=new.urn, properties=_bare(new.inputs))
        answer = self._call(lambda stub: stub.Create(request))
        if not answer.id:
            raise ProviderError(f"plugin returned empty resource.ID from create '{new.urn}'")
        outputs = from_struct(answer.properties)
        annotate_secrets(outputs, new.inputs)
        return answer.id, outputs

    def update(self, old: Resource, new: Resource) -> dict[str, Any]:
        """The outputs."""
        request = provider_pb2.UpdateRequest(
            id=old.id,
            urn=new.urn,
            olds=_bare(old.outputs),
            news=_bare(new.inputs),
            old_inputs=_bare(old.inputs),
            ignoreChanges=new.ignore_changes,
        )
        answer = self._call(lambda stub: stub.Update(request))
        outputs = from_struct(answer.properties)
        annotate_secrets(outputs, new.inputs)
        return outputs

    def read(self, old: Resource) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """The id (empty: it is gone), the outputs, and the inputs if the provider gives them."""
        request = provider_pb2.ReadRequest(
            id=old.id, urn=old.urn, properties=_bare(old.outputs), inputs=_bare(old.inputs)
        )
        answer = self._call(lambda stub: stub.Read(request))
        outputs = from_struct(answer.properties)
        annotate_secrets(outputs, old.outputs)
        inputs = from_struct(answer.inputs) if answer.HasField("inputs") else None
        if inputs is not None:
            annotate_secrets(inputs, old.inputs)
        return answer.id, outputs, inputs

    def delete(self, old: Resource) -> None:
        """Deletes what the state records."""
        request = provider_pb2.DeleteRequest(
            id=old.id, urn=old.urn, properties=_bare(old.outputs), old_inputs=_bare(old.inputs)
        )
        self._call(lambda stub: stub.Delete(request))

    def stop(self) -> None:
        """Ends the process; calls that wait for an answer fail."""
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
    """What the error's details keep of a create or an update, as the provider protocol has it."""
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    status = UnknownFieldSet(Empty.FromString(details))  # a google.rpc.Status, whose class may not be installed
    for field in map(status.__getitem__, range(len(status))):
        if field.field_number == _STATUS_DETAILS:
            detail = PackedMessage.FromString(field.data)
            failed = provider_pb2.ErrorResourceInitFailed()
            if detail.Unpack(failed):
                return Unfinished(failed.id, from_struct(failed.properties), list(failed.reasons))
    return None


def _bare(properties: Mapping[str, Any], *, unknowns: bool = False) -> Any:
    """A struct without secret marks: the plugin says that it does not accept them."""
    return to_struct(properties, secrets=False, unknowns=unknowns)


def child_environment(base: Mapping[str, str], python: str, virtualenv: str | None) -> dict[str, str]:
    """The environment of the children: as given, with the project's virtual environment first on PATH."""
    environment = dict(base)
    if virtualenv:
        folder = os.path.dirname(python)  # noqa: PTH120  a symbolic link must not be followed
        environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", "")])
        environment["PULUMI_RUNTIME_VIRTUALENV"] = os.path.dirname(folder)  # noqa: PTH120
        environment.pop("PYTHONHOME", None)
    return environment
