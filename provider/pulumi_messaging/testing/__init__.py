"""The local engine and the pytest fixture under their public import path; see `pulumi_messaging_engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_messaging_engine
from pulumi_messaging_engine import __all__ as __all__

if TYPE_CHECKING:
    from pulumi_messaging_engine import *  # noqa: F403


def __getattr__(name: str) -> Any:
    return getattr(pulumi_messaging_engine, name)
