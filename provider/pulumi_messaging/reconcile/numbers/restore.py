"""Putting back a number's former settings, or taking it off its profile, as ``on_destroy`` says."""

from __future__ import annotations

from typing import Final

from pulumi_messaging.core.diff import Change, managed
from pulumi_messaging.core.fields import Clear, Table, Values, normal
from pulumi_messaging.core.hidden import NOT_KNOWN
from pulumi_messaging.reconcile.numbers.messaging_settings import PROFILE

# Values of ``on_destroy``.
RESTORE: Final = "restore"
RETAIN: Final = "retain"


def restoration(table: Table, held: Values, found: Values, former: Values, policy: str) -> tuple[Change, ...]:
    """The changes that ``on_destroy`` makes to a number; a value that somebody has changed since is left alone."""
    goal, changes = former if policy == RESTORE else {PROFILE: ""}, []
    for name, value in managed(table, held).items():
        field, wished = table.row(name), goal.get(name)
        if field not in table.settings or goal.get(name, NOT_KNOWN) == NOT_KNOWN:
            continue
        if normal(field, found.get(name)) != normal(field, value):
            continue  # changed by somebody since
        if normal(field, wished) != normal(field, value) and not (wished == "" and field.clear is Clear.NO):
            changes.append(Change(field, value, wished))
    return tuple(changes)
