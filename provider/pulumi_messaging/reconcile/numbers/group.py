"""The reconciler of groups of numbers: one resource for the same settings of many numbers.

The former values are remembered for each number. A failure for some numbers does not undo the others: the state records
the numbers that are open, and the next run writes only these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import ACCOUNT, NOT_KNOWN, SECRETS, secrets_of
from pulumi_messaging.core.members import Member, Standing, packed, shown, spelled, unpacked
from pulumi_messaging.core.numbers import GROUP_ID, MEMBERS, ON_DESTROY, NumberResources
from pulumi_messaging.errors import Refused, Unfinished
from pulumi_messaging.reconcile.memory import Memory
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders
from pulumi_messaging.reconcile.numbers.diff_checks import managed_twice, remembered
from pulumi_messaging.reconcile.numbers.leavers import Leavers
from pulumi_messaging.reconcile.numbers.membership import Membership, names_of, remembering
from pulumi_messaging.reconcile.numbers.notes import GroupNotes, Note
from pulumi_messaging.reconcile.numbers.reports import Failure, advised, by_reason, some
from pulumi_messaging.reconcile.numbers.restore import RESTORE, instead, off
from pulumi_messaging.reconcile.numbers.taken_over import TakenOver
from pulumi_messaging.reconcile.numbers.vendor import equal_only
from pulumi_messaging.reconcile.numbers.writes import Job, write_all
from pulumi_messaging.reconcile.ownership import Claiming, Ownership
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.takeover import refuse_overwrite
from pulumi_messaging.text import listed

if TYPE_CHECKING:
    from pulumi_messaging.core.fields import Table
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.numbers.vendor import Observed

Members = dict[str, Member]  # by declared number

_REASONS: Final = 5  # in one error


@dataclass(frozen=True, slots=True)
class _Update:
    """An update of a group, ready to be sent."""

    had: Members  # in the state
    members: Members  # as declared
    leaving: tuple[Member, ...]  # left out
    jobs: tuple[Job, ...]  # the settings to write, for each member

    @property
    def new_jobs(self) -> list[Job]:
        """The jobs of numbers that the group takes over."""
        numbers = {member.number for member in self.had.values()}
        return [job for job in self.jobs if self.members[job.key].number not in numbers]


class NumberGroups:
    """The groups of numbers of one account, for all threads of a process.

    Raises:
        Refused: A number is not in the account, is given twice, may not have the settings, or another resource has it;
            nothing was sent.
        Unfinished: Some numbers are not as declared, or could not be restored.
        ApiError: The vendor cannot be asked; nothing was sent.
    """

    def __init__(self, account: NumberAccount, orders: BulkOrders | None, ownership: Ownership, memory: Memory) -> None:
        self._account = account
        self._orders = orders
        self._membership = Membership(account.resources)
        self._ownership = ownership
        self._memory = memory
        self._leavers = Leavers(account, orders, ownership, memory)
        self._notes = GroupNotes(memory.files)
        self._identity = memory.identity  # groups of two accounts may have the same id

    @property
    def evidence(self) -> AccountEvidence:
        """The account behind the credentials."""
        return self._account.evidence

    @property
    def _resources(self) -> NumberResources:
        return self._account.resources

    @property
    def _table(self) -> Table:
        return self._account.resources.group

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember the settings found, then send those that differ from the declaration, if any: id and outputs."""
        group_id = declared[GROUP_ID]
        return group_id, self.update(group_id, {MEMBERS: ()}, declared)

    def update(self, group_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the settings that differ, and restore the numbers that are left out: the outputs."""
        update = self._prepare(group_id, held, declared)
        self._note_former_values(group_id, update, held, declared)
        unset = write_all(self._account, self._orders, update.jobs, f"{group_id}, setting")
        taken = self._taken_over(declared, (job for job in update.new_jobs if job.key not in unset))
        taken.say(self._account.lines, group_id)
        left = self._leavers.let_go(group_id, update.leaving, held, declared[ON_DESTROY])
        update = self._settled(group_id, update, declared)
        outputs = self._outputs(update, unset, left, held, declared) | self._mark(group_id, update, unset, held)
        self._notes.done(self._identity, group_id)
        if unset or left:
            advice = f"{instead(self._table, declared[ON_DESTROY])}, then run `pulumi up` again"
            failures = unset | {name: failure.advising(advice) for name, failure in left.items()}
            members = (*update.members.values(), *update.leaving)
            summary = f"{len(failures)} of {len(members)} numbers are not as they should be{advised(failures.values())}"
            raise Unfinished(summary, group_id, outputs, self._reasons(members, failures))
        return outputs

    def read(self, group_id: str, held: Values) -> Reading:
        """Read the numbers; those that left the account stay in the state until an update leaves them out."""
        before = self._corrected(held)
        found, doubtful = self._account.members(before)
        if missing := [m.name for m in before if m.spelled not in found and m.spelled not in doubtful]:
            self._account.confirm_gone(held, f"find {some(missing)}", group_id)
        wish = self._membership.declared(held)
        members = [
            m if m.spelled in doubtful else self._membership.refreshed(m, found.get(m.spelled), wish) for m in before
        ]
        if doubtful:
            names = some(member.name for member in members if member.spelled in doubtful)
            self._account.say(f"{group_id}: assumed unchanged, because {self._account.still_listed}: {names}")
        gone = [member for member in members if member.standing is Standing.GONE]
        if back := [member.name for member in gone if member.spelled in found]:
            self._account.say(
                f"{group_id}: left the account and in it again: {some(back)}; `pulumi up` takes over anew"
            )
        if left := [member.name for member in gone if member.spelled not in found]:
            self._account.say(
                f"{group_id}: no longer in the account: {some(left)}; `pulumi up` fails until each is back or left "
                f"out of {self._table.python_names[self._resources.numbers]}"
            )
        kept = {name: value for name, value in held.items() if name != MEMBERS}
        inputs = {name: value for name, value in kept.items() if name != ACCOUNT}
        inputs |= {self._resources.numbers: shown(members), GROUP_ID: group_id}
        return Reading(inputs, {**kept, MEMBERS: packed(members)})

    def delete(self, group_id: str, held: Values) -> None:
        """Carry out ``on_destroy`` for each number, only where the value is still ours."""
        self._notes.drop(self._identity, group_id)
        leaving = tuple(unpacked(held[MEMBERS]))
        policy = held.get(ON_DESTROY, RESTORE)
        left = self._leavers.let_go(group_id, leaving, held, policy)
        if left:
            advice = f"{instead(self._table, policy)}, run `pulumi up`, then destroy"
            failures = {name: failure.advising(advice) for name, failure in left.items()}
            summary = f"{len(failures)} of {len(leaving)} numbers could not be put back{advised(failures.values())}"
            raise Unfinished(summary, group_id, {}, self._reasons(leaving, failures))

    def _reasons(self, members: Iterable[Member], failures: Mapping[str, Failure]) -> tuple[str, ...]:
        reasons = {one.name: failures[one.spelled].reason for one in members if one.spelled in failures}
        return by_reason(reasons, self._account.say)

    def _prepare(self, group_id: str, held: Values, declared: Values) -> _Update:
        """Claim and read the numbers and check that all can be written; the steps of ``ownership``."""
        # An E.164 that left the account and is there again is another number: it is taken over like a new one.
        had = {member.spelled: member for member in self._corrected(held) if not member.has_left}
        wanted = spelled(declared[self._resources.numbers])
        with self._ownership.claiming(group_id) as claiming:
            _claim(claiming, {name: (name,) for name in wanted if name not in had})
            claiming.begin_reads()
            current = self._current(wanted, had, held, declared)
            members, leaving = self._members(group_id, had, current, held, declared)
            new = {name: member for name, member in members.items() if name not in had}
            number_id = self._resources.number_id
            _claim(claiming, {member.number: (member.number, current[name][number_id]) for name, member in new.items()})
            current |= self._account.find_all(
                [name for name, member in members.items() if claiming.restored(member.number)]
            )
            wish = {**self._membership.declared(declared), SECRETS: declared.get(SECRETS, ())}
            jobs = [Job(name, now, differences(self._table, declared, now), wish) for name, now in current.items()]
            reasons = [reason for job in jobs if (reason := self._account.api.refusal(job.current, job.changes))]
            if reasons:
                raise Refused(f"{listed(reasons, _REASONS, '; ', '; and ')}; nothing was sent")
            update = _Update(had, members, leaving, tuple(jobs))
            changes = [change for job in update.new_jobs for change in job.changes]
            refuse_overwrite(equal_only(self._account.api), group_id, changes)
        return update

    def _current(self, wanted: list[str], had: Members, held: Values, declared: Values) -> dict[str, Observed]:
        """The settings of every declared number: from the state where it knows them, else read now."""
        before, wish = self._membership.declared(held), self._membership.declared(declared)
        known: dict[str, Observed | None] = dict.fromkeys(wanted)
        # A setting that becomes managed is remembered as it is now; the vendor changes what a volatile one may be.
        same = all(wish.get(name) in (None, before.get(name)) for name in self._resources.volatile)
        if wish.keys() <= before.keys() and same:
            known |= {name: self._membership.known(had[name], before) for name in known if name in had}
        found = self._account.find_all([name for name, now in known.items() if now is None], had)
        return {name: now or found[name] for name, now in known.items()}

    def _members(
        self, group_id: str, had: Members, current: Mapping[str, Observed], held: Values, declared: Values
    ) -> tuple[Members, tuple[Member, ...]]:
        """The members as declared, with their former values; and the members that are left out."""
        note = self._notes.recall(self._identity, group_id)
        wish = self._membership.declared(declared)
        newly = wish.keys() - held.keys()
        leaving = {member.number: member for name, member in had.items() if name not in current}
        members, names = Members(), dict[str, str]()
        for name, now in current.items():
            number = now.get(self._resources.number) or name
            if names.setdefault(number, name) != name:
                raise Refused(f'"{names[number]}" and "{name}" are the same number ({number}); give it once')
            # A number that is only declared in another spelling stays the same member.
            member = had.get(name) or leaving.pop(number, None)
            former = dict(member.former) if member else {}
            if newly or not member:
                before = self._before(now, number, note)
                former |= {field: before[field] for field in (newly if member else wish) if field in before}
            former = {field: former[field] for field in wish if field in former}
            members[name] = Member(name, number, now[self._resources.number_id] if name != number else "", former)
        return members, tuple(leaving.values())

    def _before(self, now: Observed, number: str, note: Note) -> dict[str, Value]:
        """The former values of a number that the group begins to manage, as far as they are known."""
        names = [name for name in (number, now[self._resources.number_id]) if name]
        before = self._memory.before(names, now, *note.pasts(number))
        return {name: value for name, value in before.items() if value != NOT_KNOWN}

    def _corrected(self, held: Values) -> list[Member]:
        """The members of a state, without former values that other resources of ours gave."""
        members = unpacked(held[MEMBERS])
        return [
            remembering(member, self._memory.corrected(names_of(member), remembered(self._table, member, held)))
            for member in members
        ]

    def _settled(self, group_id: str, update: _Update, declared: Values) -> _Update:
        """The update with the former values as the state gets them; those that nobody knows or hands on are said."""
        members = dict(update.members)
        for name, member in update.members.items():
            had = update.had.get(name)
            if had is None or had.former != member.former:
                former = self._memory.settle(names_of(member), remembered(self._table, member, declared))
                members[name] = remembering(member, former)
        new = [member for name, member in members.items() if name not in update.had]
        for field, numbers in self._membership.unknown(new, declared, self._memory.awaited):
            self._account.say(
                f"{group_id}: the former {field} is not known now, and a destroy would leave it as it is: "
                f"{some(numbers)}"
            )
        for field, numbers in self._membership.without_way_back(new, declared[ON_DESTROY]).items():
            self._account.say(
                f'{group_id}: had no {field} before, so on_destroy="{RESTORE}" will leave them where they are; '
                f'"{off(self._table)}" takes them off: {some(numbers)}'
            )
        return replace(update, members=members)

    def _note_former_values(self, group_id: str, update: _Update, held: Values, declared: Values) -> None:
        wish = self._membership.declared(declared)
        unsaved = wish.keys() - held.keys()
        members = [member for name, member in update.members.items() if unsaved or name not in update.had]
        if secret := bool(secrets_of(declared)):
            wish = self._memory.sealed(wish)
        self._notes.write(members, wish, self._identity, group_id, is_sealed=secret)

    def _mark(self, group_id: str, update: _Update, failed: Collection[str], held: Values) -> dict[str, str]:
        """The mark of the account, as far as this run shows it."""
        ids = [number_id for job in update.jobs if (number_id := job.current.get(self._resources.number_id))]
        if ACCOUNT not in held and not update.had:
            return {ACCOUNT: str(self.evidence.mark_of(ids[0]))}
        if any(job.changes and job.key not in failed for job in update.jobs):
            self.evidence.found(group_id)
        return self.evidence.state_mark(held, group_id, *ids)

    def _taken_over(self, declared: Values, jobs: Iterable[Job]) -> TakenOver:
        """What the jobs of new numbers overwrite."""
        taken = TakenOver(secrets_of(declared))
        for job in jobs:
            taken.add(self._resources.name_of(job.current), job.changes)
        return taken

    def _outputs(
        self, update: _Update, failed: Iterable[str], left: Iterable[str], held: Values, declared: Values
    ) -> dict[str, Value]:
        """The outputs, with the members whose write or restore failed as open."""
        leaving, after = {member.spelled: member for member in update.leaving}, self._membership.after_failure
        members = dict(update.members)
        members |= {name: after(members[name], update.had.get(name), held) for name in failed}
        members |= {name: after(leaving[name], leaving[name], held) for name in left}
        kept = {name: value for name, value in declared.items() if name not in (self._resources.numbers, GROUP_ID)}
        return kept | {MEMBERS: packed(members.values())}


def _claim(claiming: Claiming, numbers: Mapping[str, tuple[str, ...]]) -> None:
    """Claim numbers, each by its names; refuse if other resources have some of them."""
    busy = [number for number, names in numbers.items() if not claiming.claim(*names)]
    if busy:
        raise managed_twice(busy)
