"""Writing the settings of many numbers: by bulk orders where these are fewer calls, one by one where not.

What an order leaves undone is written singly, which either does it or gives the reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zlib import crc32

from pulumi_messaging.core.diff import Change
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotApplied
from pulumi_messaging.reconcile.bulk import Orders, orders_needed
from pulumi_messaging.reconcile.number_settings import Observed, send
from pulumi_messaging.reconcile.progress import Progress

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.number_reads import NumberReads

PROFILE: Final = "messagingProfileId"
# What an order costs: itself and about two polls; and the numbers are read back in lists of so many.
_ORDER_CALLS: Final = 3
_LISTED: Final = 200
_ROUNDS: Final = 3
_AT_ONCE: Final = 8
# After so many refusals and not one success the other numbers are not tried.
_REFUSALS: Final = 20
# The vendor's no to one number, which says nothing of the others.
_OF_THE_NUMBER: Final = frozenset({400, 404, 409, 422})


@dataclass(frozen=True, slots=True)
class Job:
    """What one number is to get: ``changes`` to what is ``current``; ``key`` is the caller's name for it."""

    key: str
    current: Observed
    changes: tuple[Change, ...]

    @property
    def number(self) -> str:
        """E.164, as orders name numbers."""
        return str(self.current.get("phoneNumber", ""))

    @property
    def profile(self) -> str | None:
        """The profile to order; None where an order cannot carry the changes."""
        names = [change.field.state for change in self.changes]
        return str(self.changes[0].new) if names == [PROFILE] and self.number.startswith("+") else None


class NumberWrites:
    """Writes the settings of many numbers.

    Args:
        client: The vendor's API.
        reads: The account's numbers.
        say: Tells the user one line.
    """

    def __init__(self, client: TelnyxClient, reads: NumberReads, say: Callable[[str], None]) -> None:
        self._client = client
        self._reads = reads
        self._say = say
        self._orders = Orders(client, reads)

    def write(self, jobs: Iterable[Job], purpose: str) -> dict[str, str]:
        """Do the jobs; of each that is not done, by its key, the reason."""
        jobs = [job for job in jobs if job.changes]
        progress = Progress(len(jobs), purpose, self._say, self._client.clock.monotonic)
        failed: dict[str, str] = {}
        singly = [job for job in jobs if job.profile is None]
        for profile_id in sorted({job.profile for job in jobs if job.profile is not None}):
            alike = [job for job in jobs if job.profile == profile_id]
            singly += self._ordered(profile_id, alike, progress, failed)
        ordered = len(jobs) - len(singly) - len(failed)
        return failed | _Singles(self._client, self._reads, progress, ordered).write(singly)

    def _ordered(self, profile_id: str, jobs: list[Job], progress: Progress, failed: dict[str, str]) -> list[Job]:
        """Order a profile for many numbers; the jobs that are left to be done singly."""
        singly = []
        for _ in range(_ROUNDS):
            if not self._worth_ordering(len(jobs)):
                break
            result = self._orders.assign(profile_id, [job.number for job in jobs], progress.done)
            failed.update({job.key: result.reasons[job.number] for job in jobs if job.number in result.reasons})
            singly += [job for job in jobs if job.number in result.singly]
            jobs = [job for job in jobs if job.number in result.again]
        return singly + jobs

    def _worth_ordering(self, numbers: int) -> bool:
        calls = _ORDER_CALLS * orders_needed(numbers, self._orders.limit)
        return calls + orders_needed(numbers, _LISTED) < numbers


class _Singles:
    """Single updates, several at once, until the vendor does not answer or refuses all alike."""

    def __init__(self, client: TelnyxClient, reads: NumberReads, progress: Progress, done: int) -> None:
        self._client = client
        self._reads = reads
        self._progress = progress
        self._lock = threading.Lock()
        self._failed: dict[str, str] = {}
        self._stopped = ""
        self._done = done

    def write(self, jobs: Sequence[Job]) -> dict[str, str]:
        """Do the jobs; of each that is not done, by its key, the reason."""
        try:
            jobs = self._identified(jobs)
        except ApiError as error:
            return dict.fromkeys((job.key for job in jobs), error.reason)
        if len(jobs) > _REFUSALS:
            jobs = sorted(jobs, key=_shuffled)
        if jobs:
            with ThreadPoolExecutor(min(_AT_ONCE, len(jobs))) as pool:
                for _ in pool.map(self._one, jobs):
                    pass
        return self._failed

    def _identified(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs with the numeric id of their number, which the vendor promises to take in a path."""
        nameless = [job.number for job in jobs if not job.current.get("phoneNumberId")]
        rows = self._reads.many(nameless) if nameless else {}
        identified = []
        for job in jobs:
            if job.current.get("phoneNumberId"):
                identified.append(job)
            elif job.number in rows:
                identified.append(replace(job, current=job.current | {"phoneNumberId": rows[job.number]["id"]}))
            else:
                self._failed[job.key] = "is not in the account of telnyx:apiKey"
        return identified

    def _one(self, job: Job) -> None:
        if self._stopped:
            with self._lock:
                self._failed[job.key] = self._stopped
            return
        try:
            send(self._client, self._reads, job.current, job.changes)
        except ApiError as error:
            with self._lock:
                self._failed[job.key] = error.reason
                of_the_number = isinstance(error, ErrorAnswer) and error.status in _OF_THE_NUMBER
                if not (of_the_number or isinstance(error, NotApplied)):
                    self._stopped = f"not tried after another number: {error.reason}"
                elif not self._done and len(self._failed) >= _REFUSALS:
                    self._stopped = f"not tried after {len(self._failed)} refusals, the last one: {error.reason}"
        else:
            with self._lock:
                self._done += 1
        self._progress.done()


def _shuffled(job: Job) -> int:
    """A place in no order that numbers have: those that are always refused often follow each other."""
    return crc32(job.key.encode())
