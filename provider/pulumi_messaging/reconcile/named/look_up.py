"""Named objects in a preview: what an `up` overwrites of an adopted one, and whether the name of a new one is taken.

The list of an account is read once for all objects of the preview.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import differences, observe
from pulumi_messaging.core.fields import UNKNOWN, Values, normal
from pulumi_messaging.core.hidden import AUTOMATIC_NAME, secrets_of
from pulumi_messaging.core.named import Named
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import NotFound, Problem, Refused
from pulumi_messaging.reconcile.named.take_over import REASONS, ground_by_name, named
from pulumi_messaging.reconcile.takeover import overwrites

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls, Row
    from pulumi_messaging.reconcile.named.names import Names
    from pulumi_messaging.reconcile.named.reads import Listed, Reads
    from pulumi_messaging.reconcile.ownership import Ownership


@dataclass(frozen=True, slots=True, repr=False)
class NamedLookUps:
    """The look-ups with one set of credentials."""

    client: TelegentClient | TelnyxClient
    calls: Calls
    reads: Reads  # of the look-ups alone
    look_ups: LookUps
    ownership: Ownership
    names: Names  # for this machine's notes of creates

    def __call__(self, _former: Values, declared: Values, replaced: Values | None) -> tuple[Problem, ...]:
        """Look up the object of ``adopt``, else the name of one that is new to the state."""
        adopt, name = declared.get(self._kind.adopt.state), declared.get(self._kind.name.state)
        account_id = self._kind.account_id_of(declared) or self.calls.place.account_id
        if UNKNOWN in (adopt, account_id) or (adopt is None and not isinstance(name, str)):
            return ()
        return self.look_ups.attempt(self.client, partial(self._look, account_id, declared, replaced))

    @property
    def _kind(self) -> Named:
        return self.calls.kind

    def _look(self, account_id: AccountId, declared: Values, replaced: Values | None) -> Iterator[Problem]:
        listed, adopt = self.reads.listed(account_id), normal(self._kind.adopt, declared.get(self._kind.adopt.state))
        if adopt is not None:
            yield from self._adopted(adopt, account_id, listed, declared)
        name = self._kind.name.state
        if isinstance(declared.get(name), str) and not (replaced and _same_name(self._kind, replaced, declared)):
            self._taken(account_id, declared, listed, adopt)
        elif adopt is None:
            self._plan_create(declared)

    def _plan_create(self, declared: Values) -> None:
        self.look_ups.plan.creates(f'{self._kind.word} "{declared[self._kind.name.state]}"')

    def _adopted(self, object_id: str, account_id: AccountId, listed: Listed, declared: Values) -> Iterator[Problem]:
        row = self._row(object_id, account_id, listed, declared)
        if row is None:
            key = self.client.settings.key(self._kind.credentials)
            yield Problem(
                self._kind.adopt.state,
                f"names {self._kind.word} {object_id}, which the account of {key} does not have: check both",
            )
            return
        secret = secrets_of(declared)
        changes = _sent(self._kind, declared, row)
        taken, setting = named(self._kind, object_id, row, secret), self.calls.place.equal_only
        yield from self.look_ups.take_over(taken, [overwrites(changes, secret)], setting, changes)

    def _row(self, object_id: str, account_id: AccountId, listed: Listed, declared: Values) -> Row | None:
        """The object; None where neither a complete list nor a single read shows it.

        The list of the default account may lack an object that the credentials can take over all the same. A declared
        account must have it.
        """
        if object_id not in listed.ids and listed.complete and self._kind.account_id_of(declared):
            return None
        try:
            return self.reads.one(object_id, account_id, declared)
        except NotFound:
            if listed.complete:
                return None
            raise

    def _taken(self, account_id: AccountId, declared: Values, listed: Listed, adopt: str | None) -> None:
        """Say which other object has the name of a new one, unless this run renames that one."""
        kind, name = self._kind, declared[self._kind.name.state]
        rows = {str(row[kind.id_key]): row for row in listed.names.get(folded_name(name), ())}
        others = {one: row for one, row in rows.items() if one != adopt and not self.ownership.renamed(one)}
        if not others:
            if adopt is None:
                self._plan_create(declared)
            return
        found = ", ".join(others)
        if adopt is not None:
            self.look_ups.plan.unsure(f'`pulumi up` would fail: {found} has the name "{name}"')
            self.look_ups.say(f'{kind.word} {adopt}: `pulumi up` will fail, because {found} has the name "{name}"')
        elif AUTOMATIC_NAME in declared and len(others) == 1:
            self._ours(found, others[found], account_id, declared)
        else:
            self.look_ups.plan.unsure(f'`pulumi up` would fail: {kind.word} "{name}" exists already ({found})')
            self.look_ups.say(
                f'{kind.word} "{name}" exists already ({found}): `pulumi up` will fail, unless it replaces that one; '
                f'to manage it, add adopt="{next(iter(others))}"; else give another {kind.name.name}'
            )

    def _ours(self, object_id: str, row: Row, account_id: AccountId, declared: Values) -> None:
        """Say whether an object of the automatic name will be taken over: whether there is evidence that it is ours."""
        try:
            noted = self.names.noted(account_id, declared[self._kind.name.state])
            ground = ground_by_name(self._kind, object_id, declared, row, noted)
        except Refused as error:
            self.look_ups.plan.unsure(str(error))
            self.look_ups.say(f"`pulumi up` will fail, unless it replaces {self._kind.word} {object_id}: {error}")
            return
        secret = secrets_of(declared)
        changes, taken = _sent(self._kind, declared, row), named(self._kind, object_id, row, secret)
        self.look_ups.plan.sends(taken, changes)
        self.look_ups.lines.preview(f"{taken} ({REASONS[ground]})", overwrites(changes, secret))


def _sent(kind: Named, declared: Values, row: Row) -> list[Change]:
    """The changes that a take-over sends; an object never changes its account."""
    changes = differences(kind.table, declared, observe(kind.table, row))
    return [change for change in changes if change.field is not kind.account_id]


def _same_name(kind: Named, replaced: Values, declared: Values) -> bool:
    """Whether the object that a new one replaces has its name: it is deleted before the new one is made."""
    return all(replaced.get(row.state) == declared.get(row.state) for row in (kind.name, kind.account_id) if row)
