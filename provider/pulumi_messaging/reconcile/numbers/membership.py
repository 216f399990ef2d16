"""One number of a group: its former values, its state after a refresh and after a failed write, and its restoration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Value, Values, normal
from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.reconcile.numbers.diff_checks import written
from pulumi_messaging.reconcile.numbers.messaging_settings import NUMBER_ID, PHONE_NUMBER, Observed
from pulumi_messaging.reconcile.numbers.restore import restoration

SETTINGS: Final = {field.state: field for field in NUMBER_MESSAGING_GROUP.settings}


def declared_settings(values: Values) -> dict[str, Value]:
    """The settings that a declaration or a state has."""
    return {name: values[name] for name in SETTINGS if values.get(name) is not None}


def _equal(name: str, one: Value, other: Value) -> bool:
    return bool(normal(SETTINGS[name], one) == normal(SETTINGS[name], other))


def names_of(member: Member) -> tuple[str, ...]:
    """All names of a member that are known."""
    return (member.number, member.number_id) if member.number_id else (member.number,)


def remembering(member: Member, former: Values) -> Member:
    """The member with these former values, those left out that are not known."""
    if former is member.former:
        return member
    known = {name: value for name, value in former.items() if value != NOT_KNOWN}
    return member if known == member.former else replace(member, former=known)


def unknown(
    members: Sequence[Member], values: Values, awaited: Callable[[Sequence[str]], Collection[str]] = lambda _: ()
) -> Iterator[tuple[str, list[str]]]:
    """Managed settings, each with the members whose former value is not known, and not ``awaited``, given the names."""
    missing = [(member, awaited(names_of(member))) for member in members]
    for name in declared_settings(values):
        numbers = [one.name for one, follow in missing if name not in one.former and name not in follow]
        if numbers:
            yield SETTINGS[name].name, numbers


def known(member: Member, before: Values) -> Observed | None:
    """The settings of a member as the state knows them; None where the state cannot know them."""
    if member.standing not in (Standing.DONE, Standing.DRIFTED):
        return None
    return {**before, **member.now, PHONE_NUMBER: member.number, NUMBER_ID: member.number_id}


def refreshed(member: Member, found: Observed | None, wish: Values) -> Member:
    """The member after a refresh, which found these settings, or None where it is not in the account.

    One that has left stays gone: the settings found are another number's, which the next update takes over.
    """
    if found is None or member.has_left:
        return replace(member, standing=Standing.GONE, now={})
    now = {name: found[name] for name, value in wish.items() if name in found and not _equal(name, found[name], value)}
    ours = all(name in member.now and _equal(name, value, member.now[name]) for name, value in now.items())
    if member.standing is Standing.OPEN and now and ours:
        return member  # no drift: this group set these values before
    standing = Standing.DRIFTED if now else Standing.DONE
    keep_id = now or member.spelled != member.number
    return replace(member, standing=standing, now=now, number_id=found[NUMBER_ID] if keep_id else "")


def after_failure(member: Member, had: Member | None, held: Values) -> Member:
    """The member after a failed write: the values that this group gave it before may still be there."""
    ours: Values = {}
    if had is not None and had.standing is Standing.OPEN:
        ours = had.now
    elif had is not None:
        ours = {name: held[name] for name in SETTINGS if name in held and name not in had.now}
    return replace(member, standing=Standing.OPEN, now=ours)


def restored(member: Member, found: Observed, held: Values, policy: str) -> tuple[Change, ...]:
    """The changes that ``on_destroy`` makes to a member; an open one may still have the values set before."""
    ours = tuple(written(member, held))
    return restoration(NUMBER_MESSAGING_GROUP, ours, found, member.former, policy)


def afterwards(found: Observed, changes: Iterable[Change], held: Values) -> dict[str, Value]:
    """The settings that a member is to have when it has been put back: those managed that do not change stay."""
    kept = {name: found[name] for name in declared_settings(held) if name in found}
    return kept | {change.field.state: change.new for change in changes}
