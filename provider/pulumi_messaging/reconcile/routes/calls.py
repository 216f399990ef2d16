"""Telegent's calls for message routes.

Vendor pages: docs.telegent.com, message routes (create, details, list, update; delete by the specification), "List
Inventory".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.accounts import Mark
from pulumi_messaging.reconcile.named.calls import AccountId, Place, Row, Rows, Users
from pulumi_messaging.reconcile.routes.in_use import RouteUsers

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient

_ID: Final = re.compile(r'"MessageRouteI[dD]"\s*:\s*"(MRID-[A-Za-z0-9._:~+-]{1,100})"')


class RouteCalls:
    """The calls of ``reconcile.named.calls.Calls``, made by a client."""

    kind = ROUTES

    def __init__(self, client: TelegentClient) -> None:
        self._client = client
        self._users = RouteUsers(client)
        self.clock = client.clock
        its = client.settings
        mark = Mark.of(its, its.account_key).key
        self.place = Place(its.base_url, its.emulator_store, its.account_id, mark, its.timeout_seconds, its.equal_only)
        self.check_access = client.ask_for_token
        self.get = client.get_message_route
        self.update = client.update_message_route
        self.delete = client.delete_message_route

    def create(self, body: Mapping[str, Any], before: Callable[[], None]) -> Row:
        """Make a route."""
        return self._client.create_message_route(body, before)

    def list(self, account_id: AccountId, deadline: float | None, before: Callable[[], object]) -> Rows:
        """List the routes of an account, without their secrets."""
        found = self._client.list_message_routes(account_id, deadline, before)
        return Rows(found.routes, found.complete, found.account_ids)

    def ids_in(self, text: str) -> set[str]:
        """The ids in an answer that could not be read."""
        return {*_ID.findall(text)}

    def users(self, object_id: str) -> Users:
        """The numbers of the inventory that use a route."""
        inventory = self._users.inventory()
        certain = inventory.on(object_id)
        if inventory.possible and not certain:
            possible = Users(inventory.possible, len(inventory.possible))
            raise Refused(
                f"cannot delete message route {object_id}: the inventory does not show which route {possible.count} "
                f"number(s) use ({possible.shown}); ask Telegent about them, or set on_destroy={ROUTES.keeping} and "
                f"run `pulumi up`"
            )
        return Users(certain, len(certain))
