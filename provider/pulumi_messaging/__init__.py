"""Pulumi resources for Telegent message routes and Telnyx per-number messaging settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_messaging._version import __version__

if TYPE_CHECKING:
    from pulumi_messaging.program import MessageRoute, NumberMessaging, NumberMessagingGroup

__all__ = ["MessageRoute", "NumberMessaging", "NumberMessagingGroup", "__version__"]


def __getattr__(name: str) -> Any:
    # Lazy, so that importing a pure module of this package does not load Pulumi (0.3 s).
    if name in __all__:
        from pulumi_messaging import program  # noqa: PLC0415

        return getattr(program, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
