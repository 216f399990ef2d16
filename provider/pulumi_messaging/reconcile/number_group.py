"""The life of a group of Telnyx numbers: one resource for what is said of all of them alike.

What was there before is remembered for each number. What fails for some numbers does not undo what was done for the
others: the state keeps which ones are open, and the next run sends only for these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.members import Member, Standing, packed, shown, spelled, unpacked
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.errors import ApiError, NotFound, Refused, Unfinished
from pulumi_messaging.reconcile.group_members import SETTINGS, key, opened, remembered, seen, undo
from pulumi_messaging.reconcile.group_notes import GroupNotes, Note
from pulumi_messaging.reconcile.naming import by_reason, some
from pulumi_messaging.reconcile.number_reads import AT_ONCE, Row, number_reads
from pulumi_messaging.reconcile.number_settings import PURCHASE_WAITS, Observed, ineligible, observed
from pulumi_messaging.reconcile.number_writes import PROFILE, Job, NumberWrites
from pulumi_messaging.reconcile.numbers.planning import managed_twice
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.progress import Progress
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.shown import shown as as_text

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient

# So many missing numbers are asked for once more, for the vendor's own words.
_ASKED_WHY: Final = 5
_DOUBTFUL: Final = "Telnyx answered 404 for the settings although the account lists the number"


class NumberGroups:
    """The groups of numbers of one API key, for all threads of a process.

    Args:
        client: The vendor's API.
        ownership: Which numbers the resources of this run hold.
        notes: What was there before runs that may have been killed.
        say: Tells the user one line (stderr of the provider process).
        sleep: Waits a number of seconds.
    """

    def __init__(
        self,
        client: TelnyxClient,
        ownership: Ownership,
        notes: GroupNotes,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._reads = number_reads(client)
        self._writes = NumberWrites(client, self._reads, say)
        self._ownership = ownership
        self._notes = notes
        # Part of what a note is known by: a group of the same name may be in another account.
        self._account = f"{client.settings.base_url} {client.settings.emulator_store} {client.settings.api_key}"
        self._say = say
        self._sleep = sleep

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Remember what is there, then send what differs from the declaration, or nothing.

        Raises:
            Refused: A number is not in the account, is given twice, or may not have the product; nothing was sent.
            Unfinished: Some numbers are not as declared.
            ApiError: The vendor could not be asked; nothing was sent.
        """
        group_id = declared["__group"]
        return group_id, self.update(group_id, {"__numbers": ()}, declared)

    def update(self, group_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send what differs, for the numbers for which it does; do for those left out what ``on_destroy`` says.

        Raises:
            Refused: As of ``create``.
            Unfinished: Some numbers are not as declared.
            ApiError: The vendor could not be asked; nothing was sent.
        """
        had = {member.spelled: member for member in unpacked(held["__numbers"])}
        wanted = spelled(declared["phoneNumbers"])
        with self._taking(group_id, [name for name in wanted if name not in had]) as take:
            since = self._ownership.moment
            current = self._current(wanted, had, held, declared)
            note = self._notes.recall(self._account, group_id)
            members, leaving = self._members(had, current, held, declared, note)
            take({member.number: current[name]["phoneNumberId"] for name, member in members.items() if name not in had})
            # Declared by its id, a number may have been put back by the group that lets it go while it was read here.
            changed = [name for name in members if self._ownership.put_back(since, members[name].number)]
            current |= self._found(changed)
            jobs = [Job(name, now, differences(NUMBER_MESSAGING_GROUP, declared, now)) for name, now in current.items()]
            _refuse_ineligible(jobs)
        self._say_taken(job for job in jobs if job.key not in had)
        wish = {name: declared[name] for name in SETTINGS if declared.get(name) is not None}
        unsaved = wish.keys() - held.keys()
        new = [member for name, member in members.items() if unsaved or name not in had]
        self._notes.write(new, wish, self._account, group_id)
        failed = self._writes.write(jobs, f"{group_id}, setting")
        left = self._let_go(group_id, leaving, held, declared["onDestroy"])
        members |= {name: opened(members[name], had.get(name), held) for name in failed}
        members |= {member.spelled: opened(member, member, held) for member in leaving if member.spelled in left}
        outputs = {name: value for name, value in declared.items() if name not in ("phoneNumbers", "__group")}
        outputs["__numbers"] = packed(members.values())
        if failed or left:
            summary = f"{len(failed) + len(left)} of {len(wanted) + len(leaving)} numbers are not as they should be"
            raise Unfinished(summary, group_id, outputs, by_reason(failed | left, self._say))
        return outputs

    def read(self, group_id: str, held: Values) -> Reading:
        """The numbers as they are now; those that left the account stay remembered and are not shown.

        Raises:
            ApiError: The vendor could not be asked.
        """
        before = list(unpacked(held["__numbers"]))
        rows, doubtful = self._settings_of(before)
        wish = {name: held[name] for name in SETTINGS if name in held}
        members = [m if m.spelled in doubtful else seen(m, rows.get(key(m)), wish) for m in before]
        if doubtful:
            self._say(f"{group_id}: taken to be as before, because {_DOUBTFUL}: {some(doubtful)}")
        gone = [member.spelled for member in members if member.standing is Standing.GONE]
        if gone:
            self._say(
                f"{group_id}: no longer in the account: {some(gone)}; `pulumi up` fails until each is back or left "
                f"out of phone_numbers"
            )
        kept = {name: value for name, value in held.items() if name != "__numbers"}
        inputs = {**kept, "phoneNumbers": shown(members), "__group": group_id}
        return Reading(inputs, {**kept, "__numbers": packed(members)})

    def delete(self, group_id: str, held: Values) -> None:
        """Do for each number what ``on_destroy`` says, only where the value is still ours.

        Raises:
            Unfinished: Some numbers could not be put back.
        """
        self._notes.drop(self._account, group_id)
        leaving = list(unpacked(held["__numbers"]))
        left = self._let_go(group_id, leaving, held, held.get("onDestroy", "restore"))
        if left:
            summary = (
                f"{len(left)} of {len(leaving)} numbers could not be put back "
                f'(set on_destroy="unassign" or "retain", run `pulumi up`, then destroy)'
            )
            raise Unfinished(summary, group_id, {}, by_reason(left, self._say))

    # What is there, and what was -----------------------------------------------------------------------------------

    @contextmanager
    def _taking(self, group_id: str, names: Sequence[str]) -> Iterator[Callable[[Mapping[str, str]], None]]:
        """Take numbers that this group begins to hold, by every name they have; give them back if it comes to nothing.

        What is declared is taken before it is read: a group that puts a number back is waited for.
        """
        taken: list[str] = []

        def take(others: Mapping[str, str]) -> None:
            busy = []
            for number, number_id in others.items():
                unknown = [name for name in (number, number_id) if name not in known]
                if self._ownership.take(*unknown, owner=group_id):
                    taken.extend(unknown)
                else:
                    busy.append(number)
            if busy:
                raise Refused(managed_twice(busy))

        known = frozenset[str]()
        try:
            take({name: name for name in names})
            known = frozenset(taken)
            yield take
        except Exception:
            self._ownership.give_back(taken)
            raise

    def _current(
        self, wanted: Sequence[str], had: Mapping[str, Member], held: Values, declared: Values
    ) -> dict[str, Observed]:
        """The settings of every wanted number now: read where the state cannot know them."""
        before = {name: held[name] for name in SETTINGS if name in held}
        known: dict[str, Observed] = {}
        # What becomes managed is remembered as it is now; eligibility for a product changes by itself.
        product = declared.get("messagingProduct")
        if declared.keys() & SETTINGS.keys() <= before.keys() and product in (None, before.get("messagingProduct")):
            for name in wanted:
                member = had.get(name)
                if member is not None and member.standing in (Standing.DONE, Standing.DRIFTED):
                    names = {"phoneNumber": member.number, "phoneNumberId": member.number_id}
                    known[name] = {**before, **member.now, **names}
        found = self._found([name for name in wanted if name not in known])
        return {name: known.get(name) or found[name] for name in wanted}

    def _found(self, names: Sequence[str]) -> dict[str, Observed]:
        """The settings of numbers that are to be managed; each must be in the account."""
        rows = self._rows(names)
        for wait in PURCHASE_WAITS:
            missing = [name for name in names if name not in rows]
            if not missing:
                break
            if wait == PURCHASE_WAITS[0]:
                self._say(
                    f"not found: {some(missing)}; trying again for {sum(PURCHASE_WAITS):.0f} s in case they were "
                    f"just bought"
                )
            self._sleep(wait)
            rows |= self._reads.many(missing)
        missing = [name for name in names if name not in rows]
        if missing:
            reasons = "; ".join(by_reason(self._why_missing(missing), self._say))
            raise Refused(
                f"cannot find {len(missing)} of {len(names)} numbers, so nothing was sent: {reasons}; check that they "
                f"belong to the account of telnyx:apiKey and are enabled for messaging; after a purchase, run "
                f"`pulumi up` again in a minute"
            )
        return {name: observed(row) for name, row in rows.items()}

    def _why_missing(self, names: Sequence[str]) -> dict[str, str]:
        reasons = dict.fromkeys(names, "not in the account")
        for name in sorted(names)[:_ASKED_WHY]:
            try:
                self._client.retrieve_messaging(name)
            except NotFound as error:
                reasons[name] = error.reason
        return reasons

    def _members(
        self, had: Mapping[str, Member], current: Mapping[str, Observed], held: Values, declared: Values, note: Note
    ) -> tuple[dict[str, Member], list[Member]]:
        """The group as declared, with what each number had before; and the members that leave it."""
        leaving = {member.number: member for name, member in had.items() if name not in current}
        names = [name for name in SETTINGS if declared.get(name) is not None]
        newly = [name for name in names if name not in held]
        members: dict[str, Member] = {}
        twice: dict[str, str] = {}
        for name, now in current.items():
            number = now.get("phoneNumber") or name
            if twice.setdefault(number, name) != name:
                raise Refused(f'"{twice[number]}" and "{name}" are the same number ({number}); give it once')
            # A number that is only spelled in another way now stays the one it was.
            member = had.get(name) or leaving.pop(number, None)
            if member is None:
                former = remembered(now, names, note, number)
                inherited = self._ownership.inherited(number)
                former |= {field: inherited[field] for field in names if field in inherited}
            else:
                former = {field: member.former[field] for field in names if field in member.former}
                former |= remembered(now, newly, note, number)
            members[name] = Member(name, number, now["phoneNumberId"] if name != number else "", former)
        return members, list(leaving.values())

    def _say_taken(self, jobs: Iterable[Job]) -> None:
        moves: dict[tuple[str, str], list[str]] = {}
        for job in jobs:
            for change in job.changes:
                if change.field.state == PROFILE and change.old:
                    moves.setdefault((change.old, change.new), []).append(job.key)
        for (old, new), numbers in sorted(moves.items()):
            self._say(
                f"messaging profile {as_text(old)} -> {new or '(none)'} (taken from another profile) "
                f"for {len(numbers)} of the numbers: {some(numbers)}"
            )

    # Letting go ---------------------------------------------------------------------------------------------------

    def _let_go(self, group_id: str, leaving: Sequence[Member], held: Values, policy: str) -> dict[str, str]:
        """Do what ``on_destroy`` says for these members; of each that it could not be done for, the reason."""
        by_number = {member.number: member for member in leaving}
        with self._ownership.undoing(group_id, by_number) as free:
            taken = by_number.keys() - free
            if taken:
                self._say(
                    f"{group_id}: left as they are, other resources of this program have taken them over: {some(taken)}"
                )
            members = [by_number[number] for number in sorted(free)]
            members = [member for member in members if member.standing is not Standing.GONE]
            if policy == "retain" or not members:
                return {}
            try:
                rows, doubtful = self._settings_of(members)
            except ApiError as error:
                return {member.spelled: error.reason for member in members}
            there = [member for member in members if key(member) in rows]
            if policy == "restore":
                self._say_unknown(group_id, there, held)
            jobs = [undo(member, observed(rows[key(member)]), held, policy) for member in there]
            return dict.fromkeys(doubtful, _DOUBTFUL) | self._writes.write(jobs, f"{group_id}, putting back")

    def _settings_of(self, members: Sequence[Member]) -> tuple[dict[str, Row], set[str]]:
        """The settings of members; and of those that have none, the ones that the account lists all the same."""
        rows = self._rows([key(member) for member in members])
        missing = [member for member in members if key(member) not in rows]
        if not missing:
            return rows, set()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            listed = list(pool.map(self._lists, missing))
        return rows, {member.spelled for member, there in zip(missing, listed, strict=True) if there}

    def _rows(self, names: Sequence[str]) -> dict[str, Row]:
        progress = Progress(len(names), "reading", self._say, self._client.clock.monotonic)
        return self._reads.many(names, progress.done)

    def _lists(self, member: Member) -> bool:
        """Whether the account's list of numbers has a member: a 404 alone does not tell that it is gone."""
        rows = self._client.list_phone_numbers(member.number)
        return any(row.get("phone_number") == member.number for row in rows)

    def _say_unknown(self, group_id: str, members: Iterable[Member], held: Values) -> None:
        unknown: dict[str, list[str]] = {}
        for member in members:
            for name, field in SETTINGS.items():
                if name in held and name not in member.former:
                    unknown.setdefault(field.name, []).append(member.spelled)
        for name, numbers in unknown.items():
            self._say(f"{group_id}: {name} left as it is, what it was before is not known: {some(numbers)}")


def _refuse_ineligible(jobs: Iterable[Job]) -> None:
    reasons = [reason for job in jobs if (reason := ineligible(job.current, job.changes))]
    if reasons:
        more = f"; and {len(reasons) - _ASKED_WHY} more" if len(reasons) > _ASKED_WHY else ""
        raise Refused(f"{'; '.join(reasons[:_ASKED_WHY])}{more}; nothing was sent")
