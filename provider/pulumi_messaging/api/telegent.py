"""Telegent's API: message routes, the inventory of numbers, and the routes of numbers.

Requests are exact. Answers are read leniently: the vendor documents them by examples, which contradict each other. An
account id is spelled ``AccountId`` or ``AccountID``, an object may stand in ``Data``, and a 200 may report failure with
``Successful: false``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import httpx

from pulumi_messaging.api import telegent_answers as answers
from pulumi_messaging.api.bodies import Answer, count_of, text_of
from pulumi_messaging.api.call import A_LIST, Call, Vendor
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.failures import Failed, Refusal
from pulumi_messaging.api.header_times import vendor_now
from pulumi_messaging.api.ids import checked_id, is_id, segment
from pulumi_messaging.api.limiter import Limiter
from pulumi_messaging.api.request_log import RequestLog
from pulumi_messaging.api.retry_table import Failure, Operation
from pulumi_messaging.api.tokens import EndpointToken, Token, Tokens, life
from pulumi_messaging.api.transport import TIMEOUT, HttpApi
from pulumi_messaging.api.words import one_line
from pulumi_messaging.settings import TelegentSettings

TOKENS = "/oauth2/tokens"
ROUTES = "/message/routes"
ROUTES_UPDATE = "/message/routes/update"
ROUTES_DELETE = "/message/routes/delete"
ACCOUNT_ROUTES = "/account/message/routes"
INVENTORY = "/numbers/inventory"
NUMBERS = "/numbers"
NUMBERS_UPDATE = "/numbers/update"
# Each has a token of its own.
ENDPOINTS = (ACCOUNT_ROUTES, ROUTES, ROUTES_UPDATE, ROUTES_DELETE, INVENTORY, NUMBERS, NUMBERS_UPDATE)

T = TypeVar("T")

MOST_PAGES = 10_000
# Ends of an update order.
COMPLETE, FAILED = "complete", "failed"
# More than any server takes in a header.
LONGEST_TOKEN = 64 * 1024


class TelegentClient(HttpApi):
    """One method per endpoint; any thread may call any of them.

    Args:
        settings: The account, and the URL of the API.
        transport: Answers the requests in place of the network.
        clock: Time, for waits, deadlines and the life of tokens.
        timeout: In seconds, by phase.
        limiter: Limits the requests a minute; None: they are not counted.
        log: Where all requests are logged; None: nowhere.
    """

    def __init__(
        self,
        settings: TelegentSettings,
        transport: httpx.BaseTransport | None = None,
        *,
        clock: Clock | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        log: RequestLog | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        secrets = (settings.account_secret, settings.account_key)
        super().__init__(
            VENDOR, settings, transport, clock=clock, timeout=timeout, limiter=limiter, log=log, secrets=secrets
        )
        self.settings = settings
        self.ordered: set[str] = set()  # the numbers whose route this process has changed, or tried to
        self._tokens = Tokens(self._create_token, self.clock)

    def ask_for_token(self, path: str = ACCOUNT_ROUTES) -> None:
        """Have the token of an endpoint, by default of the list of message routes; its errors are those of the list."""
        call = Call("list message routes", Operation.READ, "GET", path)
        try:
            self._check_open(call)
        except Failed as failed:
            raise failed.error from None
        until = min(self.clock.monotonic() + self.settings.timeout_seconds, self.latest())
        self._tokens.get(self.settings.base_url + path, call.action, until)

    def create_message_route(
        self, body: Mapping[str, Any], before: Callable[[], object] | None = None
    ) -> dict[str, Any]:
        """Create a message route; never sent again after an unclear outcome.

        ``before`` is called when the request may leave, after every wait; the request is not sent if it fails.

        Raises:
            UnreadableAnswer: Also for an answer without MessageRouteId; ``text`` holds the answer.
        """
        action = f"create message route {one_line(text_of(body.get('RouteName')))}"
        return self._authorized(Call(action, Operation.CREATE, "POST", ROUTES, body, before=before), self._created)

    def get_message_route(self, message_route_id: str, deadline: float | None = None) -> dict[str, Any]:
        """Read a message route."""
        path = f"{ROUTES}?MessageRouteId={segment(message_route_id, 'read message route')}"

        def read(call: Call, answer: Answer) -> dict[str, Any]:
            route = self._route(call, answer)
            found = route.get("MessageRouteId")
            if found != message_route_id:
                what = "with another message route" if found else "without a MessageRouteId"
                raise self._unreadable(call, what, answer)
            return route

        call = Call(f"read message route {message_route_id}", Operation.READ, "GET", path)
        return self._authorized(call, read, deadline)

    def list_message_routes(
        self,
        account_id: str | None = None,
        deadline: float | None = None,
        before: Callable[[], object] | None = None,
    ) -> answers.RouteList:
        """List the message routes of an account, or of all accounts the key may see.

        ``before`` is called when the request may leave, after every wait.
        """
        action, path = "list message routes", ACCOUNT_ROUTES
        if account_id is not None:
            action += f" of account {account_id}"
            path += f"?AccountId={segment(account_id, 'list message routes of account')}"
        call = Call(action, Operation.READ, "GET", path, longest=A_LIST, before=before)
        return self._authorized(call, self._route_list, deadline)

    def update_message_route(self, message_route_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change the fields named in ``changes``; None removes an optional one."""
        body = {"MessageRouteId": checked_id(message_route_id, "update message route"), **changes}
        action = f"update message route {message_route_id}"
        return self._authorized(Call(action, Operation.UPDATE, "POST", ROUTES_UPDATE, body), self._route)

    def delete_message_route(self, message_route_id: str) -> None:
        """Delete a message route.

        Raises:
            NotApplied: The answer does not confirm that it is deleted.
        """
        body = {"MessageRouteId": checked_id(message_route_id, "delete message route")}
        action = f"delete message route {message_route_id}"
        self._authorized(Call(action, Operation.DELETE, "POST", ROUTES_DELETE, body), self._check_deleted)

    def list_inventory(
        self, progress: Callable[[int, int | None], object] = lambda _rows, _total: None
    ) -> tuple[dict[str, Any], ...]:
        """List all numbers of the account, whatever their status, page by page.

        ``progress`` is called after each page with the count of rows so far, and with the vendor's total, if any.

        Raises:
            UnreadableAnswer: The pages end before the vendor's own total.
        """
        rows: dict[str, dict[str, Any]] = {}
        for number in range(1, MOST_PAGES + 1):
            page, known = self.list_inventory_page(number), len(rows)
            total = page.total
            rows.update((answers.number_key(row), row) for row in page.rows)
            progress(len(rows), total)
            # The end of the pages is not documented: an empty page, or one that was there before.
            ended = len(rows) == known
            if (ended and total is None) or (total is not None and len(rows) >= total):
                return tuple(rows.values())
            if ended:
                raise self._unreadable(_inventory_call(number), f"with {len(rows)} of {total} numbers").error
        raise self._unreadable(_inventory_call(MOST_PAGES), f"with more than {MOST_PAGES} pages").error

    def list_inventory_page(self, page: int, deadline: float | None = None) -> answers.InventoryPage:
        """List one page of the account's numbers; the first one is 1, and the vendor decides how many it has."""
        return self._authorized(_inventory_call(page), self._inventory_page, deadline)

    def get_number(self, number: str, deadline: float | None = None) -> dict[str, Any]:
        """Read the details of a number."""
        path = f"{NUMBERS}?Number={segment(number, 'read number')}"
        call = Call(f"read number {number}", Operation.READ, "GET", path)
        return self._authorized(call, self._number, deadline)

    def update_number(self, number: str, message_route_id: str | None) -> dict[str, Any]:
        """Order that a number goes to a message route, or, which is not documented, off its route: the answer.

        The order may still be under way: ``UpdateOrderStatus`` is not ``Complete`` then.

        Raises:
            ErrorAnswer: Also for an order that has failed.
        """
        body = {"Number": checked_id(number, "update the message route of number"), "MessageRouteId": message_route_id}
        self.ordered.add(number)
        call = Call(f"update the message route of number {number}", Operation.UPDATE, "POST", NUMBERS_UPDATE, body)
        return self._authorized(call, self._ordered)

    def _authorized(self, call: Call, read: Callable[[Call, Answer], T], deadline: float | None = None) -> T:
        """Make a call with the token of its endpoint, which is the full URL without the query."""
        endpoint = self.settings.base_url + call.path.partition("?")[0]
        auth = EndpointToken(self._tokens, endpoint, call.operation)
        return self._call(replace(call, auth=auth, scope=endpoint), read, deadline)

    def _create_token(self, endpoint: str, action: str, deadline: float) -> Token:
        key, secret = self.settings.account_key, self.settings.account_secret
        body = {"AccountKey": key, "AccountSecret": secret, "ApiEndpoint": endpoint}
        call = Call(action, Operation.TOKEN, "POST", TOKENS, body, stage=f"no token for {endpoint}: ")
        return self._call(call, self._token, deadline)

    def _token(self, call: Call, answer: Answer) -> Token:
        fields = {name.casefold(): value for name, value in self._object(call, answer).items()}
        text = fields.get("token")
        # It goes into a header: the error of another layer would quote a character that cannot stand there.
        if not isinstance(text, str) or not (text.isascii() and text.isprintable() and 0 < len(text) <= LONGEST_TOKEN):
            raise self._unreadable(call, "without a token", answer, keeps=False)
        return Token(text, life(text, fields.get("tokenexpiry"), vendor_now(answer.headers, self.clock)))

    def _object(self, call: Call, answer: Answer) -> dict[str, Any]:
        """The object of an answer, without its wrapper; ``Successful: false`` is a failure."""
        value = answer.value
        if not isinstance(value, dict):
            raise self._unreadable(call, "with JSON that is not an object", answer)
        if any(name.casefold() == "successful" and str(flag).casefold() == "false" for name, flag in value.items()):
            refusal = Refusal(answer.status, answers.words(value), " (Successful: false)")
            raise self._failures(call, answer.headers).refused(Failure.UNSUCCESSFUL, refusal)
        data = value.get("Data", value.get("data"))
        return data if isinstance(data, dict) else value

    def _route(self, call: Call, answer: Answer) -> dict[str, Any]:
        route = answers.folded(self._object(call, answer))
        self._show_account(route)
        return route

    def _show_account(self, shown: Mapping[str, Any]) -> None:
        self.on_account(text_of(shown.get("AccountId")), text_of(shown.get("MessageRouteId")))

    def _created(self, call: Call, answer: Answer) -> dict[str, Any]:
        """The route of an answer, which must have a route id."""
        route = self._route(call, answer)
        route_id = route.get("MessageRouteId")
        if not is_id(route_id) or not route_id.startswith("MRID-"):
            raise self._unreadable(call, "without a MessageRouteId", answer)
        return route

    def _check_deleted(self, call: Call, answer: Answer) -> None:
        status = text_of(self._object(call, answer).get("MessageRouteStatus"))
        if status.casefold() != "deleted":
            what = "200 without confirming that the route is deleted"
            raise self._failures(call, answer.headers).not_applied(what, "refresh, then run the command again")

    def _route_list(self, call: Call, answer: Answer) -> answers.RouteList:
        body = self._object(call, answer)
        self._show_account(answers.folded({name: value for name, value in body.items() if name != "Results"}))
        rows = answers.first(body, "Results", "Data")
        total = count_of(body.get("TotalRoutes"))
        if rows is None and total == 0:
            rows = []
        if not isinstance(rows, list):
            raise self._unreadable(call, "without Results", answer)
        routes: dict[str, dict[str, Any]] = {}
        for row in rows:
            route = answers.without_secrets(answers.folded(row)) if isinstance(row, dict) else {}
            self._show_account(route)
            route_id = route.get("MessageRouteId")
            routes.setdefault(route_id if is_id(route_id) else "", route)
        nameless = routes.pop("", None) is not None
        shown = (holder.get("AccountId") for holder in (answers.folded(body), *routes.values()))
        complete = not nameless and total in {None, len(routes)}
        return answers.RouteList(tuple(routes.values()), complete, frozenset(filter(is_id, shown)))

    def _number(self, call: Call, answer: Answer) -> dict[str, Any]:
        return answers.without_sensitive(self._object(call, answer))

    def _ordered(self, call: Call, answer: Answer) -> dict[str, Any]:
        order = self._number(call, answer)
        if text_of(order.get("UpdateOrderStatus")).strip().casefold() == FAILED:
            known = text_of(order.get("UpdateOrderId"))
            more = f" (update order{f' {known}' if is_id(known) else ''} has failed)"
            raise self._failures(call, answer.headers).refused(
                Failure.UNSUCCESSFUL, Refusal(answer.status, answers.words(order), more)
            )
        return order

    def _inventory_page(self, call: Call, answer: Answer) -> answers.InventoryPage:
        body = self._object(call, answer)
        self._show_account(answers.folded({name: value for name, value in body.items() if name != "PhoneNumbers"}))
        rows = body.get("PhoneNumbers")
        total = count_of(answers.first(body, "TotalResults", "TotalCount"))
        if rows is None and total is not None:
            rows = []  # the page behind the last one
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unreadable(call, "without PhoneNumbers", answer, keeps=False)
        return answers.InventoryPage(list(map(answers.without_sensitive, rows)), total)


def _inventory_call(page: int) -> Call:
    path = f"{INVENTORY}?PageNumber={page}&Filter=All"
    return Call("list the numbers inventory", Operation.READ, "GET", path, longest=A_LIST)


VENDOR = Vendor("Telegent", answers.words)
