"""The configuration of a stack whose vendors are an emulator."""

from __future__ import annotations

from pulumi_messaging.emulator import Server
from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET, API_KEY


def config_of(server: Server) -> dict[str, str]:
    """The configuration that leads to a server, with the rate limit out of reach."""
    return {
        "telegent:baseUrl": server.url,
        "telegent:accountKey": ACCOUNT_KEY,
        "telegent:accountSecret": ACCOUNT_SECRET,
        "telegent:requestsPerMinute": "1000000",
        "telnyx:baseUrl": server.telnyx_url,
        "telnyx:apiKey": API_KEY,
    }
