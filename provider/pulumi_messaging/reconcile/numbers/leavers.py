"""The numbers that leave a group: put back, taken off, left as they are, or handed over to other resources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.hidden import SECRETS
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.errors import ApiError, MessagingError
from pulumi_messaging.reconcile.memory import Kept, Memory
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders
from pulumi_messaging.reconcile.numbers.diff_checks import remembered, written
from pulumi_messaging.reconcile.numbers.membership import Membership, names_of, remembering
from pulumi_messaging.reconcile.numbers.reports import Failure, some
from pulumi_messaging.reconcile.numbers.restore import RESTORE, RETAIN
from pulumi_messaging.reconcile.numbers.writes import Job, write_all
from pulumi_messaging.reconcile.ownership import Ownership

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.numbers.vendor import Observed

_NONE: Final[Mapping[str, str]] = MappingProxyType({})

Failures = dict[str, Failure]  # by declared number


class Leavers:
    """Carries out ``on_destroy`` for members, for any thread."""

    def __init__(self, account: NumberAccount, orders: BulkOrders | None, ownership: Ownership, memory: Memory) -> None:
        self._account = account
        self._orders = orders
        self._membership = Membership(account.resources)
        self._ownership = ownership
        self._memory = memory

    def let_go(self, group_id: str, leaving: Iterable[Member], held: Values, policy: str) -> Failures:
        """Let members go; those that other resources have, or will have, stay as they are.

        Args:
            group_id: The group.
            leaving: The members.
            held: The group's outputs in the state.
            policy: A value of ``on_destroy``.
        """
        by_number = {member.number: member for member in leaving if not member.has_left}
        with self._ownership.restoring(group_id, by_number) as free:
            mine = self._hand_over(
                group_id, [self._corrected(member, held) for member in by_number.values()], held, free
            )
            members = [member for member in mine if member.standing is not Standing.GONE]
            if policy == RETAIN:
                for member in members:
                    self._memory.forget(names_of(member))
                return {}
            return self._put_back(group_id, members, held, policy) if members else {}

    def _corrected(self, member: Member, held: Values) -> Member:
        """The member, without former values that other resources of ours gave until now."""
        former = remembered(self._account.resources.group, member, held)
        return remembering(member, self._memory.corrected(names_of(member), former, *written(member, held)))

    def _put_back(self, group_id: str, members: Sequence[Member], held: Values, policy: str) -> Failures:
        """Write what ``on_destroy`` says, where the value is still ours."""
        try:
            found, unread = self._account.members(members)
        except ApiError as error:
            return dict.fromkeys((member.spelled for member in members), replace(Failure.of(error), refused=False))
        missing = [member.spelled for member in members if member.spelled not in found.keys() | unread]
        there = [member for member in members if member.spelled in found]
        ids = {member.spelled: found[member.spelled][self._account.resources.number_id] for member in there}
        there = self._hand_over(group_id, there, held, {member.number for member in there}, ids)
        if policy == RESTORE:
            for field, numbers in self._membership.unrestorable(there, found, held).items():
                self._account.say(
                    f"{group_id}: {field} left as it is, because its former value is not known or cannot be set: "
                    f"{some(numbers)}"
                )
        jobs = [self._job(member, found[member.spelled], held, policy) for member in there]
        failed = write_all(self._account, self._orders, jobs, f"{group_id}, putting back")
        for member in there:
            if member.spelled not in failed:
                names, before = names_of(member), found[member.spelled]
                self._memory.put_back(names, member.former, before, *written(member, held))
        return (
            dict.fromkeys(unread, Failure(self._account.still_listed, self._account.ask_again))
            | self._not_gone(group_id, missing, held)
            | failed
        )

    def _job(self, member: Member, found: Observed, held: Values, policy: str) -> Job:
        changes = self._membership.restored(member, found, held, policy)
        after = {**self._membership.afterwards(found, changes, held), SECRETS: held.get(SECRETS, ())}
        return Job(member.spelled, found, changes, after)

    def _not_gone(self, group_id: str, missing: Sequence[str], held: Values) -> Failures:
        """Those of missing members that nothing shows to have left the account."""
        if missing:
            try:
                self._account.confirm_gone(held, "find it", group_id)
            except MessagingError as error:
                return dict.fromkeys(missing, Failure(str(error), ""))
        return {}

    def _hand_over(
        self,
        group_id: str,
        members: Iterable[Member],
        held: Values,
        free: Collection[str],
        ids: Mapping[str, str] = _NONE,
    ) -> list[Member]:
        """Hand on what is remembered of members that other resources have, or will have: the other members.

        ``free`` are the numbers that no other resource has yet; ``ids`` their ids, where they have been read.
        """
        handed: dict[Kept, list[str]] = {}
        others = []
        for member in members:
            names = names_of(member)
            if member.number in free and not self._ownership.declared_elsewhere(*names, ids.get(member.spelled, "")):
                others.append(member)
                continue
            kept = self._memory.hand_over(names, member.former, *written(member, held))
            handed.setdefault(kept, []).append(member.name)
        for kept, numbers in handed.items():
            self._account.say(
                f"{group_id}: left as they are for other resources of this program: {some(numbers)}{kept.value}"
            )
        return others
