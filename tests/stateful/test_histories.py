"""Random histories of a stack through the real provider code: nothing lost, nothing doubled, nothing of others touched.

`HISTORIES` in the environment says how many (300), `HISTORIES_SEED` which ones.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from tests.support.stateful.histories import HISTORIES, Step
from tests.support.stateful.stack import Stack

PARTS = 10
COUNT = int(os.environ.get("HISTORIES", "300"))
SEED = int(os.environ.get("HISTORIES_SEED", "0"))


@pytest.mark.parametrize("part", range(PARTS))
def test_histories(part: int) -> None:
    """After every step of every history the invariants of `Stack` hold, and in the end it converges."""

    @seed(SEED * PARTS + part)
    @settings(
        max_examples=-(-COUNT // PARTS),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(HISTORIES)
    def lives(history: list[Step]) -> None:
        stack = Stack()
        note("\n".join(map(repr, history)))
        try:
            for step in history:
                stack.live(step)
            stack.end()
        finally:
            stack.close()

    lives()
