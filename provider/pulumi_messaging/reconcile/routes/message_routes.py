"""The reconciler of Telegent message routes: creates, takes over and reads them.

Vendor pages: docs.telegent.com, message routes (create, details, list, update; delete by the specification).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import creation, managed
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.core.message_route import AUTOMATIC_NAME, MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging.errors import MessagingError, NotApplied, NotFound, Refused, Unfinished, UnreadableAnswer
from pulumi_messaging.reconcile.reconciler import Reading
from pulumi_messaging.reconcile.routes.delete import RouteDeletion
from pulumi_messaging.reconcile.routes.former import Former
from pulumi_messaging.reconcile.routes.idempotent_create import Candidate, create_once
from pulumi_messaging.reconcile.routes.names import RouteNames
from pulumi_messaging.reconcile.routes.outputs import outputs_after, reading_of
from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
from pulumi_messaging.reconcile.routes.restore import RouteRestore
from pulumi_messaging.reconcile.routes.take_over import RouteTakeOvers, is_as_declared
from pulumi_messaging.reconcile.routes.update import RouteUpdates
from pulumi_messaging.reconcile.routes.writes import Answer, RouteWrites, Written

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.routes.create_notes import PendingCreates
    from pulumi_messaging.reconcile.takeover import TakeOverLines
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
        lines: Says what take-overs overwrite.
        memory: What is remembered of routes that change hands.
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
        lines: TakeOverLines,
        memory: Memory,
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
        self._writes = RouteWrites(client, self._reads, clock, say)
        self._memory = memory
        self._updates = RouteUpdates(client, self._reads, self._names, self._writes, memory)
        self._take_overs = RouteTakeOvers(self._reads, self._updates, ownership, memory, lines, settings.equal_only)
        restore = RouteRestore(client, self._updates, say)
        self._deletion = RouteDeletion(client, self._reads, self._names, self._writes, restore, evidence)

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make the route, or take over the one that ``adopt`` or the automatic name points to: id and outputs.

        Raises:
            Refused: A route has the declared name, several have the automatic one, one has it without evidence that it
                is ours, or another resource has the route.
            Unfinished: The route exists, and is not certainly as declared; or another one of its name has appeared.
            ApiError: The vendor refused, or cannot be asked.
        """
        adopt, account = declared.get(MessageRouteFields.adopt.state), self._account(declared)
        if adopt is not None:
            written, former = self._take_overs.by_argument(adopt, declared, account)
            return adopt, self._finished(adopt, declared, written, former)
        return self._create(declared, account)

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
        return reading_of(route_id, self._remembered(route_id, held), answer)

    def update(self, route_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed fields, or nothing if none differs: the outputs.

        Raises:
            Refused: The new name is another route's, or the declared account is not the route's.
            Unfinished: The update was sent, and the route is not certainly as declared.
            ApiError: The vendor refused, or cannot be asked.
        """
        held = self._remembered(route_id, held)
        written, former = self._updates.update(route_id, held, declared, self._account(declared))
        if written.error and not former.remembered and not isinstance(written.error, NotApplied):
            raise written.error  # the state stays as it was, and the next run sends the same again
        return self._finished(route_id, declared, written, former, held=held)

    def delete(self, route_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, unless another resource of the program has taken the route over.

        Raises:
            Refused: Numbers still use the route, or the vendor does not delete it, or does not take its former values.
            ApiError: The vendor cannot be asked; nothing is deleted when the numbers cannot be read.
        """
        owned, held = self._owned_by_another(route_id, held), self._remembered(route_id, held)
        former, secret = Former.of(held), {field.state for field in MESSAGE_ROUTE.fields if field.secret}
        ours = {name: value for name, value in managed(MESSAGE_ROUTE, held).items() if name not in secret}
        if owned:
            kept = self._memory.hand_over((route_id,), former.values, ours).value if former.remembered else ""
            self._say(f"message route {route_id}: left as it is for another resource of this program{kept}")
            return
        self._ownership.release(route_id, (route_id,))
        found = self._deletion.delete(route_id, held, self._account(held))
        if former.remembered:
            self._memory.put_back((route_id,), former.values, found, ours)

    def _owned_by_another(self, route_id: str, held: Values) -> bool:
        """Whether another resource of the program has the route: it took it over in this run, or in an earlier one.

        After the latter, two resources of the state have it, which remember different values from before.
        """
        recorded = self._ownership.recorded(route_id)
        return self._ownership.claimed(route_id) or recorded not in (None, Former.of(held).values)

    def _remembered(self, route_id: str, held: Values) -> Values:
        """What the state holds, with what other resources have handed on."""
        return {**held, **Former.of(held).corrected(self._memory, route_id).outputs()}

    def _account(self, values: Values) -> Account:
        return values.get(MessageRouteFields.account_id.state) or self._account_id

    def _create(self, declared: Values, account: Account) -> tuple[str, dict[str, Value]]:
        """Make the route, or take over the one that a cut-off run of this resource made."""
        name = declared[MessageRouteFields.route_name.state]
        answers: dict[str, Answer] = {}

        def look() -> list[Candidate]:
            routes = {str(route["MessageRouteId"]): route for route in self._names.look_again(account, name)}
            answers.update(routes)
            return [Candidate(route_id, is_as_declared(declared, route)) for route_id, route in routes.items()]

        with self._names.reserved(account, name) as reserved:
            if found := reserved.others:
                route_id = self._own_or_refuse_taken_name(found, declared)
                written, former = self._take_overs.by_name(route_id, declared, account, reserved.noted)
            else:
                send = partial(self._send, self._body(declared, account), partial(reserved.sending, declared), answers)
                route_id = create_once(send, look, self._clock)
                self._names.created(account, name, route_id)
                self._ownership.claim(route_id, route_id)
        if found:
            return route_id, self._finished(route_id, declared, written, former)
        written = self._writes.created(route_id, answers.get(route_id), declared)
        twins = self._names.look_after(account, name, route_id)
        return route_id, self._finished(route_id, declared, written, Former(), twins=twins)

    def _body(self, declared: Values, account: Account) -> dict[str, Any]:
        body = creation(MESSAGE_ROUTE, declared)
        return body if account is None else {**body, "AccountId": account}

    def _send(self, body: Mapping[str, Any], before: Callable[[], None], answers: dict[str, Answer]) -> str:
        """Send the create: the new id, whose answer goes to ``answers``."""
        try:
            answer = self._client.create_message_route(body, before)
        except UnreadableAnswer as error:
            readable = {*_ROUTE_ID.findall(error.text)}
            if len(readable) != 1:  # several ids: a list, and only the account's list shows which of them was made
                raise
            return str(readable.pop())
        route_id = str(answer["MessageRouteId"])
        answers[route_id] = answer
        return route_id

    def _finished(
        self,
        route_id: str,
        declared: Values,
        written: Written,
        former: Former,
        *,
        held: Values | None = None,
        twins: tuple[str, ...] = (),
    ) -> dict[str, Value]:
        """The outputs, also where the route is not as declared: then an error keeps them for the state."""
        held = held or {}
        outputs = outputs_after(route_id, declared, written, former, held)
        outputs |= self.evidence.state_mark(held, route_id) if held else {ACCOUNT: str(self.evidence.mark_of(route_id))}
        errors: list[MessagingError] = [written.error] if written.error else []
        if twins:
            errors.append(_two_of_one_name(declared, route_id, twins))
        if errors:
            summary, _, reason = str(errors[0]).partition(": ")
            raise Unfinished(summary, route_id, outputs, (reason, *map(str, errors[1:])))
        return outputs

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


def _two_of_one_name(declared: Values, route_id: str, twins: tuple[str, ...]) -> Refused:
    return Refused(
        f'cannot create message route "{declared[MessageRouteFields.route_name.state]}" alone: {", ".join(twins)} of '
        f"the same name appeared at the same time, and this resource keeps {route_id}; nothing was deleted: find out "
        f"who made the other one, and delete or rename one of them"
    )
