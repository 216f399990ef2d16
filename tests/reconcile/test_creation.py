"""A create takes effect once, whatever becomes of its answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_messaging.errors import AccessDenied, ApiError, ErrorAnswer, NoAnswer, RateLimited, Refused
from pulumi_messaging.reconcile.named.idempotent_create import SETTLED, Candidate, create_once
from pulumi_messaging.reconcile.single_flight import Coalescer
from tests.support.clock import VirtualClock

WHAT = "create message route orders"
ENDS: dict[str, ApiError] = {
    "lost": NoAnswer(WHAT, "no answer", "run it again", sent=True),
    "denied": AccessDenied(WHAT, "answered 403", "check the key", status=403, unclear=True),
    "limited": RateLimited(WHAT, "answered 429", "wait", status=429, unclear=True),
}
LOST = ENDS["lost"]


class Vendor:
    """An API whose creates end as scripted and whose list shows a route some seconds after it was made."""

    def __init__(self, time: VirtualClock, outcomes: Sequence[str], lag: float = 0.0, *, ours: bool = True) -> None:
        self.time, self.outcomes, self.lag, self.ours = time, list(outcomes), lag, ours
        self.made: list[float] = []

    def send(self) -> str:
        outcome = self.outcomes.pop(0)
        if outcome == "refused":
            raise ErrorAnswer("create message route orders", "no", "change it", status=400)
        end, _, position = outcome.partition(" ")
        if position != "before":
            self.made.append(self.time.now())
        if end in ENDS:
            raise ENDS[end]
        return f"MRID-{len(self.made)}"

    def look(self) -> list[Candidate]:
        shown = [at for at in self.made if self.time.now() - at >= self.lag]
        return [Candidate(f"MRID-{number}", self.ours) for number, _ in enumerate(shown, 1)]


def test_an_answered_create_is_sent_once_and_never_looked_for() -> None:
    """The usual case costs one request."""
    time = VirtualClock()
    vendor = Vendor(time, ["made"])

    assert create_once(vendor.send, lambda: pytest.fail("looked"), time.clock) == "MRID-1"
    assert time.elapsed == 0


def test_a_refused_create_is_neither_repeated_nor_looked_for() -> None:
    """A clear no is the end of it."""
    time = VirtualClock()
    with pytest.raises(ErrorAnswer, match="change it"):
        create_once(Vendor(time, ["refused"]).send, lambda: pytest.fail("looked"), time.clock)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("lag", [0.0, 0.5, 3.0, 14.0])
def test_a_lost_answer_is_found_by_the_list_however_late_it_shows(lag: float, end: str) -> None:
    """One new object with our values is the one, and the create is not sent again, also after a no that passes."""
    time = VirtualClock()
    vendor = Vendor(time, [f"{end} after", "made"], lag)

    assert create_once(vendor.send, vendor.look, time.clock) == "MRID-1"
    assert len(vendor.made) == 1


@pytest.mark.parametrize("end", ENDS)
def test_a_create_that_never_arrived_is_sent_again_after_the_list_has_settled(end: str) -> None:
    """Nothing appeared for as long as the list may lag, so nothing was made."""
    time = VirtualClock()
    vendor = Vendor(time, [f"{end} before", "made"])

    assert create_once(vendor.send, vendor.look, time.clock) == "MRID-1"
    assert time.elapsed >= SETTLED


@pytest.mark.parametrize(
    ("takes", "begun"),
    [
        (0.0, [0, 1, 3, 7, 15]),
        (2.0, [0, 2, 4, 7, 15]),
        (5.0, [0, 5, 10, 15]),
        (16.0, [0, 16]),
    ],
)
def test_the_time_that_looks_take_is_not_waited_for_once_more(takes: float, begun: list[float]) -> None:
    """The list is believed when it was asked for 15 s after the create had ended, however long earlier looks took."""
    time = VirtualClock()
    looks: list[float] = []

    def look() -> list[Candidate]:
        looks.append(time.elapsed)
        time.sleep(takes)
        return []

    assert create_once(Vendor(time, ["lost before", "made"]).send, look, time.clock) == "MRID-1"
    assert looks == begun
    assert looks[-1] >= SETTLED


@pytest.mark.parametrize(("end", "attempts"), [("lost", 4), ("denied", 2), ("limited", 5)])
def test_a_create_that_always_ends_one_way_ends_in_that_error(end: str, attempts: int) -> None:
    """The attempts are bounded: a no to a fresh token is final, a limit may pass."""
    time = VirtualClock()
    vendor = Vendor(time, [f"{end} before"] * 9)

    with pytest.raises(type(ENDS[end])) as failed:
        create_once(vendor.send, vendor.look, time.clock)
    assert failed.value is ENDS[end]
    assert len(vendor.outcomes) == 9 - attempts


@pytest.mark.parametrize(
    "failure",
    [
        NoAnswer("list message routes", "the list cannot be read", "check the network", sent=False),
        Refused("the list cannot be read"),
    ],
)
def test_an_unclear_create_whose_list_cannot_be_read_is_what_the_error_is_about(failure: Exception) -> None:
    """It stays unclear, is not sent again, and names what kept it from being found out."""
    vendor = Vendor(VirtualClock(), ["lost after", "made"])

    with pytest.raises(NoAnswer) as failed:
        create_once(vendor.send, _look_in_vain(failure), VirtualClock().clock)

    assert failed.value.unclear
    assert len(vendor.outcomes) == 1
    assert str(failed.value) == (
        "cannot create message route orders: no answer, and what became of it could not be read: "
        "the list cannot be read; run it again"
    )


def test_creates_that_look_at_the_same_time_look_together() -> None:
    """One list serves all who asked before it was read, and none who asked later."""
    reads: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def read(_: None) -> int:
        reads.append(len(reads) + 1)
        begun.set()
        go_on.wait()
        return reads[-1]

    fresh = Coalescer(read)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(fresh.get, None)
        begun.wait()
        others = [pool.submit(fresh.get, None) for _ in range(8)]
        time.sleep(0.3)  # for all of them to ask; whoever is later still needs a read of his own
        go_on.set()
        assert first.result() == 1
        assert min(other.result() for other in others) == 2
    assert len(reads) < 9
    last = len(reads)
    assert fresh.get(None) == last + 1


def test_a_look_that_fails_fails_for_all_who_share_it_and_is_not_kept() -> None:
    """The next one reads again."""
    outcomes = iter([LOST])

    def read(_: None) -> str:
        for error in outcomes:
            raise error
        return "read"

    fresh = Coalescer(read)
    with pytest.raises(NoAnswer):
        fresh.get(None)
    assert fresh.get(None) == "read"


def test_an_object_with_other_values_is_not_taken_for_ours() -> None:
    """The error names the object and both ways out."""
    time = VirtualClock()
    vendor = Vendor(time, ["lost after"], ours=False)

    with pytest.raises(Refused, match=r'MRID-1 appeared .* keep one with adopt="MRID-1" and delete the others'):
        create_once(vendor.send, vendor.look, time.clock)


def _look_in_vain(error: Exception) -> Callable[[], list[Candidate]]:
    def looking() -> list[Candidate]:
        raise error

    return looking
