"""One number of a group: what is remembered of it, how a refresh finds it, what putting it back takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from pulumi_messaging.core.fields import Clear, Value, Values, normal
from pulumi_messaging.core.members import Member, Standing
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.reconcile.group_notes import Note
from pulumi_messaging.reconcile.number_settings import Observed, observed, still_ours
from pulumi_messaging.reconcile.number_writes import PROFILE, Job

SETTINGS: Final = {field.state: field for field in NUMBER_MESSAGING_GROUP.settings}


def key(member: Member) -> str:
    """How a member is asked for."""
    return member.number_id or member.number


def remembered(now: Values, names: Iterable[str], note: Note, number: str) -> dict[str, Value]:
    """What a number has now, or had before a run that was killed gave it what it has now.

    What the answer does not tell is not known, unless it can be nothing but empty.
    """
    values = {}
    for name in names:
        field, before = SETTINGS[name], note.before(number)
        value = now.get(name, "" if field.clear is not Clear.NO else None)
        if name in before and normal(field, value) == normal(field, note.wish.get(name)):
            value = before[name]
        if value is not None:
            values[name] = value
    return values


def seen(member: Member, row: dict[str, Any] | None, wish: Values) -> Member:
    """The member as a refresh found it."""
    if row is None:
        return replace(member, standing=Standing.GONE, now={})
    found = observed(row)
    now = {
        name: found.get(name, "")
        for name, value in wish.items()
        if normal(SETTINGS[name], found.get(name, "")) != normal(SETTINGS[name], value)
    }
    if member.standing is Standing.OPEN and now and _alike(now, member.now):
        return member  # not drift: this group set that before
    standing = Standing.DRIFTED if now else Standing.DONE
    keep_id = now or member.spelled != member.number
    return replace(member, standing=standing, now=now, number_id=found["phoneNumberId"] if keep_id else "")


def _alike(found: Values, ours: Values) -> bool:
    return all(
        name in ours and normal(SETTINGS[name], value) == normal(SETTINGS[name], ours[name])
        for name, value in found.items()
    )


def opened(member: Member, had: Member | None, before: Values) -> Member:
    """A member whose settings were to be written and are not: what this group gave it before may still be there."""
    ours: Values = {}
    if had is not None and had.standing is Standing.OPEN:
        ours = had.now
    elif had is not None:
        ours = {name: before[name] for name in SETTINGS if name in before and name not in had.now}
    return replace(member, standing=Standing.OPEN, now=ours)


def undo(member: Member, found: Observed, held: Values, policy: str) -> Job:
    """What putting a number back takes, where the values are still ours."""
    goal = member.former if policy == "restore" else {PROFILE: ""}
    changes = {change.field.state: change for change in still_ours(NUMBER_MESSAGING_GROUP, held, found, goal)}
    if member.standing is Standing.OPEN:
        earlier = still_ours(NUMBER_MESSAGING_GROUP, {**held, **member.now}, found, goal)
        changes |= {change.field.state: change for change in earlier}
    return Job(member.spelled, found, tuple(changes.values()))
