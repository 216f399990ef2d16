"""Creating a message route, exactly once and under a name that no other route has.

Vendor page: docs.telegent.com, "Create Message Route".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import creation, differences, observe
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import UnreadableAnswer
from pulumi_messaging.reconcile.routes.idempotent_create import Candidate, create_once

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.adopt import RouteAdoption
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account

_ROUTE_ID: Final = re.compile(r'"MessageRouteI[dD]"\s*:\s*"(MRID-[A-Za-z0-9._:~+-]{1,100})"')


@dataclass(frozen=True, slots=True, repr=False)
class RouteCreation:
    """Creates routes."""

    client: TelegentClient
    names: RouteNames
    adoption: RouteAdoption
    ownership: Ownership
    clock: Clock

    def create(self, declared: Values, account: Account) -> str:
        """Make the route, or take over the one that a cut-off run of this resource made: its id."""
        name = declared[MessageRouteFields.route_name.state]
        with self.names.claimed(account, name) as taken:
            if taken:
                return self.adoption.recover(taken, declared, account)
            with self.names.noted(account, name) as appeared:
                if appeared:
                    return self.adoption.recover(appeared, declared, account)
                route_id = self._create(name, declared, account)
            self.names.created(account, name, route_id)
            self.ownership.claim(route_id, route_id)
        return route_id

    def _create(self, name: str, declared: Values, account: Account) -> str:
        body = creation(MESSAGE_ROUTE, declared)
        if account is not None:
            body["AccountId"] = account

        def look() -> list[Candidate]:
            routes = self.names.look_again(account, name)
            return [Candidate(str(route["MessageRouteId"]), _agrees(declared, route)) for route in routes]

        return create_once(lambda: self._send(body), look, self.clock)

    def _send(self, body: dict[str, Any]) -> str:
        try:
            return str(self.client.create_message_route(body)["MessageRouteId"])
        except UnreadableAnswer as error:
            readable = {*_ROUTE_ID.findall(error.text)}
            if len(readable) != 1:  # several ids: a list, and only the account's list shows which of them was made
                raise
            return str(readable.pop())


def _agrees(declared: Values, route: Mapping[str, Any]) -> bool:
    """Whether no value that the list shows of a route differs from the declared one."""
    different = differences(MESSAGE_ROUTE, declared, observe(MESSAGE_ROUTE, route))
    return all(change.old is None for change in different)
