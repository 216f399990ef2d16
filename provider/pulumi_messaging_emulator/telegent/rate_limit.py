"""Telegent's rate limit: requests in a rolling minute, kept in the store, so that its processes share it."""

from __future__ import annotations

import math
from http import HTTPStatus

from pulumi_messaging_emulator.wire import Call, Refusal

_MINUTE = 60.0


def count_request(call: Call, account: str, token_id: str) -> None:
    """Count this request, or refuse it with 429 and Retry-After in seconds; a refused request is not counted."""
    limit, now, run = call.settings["telegentRequestsPerMinute"], call.now, call.tx.run
    if not limit:
        return
    # The vendor does not say whether the limit is of the account, the endpoint or the token.
    parts = {"account": account, "endpoint": f"{account} {call.operation.path}", "token": f"{account} {token_id}"}
    bucket = f"telegent {parts[call.settings['telegentLimitPer']]}"
    run("DELETE FROM hits WHERE bucket = ? AND at <= ?", (bucket, now - _MINUTE))
    used, oldest = run("SELECT COUNT(*), MIN(at) FROM hits WHERE bucket = ?", (bucket,)).fetchone()
    if used >= limit:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"Too many requests: {limit} in a minute are allowed.",
            headers={"Retry-After": str(max(1, math.ceil(oldest + _MINUTE - now)))},
        )
    run("INSERT INTO hits VALUES (?, ?)", (bucket, now))
