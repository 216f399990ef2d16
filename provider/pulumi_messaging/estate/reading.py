"""Reads of the estate: each list whole, or an error.

A list that changed while it was read, or that is shorter than its own count, is never taken for the whole. Secrets of
routes and profiles do not get past the clients.

Vendor pages: docs.telegent.com, "List Message Routes", "List Inventory"; developers.telnyx.com, "List messaging
profiles", "List phone numbers with messaging settings", "List phone numbers associated with a messaging profile".
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from pulumi_messaging.account_names import key_of
from pulumi_messaging.core.fields import Echo
from pulumi_messaging.core.inventory_row import folded_id, route_values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.errors import ConfigurationError, UnreadableAnswer
from pulumi_messaging.estate.objects import (
    MessageRouteInfo,
    MessagingProfileInfo,
    NumberInfo,
    Row,
    Vendor,
    routes_of,
)
from pulumi_messaging.settings import CREDENTIALS, Get, has_credentials, variable

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.api.telnyx_answers import Page

# Called while a list is read: what is read, how many of it are there, and how many there will be, where that is known.
Progress = Callable[[str, int, int | None], object]

VENDORS: Final[tuple[Vendor, ...]] = ("telegent", "telnyx")
# Requests for pages at the same time.
AT_ONCE: Final = 4
MOST_PAGES: Final = 10_000
_INVENTORY: Final = "list the numbers inventory"
# The fields that a list of routes may show.
_SHOWN: Final = tuple(row for row in MESSAGE_ROUTE.settings if not row.secret and row.echo is not Echo.NEVER)


def silent(_what: str, _read: int, _total: int | None) -> None:
    """No progress is shown."""


def vendors_with_credentials(
    get: Get, environ: Mapping[str, str], wanted: Sequence[Vendor] = VENDORS, account: str = ""
) -> Sequence[Vendor]:
    """The wanted vendors that have credentials; one that is wanted alone in any case: its client says what is missing.

    ``account`` names an account of each vendor; "" is the default one.

    Raises:
        ConfigurationError: Two are wanted, and neither has credentials.
    """
    found = [vendor for vendor in wanted if has_credentials(vendor, get, environ, account)]
    if not found and len(wanted) > 1:
        variables = _alternatives(wanted, lambda key: variable(key, account))
        keys = _alternatives(wanted, lambda key: key_of(key, account))
        raise ConfigurationError(
            f"neither vendor has credentials: set {variables}, in the environment, or {keys}, in the configuration of "
            f"the stack"
        )
    return found or wanted


def _alternatives(vendors: Sequence[Vendor], name: Callable[[str], str]) -> str:
    """The names of each vendor's credentials: ``A and B, or C``."""
    return ", or ".join(" and ".join(map(name, CREDENTIALS[vendor])) for vendor in vendors)


@dataclass(frozen=True, slots=True)
class Estate:
    """All that was read, each list in a fixed order whatever the vendors' is.

    Attributes:
        routes: The message routes.
        profiles: The messaging profiles.
        numbers: The numbers of both vendors.
        rows: The rows of routes and profiles by id, with every field that the lists show, as the vendors spell it.
    """

    routes: tuple[MessageRouteInfo, ...] = ()
    profiles: tuple[MessagingProfileInfo, ...] = ()
    numbers: tuple[NumberInfo, ...] = ()
    rows: Mapping[str, Row] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, telegent: TelegentClient | None, telnyx: TelnyxClient | None, progress: Progress = silent) -> Self:
        """Read the accounts of the clients: the pages of the lists, and the tokens that these need.

        Raises:
            ApiError: A list could not be read whole.
        """
        routes: Mapping[str, Row] = {}
        profiles: Mapping[str, Row] = {}
        numbers: list[NumberInfo] = []
        if telegent:
            routes = _route_rows(telegent)
            numbers += read_inventory(telegent, progress)
        if telnyx:
            profiles = _profile_rows(telnyx, progress)
            numbers += read_numbers(telnyx, progress)
        ids = {folded_id(route): route for route in routes}
        return cls(
            tuple(_routes(routes)),
            tuple(_profiles(profiles)),
            tuple(_spelled_as_listed(number, ids) for number in numbers),
            {**routes, **profiles},
        )


def _spelled_as_listed(number: NumberInfo, ids: Mapping[str, str]) -> NumberInfo:
    """The number with the id of its route as the list of routes spells it."""
    route = number.message_route_id
    listed = route and ids.get(folded_id(route), route)
    return number if listed == route else replace(number, message_route_id=listed)


def read_routes(client: TelegentClient) -> list[MessageRouteInfo]:
    """The message routes of the settings' account, by name.

    Raises:
        ApiError: The list cannot be read, or does not hold as many routes as it counts.
    """
    return _routes(_route_rows(client))


def _routes(rows: Mapping[str, Row]) -> list[MessageRouteInfo]:
    return sorted(
        map(MessageRouteInfo.of, rows.values()), key=lambda each: (each.route_name or "", each.message_route_id)
    )


def _route_rows(client: TelegentClient) -> Mapping[str, Row]:
    found = client.list_message_routes(client.settings.account_id)
    if not found.complete:
        raise _not_whole("list message routes", f"Telegent answered with {len(found.routes)} and counts others")
    return {row["MessageRouteId"]: row for row in found.routes}


