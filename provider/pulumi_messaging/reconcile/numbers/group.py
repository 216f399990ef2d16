"""The reconciler of groups of numbers: one resource for the same settings of many numbers.

The former values are remembered for each number. A failure for some numbers does not undo the others: the state records
the numbers that are open, and the next run writes only these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.members import Member, Standing, packed, shown, spelled, unpacked
from pulumi_messaging.core.number_messaging_group import GROUP_ID, MEMBERS, NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import Refused, Unfinished
from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders
from pulumi_messaging.reconcile.numbers.find import NumberFinder
from pulumi_messaging.reconcile.numbers.members import (
    after_failure,
    declared_settings,
    former_values,
    known,
    refreshed,
)
from pulumi_messaging.reconcile.numbers.planning import managed_twice
from pulumi_messaging.reconcile.numbers.restore import LISTED, RESTORE, GroupRestore
from pulumi_messaging.reconcile.numbers.settings import Observed, ineligible, profile_moves
from pulumi_messaging.reconcile.numbers.state import NUMBER_ID, ON_DESTROY, PHONE_NUMBER, PHONE_NUMBERS, PRODUCT
from pulumi_messaging.reconcile.numbers.texts import by_reason, listed, some
from pulumi_messaging.reconcile.numbers.writes import Job, NumberWrites
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.numbers.notes import GroupNotes
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.ownership import Claiming, Ownership

Members = dict[str, Member]  # by declared number

_REASONS: Final = 5  # in one error


@dataclass(frozen=True, slots=True)
class _Update:
    """An update of a group, ready to be sent."""

    had: Members  # in the state
    members: Members  # as declared
    leaving: tuple[Member, ...]  # left out
    jobs: tuple[Job, ...]  # the settings to write, for each member


class NumberGroups:
    """The groups of numbers of one API key, for all threads of a process.

    Args:
        client: The vendor's API.
        reads: The account's numbers, shared with single numbers.
        ownership: Which numbers the resources of this run hold.
        notes: Former values noted on this machine.
        say: Writes one line for the user (stderr of the provider process).
        clock: The time that waits go by.
        timeout_seconds: Seconds without progress after which a bulk order is given up.
        bulk_limit: The most numbers in one bulk order.
        account: Tells the account from others: groups of two accounts may have the same id.
    """

    def __init__(
        self,
        client: TelnyxClient,
        reads: NumberReads,
        ownership: Ownership,
        notes: GroupNotes,
        say: Callable[[str], None],
        *,
        clock: Clock,
        timeout_seconds: float,
        bulk_limit: int,
        account: str,
    ) -> None:
        self._finder = NumberFinder(client, reads, say, clock)
        orders = BulkOrders(client, reads, clock, timeout_seconds, bulk_limit)
        self._writes = NumberWrites(client, reads, orders, say, clock)
        self._restores = GroupRestore(self._finder, self._writes, ownership, say)
        self._ownership = ownership
        self._notes = notes
        self._account = account
        self._say = say

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember the settings found, then send those that differ from the declaration, if any: id and outputs.

        Raises:
            Refused: A number is not in the account, is given twice, may not have the product, or another resource has
                it; nothing was sent.
            Unfinished: Some numbers are not as declared.
            ApiError: Telnyx cannot be asked; nothing was sent.
        """
        group_id = declared[GROUP_ID]
        return group_id, self.update(group_id, {MEMBERS: ()}, declared)

    def update(self, group_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the settings that differ, and restore the numbers that are left out: the outputs.

        Raises:
            Refused: As for ``create``.
            Unfinished: Some numbers are not as declared.
            ApiError: Telnyx cannot be asked; nothing was sent.
        """
        update = self._prepare(group_id, held, declared)
        self._say_taken(update)
        self._note(group_id, update, held, declared)
        failed = self._writes.write(update.jobs, f"{group_id}, setting")
        left = self._restores.restore(group_id, update.leaving, held, declared[ON_DESTROY])
        outputs = _outputs(update, failed, left, held, declared)
        if failed or left:
            numbers = len(update.members) + len(update.leaving)
            summary = f"{len(failed) + len(left)} of {numbers} numbers are not as they should be"
            raise Unfinished(summary, group_id, outputs, by_reason(failed | left, self._say))
        return outputs

    def read(self, group_id: str, held: Values) -> Reading:
        """Read the numbers; those that left the account stay in the state and are not shown.

        Raises:
            ApiError: Telnyx cannot be asked.
        """
        before = list(unpacked(held[MEMBERS]))
        found, doubtful = self._finder.members(before)
        wish = declared_settings(held)
        members = [m if m.spelled in doubtful else refreshed(m, found.get(m.spelled), wish) for m in before]
        if doubtful:
            self._say(f"{group_id}: assumed unchanged, because {LISTED}: {some(doubtful)}")
        gone = [member.spelled for member in members if member.standing is Standing.GONE]
        if gone:
            self._say(
                f"{group_id}: no longer in the account: {some(gone)}; `pulumi up` fails until each is back or left "
                f"out of phone_numbers"
            )
        kept = {name: value for name, value in held.items() if name != MEMBERS}
        inputs = {**kept, PHONE_NUMBERS: shown(members), GROUP_ID: group_id}
        return Reading(inputs, {**kept, MEMBERS: packed(members)})

    def delete(self, group_id: str, held: Values) -> None:
        """Carry out ``on_destroy`` for each number, only where the value is still ours.

        Raises:
            Unfinished: Some numbers could not be restored.
        """
        self._notes.drop(self._account, group_id)
        leaving = list(unpacked(held[MEMBERS]))
        left = self._restores.restore(group_id, leaving, held, held.get(ON_DESTROY, RESTORE))
        if left:
            summary = (
                f"{len(left)} of {len(leaving)} numbers could not be put back "
                f'(set on_destroy="unassign" or "retain", run `pulumi up`, then destroy)'
            )
            raise Unfinished(summary, group_id, {}, by_reason(left, self._say))

    def _prepare(self, group_id: str, held: Values, declared: Values) -> _Update:
        """Claim and read the numbers and check that all can be written; the steps of ``ownership``."""
        had = {member.spelled: member for member in unpacked(held[MEMBERS])}
        wanted = spelled(declared[PHONE_NUMBERS])
        with self._ownership.claiming(group_id) as claiming:
            _claim(claiming, {name: (name,) for name in wanted if name not in had})
            claiming.begin_reads()
            current = self._current(wanted, had, held, declared)
            members, leaving = self._members(group_id, had, current, held, declared)
            new = {name: member for name, member in members.items() if name not in had}
            _claim(claiming, {member.number: (member.number, current[name][NUMBER_ID]) for name, member in new.items()})
            current |= self._finder.all([name for name, member in members.items() if claiming.restored(member.number)])
            jobs = [Job(name, now, differences(NUMBER_MESSAGING_GROUP, declared, now)) for name, now in current.items()]
            _refuse_ineligible(jobs)
        return _Update(had, members, leaving, tuple(jobs))

    def _current(
        self, wanted: Iterable[str], had: Mapping[str, Member], held: Values, declared: Values
    ) -> dict[str, Observed]:
        """The settings of every declared number: from the state where it knows them, else read now."""
        before, wish = declared_settings(held), declared_settings(declared)
        settings: dict[str, Observed | None] = dict.fromkeys(wanted)
        # A setting that becomes managed is remembered as it is now; Telnyx changes eligible products by itself.
        if wish.keys() <= before.keys() and wish.get(PRODUCT) in (None, before.get(PRODUCT)):
            settings |= {name: known(had[name], before) for name in settings if name in had}
        found = self._finder.all([name for name, now in settings.items() if now is None])
        return {name: now or found[name] for name, now in settings.items()}

    def _members(
        self, group_id: str, had: Members, current: Mapping[str, Observed], held: Values, declared: Values
    ) -> tuple[Members, tuple[Member, ...]]:
        """The members as declared, with their former values; and the members that are left out."""
        note = self._notes.recall(self._account, group_id)
        wish = declared_settings(declared)
        newly = wish.keys() - held.keys()
        leaving = {member.number: member for name, member in had.items() if name not in current}
        members, names = Members(), dict[str, str]()
        for name, now in current.items():
            number = now.get(PHONE_NUMBER) or name
            if names.setdefault(number, name) != name:
                raise Refused(f'"{names[number]}" and "{name}" are the same number ({number}); give it once')
            # A number that is only declared in another spelling stays the same member.
            if member := had.get(name) or leaving.pop(number, None):
                former = dict(member.former) | former_values(now, newly, note, number)
            else:
                former = former_values(now, wish, note, number) | dict(self._ownership.handed_over(number))
            former = {field: former[field] for field in wish if field in former}
            members[name] = Member(name, number, now[NUMBER_ID] if name != number else "", former)
        return members, tuple(leaving.values())

    def _say_taken(self, update: _Update) -> None:
        moves: dict[tuple[str, str], list[str]] = {}
        for job in update.jobs:
            for move in profile_moves(job.changes) if job.key not in update.had else ():
                moves.setdefault(move, []).append(job.key)
        for (old, new), numbers in sorted(moves.items()):
            self._say(
                f"messaging profile {brief(old)} -> {new or '(none)'} (taken from another profile) "
                f"for {len(numbers)} of the numbers: {some(numbers)}"
            )

    def _note(self, group_id: str, update: _Update, held: Values, declared: Values) -> None:
        """Note the former values that the state does not have yet."""
        wish = declared_settings(declared)
        unsaved = wish.keys() - held.keys()
        members = [member for name, member in update.members.items() if unsaved or name not in update.had]
        self._notes.write(members, wish, self._account, group_id)


def _claim(claiming: Claiming, numbers: Mapping[str, tuple[str, ...]]) -> None:
    """Claim numbers, each by its names; refuse if other resources have some of them."""
    busy = [number for number, names in numbers.items() if not claiming.claim(*names)]
    if busy:
        raise managed_twice(busy)


def _outputs(
    update: _Update, failed: Iterable[str], left: Iterable[str], held: Values, declared: Values
) -> dict[str, Value]:
    """The outputs, with the members whose write or restore failed as open."""
    leaving = {member.spelled: member for member in update.leaving}
    members = update.members | {
        name: after_failure(update.members[name], update.had.get(name), held) for name in failed
    }
    members |= {name: after_failure(leaving[name], leaving[name], held) for name in left}
    outputs = {name: value for name, value in declared.items() if name not in (PHONE_NUMBERS, GROUP_ID)}
    return outputs | {MEMBERS: packed(members.values())}


def _refuse_ineligible(jobs: Iterable[Job]) -> None:
    reasons = [reason for job in jobs if (reason := ineligible(job.current, job.changes))]
    if reasons:
        raise Refused(f"{listed(reasons, _REASONS, '; ', '; and ')}; nothing was sent")
