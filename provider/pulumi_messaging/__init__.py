"""Pulumi resources for Telegent message routes and Telnyx per-number messaging settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_messaging._version import __version__

if TYPE_CHECKING:
    from pulumi_messaging.functions import get_message_routes, get_messaging_profiles, get_numbers
    from pulumi_messaging.program import (
        MessageRoute,
        MessagingProfile,
        NumberMessaging,
        NumberMessagingGroup,
        NumberRoute,
        NumberRouteGroup,
    )

__all__ = [
    "MessageRoute",
    "MessagingProfile",
    "NumberMessaging",
    "NumberMessagingGroup",
    "NumberRoute",
    "NumberRouteGroup",
    "__version__",
    "get_message_routes",
    "get_messaging_profiles",
    "get_numbers",
]


def __getattr__(name: str) -> Any:
    # Lazy, so that importing a pure module of this package does not load Pulumi (0.3 s).
    if name in __all__:
        if name.startswith("get_"):
            from pulumi_messaging import functions as module  # noqa: PLC0415
        else:
            from pulumi_messaging import program as module  # type: ignore[no-redef]  # noqa: PLC0415

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
