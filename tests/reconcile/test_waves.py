"""Creates that are under way at once share one look at the account's list."""

from __future__ import annotations

import threading
import time as real_time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_messaging.reconcile.named.waves import Waves


class _Lists:
    """An account's list that takes a moment, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _account: object, leave: Any) -> Any:
        leave()
        self.asked += 1
        return self.asked


def test_creates_in_flight_share_a_look() -> None:
    """A look waits for the creates that are under way, and all have the same one."""
    lists, barrier = _Lists(), threading.Barrier(4)
    waves = Waves(lists)

    def create(number: int) -> Any:
        with waves.creating():
            barrier.wait(10)
            real_time.sleep(number * 0.05)
        return waves.look(None)

    with ThreadPoolExecutor(4) as pool:
        for wave in (1, 2, 3):
            assert list(pool.map(create, range(4))) == [wave] * 4


def test_a_create_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look leaves after a few seconds; the one that comes late has a look of its own."""
    monkeypatch.setattr("pulumi_messaging.reconcile.named.waves._LONGEST", 0.2)
    waves = Waves(_Lists())
    with waves.creating():
        assert waves.look(None) == 1
    assert waves.look(None) == 2


def test_a_look_that_fails_fails_for_all_who_share_it() -> None:
    """And the next one is asked for again."""
    failing = [OSError("no")]

    def request(_account: object, leave: Any) -> Any:
        leave()
        if failing:
            raise failing.pop()
        return "listed"

    waves = Waves(request)
    with pytest.raises(OSError, match="no"):
        waves.look(None)
    assert waves.look(None) == "listed"
