"""Routes in a preview: what an `up` will overwrite of an adopted route, and whether the name of a new one is taken.

The list of an account is read once for all routes of the preview.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import differences, observe
from pulumi_messaging.core.fields import UNKNOWN, Values
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.message_route import AUTOMATIC_NAME, MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import NotFound, Problem, Refused
from pulumi_messaging.reconcile.routes.take_over import REASONS, ground_by_name, named_route
from pulumi_messaging.reconcile.takeover import overwrites

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account, Listed, RouteReads, Row

_ADOPT: Final = MessageRouteFields.adopt.state
_NAME: Final = MessageRouteFields.route_name.state
_ACCOUNT: Final = MessageRouteFields.account_id.state


@dataclass(frozen=True, slots=True, repr=False)
class RouteLookUps:
    """The look-ups with one set of credentials."""

    client: TelegentClient
    reads: RouteReads  # of the look-ups alone
    look_ups: LookUps
    ownership: Ownership
    names: RouteNames  # for this machine's notes of creates

    def __call__(self, _former: Values, declared: Values, replaced: Values | None) -> tuple[Problem, ...]:
        """Look up the route of ``adopt``, else the name of a route that is new to the state."""
        adopt, name = declared.get(_ADOPT), declared.get(_NAME)
        account = declared.get(_ACCOUNT) or self.client.settings.account_id
        if UNKNOWN in (adopt, account) or (adopt is None and not isinstance(name, str)):
            return ()
        return self.look_ups.attempt(self.client, partial(self._look, account, declared, replaced))

    def _look(self, account: Account, declared: Values, replaced: Values | None) -> Iterator[Problem]:
        listed, adopt = self.reads.listed(account), declared.get(_ADOPT)
        if adopt is not None:
            yield from self._adopted(adopt, account, listed, declared)
        if isinstance(declared.get(_NAME), str) and not (replaced and _same_name(replaced, declared)):
            self._taken(account, declared, listed, adopt)

    def _adopted(self, route_id: str, account: Account, listed: Listed, declared: Values) -> Iterator[Problem]:
        route = self._route(route_id, account, listed, declared)
        if route is None:
            yield Problem(
                _ADOPT,
                f"names message route {route_id}, which the account of telegent:accountKey does not have: check both",
            )
            return
        secret = secrets_of(declared)
        changes = _sent(declared, route)
        named, setting = named_route(route_id, route, secret), self.client.settings.equal_only
        yield from self.look_ups.take_over(named, [overwrites(changes, secret)], setting, changes)

    def _route(self, route_id: str, account: Account, listed: Listed, declared: Values) -> Row | None:
        """The route; None where neither a complete list nor a single read shows it.

        The list of the default account may lack a route that the credentials can take over all the same. A declared
        account must have it.
        """
        if route_id not in listed.ids and listed.complete and declared.get(_ACCOUNT):
            return None
        try:
            return self.reads.one(route_id, account, declared)
        except NotFound:
            if listed.complete:
                return None
            raise

    def _taken(self, account: Account, declared: Values, listed: Listed, adopt: str | None) -> None:
        """Say which other route has the name of a new route, unless this run renames that one."""
        name = declared[_NAME]
        rows = {str(row["MessageRouteId"]): row for row in listed.names.get(folded_name(name), ())}
        others = {one: row for one, row in rows.items() if one != adopt and not self.ownership.renamed(one)}
        if not others:
            return
        found = ", ".join(others)
        if adopt is not None:
            self.look_ups.say(f'message route {adopt}: `pulumi up` will fail, because {found} has the name "{name}"')
        elif AUTOMATIC_NAME in declared and len(others) == 1:
            self._ours(found, others[found], account, declared)
        else:
            self.look_ups.say(
                f'message route "{name}" exists already ({found}): `pulumi up` will fail, unless it replaces that one; '
                f'to manage it, add adopt="{next(iter(others))}"; else give another route_name'
            )

    def _ours(self, route_id: str, route: Row, account: Account, declared: Values) -> None:
        """Say whether a route of the automatic name will be taken over: whether there is evidence that it is ours."""
        try:
            ground = ground_by_name(route_id, declared, route, self.names.noted(account, declared[_NAME]))
        except Refused as error:
            self.look_ups.say(f"`pulumi up` will fail, unless it replaces message route {route_id}: {error}")
            return
        secret = secrets_of(declared)
        named = f"{named_route(route_id, route, secret)} ({REASONS[ground]})"
        self.look_ups.lines.preview(named, overwrites(_sent(declared, route), secret))


def _sent(declared: Values, route: Row) -> list[Change]:
    """The changes that a take-over sends; a route never changes its account."""
    changes = differences(MESSAGE_ROUTE, declared, observe(MESSAGE_ROUTE, route))
    return [change for change in changes if change.field is not MessageRouteFields.account_id]


def _same_name(replaced: Values, declared: Values) -> bool:
    """Whether the route that a new one replaces has its name: it is deleted before the new one is made."""
    return all(replaced.get(name) == declared.get(name) for name in (_NAME, _ACCOUNT))
