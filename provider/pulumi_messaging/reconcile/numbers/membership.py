"""One number of a group: its former values, its state after a refresh and after a failed write, and its restoration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Field, Value, Values, normal
from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.numbers import NumberResources
from pulumi_messaging.reconcile.numbers.diff_checks import written
from pulumi_messaging.reconcile.numbers.restore import RESTORE, no_way_back, restoration, unrestorable

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.numbers.vendor import Observed


def names_of(member: Member) -> tuple[str, ...]:
    """All names of a member that are known."""
    return (member.number, member.number_id) if member.number_id else (member.number,)


def remembering(member: Member, former: Values) -> Member:
    """The member with these former values, those left out that are not known."""
    if former is member.former:
        return member
    known = {name: value for name, value in former.items() if value != NOT_KNOWN}
    return member if known == member.former else replace(member, former=known)


@dataclass(frozen=True)
class Membership:
    """The settings of one vendor's groups, for one number after the other."""

    resources: NumberResources

    @cached_property
    def settings(self) -> dict[str, Field]:
        """State name → field."""
        return {field.state: field for field in self.resources.group.settings}

    def declared(self, values: Values) -> dict[str, Value]:
        """The settings that a declaration or a state has."""
        return {name: values[name] for name in self.settings if values.get(name) is not None}

    def unknown(
        self, members: Sequence[Member], values: Values, awaited: Callable[[Sequence[str]], Collection[str]]
    ) -> Iterator[tuple[str, list[str]]]:
        """Managed settings, each with the members whose former value is not known, and not ``awaited``.

        ``awaited`` maps the names of a member to its settings whose former values follow.
        """
        missing = [(member, awaited(names_of(member))) for member in members]
        for name in self.declared(values):
            numbers = [one.name for one, follow in missing if name not in one.former and name not in follow]
            if numbers:
                yield self.settings[name].name, numbers

    def known(self, member: Member, before: Values) -> Observed | None:
        """The settings of a member as the state knows them; None where the state cannot know them."""
        if member.standing not in (Standing.DONE, Standing.DRIFTED):
            return None
        names = {self.resources.number_id: member.number_id, self.resources.number: member.number}
        return {**before, **member.now, **names}

    def refreshed(self, member: Member, found: Observed | None, wish: Values) -> Member:
        """The member after a refresh, which found these settings, or None where it is not in the account.

        One that has left stays gone: the settings found are another number's, which the next update takes over.
        """
        if found is None or member.has_left:
            return replace(member, standing=Standing.GONE, now={})
        shown = {name: found[name] for name in wish if name in found}
        now = {name: value for name, value in shown.items() if not self._equal(name, value, wish[name])}
        ours = all(name in member.now and self._equal(name, value, member.now[name]) for name, value in now.items())
        if member.standing is Standing.OPEN and now and ours:
            return member  # no drift: this group set these values before
        standing = Standing.DRIFTED if now else Standing.DONE
        number_id = found[self.resources.number_id]
        keep_id = (now or member.spelled != member.number) and number_id != member.number
        return replace(member, standing=standing, now=now, number_id=number_id if keep_id else "")

    def after_failure(self, member: Member, had: Member | None, held: Values) -> Member:
        """The member after a failed write: the values that this group gave it before may still be there."""
        ours: Values = {}
        if had is not None and had.standing is Standing.OPEN:
            ours = had.now
        elif had is not None:
            ours = {name: held[name] for name in self.settings if name in held and name not in had.now}
        return replace(member, standing=Standing.OPEN, now=ours)

    def restored(self, member: Member, found: Observed, held: Values, policy: str) -> tuple[Change, ...]:
        """The changes that ``on_destroy`` makes to a member; an open one may still have the values set before."""
        return restoration(self.resources.group, written(member, held), found, member.former, policy)

    def unrestorable(
        self, members: Iterable[Member], found: Mapping[str, Observed], held: Values
    ) -> dict[str, list[str]]:
        """The fields that a restore leaves as they are, each with its members."""
        left: dict[str, list[str]] = {}
        for member in members:
            ours, now = written(member, held), found[member.spelled]
            for field in unrestorable(self.resources.group, ours, now, member.former, RESTORE):
                left.setdefault(field.name, []).append(member.name)
        return left

    def without_way_back(self, members: Iterable[Member], policy: str) -> dict[str, list[str]]:
        """The fields that a restore cannot empty again, each with its members that had none before."""
        lacking: dict[str, list[str]] = {}
        for member in members:
            for name in no_way_back(self.resources.group, member.former, policy):
                lacking.setdefault(name, []).append(member.name)
        return lacking

    def afterwards(self, found: Observed, changes: Iterable[Change], held: Values) -> dict[str, Value]:
        """The settings that a member is to have when it has been put back: those managed that do not change stay."""
        kept = {name: found[name] for name in self.declared(held) if name in found}
        return kept | {change.field.state: change.new for change in changes}

    def _equal(self, name: str, one: Value, other: Value) -> bool:
        return bool(normal(self.settings[name], one) == normal(self.settings[name], other))
