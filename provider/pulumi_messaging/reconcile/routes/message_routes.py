"""The reconciler of Telegent message routes.

Vendor pages: docs.telegent.com, message routes (create, details, list, update; delete by the specification).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pulumi_messaging.core.diff import live, managed, observe
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.message_route import ACCOUNT, MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import NotFound
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.routes.adopt import RouteAdoption
from pulumi_messaging.reconcile.routes.create import RouteCreation
from pulumi_messaging.reconcile.routes.delete import RouteDeletion
from pulumi_messaging.reconcile.routes.gone import GoneConfirmation
from pulumi_messaging.reconcile.routes.names import RouteNames
from pulumi_messaging.reconcile.routes.reads import RouteReads
from pulumi_messaging.reconcile.routes.update import RouteUpdates

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.pending_creates import PendingCreates


class MessageRoutes:
    """The routes of one set of credentials, for all threads of a process.

    Args:
        client: The vendor's API.
        ownership: Which routes the resources of this run hold.
        pending: The notes of creates on this machine.
        say: Writes one line for the user (stderr of the provider process).
        clock: The time that waits go by.
        timeout_seconds: Time limit of one read.
        account_id: Account of routes that declare none; None: the vendor's default.
        account: Fingerprint of base URL and AccountKey, kept in the state.
        emulator_store: File of the embedded emulator: with it, an account of its own.
    """

    def __init__(
        self,
        client: TelegentClient,
        ownership: Ownership,
        pending: PendingCreates,
        say: Callable[[str], None],
        *,
        clock: Clock,
        timeout_seconds: float,
        account_id: str | None,
        account: str,
        emulator_store: str | None,
    ) -> None:
        self._ownership = ownership
        self._say = say
        self._account_id = account_id
        self._fingerprint = account
        self._reads = RouteReads(client, clock=clock, timeout_seconds=timeout_seconds)
        names = RouteNames(self._reads, pending, (account, emulator_store))
        self._updates = RouteUpdates(client, self._reads, names)
        self._adoption = RouteAdoption(self._reads, self._updates, ownership)
        self._creation = RouteCreation(client, names, self._adoption, ownership, clock)
        self._gone = GoneConfirmation(self._reads, names, account)
        self._deletion = RouteDeletion(client, self._reads, self._updates, self._gone)

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make the route, or take over the one that ``adopt`` or the automatic name points to: id and outputs.

        Raises:
            Refused: A route has the declared name, several have the automatic one, or another resource has the route.
            ApiError: The vendor refused, or cannot be asked.
        """
        create = self._creation.create if declared.get(MessageRouteFields.adopt.state) is None else self._adoption.adopt
        route_id = create(declared, self._account(declared))
        return route_id, self._outputs(route_id, declared)

    def read(self, route_id: str, held: Values) -> Reading | None:
        """Read the route; None when the account's list confirms that it is gone.

        Raises:
            Refused: The route was made with other credentials, or the list contradicts or cannot confirm the 404.
            ApiError: The vendor cannot be asked.
        """
        account = self._account(held)
        try:
            answer = self._reads.one(route_id, account, managed(MESSAGE_ROUTE, held))
        except NotFound:
            self._gone.confirm(route_id, held, account)
            return None
        current = live(MESSAGE_ROUTE, held, observe(MESSAGE_ROUTE, answer))
        hidden = {name: held[name] for name in MESSAGE_ROUTE.hidden if name in held}
        return Reading(current | hidden, {**held, **current, MessageRouteFields.message_route_id.state: route_id})

    def update(self, route_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed fields, or nothing if none differs: the outputs.

        Raises:
            Refused: The new name is another route's, or the declared account is not the route's.
            ApiError: The vendor refused, or cannot be asked.
        """
        self._updates.update(route_id, held, declared, self._account(declared))
        return self._outputs(route_id, declared) | {ACCOUNT: held.get(ACCOUNT, self._fingerprint)}

    def delete(self, route_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, unless another resource of the program has taken the route over.

        Raises:
            Refused: Numbers still use the route, or the vendor does not delete it.
            ApiError: The vendor cannot be asked; nothing is deleted when the numbers cannot be read.
        """
        if self._ownership.claimed(route_id):
            self._say(f"message route {route_id}: left as it is, another resource of this program has taken it over")
            return
        self._ownership.release(route_id, (route_id,))
        self._deletion.delete(route_id, held, self._account(held))

    def _account(self, values: Values) -> str | None:
        return values.get(MessageRouteFields.account_id.state) or self._account_id

    def _outputs(self, route_id: str, declared: Values) -> dict[str, Value]:
        return {**declared, MessageRouteFields.message_route_id.state: route_id, ACCOUNT: self._fingerprint}
