"""Telling the engine that a create or an update came to a part only, and what the state is to keep of it.

Pulumi's provider protocol has an answer for this, which the engine stores before it fails the run; ``pulumi.dynamic``
has no way to give it. Its servicer ends every exception of a provider by aborting the gRPC call, and what was attached
to the call before goes with it. The call is found on the stack of the thread that serves it. Where it is not, the
exception is an ordinary failure, after which the engine keeps what it had.
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
_UNKNOWN_STATUS: Final = 2  # what the servicer aborts with; details of another status are not believed


def keep(object_id: str, outputs: Mapping[str, Any], reasons: Sequence[str], message: str) -> bool:
    """Attach what was done to the call that this thread serves; whether there was one to attach it to."""
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
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the only way from a provider's method to the call it answers
    while frame is not None:
        call = frame.f_locals.get("context") if frame.f_code.co_name in _SERVED_BY else None
        if hasattr(call, "set_trailing_metadata"):
            return call
        frame = frame.f_back
    return None


def _status(message: str, detail: bytes) -> bytes:
    """A ``google.rpc.Status``; its Python class is in no package that Pulumi's SDK is sure to bring along."""
    code = _varint(1 << 3) + _varint(_UNKNOWN_STATUS)
    return code + _bytes(2, message.encode()) + _bytes(3, detail)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """A number as protobuf writes it: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while value >> 7:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
