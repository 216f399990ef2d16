"""The reconciler of Telegent message routes: creates, takes over and reads them.

Vendor pages: docs.telegent.com, message routes (create, details, list, update; delete by the specification).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import creation, differences, live, managed, observe
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.core.message_route import AUTOMATIC_NAME, MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import NotFound, Refused, UnreadableAnswer
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.routes.delete import RouteDeletion
from pulumi_messaging.reconcile.routes.idempotent_create import Candidate, create_once
from pulumi_messaging.reconcile.routes.names import RouteNames
from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
from pulumi_messaging.reconcile.routes.update import Changes, RouteUpdates

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.create_notes import PendingCreates
    from pulumi_messaging.settings import TelegentSettings

_ROUTE_ID: Final = re.compile(r'"MessageRouteI[dD]"\s*:\s*"(MRID-[A-Za-z0-9._:~+-]{1,100})"')


class MessageRoutes:
    """The routes of one set of credentials, for all threads of a process.

    Args:
        client: The vendor's API.
        ownership: Which routes the resources of this run hold.
        pending: The notes of creates on this machine.
        say: Writes one line for the user (stderr of the provider process).
        evidence: The account behind the credentials.
        settings: The account's settings.
        clock: The time that waits go by.
    """

    def __init__(
        self,
        client: TelegentClient,
        ownership: Ownership,
        pending: PendingCreates,
        say: Callable[[str], None],
        evidence: AccountEvidence,
        *,
        settings: TelegentSettings,
        clock: Clock,
    ) -> None:
        self._client = client
        self._ownership = ownership
        self._say = say
        self.evidence = evidence
        self._clock = clock
        self._account_id = settings.account_id
        self._reads = RouteReads(client, clock=clock, timeout_seconds=settings.timeout_seconds)
        self._names = RouteNames(self._reads, pending, settings, clock=clock, say=say)
        self._updates = RouteUpdates(client, self._reads, self._names)
        self._deletion = RouteDeletion(client, self._reads, self._names, self._updates, evidence)

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make the route, or take over the one that ``adopt`` or the automatic name points to: id and outputs.

        Raises:
            Refused: A route has the declared name, several have the automatic one, or another resource has the route.
            ApiError: The vendor refused, or cannot be asked.
        """
        adopt, account = declared.get(MessageRouteFields.adopt.state), self._account(declared)
        if adopt is None:
            route_id = self._create(declared, account)
        else:
            route_id = self._take_over(adopt, declared, account, partial(self._updates.apply, account=account))
        return route_id, self._outputs(route_id, declared) | {ACCOUNT: str(self.evidence.mark_of(route_id))}

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
            self._deletion.confirm_gone(route_id, held, account)
            return None
        self._names.forget(account, held.get(MessageRouteFields.route_name.state))  # the state has the route
        self.evidence.found(route_id)
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
        return self._outputs(route_id, declared) | self.evidence.state_mark(held, route_id)

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

    def _account(self, values: Values) -> Account:
        return values.get(MessageRouteFields.account_id.state) or self._account_id

    def _outputs(self, route_id: str, declared: Values) -> dict[str, Value]:
        return {**declared, MessageRouteFields.message_route_id.state: route_id}

    def _create(self, declared: Values, account: Account) -> str:
        """Make the route, or take over the one that a cut-off run of this resource made."""
        name = declared[MessageRouteFields.route_name.state]
        body = creation(MESSAGE_ROUTE, declared)
        if account is not None:
            body["AccountId"] = account

        def look() -> list[Candidate]:
            routes = self._names.look_again(account, name)
            return [Candidate(str(route["MessageRouteId"]), _agrees(declared, route)) for route in routes]

        with self._names.reserved(account, name) as reserved:
            if reserved.others:
                return self._take_over(
                    self._own_or_refuse_taken_name(reserved.others, declared), declared, account, self._updates.send
                )
            send = partial(self._send, body, partial(reserved.sending, declared))
            route_id = create_once(send, look, self._clock)
            self._names.created(account, name, route_id)
            self._ownership.claim(route_id, route_id)
        self._names.look_after(account, name, route_id)
        return route_id

    def _send(self, body: Mapping[str, Any], before: Callable[[], None]) -> str:
        try:
            return str(self._client.create_message_route(body, before)["MessageRouteId"])
        except UnreadableAnswer as error:
            readable = {*_ROUTE_ID.findall(error.text)}
            if len(readable) != 1:  # several ids: a list, and only the account's list shows which of them was made
                raise
            return str(readable.pop())

    def _own_or_refuse_taken_name(self, found: tuple[str, ...], declared: Values) -> str:
        """Of the routes with the declared name, the one that a cut-off run of this resource made."""
        name, ids = declared[MessageRouteFields.route_name.state], ", ".join(found)
        if self._ownership.claimed(found[0]):
            raise Refused(
                f'cannot create message route "{name}": another resource of this program has just made one of this '
                f"name ({ids}); give one of them another route_name"
            )
        if declared.get(AUTOMATIC_NAME) != name:
            raise Refused(
                f'cannot create message route "{name}": the account has a route of this name already ({ids}); '
                f'to manage that one, add adopt="{found[0]}"; else give another route_name'
            )
        if len(found) > 1:
            raise Refused(
                f'cannot create message route "{name}": {len(found)} routes have this automatic name ({ids}); '
                f'keep one with adopt="MRID-…" and delete the others'
            )
        return found[0]

    def _take_over(
        self, route_id: str, declared: Values, account: Account, send: Callable[[str, Changes], None]
    ) -> str:
        """Claim the route, and send what differs."""
        if not self._ownership.claim(route_id, route_id):
            raise Refused(
                f"cannot take over message route {route_id}: another resource of this program has it; "
                f"declare it once, or give this resource a route_name of its own"
            )
        different = _differences(declared, self._reads.one(route_id, account, declared))
        send(route_id, self._updates.within_account(route_id, different))
        return route_id


def _differences(declared: Values, route: Mapping[str, Any]) -> Changes:
    return differences(MESSAGE_ROUTE, declared, observe(MESSAGE_ROUTE, route))


def _agrees(declared: Values, route: Mapping[str, Any]) -> bool:
    """Whether no value that the list shows of a route differs from the declared one."""
    return all(change.old is None for change in _differences(declared, route))
