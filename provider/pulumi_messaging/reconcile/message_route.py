"""The life of a Telegent message route.

Vendor pages: docs.telegent.com, message routes (create, details, list, update; delete by the specification).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import Change, creation, diff, differences, live, managed, observe, patch
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound, Refused, UnreadableAnswer
from pulumi_messaging.reconcile.creation import Attempts, Candidate, create_once
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.reading import Reading
from pulumi_messaging.reconcile.route_names import RouteNames
from pulumi_messaging.reconcile.route_reads import RouteReads
from pulumi_messaging.reconcile.shared import Shared
from pulumi_messaging.reconcile.shown import shown

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient

_ROUTE_ID: Final = re.compile(r'"MessageRouteI[dD]"\s*:\s*"(MRID-[A-Za-z0-9._:~+-]{1,100})"')
_INVENTORY_SECONDS: Final = 30.0
_NUMBERS_SHOWN: Final = 10
_NO_SUCH_ROUTE: Final = (404, 405)  # 405: an account without the delete endpoint


class MessageRoutes:
    """The routes of one set of credentials, for all threads of a process.

    Args:
        client: The vendor's API.
        ownership: Which routes the resources of this run hold.
        attempts: The creates of this machine that are not accounted for.
        say: Tells the user one line (stderr of the provider process).
    """

    def __init__(
        self,
        client: TelegentClient,
        ownership: Ownership,
        attempts: Attempts,
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._attempts = attempts
        self._ownership = ownership
        self._say = say
        self._default_account = client.settings.account_id
        # Kept in state: a 404 under other credentials, or from another host, does not mean that a route is gone.
        made_with = f"{client.settings.base_url} {client.settings.account_key}"
        self._fingerprint = sha256(made_with.encode()).hexdigest()[:8]
        # Embedded emulators all have one URL and one key; each file is an account of its own.
        self._noted_as = (self._fingerprint, client.settings.emulator_store)
        self._reads = RouteReads(client)
        self._names = RouteNames(self._reads)
        # Deleting many routes walks the numbers once, not once a route.
        self._inventory = Shared[None, tuple[dict[str, Any], ...]](
            lambda _: client.list_inventory(), _INVENTORY_SECONDS
        )

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make the route, or take over the one that ``adopt`` or the automatic name points to.

        Raises:
            Refused: A route with the given name exists, or several have the automatic one.
            ApiError: The vendor could not be asked, or refused.
        """
        adopt = declared.get("adopt")
        if adopt is not None:
            return self._take_over(adopt, declared, partial(self._apply, account=self._account(declared)))
        name, account = declared["routeName"], self._account(declared)
        with self._names.claimed(account, name) as known:
            if known:
                return self._take_over(self._ours_among(known, declared), declared, self._send)
            with self._noted(account, name) as appeared:
                if appeared:
                    return self._take_over(self._ours_among(appeared, declared), declared, self._send)
                route_id = self._make(declared, account)
            self._names.add(account, name, route_id)
            self._ownership.take(route_id)
        return route_id, self._outputs(route_id, declared)

    def read(self, route_id: str, held: Values) -> Reading | None:
        """The route as it is now; None when the account's list confirms that it is gone.

        Raises:
            Refused: The state's route belongs to other credentials, or the list contradicts or cannot confirm the 404.
            ApiError: The vendor could not be asked.
        """
        try:
            answer = self._reads.one(route_id, self._account(held), managed(MESSAGE_ROUTE, held))
        except NotFound:
            self._confirm_gone(route_id, held)
            return None
        current = live(MESSAGE_ROUTE, held, observe(MESSAGE_ROUTE, answer))
        hidden = {name: held[name] for name in MESSAGE_ROUTE.hidden if name in held}
        return Reading(current | hidden, {**held, **current, "messageRouteId": route_id})

    def update(self, route_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed fields, and nothing when none has to be sent.

        Raises:
            Refused: The new name is another route's, or the declared account is not the route's.
            ApiError: The vendor could not be asked, or refused.
        """
        changes = diff(MESSAGE_ROUTE, held, declared)
        changes = self._without_account(route_id, changes)
        changes = self._without_equal(route_id, changes)
        self._apply(route_id, changes, self._account(declared))
        return self._outputs(route_id, declared) | {"__account": held.get("__account", self._fingerprint)}

    def delete(self, route_id: str, held: Values) -> None:
        """Do what ``on_destroy`` says; a route that is gone already is done.

        Raises:
            Refused: Numbers still use the route, or the vendor does not delete it.
            ApiError: The vendor could not be asked; nothing is deleted when the numbers cannot be read.
        """
        policy = held.get("onDestroy", "delete")
        if self._ownership.taken_over(route_id):
            self._say(f"message route {route_id}: left as it is, another resource of this program has taken it over")
            return
        self._ownership.released(route_id)
        if policy == "retain":
            return
        if policy == "disable":
            self._disable(route_id, held)
        else:
            self._refuse_in_use(route_id)
            self._delete(route_id, held)

    def _disable(self, route_id: str, held: Values) -> None:
        disabled = Change(MESSAGE_ROUTE.row("messageRouteEnabled"), None, new=False)
        try:
            self._send(route_id, (disabled,))
        except NotFound:
            self._confirm_gone(route_id, held)

    def _delete(self, route_id: str, held: Values) -> None:
        """Delete, and where the answer does not tell that it is done, let the list decide."""
        try:
            self._client.delete_message_route(route_id)
        except ApiError as error:
            answer = error if isinstance(error, ErrorAnswer) and not error.of_another else None
            no_such_route = answer is not None and answer.status in _NO_SUCH_ROUTE
            if not (no_such_route or error.unclear):
                raise
            failure = error
        else:
            self._gone(route_id, held)
            return
        finally:
            self._reads.wrote(route_id)
        try:
            still_there = self._is_listed(route_id, held)
        except ApiError as error:
            raise failure.unsettled(error.reason) from None
        if still_there:
            if not no_such_route:
                raise failure
            raise Refused(
                f"cannot delete message route {route_id}: {failure.reason}, and the route still exists; "
                f'set on_destroy="disable" (or "retain"), run `pulumi up`, then destroy'
            )
        self._gone(route_id, held)

    def _account(self, declared: Values) -> str | None:
        return declared.get("accountId") or self._default_account

    def _outputs(self, route_id: str, declared: Values) -> dict[str, Value]:
        return {**declared, "messageRouteId": route_id, "__account": self._fingerprint}

    def _ours_among(self, taken: tuple[str, ...], declared: Values) -> str:
        """The one route that an earlier, cut-off run of this very resource made: only the automatic name tells that."""
        name, found = declared["routeName"], ", ".join(taken)
        if self._ownership.taken_over(taken[0]):
            raise Refused(
                f'cannot create message route "{name}": another resource of this program has just made one of this '
                f"name ({found}); give one of them another route_name"
            )
        if declared.get("__autoname") != name:
            raise Refused(
                f'cannot create message route "{name}": the account has a route of this name already ({found}); '
                f'to manage that one, add adopt="{taken[0]}"; else give another route_name'
            )
        if len(taken) > 1:
            raise Refused(
                f'cannot create message route "{name}": {len(taken)} routes have this automatic name ({found}); '
                f'keep one with adopt="MRID-…" and delete the others'
            )
        return taken[0]

    def _take_over(
        self, route_id: str, declared: Values, send: Callable[[str, tuple[Change, ...]], None]
    ) -> tuple[str, dict[str, Value]]:
        if not self._ownership.take(route_id):
            raise Refused(
                f"cannot take over message route {route_id}: another resource of this program has it; "
                f"declare it once, or give this resource a route_name of its own"
            )
        observed = observe(MESSAGE_ROUTE, self._reads.one(route_id, self._account(declared), declared))
        changes = differences(MESSAGE_ROUTE, declared, observed)
        send(route_id, self._without_account(route_id, changes))
        return route_id, self._outputs(route_id, declared)

    def _make(self, declared: Values, account: str | None) -> str:
        body = creation(MESSAGE_ROUTE, declared)
        if account is not None:
            body["AccountId"] = account

        def send() -> str:
            try:
                return str(self._client.create_message_route(body)["MessageRouteId"])
            except UnreadableAnswer as error:
                # Several are a list: which of them was made, if any, the account's list has to tell.
                readable = {*_ROUTE_ID.findall(error.text)}
                if len(readable) != 1:
                    raise
                return str(readable.pop())

        def look() -> list[Candidate]:
            routes = self._names.look_again(account, declared["routeName"])
            return [Candidate(str(route["MessageRouteId"]), _agrees(declared, route)) for route in routes]

        return create_once(send, look, self._client.clock)

    @contextmanager
    def _noted(self, account: str | None, name: str) -> Iterator[tuple[str, ...]]:
        """While a name is given to a route: the ids of those that appeared under it since an attempt was cut off."""
        with self._attempts.noted(*self._noted_as, account, name) as uncertain:
            appeared = self._names.look_again(account, name) if uncertain else ()
            yield tuple(str(route["MessageRouteId"]) for route in appeared)

    def _gone(self, route_id: str, held: Values) -> None:
        """The list shows, or will show, that the route is not there: another one of its name may be made at once."""
        self._names.remove(route_id)
        self._attempts.forget(*self._noted_as, self._account(held), held.get("routeName"))

    def _send(self, route_id: str, changes: tuple[Change, ...]) -> None:
        """Send an update; one whose answer was lost is done when a read shows every value that was sent."""
        body = patch(changes)
        if not body:
            return
        try:
            self._client.update_message_route(route_id, body)
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        else:
            return
        finally:
            self._reads.wrote(route_id)
        wished = {change.field.state: change.new for change in changes if not change.handed_back}
        try:
            answer = self._client.get_message_route(route_id)
        except ApiError as error:
            raise lost.unsettled(error.reason) from None
        if differences(MESSAGE_ROUTE, wished, observe(MESSAGE_ROUTE, answer)):
            raise lost

    def _without_account(self, route_id: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """A route does not move between accounts: an account that becomes declared must be the one it is in."""
        account = next((change for change in changes if change.field.state == "accountId"), None)
        if account is not None and not account.handed_back:
            listed = self._reads.listed(account.new)
            if listed.complete and route_id not in listed.ids:
                raise Refused(
                    f'cannot manage message route {route_id} in account "{account.new}": that account does not list '
                    f"it; remove account_id, or make a new route there under another resource name"
                )
        return tuple(change for change in changes if change.field.state != "accountId")

    def _without_equal(self, route_id: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """A field that becomes managed and already has the value is not written."""
        new = [change for change in changes if change.old is None and change.field.wire and not change.field.secret]
        if not new:
            return changes
        observed = observe(MESSAGE_ROUTE, self._client.get_message_route(route_id))
        declared = {change.field.state: change.new for change in new}
        different = {change.field.state for change in differences(MESSAGE_ROUTE, declared, observed)}
        return tuple(change for change in changes if change not in new or change.field.state in different)

    def _apply(self, route_id: str, changes: tuple[Change, ...], account: str | None) -> None:
        """Send the changes; a new name must not be another route's, nor that of one that may be on its way."""
        naming = [change for change in changes if change.field.state == "routeName" and not change.handed_back]
        if not naming:
            self._send(route_id, changes)
            return
        former, name = naming[0].old, naming[0].new
        with self._names.claimed(account, name) as taken:
            _refuse_taken(route_id, name, taken)
            with self._noted(account, name) as appeared:
                _refuse_taken(route_id, name, appeared)
                self._send(route_id, changes)
            self._names.renamed(account, former, name, route_id)
        self._attempts.forget(*self._noted_as, account, former)

    def _confirm_gone(self, route_id: str, held: Values) -> None:
        """Return only if the list of the account the route was made in does not have it."""
        if self._is_listed(route_id, held):
            raise Refused(
                f"cannot find message route {route_id}: Telegent answered 404 although the account's list has it; "
                f"run the same command again, and ask Telegent if it stays so"
            )
        self._gone(route_id, held)

    def _is_listed(self, route_id: str, held: Values) -> bool:
        if held.get("__account", self._fingerprint) != self._fingerprint:
            raise Refused(
                f"cannot find message route {route_id}: it was made with another telegent:accountKey or base URL; "
                f"use the credentials it was made with (nothing was changed)"
            )
        return self._reads.lists(route_id, self._account(held))

    def _refuse_in_use(self, route_id: str) -> None:
        users = [shown(row.get("Number")) for row in self._inventory.get(None) if row.get("MessageRouteId") == route_id]
        if users:
            more = f" and {len(users) - _NUMBERS_SHOWN} more" if len(users) > _NUMBERS_SHOWN else ""
            raise Refused(
                f"cannot delete message route {route_id}: {len(users)} number(s) still use it "
                f"({', '.join(users[:_NUMBERS_SHOWN])}{more}); move them to another route first, "
                f'or set on_destroy="disable" or "retain" and run `pulumi up`'
            )


def _refuse_taken(route_id: str, name: str, taken: tuple[str, ...]) -> None:
    others = ", ".join(other for other in taken if other != route_id)
    if others:
        raise Refused(
            f'cannot rename message route {route_id} to "{name}": {others} has this name already; '
            f"give another route_name"
        )


def _agrees(declared: Values, route: Mapping[str, Any]) -> bool:
    """Whether nothing that the list tells of a route contradicts the declaration."""
    different = differences(MESSAGE_ROUTE, declared, observe(MESSAGE_ROUTE, route))
    return all(change.old is None for change in different)
