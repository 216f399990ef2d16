"""Writes of many numbers' settings: bulk orders where these are fewer calls, single updates elsewhere.

An order gives no reasons, so the numbers that it leaves undone are written singly.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from zlib import crc32

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import ApiError, NotApplied
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders, calls_of
from pulumi_messaging.reconcile.numbers.reports import Failure, Progress
from pulumi_messaging.reconcile.numbers.vendor import account_key

if TYPE_CHECKING:
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.numbers.vendor import Observed

_ROUNDS: Final = 3
_AT_ONCE: Final = 8
# Refusals without one success before the other numbers are given up.
_REFUSALS: Final = 20
# Statuses of an error that concerns one number and says nothing about others; 200: its order has failed.
_OF_THE_NUMBER: Final = frozenset({200, 400, 404, 409, 422})


@dataclass(frozen=True, slots=True)
class Job:
    """The changes of one number."""

    key: str  # the caller's name for the number
    current: Observed
    changes: tuple[Change, ...]
    wish: Values  # all settings that the number is to have afterwards, and the names of secret ones (``SECRETS``)

    def number(self, resources: NumberResources) -> str:
        """E.164, the only name that orders take."""
        return str(self.current.get(resources.number, ""))

    def profile(self, resources: NumberResources) -> str | None:
        """The profile to order; None where an order cannot carry the changes."""
        names = [change.field.state for change in self.changes]
        by_order = names == [resources.single.assignment] and self.number(resources).startswith("+")
        return str(self.changes[0].new) if by_order else None

    def again(self, now: Observed, resources: NumberResources) -> Job:
        """The job for settings that the write before has reset."""
        return replace(self, current=now, changes=resources.reset_by_write(self.wish, now))


def write_all(
    account: NumberAccount, orders: BulkOrders | None, jobs: Iterable[Job], purpose: str
) -> dict[str, Failure]:
    """Do the jobs: key → failure, for those that failed. Without ``orders`` the vendor has none."""
    jobs = [job for job in jobs if job.changes]
    progress = account.progress(len(jobs), purpose)
    failed, singly = (dict[str, Failure](), jobs) if orders is None else _order(orders, jobs, progress)
    ordered = len(jobs) - len(singly) - len(failed)
    return failed | _SingleWrites(account, progress, ordered).write(singly)


def _order(orders: BulkOrders, jobs: Sequence[Job], progress: Progress) -> tuple[dict[str, Failure], list[Job]]:
    """Order what is fewer calls that way: the failures, and the jobs that are left for single updates."""
    resources = orders.account.resources
    failed = dict[str, Failure]()
    profiles = [(job, job.profile(resources)) for job in jobs]
    singly = [job for job, profile in profiles if profile is None]
    for profile_id in sorted({profile for _, profile in profiles if profile is not None}):
        left = {job.number(resources): job for job, profile in profiles if profile == profile_id}
        for _ in range(_ROUNDS):
            if calls_of(len(left), orders.limit) >= len(left):
                break
            result = orders.assign(profile_id, {number: job.wish for number, job in left.items()}, progress.done)
            failed |= {left[number].key: failure for number, failure in result.failed.items()}
            singly += [left[number] for number in left if number in result.singly]
            singly += [left[number].again(now, resources) for number, now in result.reset.items()]
            left = {number: job for number, job in left.items() if number in result.again}
        singly += left.values()
    return failed, singly


@dataclass(slots=True, repr=False)
class _SingleWrites:
    """Single updates, several at once, until the vendor does not answer or refuses all alike."""

    account: NumberAccount
    progress: Progress
    done: int
    failed: dict[str, Failure] = field(default_factory=dict)
    stopped: Failure | None = None  # why the other numbers are not tried
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, jobs: Sequence[Job]) -> dict[str, Failure]:
        """Do the jobs: key → failure, for those that failed."""
        try:
            jobs = self._identified(jobs)
        except ApiError as error:
            return dict.fromkeys((job.key for job in jobs), Failure.of(error))
        if len(jobs) > _REFUSALS:
            # Numbers that are always refused often follow each other: mixed up, they do not come first together.
            jobs = sorted(jobs, key=lambda job: crc32(job.key.encode()))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._one, jobs))
        return self.failed

    def _identified(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs with the numbers' ids, which name them in the path of an update."""
        resources = self.account.resources
        nameless = [job.number(resources) for job in jobs if not job.current.get(resources.number_id)]
        rows = self.account.reads.many(nameless) if nameless else {}
        identified = []
        for job in jobs:
            row = rows.get(job.number(resources), {})
            number_id = job.current.get(resources.number_id) or resources.names_of_row(row)[0]
            if number_id:
                identified.append(replace(job, current=job.current | {resources.number_id: number_id}))
            else:
                reason = f"is not in the account of {account_key(self.account.api)}"
                self.failed[job.key] = Failure(reason, self.account.advice_if_left)
        return identified

    def _one(self, job: Job) -> None:
        if self.stopped:
            with self.lock:
                self.failed[job.key] = self.stopped
            return
        try:
            self.account.write(job.current, job.changes, job.wish)
        except ApiError as error:
            with self.lock:
                self._fail(job, error)
        else:
            with self.lock:
                self.done += 1
        self.progress.done()

    def _fail(self, job: Job, error: ApiError) -> None:
        failure = self.failed[job.key] = Failure.of(error)
        if self.stopped:  # by another number, while this one was under way
            return
        if not (error.refuses(_OF_THE_NUMBER) or isinstance(error, NotApplied)):
            self.stopped = replace(failure, reason=f"not tried after another number: {error.reason}")
        elif not self.done and len(self.failed) >= _REFUSALS:
            reason = f"not tried after {len(self.failed)} refusals, the last one: {error.reason}"
            self.stopped = replace(failure, reason=reason)
