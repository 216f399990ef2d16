"""Look-ups as plain functions of a program: what exists in the vendors' accounts, so that no id stands in a program.

Each answers at once, in a preview too, over the stack's settings and the limits that all processes of this machine
share. A run of a program reads each list once, however often it looks into it. The objects hold no secret. Under
Pulumi's mocks every list is empty.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

import pulumi
from pulumi.runtime.config import get_config
from pulumi.runtime.mocks import MockMonitor

from pulumi_messaging.account_names import FORM, NAME
from pulumi_messaging.api.announce import say
from pulumi_messaging.core.inventory_row import folded_id
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.estate.objects import MessageRouteInfo, MessagingProfileInfo, NumberInfo
from pulumi_messaging.estate.reading import (
    read_inventory,
    read_numbers,
    read_profiles,
    read_routes,
    vendors_with_credentials,
)
from pulumi_messaging.reconcile.single_flight import SingleFlightCache
from pulumi_messaging.text import visible
from pulumi_messaging.wiring import Wiring

P = ParamSpec("P")
T = TypeVar("T")

# Run of a program (the stub of its engine's monitor) → the lists that it has read.
_READ: Final[weakref.WeakKeyDictionary[Any, SingleFlightCache[str, Any]]] = weakref.WeakKeyDictionary()


def _one_line(function: Callable[P, T]) -> Callable[P, T]:
    """Turn an error of this package into one of the program, without a traceback; raised outside ``except``."""

    @wraps(function)
    def guarded(*args: P.args, **arguments: P.kwargs) -> T:
        try:
            return function(*args, **arguments)
        except MessagingError as error:
            from pulumi_messaging.api.failures import without_rotation  # noqa: PLC0415 - it imports httpx

            text = without_rotation(error)
        raise pulumi.RunError(text)

    return guarded


@_one_line
def get_message_routes(*, name: str | None = None, account: str | None = None) -> list[MessageRouteInfo]:
    """Look up message routes of the Telegent account.

    Args:
        name: Only routes of exactly this name; blanks at its ends do not count. Absent: all routes.
        account: The account, as resources name it: ``"eu"`` reads the keys under ``telegent-eu:``. Absent: the default
            one.

    Returns:
        The routes, by name; none where no route has the name.

    Raises:
        pulumi.RunError: An argument is wrong, credentials are missing, or the list cannot be read whole: one line.

    Vendor page: docs.telegent.com, "List Message Routes".
    """
    of = _account("get_message_routes", account)
    _check("get_message_routes", name=name)
    routes = _listed(f"routes of {of}", lambda wiring: read_routes(wiring.telegent_client(get_config, os.environ, of)))
    return [each for each in routes if _is_named(each.route_name, name)]


@_one_line
def get_messaging_profiles(*, name: str | None = None, account: str | None = None) -> list[MessagingProfileInfo]:
    """Look up messaging profiles of the Telnyx account.

    Args:
        name: Only profiles of exactly this name; blanks at its ends do not count. Absent: all profiles.
        account: As for ``get_message_routes``: ``"eu"`` reads the keys under ``telnyx-eu:``.

    Returns:
        The profiles, by name; none where no profile has the name.

    Raises:
        pulumi.RunError: As for ``get_message_routes``.

    Vendor page: developers.telnyx.com, "List messaging profiles".
    """
    of = _account("get_messaging_profiles", account)
    _check("get_messaging_profiles", name=name)
    profiles = _listed(
        f"profiles of {of}", lambda wiring: read_profiles(wiring.telnyx_client(get_config, os.environ, of))
    )
    return [each for each in profiles if _is_named(each.name, name)]


@_one_line
def get_numbers(
    *, messaging_profile_id: str | None = None, message_route_id: str | None = None, account: str | None = None
) -> list[NumberInfo]:
    """Look up phone numbers: those on a Telnyx profile, those on a Telegent route, or all.

    Without an argument every vendor with credentials is asked.

    Args:
        messaging_profile_id: Only Telnyx numbers on this profile (UUID); the profile must exist.
        message_route_id: Only Telegent numbers on this route (``MRID-…``).
        account: As for ``get_message_routes``, for both vendors.

    Returns:
        The numbers, in order.

    Raises:
        pulumi.RunError: As for ``get_message_routes``; also for both arguments.

    Vendor pages: docs.telegent.com, "List Inventory"; developers.telnyx.com, "List phone numbers with messaging
    settings", "List phone numbers associated with a messaging profile".
    """
    profile, route = messaging_profile_id, message_route_id
    of = _account("get_numbers", account)
    _check("get_numbers", messaging_profile_id=profile, message_route_id=route)
    if profile is not None and route is not None:
        raise pulumi.RunError("get_numbers: give messaging_profile_id or message_route_id, not both")
    if profile is not None:
        return _telnyx_numbers(of, profile)
    if route is not None:
        return [each for each in _telegent_numbers(of) if folded_id(each.message_route_id or "") == folded_id(route)]
    vendors = () if _is_mocked() else vendors_with_credentials(get_config, os.environ, account=of)
    return [
        *(_telegent_numbers(of) if "telegent" in vendors else ()),
        *(_telnyx_numbers(of) if "telnyx" in vendors else ()),
    ]


def _telegent_numbers(account: str) -> list[NumberInfo]:
    return _listed(
        f"inventory of {account}",
        lambda wiring: read_inventory(wiring.telegent_client(get_config, os.environ, account)),
    )


def _telnyx_numbers(account: str, profile: str | None = None) -> list[NumberInfo]:
    def read(wiring: Wiring) -> list[NumberInfo]:
        return read_numbers(wiring.telnyx_client(get_config, os.environ, account), messaging_profile_id=profile)

    return _listed(f"numbers of {profile} of {account}", read)


def _listed(what: str, read: Callable[[Wiring], list[T]]) -> list[T]:
    """A list as this run of the program reads it first; a new one for each caller."""
    if _is_mocked():
        return []

    def new(_: str) -> list[T]:
        with closing(Wiring(say)) as wiring:
            return read(wiring)

    monitor = pulumi.runtime.settings.get_monitor()
    lists: SingleFlightCache[str, list[T]] = SingleFlightCache(new)
    if monitor is not None:  # else there is no run, and nothing to keep the list for
        lists = _READ.setdefault(monitor, lists)
    return list(lists.get(what, new))


def _is_mocked() -> bool:
    return isinstance(pulumi.runtime.settings.get_monitor(), MockMonitor)


def _account(function: str, account: str | None) -> str:
    """The account's name, empty for the default one; a wrong one is refused as resources refuse it."""
    _check(function, account=account)
    if account is not None and not NAME.fullmatch(account):
        raise pulumi.RunError(f'{function}: account {FORM}, not "{visible(account)}"')
    return account or ""


def _check(function: str, **arguments: Any) -> None:
    for name, value in arguments.items():
        if value is None or (isinstance(value, str) and value.strip()):
            continue
        wrong = "an empty one" if isinstance(value, str) else type(value).__name__
        if isinstance(value, pulumi.Output):
            wrong = "an Output, which is known too late for a look-up"
        raise pulumi.RunError(f"{function}: {name} must be a string, not {wrong}")


def _is_named(found: str | None, name: str | None) -> bool:
    return name is None or folded_name(found or "") == folded_name(name)
