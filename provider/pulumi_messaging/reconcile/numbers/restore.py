"""Former settings written back: on destroy, and when a number is left out of a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_messaging.core.diff import Change, managed
from pulumi_messaging.core.fields import Clear, Table, Values, normal
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import ApiError
from pulumi_messaging.reconcile.numbers.find import NumberFinder
from pulumi_messaging.reconcile.numbers.members import SETTINGS
from pulumi_messaging.reconcile.numbers.settings import Observed
from pulumi_messaging.reconcile.numbers.state import PROFILE
from pulumi_messaging.reconcile.numbers.texts import some
from pulumi_messaging.reconcile.numbers.writes import Job, NumberWrites
from pulumi_messaging.reconcile.ownership import Ownership

RESTORE: Final = "restore"
RETAIN: Final = "retain"
LISTED: Final = "Telnyx answered 404 for the settings although the account lists the number"


def restoration(table: Table, held: Values, found: Values, former: Values, policy: str) -> tuple[Change, ...]:
    """The changes that ``on_destroy`` makes to a number; a value that somebody has changed since is left alone."""
    goal, changes = former if policy == RESTORE else {PROFILE: ""}, []
    for name, value in managed(table, held).items():
        field, wished = table.row(name), goal.get(name)
        if field not in table.settings or name not in goal:
            continue
        if normal(field, found.get(name)) != normal(field, value):
            continue  # changed by somebody since
        if normal(field, wished) != normal(field, value) and not (wished == "" and field.clear is Clear.NO):
            changes.append(Change(field, value, wished))
    return tuple(changes)


@dataclass(frozen=True, slots=True, repr=False)
class GroupRestore:
    """Restores members that leave their group. ``say`` writes one line for the user."""

    finder: NumberFinder
    writes: NumberWrites
    ownership: Ownership
    say: Callable[[str], None]

    def restore(self, group_id: str, leaving: Sequence[Member], held: Values, policy: str) -> dict[str, str]:
        """Carry out ``on_destroy`` for these members: declared number → reason, for those that failed."""
        by_number = {member.number: member for member in leaving}
        with self.ownership.restoring(group_id, by_number) as free:
            if taken := by_number.keys() - free:
                self.say(
                    f"{group_id}: left as they are, other resources of this program have taken them over: {some(taken)}"
                )
            members = [by_number[number] for number in sorted(free) if by_number[number].standing is not Standing.GONE]
            return {} if policy == RETAIN or not members else self._write(group_id, members, held, policy)

    def _write(self, group_id: str, members: Sequence[Member], held: Values, policy: str) -> dict[str, str]:
        try:
            found, listed = self.finder.members(members)
        except ApiError as error:
            return {member.spelled: error.reason for member in members}
        there = [member for member in members if member.spelled in found]
        if policy == RESTORE:
            self._say_unknown(group_id, there, held)
        jobs = [_job(member, found[member.spelled], held, policy) for member in there]
        return dict.fromkeys(listed, LISTED) | self.writes.write(jobs, f"{group_id}, putting back")

    def _say_unknown(self, group_id: str, members: Iterable[Member], held: Values) -> None:
        unknown: dict[str, list[str]] = {}
        for member in members:
            for name, field in SETTINGS.items():
                if name in held and name not in member.former:
                    unknown.setdefault(field.name, []).append(member.spelled)
        for name, numbers in unknown.items():
            self.say(f"{group_id}: {name} left as it is, what it was before is not known: {some(numbers)}")


def _job(member: Member, found: Observed, held: Values, policy: str) -> Job:
    # An open member may still have the values that the group set before.
    candidates = [held, {**held, **member.now}] if member.standing is Standing.OPEN else [held]
    changes = {
        change.field.state: change
        for values in candidates
        for change in restoration(NUMBER_MESSAGING_GROUP, values, found, member.former, policy)
    }
    return Job(member.spelled, found, tuple(changes.values()))
