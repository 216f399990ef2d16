"""Long waits are announced on stderr, once."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable
from typing import Final

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.text import encodable, visible

ANNOUNCED: Final = 3.0


class Announcer:
    """Announces the waits of one vendor's calls; several calls that wait for the same thing are announced once."""

    def __init__(self, clock: Clock, without_secrets: Callable[[str], str] = str) -> None:
        self._clock = clock
        self._without_secrets = without_secrets
        self._lock = threading.Lock()
        self._until = -math.inf

    def waiting(self, seconds: float, why: str, to: str) -> bool:
        """Announce a long wait, unless another call has just announced one as long. Returns whether it is long."""
        if seconds <= ANNOUNCED:
            return False
        now = self._clock.monotonic()
        with self._lock:
            known = now + seconds <= self._until + ANNOUNCED
            self._until = max(self._until, now + seconds)
        if not known:
            say(self._without_secrets(f"{why}; waiting {math.ceil(seconds)} s {to}"))
        return True


def say(text: str) -> None:
    """Write one line to stderr."""
    sys.stderr.write(encodable(f"pulumi-messaging: {visible(text)}\n", sys.stderr))
    sys.stderr.flush()
