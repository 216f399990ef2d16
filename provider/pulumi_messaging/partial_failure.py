"""Partial failure: the outputs that the engine keeps of a create or an update that failed halfway.

Pulumi's provider protocol has an answer for this (``ErrorResourceInitFailed``), which the engine stores before it fails
the run. ``pulumi.dynamic`` cannot give it: its servicer turns every exception of a provider into an abort of the gRPC
call. So the answer is attached to the call before the exception is raised. The call is the servicer's argument
``context``, found on the stack of its thread. Where there is none, the exception is an ordinary failure, and the engine
keeps the former outputs.

``pyproject.toml`` names the SDK versions that this was tried with, beside the bounds of ``pulumi``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any, Final

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.provider_pb2 import ErrorResourceInitFailed

_SERVED_BY: Final = ("Create", "Update")
_DETAILS: Final = "grpc-status-details-bin"
_UNKNOWN_STATUS: Final = 2  # the servicer aborts with it; an engine ignores details of another status


def attach_outputs(object_id: str, outputs: Mapping[str, Any], reasons: Sequence[str], message: str) -> bool:
    """Attach the outputs to the gRPC call that this thread serves; False if it serves none.

    Args:
        object_id: The resource's id.
        outputs: Its outputs, plain JSON with ``__provider``.
        reasons: One line for each failure.
        message: The error as the engine shows it.
    """
    call = _call()
    if call is None:
        return False
    properties = Struct()
    properties.update(outputs)
    detail = Packed()
    detail.Pack(ErrorResourceInitFailed(id=object_id, properties=properties, reasons=reasons))
    call.set_trailing_metadata(((_DETAILS, _status(message, detail.SerializeToString())),))
    return True


def _call() -> Any:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - no other way leads from a provider's method to its gRPC call
    while frame is not None:
        call = frame.f_locals.get("context") if frame.f_code.co_name in _SERVED_BY else None
        if hasattr(call, "set_trailing_metadata"):
            return call
        frame = frame.f_back
    return None


def _status(message: str, detail: bytes) -> bytes:
    """An encoded ``google.rpc.Status``. Two packages have its Python class, and a process can load only one of them."""
    return _varint(1 << 3) + _varint(_UNKNOWN_STATUS) + _bytes(2, message.encode()) + _bytes(3, detail)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """A number in protobuf's encoding: seven bits a byte, the lowest first."""
    return bytes([value & 0x7F | 0x80]) + _varint(value >> 7) if value >> 7 else bytes([value])
