"""Putting back what a named object was before this program took it over.

A direction (the URL of a webhook, its method, authentication type, user name and password) is one whole once we have
sent or cleared its password: the password from before is not known, and ours must not go to somebody else's URL. So
such a direction is put back only where there was no authentication before, and its password is cleared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, alike, managed, observe
from pulumi_messaging.core.fields import Clear, Field, Value, Values, normal
from pulumi_messaging.core.hidden import BY_EQUALITY, SENT
from pulumi_messaging.core.named import Direction, Named
from pulumi_messaging.errors import ApiError, ErrorAnswer, Refused
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.update import NameTaken
from pulumi_messaging.reconcile.named.writes import Declared, respelled, spelled_in

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls
    from pulumi_messaging.reconcile.named.update import Updates
    from pulumi_messaging.reconcile.named.writes import Changes

_REFUSALS: Final = (400, 422)  # what a destroy sends is no value of the program, which could be corrected


@dataclass(frozen=True, slots=True)
class Left:
    """Fields that are not put back, and the reason."""

    fields: tuple[Field, ...]
    reason: str

    @property
    def names(self) -> str:
        """The fields, for a line."""
        return ", ".join(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Restoration:
    """The changes that put an object back, and the fields that stay as they are although they were written."""

    changes: Changes
    left: tuple[Left, ...]


def restoration(held: Values, former: Former, observed: Values) -> Restoration:
    """The changes that ``on_destroy="restore"`` makes; a value that somebody has changed since is left alone."""
    settings = {field.state: field for field in former.kind.table.settings if not field.replaces}
    given = {**managed(former.kind.table, held), **_applied(former.kind, held, observed)}
    ours = {settings[name]: value for name, value in given.items() if name in settings}
    whole = [direction for direction in former.kind.directions if direction.password.state in former.values]
    parts = [part for direction in whole for part in _direction(direction, ours, former, observed)]
    together = {field for direction in whole for field in direction.fields}
    passwords = {direction.password for direction in former.kind.directions}
    alone = (field for field in ours if field not in together and field not in passwords)
    parts += filter(None, (_single(field, ours[field], former, observed) for field in alone))
    return Restoration(
        tuple(part for part in parts if isinstance(part, Change)),
        tuple(part for part in parts if isinstance(part, Left)),
    )


def _applied(kind: Named, held: Values, observed: Values) -> Values:
    """The values of a failed write that the object has all the same."""
    sent = held.get(SENT, {})
    return {name: value for name, value in sent.items() if alike(kind.table.row(name), value, observed.get(name))}


def _single(field: Field, ours: Value, former: Former, observed: Values) -> Change | Left | None:
    """What becomes of one field; None: nothing, it is as it was, or somebody has changed it since."""
    live, wished = observed.get(field.state), former.known(field)
    if live is not None and not alike(field, ours, live):
        return None
    if wished is None:
        return Left((field,), "its value before the take-over is not known")
    if alike(field, wished, ours if live is None else live):  # an object has keys that nobody declared
        return None
    if live is None:
        return Left((field,), f"{former.kind.vendor} does not show whether it is still as declared")
    if wished == "" and field.clear is Clear.NO:
        return Left((field,), f"it was empty before, and {former.kind.vendor} cannot clear it")
    return Change(field, live, wished)


def _direction(
    direction: Direction, ours: Mapping[Field, Value], former: Former, observed: Values
) -> list[Change | Left]:
    """What becomes of a direction whose password we have sent or cleared."""
    kind, user = direction.authentication, direction.user
    fields = tuple(field for field in direction.fields if field in ours)
    if not fields:  # handed back
        return []
    before = former.known(kind)
    if before is None or normal(kind, before) != "":
        return [Left(fields, "the password from before is not known, and ours must not go to another URL")]
    # The user name of an object without authentication says nothing; it may not even be shown.
    expected = {kind: before, **{field: ours[field] for field in fields if field not in (user, direction.password)}}
    if any(not alike(field, value, observed.get(field.state)) for field, value in expected.items()):
        return [Left(fields, "a part of it has been changed since, or is not managed any more")]
    parts = [part for field, value in expected.items() if (part := _single(field, value, former, observed))]
    if left := [part for part in parts if isinstance(part, Left)]:
        return [Left(fields, left[0].reason)]
    if user in ours:
        parts.append(Change(user, ours[user], former.known(user) or ""))
    return [*parts, Change(direction.password, None, "")]


@dataclass(frozen=True, slots=True, repr=False)
class Restore:
    """Carries out ``on_destroy="restore"``."""

    calls: Calls
    updates: Updates
    say: Callable[[str], None]

    def restore(self, object_id: str, held: Values, account_id: AccountId) -> Values:
        """Give the managed fields their former values; what cannot be put back is left as it is, and said.

        Returns the values found before, which are empty where nothing is known to put back.

        Raises:
            NotFound: The object is gone, or belongs to another account.
            Refused: The vendor does not take the former values, or nothing shows whether the former name is free.
            ApiError: The vendor cannot be asked, or the answer is not as sent.
        """
        kind = self.calls.kind
        former, its = Former.of(kind, held), f"{kind.word} {object_id}"
        if not former.remembered:
            reason = "what it was before the take-over is not known" if former.adopted else "this program made it"
            self.say(f'{its}: left as it is, {reason}, so on_destroy="restore" has no values for it')
            return {}
        observed = observe(kind.table, self.calls.get(object_id))
        plan = restoration(held, former, respelled(managed(kind.table, held), spelled_in(held), observed))
        for left in plan.left:
            self.say(f"{its}: left as it is in {left.names}: {left.reason}")
        done = self._put_back(object_id, plan.changes, account_id)
        if done or former.adopted == BY_EQUALITY:
            what = f"put back {_names(done)}" if done else "nothing to put back"
            self.say(f"{its}: not deleted, it was there before this program took it over; {what}")
        return observed

    def _put_back(self, object_id: str, changes: Changes, account_id: AccountId) -> Changes:
        """The changes that were made: all, or all but a name that another object has by now."""
        kind = self.calls.kind
        wished = Declared({change.field.state: change.new for change in changes})
        others = tuple(change for change in changes if change.field is not kind.name)
        try:
            written = self.updates.apply(object_id, changes, wished, account_id)
        except NameTaken as error:
            self.say(f"{kind.word} {object_id}: left as it is in {kind.name.name}: {error}")
            return self._put_back(object_id, others, account_id)
        except ErrorAnswer as error:
            if not is_refusal(error):
                raise
            instead = other_policies(kind, kind.keeping)
            raise Refused(
                f"cannot restore {_names(changes)} of {kind.word} {object_id}: {error.reason}; {instead}"
            ) from None
        if written.error:
            raise written.error
        return changes


def is_refusal(error: ApiError) -> bool:
    """Whether the vendor does not take what ``on_destroy`` sends."""
    return error.refuses(_REFUSALS)


def other_policies(kind: Named, policies: str) -> str:
    """The advice after a refusal."""
    return f"the {kind.noun} was left as it is; set on_destroy={policies}, run `pulumi up`, then destroy"


def _names(changes: Changes) -> str:
    return ", ".join(change.field.name for change in changes)
