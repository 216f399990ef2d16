"""What one step of a preview touches, and what it puts back: pure functions over the rows and what a state holds.

What is put back is told by the functions that put it back, on the assumption that nobody has changed the object since.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pulumi_messaging.cli.sides import Numbers, Side, names_of
from pulumi_messaging.core.diff import Change, diff, managed
from pulumi_messaging.core.fields import NUMBERS, Table, Value, Values
from pulumi_messaging.core.hidden import FORMER, NOT_KNOWN
from pulumi_messaging.core.members import Member, Standing, spelled
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.core.named import Named
from pulumi_messaging.core.tables import NAMED
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.restore import restoration as named_restoration
from pulumi_messaging.reconcile.numbers.restore import RESTORE, RETAIN, restoration, unrestorable
from pulumi_messaging.text import HIDDEN

HANDED_OVER: Final = "another resource of the program declares it"
ENDS: Final = {
    "delete": "is deleted, which is refused while numbers use it",
    "disable": "stays, and is disabled",
    "retain": "stays as it is",
}
_MADE_HERE: Final = "stays as it is: this program made it"
_NO_PAST: Final = "stays as it is: what it was before the take-over is not known"
_AS_BEFORE: Final = "stays as it is: it has its former settings"
_NO_VALUE: Final = "the former value is not known, or cannot be set"
_ON_DESTROY: Final = MessageRouteFields.on_destroy.state  # of every resource

# The numbers that use an object of a resource with this table, by its id and the name of its account.
Users = Callable[[Table, str, str], Numbers]


@dataclass(frozen=True, slots=True)
class PutBack:
    """A field that gets its former value; of a route or profile there are no numbers."""

    field: str
    value: Value = dataclasses.field(repr=False)
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """Fields that stay as they are, and the reason."""

    fields: tuple[str, ...]
    reason: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """What becomes of an object, or of numbers, that a program no longer declares."""

    policy: str = ""  # of ``on_destroy``
    outcome: str = ""
    put_back: tuple[PutBack, ...] = ()
    left: tuple[Left, ...] = ()
    writes: bool = True  # whether anything may be sent

    @property
    def handed_over(self) -> tuple[str, ...]:
        """The numbers that other resources take over."""
        return tuple(number for part in self.left if part.reason == HANDED_OVER for number in part.numbers)


@dataclass(frozen=True, slots=True)
class Touch:
    """What a step does.

    Attributes:
        numbers: The numbers that it touches.
        fields: The fields that it sends.
        secret: Fields with a secret, which a preview does not show: it may be sent too.
        handed_back: The fields that are no longer managed: nothing is sent, and the value stays.
        end: What becomes of the old side, or of the numbers that leave it.
    """

    numbers: Numbers
    fields: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    handed_back: tuple[str, ...] = ()
    end: End = End()


def touched(op: str, old: Side | None, new: Side | None, elsewhere: frozenset[str], users: Users) -> Touch:
    """What a step does.

    Args:
        op: The operation, as an engine names it: create, update, replace or delete.
        old: The resource as the state has it.
        new: The resource as the program declares it.
        elsewhere: Names of the objects of the old side's account that other resources of the program declare.
        users: Gives the numbers that use an object that is no number.
    """
    if op == "update" and old and new:
        return _updated(old, new, elsewhere, users)
    numbers = _of_new(new, users) if new else Numbers()
    if old is None:
        return Touch(numbers)
    # A route or profile is deleted before the new one is made, so nobody has it then.
    kept = new.names if new and old.has_numbers and new.account == old.account else frozenset()
    end = _end(old, elsewhere | kept)
    if end.writes:
        before = (old.numbers if old.has_numbers else users(old.table, old.id, old.account)).without(end.handed_over)
        numbers = before | numbers
    return Touch(numbers, end=end)


def _of_new(new: Side, users: Users) -> Numbers:
    if new.has_numbers:
        return new.numbers
    name = MessageRouteFields.adopt.state
    if not new.inputs.get(name):
        return Numbers()
    adopted = new.declared(name)
    if not adopted:
        return Numbers(known=False)  # an output of something that is not made yet
    return users(new.table, adopted, new.account)


def _updated(old: Side, new: Side, elsewhere: frozenset[str], users: Users) -> Touch:
    table, settings = old.table, old.table.settings
    changes = diff(table, table.older(old.held, new.inputs), new.inputs)
    written = [change for change in changes if change.field in settings]
    sent = [change.field.name for change in written if not change.handed_back]
    # A preview does not show whether a secret is the same as before.
    hidden = old.hidden | new.hidden
    secret = [row.name for row in settings if row.state in hidden and row.state in new.inputs and row.name not in sent]
    leaving = _left_out(old, new)
    end = End()
    if leaving.count or not leaving.known:
        policy = str(new.inputs.get(_ON_DESTROY) or RESTORE)
        if old.members is None:
            end = _end_of_secret_members(old, leaving, policy, elsewhere)
        else:
            end = _end_of_members(old, _leaving(old, new), policy, elsewhere)
    left = leaving.without(end.handed_over) if end.writes else Numbers()
    if changes and not sent and not secret:
        numbers = _changed_members(old, new) | left
    elif new.has_numbers:
        numbers = new.numbers | left
    else:
        numbers = users(old.table, old.id, old.account)
    handed_back = tuple(change.field.name for change in written if change.handed_back)
    return Touch(numbers, tuple(sent), tuple(secret), handed_back, end)


def _changed_members(old: Side, new: Side) -> Numbers:
    """The numbers that join a group, and those of it that are not as declared: they are written again."""
    if old.row(*NUMBERS) is None:
        return Numbers()
    if old.members is None or not new.numbers.known:
        return Numbers(known=False)
    had = {name for member in old.members for name in names_of(member)}
    wanted = _wanted(new)
    again = (each.spelled for each in old.members if each.standing is not Standing.DONE and each.spelled in wanted)
    return new.named({*(wanted - had), *again})


def _wanted(new: Side) -> set[str]:
    """The numbers that a group is to have, as declared."""
    return set(spelled(str(new.inputs.get(new.row(*NUMBERS) or "", ""))))


def _left_out(old: Side, new: Side) -> Numbers:
    """The numbers of a group in the state that the program leaves out."""
    if old.row(*NUMBERS) is None or not new.numbers.known:
        return Numbers()
    if old.members is None:
        return old.numbers.without(new.numbers.names)
    return old.named(member.spelled for member in _leaving(old, new))


def _leaving(old: Side, new: Side) -> tuple[Member, ...]:
    """The members that the program leaves out, and that are there."""
    if old.members is None or not new.numbers.known:
        return ()
    wanted = _wanted(new)
    return tuple(
        member
        for member in old.members
        if member.standing is not Standing.GONE and not wanted.intersection(names_of(member))
    )


def _end(old: Side, elsewhere: frozenset[str]) -> End:
    """What `on_destroy` does to a resource that the state has."""
    if old.retained:
        return End(outcome="stays as it is: retain_on_delete", writes=False)
    held = old.table.older(old.held, {})
    if not old.has_numbers:
        return _end_of_named(NAMED[old.table.resource], old, held, elsewhere)
    policy = str(held.get(_ON_DESTROY) or RESTORE)
    if old.members is not None:
        return _end_of_members(old, old.members, policy, elsewhere)
    if old.row(*NUMBERS):
        return _end_of_secret_members(old, old.numbers, policy, elsewhere)
    if old.names & elsewhere:
        return End(policy, left=(Left((), HANDED_OVER, tuple(old.numbers.names)),), writes=False)
    unknown = {row.state: NOT_KNOWN for row in old.table.settings if held.get(row.state) is not None}
    return _put_back(old, policy, [(held, held.get(FORMER, unknown), tuple(old.numbers.names))])


def _end_of_members(old: Side, leaving: Sequence[Member], policy: str, elsewhere: frozenset[str]) -> End:
    over = {member.spelled for member in leaving if elsewhere.intersection(names_of(member))}
    mine = [member for member in leaving if member.spelled not in over and member.standing is not Standing.GONE]
    end = _put_back(old, policy, [(_found(old, member), member.former, (member.spelled,)) for member in mine])
    return _with_handed_over(old, end, over)


def _found(old: Side, member: Member) -> Values:
    return {**old.held, **member.now} if member.standing is Standing.DRIFTED else old.held


def _end_of_secret_members(old: Side, leaving: Numbers, policy: str, elsewhere: frozenset[str]) -> End:
    """The former values are secrets: the settings tell what is put back. The numbers may be secrets too."""
    over = leaving.names & elsewhere
    mine = leaving.without(over)
    numbers = old.shown(mine.names)
    if mine.known and not mine.count:
        end = End(policy, writes=False)
    elif policy != RESTORE:
        end = _put_back(old, policy, [(old.held, {}, numbers)])
    else:
        settings = [row.name for row in old.table.settings if old.held.get(row.state) is not None]
        end = End(policy, put_back=tuple(PutBack(name, HIDDEN, numbers) for name in settings))
    return _with_handed_over(old, end, over)


def _with_handed_over(old: Side, end: End, over: Collection[str]) -> End:
    return replace(end, left=(*end.left, Left((), HANDED_OVER, old.shown(over)))) if over else end


def _put_back(old: Side, policy: str, objects: Sequence[tuple[Values, Values, tuple[str, ...]]]) -> End:
    """What `on_destroy` does to numbers, each with its settings now and before; those alike come together."""
    if policy == RETAIN:
        return End(policy, ENDS[policy], writes=False)
    back: dict[tuple[str, str], tuple[Value, list[str]]] = {}
    left: dict[str, list[str]] = {}
    for found, former, numbers in objects:
        for change in restoration(old.table, (old.held,), found, former, policy):
            value = _visible(old, change)
            back.setdefault((change.field.name, repr(value)), (value, []))[1].extend(numbers)
        for row in unrestorable(old.table, (old.held,), found, former, policy):
            left.setdefault(row.name, []).extend(numbers)
    return End(
        policy,
        _AS_BEFORE if objects and not (back or left) else "",
        put_back=tuple(PutBack(name, value, old.shown(numbers)) for (name, _), (value, numbers) in back.items()),
        left=tuple(Left((name,), _NO_VALUE, old.shown(numbers)) for name, numbers in left.items()),
    )


def _end_of_named(kind: Named, old: Side, held: Values, elsewhere: frozenset[str]) -> End:
    policy = kind.policy(held)
    if old.id in elsewhere:
        return End(policy, left=(Left((), HANDED_OVER),), writes=False)
    if policy != RESTORE:
        return End(policy, ENDS.get(policy, ""), writes=policy != RETAIN)
    former = Former.of(kind, held)
    if not former.remembered:
        return End(policy, _MADE_HERE if not former.adopted else _NO_PAST)
    known = {name: value for name, value in former.values.items() if value != NOT_KNOWN}
    plan = named_restoration(held, former, {**known, **managed(kind.table, held)})
    put_back = tuple(PutBack(change.field.name, _visible(old, change)) for change in plan.changes)
    left = tuple(Left(tuple(field.name for field in part.fields), part.reason) for part in plan.left)
    return End(policy, put_back=put_back, left=left)


def _visible(old: Side, change: Change) -> Value:
    """The value that a field gets; an empty password is no secret."""
    if change.field.state not in old.hidden or (change.field.secret and change.new == ""):
        return list(change.new) if isinstance(change.new, tuple) else change.new
    return HIDDEN
