"""A create takes effect once, whatever becomes of its answer or its process."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pulumi_messaging.errors import AccessDenied, ApiError, ErrorAnswer, NoAnswer, RateLimited, Refused
from pulumi_messaging.reconcile.routes.idempotent_create import SETTLED, Candidate, PendingCreates, create_once
from pulumi_messaging.reconcile.single_flight import Coalescer
from tests.support.clock import VirtualClock

WHAT = "create message route orders"
ENDS: dict[str, ApiError] = {
    "lost": NoAnswer(WHAT, "no answer", "run it again", sent=True),
    "denied": AccessDenied(WHAT, "answered 403", "check the key", status=403, unclear=True),
    "limited": RateLimited(WHAT, "answered 429", "wait", status=429, unclear=True),
}
LOST = ENDS["lost"]
HOLDER = """
import sys, time
from pathlib import Path
from pulumi_messaging.reconcile.routes.idempotent_create import PendingCreates
with PendingCreates(Path(sys.argv[1])).noted("account", "orders"):
    print("holding", flush=True)
    time.sleep(float(sys.argv[2]))
"""


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


def test_an_attempt_that_ended_is_accounted_for(tmp_path: Path) -> None:
    """A clear refusal leaves nothing behind; an unclear end does, and so does success until the list must show it."""
    time = VirtualClock()
    attempts = PendingCreates(tmp_path, time.now, time.sleep)
    assert _attempt(attempts, _raise(ErrorAnswer("create", "no", "", status=400))) is False
    assert _attempt(attempts, _raise(LOST)) is False
    assert _attempt(attempts, lambda: None) is True
    assert time.elapsed == pytest.approx(SETTLED), "the list had the time to settle"
    # Made, and perhaps nobody has recorded it: the engine was killed.
    assert _attempt(attempts, lambda: None) is True
    assert time.elapsed == pytest.approx(2 * SETTLED)
    time.sleep(SETTLED)
    assert _attempt(attempts, lambda: None) is False
    attempts.forget("account", "orders")
    assert _attempt(attempts, lambda: None) is False, "what was deleted is made anew at once"
    assert time.elapsed == pytest.approx(3 * SETTLED)


def test_attempts_at_other_names_do_not_meet(tmp_path: Path) -> None:
    """What is unaccounted for concerns one name of one account."""
    time = VirtualClock()
    attempts = PendingCreates(tmp_path, time.now, time.sleep)
    _attempt(attempts, _raise(LOST))

    with attempts.noted("account", "support") as uncertain:
        assert not uncertain


def test_the_folder_of_the_notes_is_made_when_one_is_written(tmp_path: Path) -> None:
    """Again too when somebody has cleared the cache meanwhile; nobody else may look into it."""
    folder = tmp_path / "cache" / "pulumi-messaging"
    attempts = PendingCreates(folder)
    attempts.forget("account", "orders")
    assert not folder.exists()

    for _ in range(2):
        assert _attempt(attempts, lambda: None) is False
        (note,) = folder.iterdir()
        assert [path.stat().st_mode & 0o077 for path in (folder, note)] == [0, 0]
        shutil.rmtree(folder.parent)


def test_where_the_folder_cannot_be_written_nothing_is_noted(tmp_path: Path) -> None:
    """A create does not fail because of the note of it."""
    time = VirtualClock()
    attempts = PendingCreates(tmp_path, time.now, time.sleep)
    _attempt(attempts, lambda: None)
    (note,) = tmp_path.iterdir()
    note.unlink()
    note.mkdir()  # a folder cannot be opened as a file, not by root either

    assert _attempt(attempts, lambda: None) is False


def test_without_a_folder_nothing_is_noted(tmp_path: Path) -> None:
    """A machine without a home, or with one that cannot be written, creates all the same."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    for folder in (None, blocked / "below"):
        with PendingCreates(folder).noted("account", "orders") as uncertain:
            assert not uncertain


def test_a_killed_process_leaves_its_attempt_unaccounted_for(tmp_path: Path) -> None:
    """SIGKILL frees the lock and keeps the note."""
    holder = _holder(tmp_path, 60)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    waited: list[float] = []

    with PendingCreates(tmp_path, time.time, waited.append).noted("account", "orders") as uncertain:
        assert uncertain
    assert waited == [pytest.approx(SETTLED, abs=5)]


def test_an_orphan_that_still_creates_is_waited_for(tmp_path: Path) -> None:
    """A provider process outlives its engine; what it makes is looked for, not made again."""
    holder = _holder(tmp_path, 0.7)
    began, slept = time.monotonic(), list[float]()

    with PendingCreates(tmp_path, time.time, slept.append).noted("account", "orders") as uncertain:
        assert uncertain
        assert time.monotonic() - began > 0.3
        assert slept == [pytest.approx(SETTLED, abs=5)], "what it made a moment ago may not be in the list yet"
    assert holder.wait() == 0


def _attempt(attempts: PendingCreates, body: Callable[[], None]) -> bool:
    told = False
    try:
        with attempts.noted("account", "orders") as told:
            body()
    except (ErrorAnswer, NoAnswer):
        pass
    return told


def _raise(error: Exception) -> Callable[[], None]:
    def raising() -> None:
        raise error

    return raising


def _look_in_vain(error: Exception) -> Callable[[], list[Candidate]]:
    def looking() -> list[Candidate]:
        raise error

    return looking


def _holder(folder: Path, seconds: float) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    holder.stdout.close()
    return holder
