"""The real provider process, spoken to over Pulumi's own protocol as the engine does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from google.rpc.status_pb2 import Status
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROUTE = "gASVOAAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SMFE1lc3NhZ2VSb3V0ZVByb3ZpZGVylJOUKYGULg=="
NUMBER = "gASVOwAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SMF051bWJlck1lc3NhZ2luZ1Byb3ZpZGVylJOUKYGULg=="
GROUP = "gASVNwAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SME051bWJlckdyb3VwUHJvdmlkZXKUk5QpgZQu"
PROFILE = "gASVPAAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SMGE1lc3NhZ2luZ1Byb2ZpbGVQcm92aWRlcpSTlCmBlC4="
NUMBER_ROUTE = "gASVNwAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SME051bWJlclJvdXRlUHJvdmlkZXKUk5QpgZQu"
NUMBER_ROUTE_GROUP = "gASVPAAAAAAAAACMGHB1bHVtaV9tZXNzYWdpbmcuZHluYW1pY5SMGE51bWJlclJvdXRlR3JvdXBQcm92aWRlcpSTlCmBlC4="
URN = "urn:pulumi:dev::adapter::pulumi-python:dynamic/messaging:Any::it"


class Failed(Exception):
    """A provider method raised; the text is all that came over the wire, but for what is kept of a part."""

    unfinished: provider_pb2.ErrorResourceInitFailed | None = None


class Plugin:
    """One provider process; a context manager that ends it."""

    def __init__(self, config: Mapping[str, str]) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TELEGENT", "TELNYX", "PULUMI"))}
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic"],
            env={**kept, "PULUMI_PROJECT": "adapter", "PULUMI_CONFIG": "{}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self._pumps = [
            threading.Thread(target=self._pump, args=(stream,), daemon=True)
            for stream in (self._process.stdout, self._process.stderr)
        ]
        for pump in self._pumps:
            pump.start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        variables = {f"pulumi-python:config:{key}": value for key, value in config.items()}
        self._stub.Configure(provider_pb2.ConfigureRequest(variables=variables, args=struct(config)), timeout=60)

    def _pump(self, stream: Any) -> None:
        with stream:
            self.said.extend(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.terminate()
        self._process.wait(10)
        for pump in self._pumps:
            pump.join(5)

    def cancel(self) -> None:
        """What an engine calls after the first Ctrl-C."""
        self._stub.Cancel(Empty(), timeout=60)

    def check(self, provider: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> Any:
        """The checked inputs, and the failures as (property, reason)."""
        old = struct({**olds, "__provider": provider}) if olds else struct({})
        new = struct({**news, "__provider": provider})
        answer = _call(lambda: self._stub.Check(provider_pb2.CheckRequest(urn=URN, olds=old, news=new), timeout=60))
        return plain(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]

    def diff(self, provider: str, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
        """Changes or not, the properties that replace the object, delete before create or not."""
        old, new = struct({**olds, "__provider": provider}), struct({**news, "__provider": provider})
        request = provider_pb2.DiffRequest(id=object_id, urn=URN, olds=old, news=new)
        answer = _call(lambda: self._stub.Diff(request, timeout=60))
        return answer.changes, list(answer.replaces), answer.deleteBeforeReplace

    def create(self, provider: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The id and the outputs."""
        properties = struct({**inputs, "__provider": provider})
        request = provider_pb2.CreateRequest(urn=URN, properties=properties)
        answer = _call(lambda: self._stub.Create(request, timeout=60))
        return answer.id, plain(answer.properties)

    def update(self, provider: str, object_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs."""
        old, new = struct({**olds, "__provider": provider}), struct({**news, "__provider": provider})
        request = provider_pb2.UpdateRequest(id=object_id, urn=URN, olds=old, news=new)
        return plain(_call(lambda: self._stub.Update(request, timeout=60)).properties)

    def read(self, provider: str, object_id: str, outputs: Mapping[str, Any]) -> tuple[str, Any, Any]:
        """The id (empty: gone), the outputs, the inputs."""
        properties = struct({**outputs, "__provider": provider})
        request = provider_pb2.ReadRequest(id=object_id, urn=URN, properties=properties)
        answer = _call(lambda: self._stub.Read(request, timeout=60))
        return answer.id, plain(answer.properties), plain(answer.inputs)

    def delete(self, provider: str, object_id: str, outputs: Mapping[str, Any]) -> None:
        """Delete the object."""
        properties = struct({**outputs, "__provider": provider})
        request = provider_pb2.DeleteRequest(id=object_id, urn=URN, properties=properties)
        _call(lambda: self._stub.Delete(request, timeout=60))


def struct(values: Mapping[str, Any]) -> Struct:
    """Plain values as the engine sends them."""
    message = Struct()
    message.update(values)
    return message


def plain(message: Struct) -> dict[str, Any]:
    """A message as plain values, without the provider's payload."""
    return {key: value for key, value in MessageToDict(message).items() if key != "__provider"}


def _call(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except grpc.RpcError as error:
        failed = Failed(str(error.details()))
        status = Status.FromString(dict(error.trailing_metadata()).get("grpc-status-details-bin", b""))
        for detail in status.details:
            failed.unfinished = provider_pb2.ErrorResourceInitFailed()
            assert detail.Unpack(failed.unfinished)
            if status.code != error.code().value[0]:
                raise ValueError("grpc-go does not believe details of another status") from None
    raise failed
