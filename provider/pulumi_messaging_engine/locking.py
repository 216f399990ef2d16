"""One run at a time: the lock of a stack, and the end of a run by SIGTERM."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import filelock

from pulumi_messaging_engine.errors import EngineError


@contextlib.contextmanager
def locked(state_file: Path) -> Iterator[None]:
    """Hold the stack's lock, which the operating system frees when the process ends in any way.

    Raises:
        EngineError: Another run holds it.
    """
    state_file.parent.mkdir(parents=True, exist_ok=True)
    stack = state_file.name.removesuffix(".json")
    holder = state_file.with_name(f"{stack}.pid")
    lock = filelock.FileLock(state_file.with_name(f"{stack}.lock"), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        pid = holder.read_text().strip() if holder.is_file() else "unknown"
        raise EngineError(
            f"the stack {stack!r} is locked by another run (process {pid}): wait for its end, or end it"
        ) from None
    try:
        holder.write_text(f"{os.getpid()}\n")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does, so that the children end and the state is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
