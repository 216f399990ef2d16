"""The header Idempotency-Key, ignored unless `telnyxIdempotencyKeys` is set: no operation here documents it."""

from __future__ import annotations

import hashlib
import json

from pulumi_messaging_emulator.telnyx.errors import unprocessable
from pulumi_messaging_emulator.wire import Answer, Call, ok

_LIFETIME = 24 * 3600.0


def replayed(call: Call) -> Answer:
    """The answer of the handler, or of the same POST with the same key in the last 24 hours."""
    key = call.request.headers.get("idempotency-key")
    if not key or call.request.method != "POST" or not call.settings["telnyxIdempotencyKeys"]:
        return call.operation.handler(call)
    name, digest = f"{call.operation.name} {key}", hashlib.sha256(call.request.body).hexdigest()
    noted = json.loads(call.tx.note(name) or "null")
    if noted and call.now - noted["at"] < _LIFETIME:
        if noted["digest"] != digest:
            raise unprocessable("The Idempotency-Key was used with another body.")
        return ok(noted["body"])
    answer = call.operation.handler(call)
    call.tx.set_note(name, json.dumps({"at": call.now, "digest": digest, "body": answer.body}))
    return answer
