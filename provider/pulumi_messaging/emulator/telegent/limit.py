"""Telegent's rate limit: so many requests in any 60 seconds."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pulumi_messaging.emulator import limits
from pulumi_messaging.emulator.wire import Refusal

if TYPE_CHECKING:
    from pulumi_messaging.emulator.wire import Call


def count_request(call: Call, account: str, token_id: str) -> None:
    """Counts this request, or refuses it with 429 and Retry-After in seconds."""
    limit = call.settings["telegentRequestsPerMinute"]
    if not limit:
        return
    # The vendor does not say what its limit is kept for.
    parts = {"account": account, "endpoint": f"{account} {call.operation.path}", "token": f"{account} {token_id}"}
    wait = limits.rolling(call.tx, f"telegent {parts[call.settings['telegentLimitPer']]}", limit, call.now)
    if wait:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"Too many requests: {limit} in a minute are allowed.",
            headers={"Retry-After": str(wait)},
        )
