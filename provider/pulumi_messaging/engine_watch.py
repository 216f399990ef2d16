"""Ends the provider's process when its engine is gone, and its waits when the engine cancels the run.

An engine that ends normally ends its provider. One that is killed leaves it behind, for ever: nothing ends
``python -m pulumi.dynamic`` from outside. So a thread looks for two signs. The process has another parent than at its
start (the local engine starts it directly). Or the engine's address, the last argument of the process, refuses
connections (the Pulumi CLI starts it through a shell, which stays).

After the first Ctrl-C an engine calls ``Cancel`` of each provider and waits for the calls under way. The servicer of
``pulumi.dynamic`` has nothing to do for ``Cancel``, and does that when one of its threads is free. gRPC serves a method
in its ``experimental_thread_pool``, where it has one. So ``Cancel`` gets a thread of its own, and the start of this
thread ends the waits. ``pyproject.toml`` names the SDK versions that this was tried with; with another servicer,
``Cancel`` does nothing, as before.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

_SECONDS: Final = 2.0  # between two looks
_REFUSALS: Final = 2  # in a row: then the engine is gone
_SERVICER: Final = "DynamicResourceProviderServicer"
_ADDRESS: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):([0-9]{1,5})")


def _end() -> None:
    from pulumi_messaging.reconcile.process_lock import leave_behind  # noqa: PLC0415 - a process that ends needs it

    leave_behind()
    os._exit(0)


class EngineWatch:
    """Watches the engine of this process, once it is started.

    Args:
        interrupt: Ends the waits of the calls under way; called when the engine cancels the run or is gone. Requests
            are not cut off.
        end: Ends the process; called when the engine is gone and no call is under way.
        seconds: Time between two looks.
    """

    def __init__(
        self,
        interrupt: Callable[[], object],
        end: Callable[[], object] = _end,
        seconds: float = _SECONDS,
    ) -> None:
        self._interrupt = interrupt
        self._end = end
        self._seconds = seconds
        self._idle = threading.Condition()
        self._calls = 0
        self._started = False

    def start(self, arguments: Sequence[str] = sys.argv) -> None:
        """Begin to watch; further calls do nothing."""
        with self._idle:
            if self._started:
                return
            self._started = True
        _on_cancel(self._interrupt)
        threading.Thread(target=self._watch, args=(_address(arguments), os.getppid()), daemon=True).start()

    @contextmanager
    def call(self) -> Iterator[None]:
        """A call of the engine: a request that it has sent gets its answer."""
        with self._idle:
            self._calls += 1
        try:
            yield
        finally:
            with self._idle:
                self._calls -= 1
                self._idle.notify_all()

    def _watch(self, address: tuple[str, int] | None, parent: int) -> None:
        refusals = 0
        watched = address is not None and not _refused(address)  # one that never answered is no sign
        pause = threading.Event()
        while refusals < _REFUSALS and os.getppid() == parent:
            pause.wait(self._seconds)
            refusals = refusals + 1 if watched and address is not None and _refused(address) else 0
        self._interrupt()
        with self._idle:
            self._idle.wait_for(lambda: not self._calls)
        self._end()


def _on_cancel(interrupt: Callable[[], object]) -> None:
    """Call ``interrupt`` when the engine cancels the run."""
    cancel = getattr(getattr(sys.modules["__main__"], _SERVICER, None), "Cancel", None)
    if cancel is not None:
        cancel.experimental_thread_pool = ThreadPoolExecutor(1, initializer=interrupt)


def _address(arguments: Sequence[str]) -> tuple[str, int] | None:
    """The engine's address; None where the process was started without one."""
    found = _ADDRESS.fullmatch(arguments[-1]) if arguments else None
    return (found[1].strip("[]"), int(found[2])) if found else None


def _refused(address: tuple[str, int]) -> bool:
    """Whether nothing listens at an address; a slow answer is no refusal."""
    try:
        socket.create_connection(address, timeout=1.0).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False
