"""Cache folders of machines that have made routes before: without notes of creates, the first one waits for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pulumi_messaging.cache_folder import cache_folder, notes_of_creates
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.reconcile.named.create_notes import PendingCreates


def prepared_cache(folder: Path) -> str:
    """The value of XDG_CACHE_HOME for processes of a machine that has made routes before."""
    cache = cache_folder({"XDG_CACHE_HOME": str(folder)})
    assert cache is not None
    notes_of_creates(cache).mkdir(parents=True, exist_ok=True)
    return str(folder)


def no_notes(now: Callable[[], float] = time.time, sleep: Callable[[float], object] = time.sleep) -> PendingCreates:
    """Notes that are never written, of a machine that does not wait for earlier runs."""
    pending = PendingCreates(ROUTES, None, now, sleep)
    pending.nothing_known = False
    return pending