def with_details(client: TelegentClient, rows: Mapping[str, Row], progress: Progress) -> Mapping[str, Row]:
    """The rows of these routes with every field that the vendor shows.

    A route is read by itself where no row has a field: the list may be a summary. Once the details of a route lack an
    optional field too, no other route is read for it.

    Raises:
        ApiError: The details of a route cannot be read.
    """
    listed = set().union(*rows.values())
    unlisted = {str(field.wire) for field in _SHOWN} - listed
    required = {str(field.wire) for field in _SHOWN if field.required}
    whole = {}
    for read, (route_id, row) in enumerate(rows.items(), 1):
        whole[route_id] = row
        if unlisted or required - row.keys():
            progress("details of message routes", read, len(rows))
            whole[route_id] = {**row, **client.get_message_route(route_id)}
            unlisted -= {name for name in unlisted - required if name not in whole[route_id]}
    return whole


def read_inventory(client: TelegentClient, progress: Progress = silent) -> list[NumberInfo]:
    """The numbers of the Telegent account, whatever their status; lines without a number are left out.

    Raises:
        ApiError: The pages cannot be read whole, or do not show the routes of the numbers.
    """
    rows = client.list_inventory(lambda read, total: progress("Telegent numbers", read, total))
    rows = tuple(row for row in rows if row.get("Number"))
    try:
        numbers = sorted(map(NumberInfo.of_telegent, rows), key=lambda each: each.number)
    except ValueError as problem:
        raise _not_whole(_INVENTORY, f"Telegent answered with a row whose {problem}") from None
    lacking = next((row for row in rows if not any(True for _ in route_values(row))), None)
    # Where rows lack the key, a number's details tell whether that means "no route".
    if lacking is not None and routes_of(client.get_number(str(lacking["Number"]))):
        raise _not_whole(_INVENTORY, "Telegent answered with rows that lack the MessageRouteId of their numbers")
    return numbers


def read_profiles(client: TelnyxClient, progress: Progress = silent) -> list[MessagingProfileInfo]:
    """The messaging profiles of the Telnyx account, by name.

    Raises:
        ApiError: The pages cannot be read whole.
    """
    return _profiles(_profile_rows(client, progress))


def _profiles(rows: Mapping[str, Row]) -> list[MessagingProfileInfo]:
    return sorted(map(MessagingProfileInfo.of, rows.values()), key=lambda each: (each.name or "", each.id))


def _profile_rows(client: TelnyxClient, progress: Progress) -> Mapping[str, Row]:
    rows = _all_rows(client.list_messaging_profiles, "messaging profiles", ("id",), progress)
    return {row["id"]: row for row in rows}


def read_numbers(
    client: TelnyxClient, progress: Progress = silent, *, messaging_profile_id: str | None = None
) -> list[NumberInfo]:
    """The numbers of the Telnyx account that have messaging settings, or those on a profile.

    Raises:
        NotFound: There is no such profile.
        ApiError: The pages cannot be read whole.
    """
    request = client.list_messaging
    if messaging_profile_id is not None:
        request = partial(client.list_profile_numbers, messaging_profile_id)
    rows = _all_rows(request, "Telnyx numbers", ("id", "phone_number"), progress)
    return sorted(map(NumberInfo.of_telnyx, rows), key=lambda each: (each.number, each.id))


def _all_rows(request: Callable[[int], Page], what: str, names: Sequence[str], progress: Progress) -> list[Row]:
    """The rows of all pages, each once; each must have these names."""
    rows: dict[str, Row] = {}
    totals: set[int] = set()
    for page in _pages(request, what):
        known = len(rows)
        rows.update(("" if not all(map(row.get, names)) else row["id"], row) for row in page.rows)
        if page.total is not None:
            totals.add(page.total)
        progress(what, len(rows), page.total)
        if page.pages is None and len(rows) == known:
            break  # without a count, the end is an empty page, or one that was there before
    if "" in rows:
        raise _not_whole(f"list {what}", f"Telnyx answered with a row without {' and '.join(names)}")
    if totals - {len(rows)}:
        counts = " and ".join(map(str, sorted(totals)))
        raise _not_whole(f"list {what}", f"Telnyx answered with {len(rows)} and counts {counts}")
    return list(rows.values())


def _pages(request: Callable[[int], Page], what: str) -> Iterator[Page]:
    """The pages, one after the other, or several at once where the first one tells how many there are."""
    first = request(1)
    yield first
    if first.pages is None:
        yield from map(request, range(2, MOST_PAGES + 1))
    elif first.pages <= MOST_PAGES:
        yield from _several_at_once(request, range(2, first.pages + 1))
        return
    raise _not_whole(f"list {what}", f"Telnyx answered with more than {MOST_PAGES} pages")


def _several_at_once(request: Callable[[int], Page], numbers: Sequence[int]) -> Iterator[Page]:
    """Pages in order, requested by daemon threads: after an error or Ctrl-C nobody waits for other answers."""
    pages: dict[int, Future[Page]] = {number: Future() for number in numbers}
    left = list(reversed(numbers))

    def work() -> None:
        while left:
            with suppress(IndexError):
                number = left.pop()  # atomic
                try:
                    pages[number].set_result(request(number))
                except BaseException as error:  # noqa: BLE001 - raised where the page is waited for
                    pages[number].set_exception(error)

    for _ in range(min(AT_ONCE, len(numbers))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for page in pages.values():
            yield page.result()
    finally:
        left.clear()


def _not_whole(action: str, reason: str) -> UnreadableAnswer:
    advice = "if something changes there just now, run the command again; else ask the vendor"
    return UnreadableAnswer(action, reason, advice, unclear=False)
