"""Checks made during diff, without a request and without loading a client."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pulumi_messaging.core.declared import ACCOUNT_ROW
from pulumi_messaging.core.diff import Change, alike, replacements
from pulumi_messaging.core.fields import Values, normal
from pulumi_messaging.core.hidden import SECRETS, SENT
from pulumi_messaging.core.named import Named
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.ownership import Ownership


def hold(kind: Named, ownership: Ownership, object_id: str, held: Values, declared: Values) -> None:
    """Record the object of a resource of the state, what it remembers of it, and that this run renames it.

    Raises:
        Refused: Another resource has taken the object over, in this run or in an earlier one. The state does not show
            whose an object is; but two resources remember different values.
    """
    former = Former.of(kind, held).values
    if ownership.recorded(object_id) not in (None, former):
        raise Refused(
            f"cannot manage {kind.word} {object_id} twice: another resource of this program has it; leave one of the "
            f"two out of the program, then run `pulumi up`, which leaves the {kind.noun} as it is for the other one"
        )
    ownership.hold(object_id, {object_id: former})
    name, known = declared.get(kind.name.state), (held.get(kind.name.state), held.get(str(kind.name.held)))
    if isinstance(name, str) and not any(alike(kind.name, name, one) for one in known):
        ownership.rename(object_id)


def guard(kind: Named, object_id: str, declared: Values, changes: tuple[Change, ...], held: Values) -> None:
    """Refuse a change that would end with another object than the one held.

    Raises:
        Refused: ``adopt`` names another object, or the account of an adopted one changes.
    """
    adopt = declared.get(kind.adopt.state)
    if not isinstance(adopt, str):
        return
    moves = replacements(changes, held)
    other = normal(kind.adopt, adopt) != normal(kind.adopt, object_id)
    if other and ACCOUNT_ROW.state in moves:
        return  # the object of the one account is let go, and one of the other account is taken over
    if other:
        raise Refused(
            f'cannot adopt "{adopt}": the resource holds {kind.word} {object_id}; to take over the other one, '
            f"declare it under another resource name"
        )
    if moves:
        names = " and ".join(kind.table.row(name).name for name in moves)
        raise Refused(
            f"cannot move {kind.word} {object_id} to another account: a {kind.noun} stays in its account, and adopt "
            f"names this one; remove adopt to let a new {kind.noun} be made there, or keep {names}"
        )


def unsettled(kind: Named, object_id: str, held: Values, declared: Values, names: Collection[str]) -> Iterator[Values]:
    """The declaration of settings that become managed, or whose last write is not known, for a look at the object."""
    names = {*names, *held.get(SENT, ())}
    kept = {*names, SECRETS, *([kind.account_id.state] if kind.account_id else [])}
    if names:
        yield {**{name: value for name, value in declared.items() if name in kept}, kind.adopt.state: object_id}
