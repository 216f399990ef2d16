"""The SDK's servicer still has the shape that `partial_failure` relies on."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import grpc
import pulumi.dynamic
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2

from pulumi_messaging import partial_failure
from tests.support.source import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

DETAIL = "one of two numbers failed"


class Call:
    """A gRPC call as the servicer sees it."""

    def __init__(self) -> None:
        self.attached: dict[str, bytes] = {}
        self.status = grpc.StatusCode.UNKNOWN

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.attached.update(metadata)

    def abort(self, status: grpc.StatusCode, _text: str) -> None:
        self.status = status


def servicer(provider: Any) -> Any:
    """The servicer of the installed SDK over a provider, without the server that its module starts when it is run."""
    path = Path(pulumi.dynamic.__file__).with_name("__main__.py")
    module = parsed(path.read_text())
    module.body = [statement for statement in module.body if ast.unparse(statement) != "main()"]
    names: dict[str, Any] = {"__name__": "servicer"}
    exec(compile(module, str(path), "exec"), names)
    names["get_provider"] = lambda _props, _config: provider
    return names["DynamicResourceProviderServicer"]()


def fail(*_: Any) -> Any:
    """A provider's method that fails halfway."""
    assert partial_failure.attach_outputs("group-0000000", {"kept": True}, [DETAIL], "failed")
    raise RuntimeError


@pytest.mark.parametrize(
    "serve",
    [
        lambda service, props, call: service.Create(provider_pb2.CreateRequest(properties=props), call),
        lambda service, props, call: service.Update(provider_pb2.UpdateRequest(olds=props, news=props), call),
    ],
    ids=["create", "update"],
)
def test_outputs_reach_the_call(serve: Callable[..., None]) -> None:
    """The outputs are attached to the call that is answered, and the call ends with the status they are given for."""
    properties, call = Struct(), Call()
    properties["__provider"] = "payload"

    serve(servicer(SimpleNamespace(create=fail, update=fail)), properties, call)

    assert call.status.value[0] == partial_failure._UNKNOWN_STATUS
    assert DETAIL.encode() in call.attached["grpc-status-details-bin"]


def test_without_a_call_nothing_is_attached() -> None:
    """Outside the servicer a failure is an ordinary one."""
    assert not partial_failure.attach_outputs("group-0000000", {}, [DETAIL], "failed")
