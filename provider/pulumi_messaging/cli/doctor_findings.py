"""What a check of ``doctor`` found, and the bound of a check that may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TypeVar

from pulumi_messaging.api.failures import without_rotation
from pulumi_messaging.errors import ApiError, MessagingError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. No text of it holds a secret."""

    check: str
    ok: bool  # False: somebody must do something
    detail: str
    advice: str = ""  # what to do; empty where all is well


def failed(check: str, error: MessagingError) -> Finding:
    """The finding of a check that ended with an error: its reason, and its advice."""
    if isinstance(error, ApiError):
        reason, advice = error.reason, without_rotation(error).removeprefix(f"cannot {error.action}: {error.reason}; ")
    else:
        reason, _, advice = str(error).partition(": ")
    return Finding(check, False, reason, advice or "correct it")


def at_once(checks: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """The results of checks that run at the same time; None for each that is not done after so many seconds.

    The threads are daemons: the command ends without them. A resolver of names, for one, cannot be interrupted.
    """
    futures: list[Future[T]] = [Future() for _ in checks]
    for check, future in zip(checks, futures, strict=True):
        threading.Thread(target=_run, args=(check, future), daemon=True).start()
    wait(futures, seconds)
    return [future.result() if future.done() else None for future in futures]


def _run(check: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(check())
    except BaseException as error:  # noqa: BLE001 - raised where the result is waited for
        future.set_exception(error)
