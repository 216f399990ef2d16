"""Telegent's rate limit: requests in a rolling minute."""

from __future__ import annotations

from http import HTTPStatus

from pulumi_messaging_emulator import rate_limits
from pulumi_messaging_emulator.wire import Call, Refusal


def count_request(call: Call, account: str, token_id: str) -> None:
    """Count this request, or refuse it with 429 and Retry-After in seconds."""
    limit = call.settings["telegentRequestsPerMinute"]
    if not limit:
        return
    # The vendor does not say whether the limit is of the account, the endpoint or the token.
    parts = {"account": account, "endpoint": f"{account} {call.operation.path}", "token": f"{account} {token_id}"}
    wait = rate_limits.rolling(call.tx, f"telegent {parts[call.settings['telegentLimitPer']]}", limit, call.now)
    if wait:
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"Too many requests: {limit} in a minute are allowed.",
            headers={"Retry-After": str(wait)},
        )
