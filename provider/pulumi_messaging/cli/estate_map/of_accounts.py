"""The map of the live accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pulumi_messaging.cli.estate_map.model import NO_AUTHENTICATION, Map, Numbers, Place, Receiver, shown, shown_webhook
from pulumi_messaging.estate.objects import MessageRouteInfo, MessagingProfileInfo, Vendor
from pulumi_messaging.estate.reading import Estate


def map_of_accounts(vendors: Sequence[Vendor], estate: Estate, account: str) -> Map:
    """The map of what was just read of the accounts of these vendors, which have this name."""
    at: dict[tuple[Vendor, str | Place], list[str]] = defaultdict(list)
    for each in estate.numbers:
        at[each.vendor, each.assigned_to or Place.NOWHERE].append(each.number)
    name = f" {account}" if account else ""
    return Map.of(
        f"the live account{name} of {' and '.join(map(str.capitalize, vendors))}, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        (replace(each, account=account) for each in (*map(_route, estate.routes), *map(_profile, estate.profiles))),
        (Numbers(vendor, on, numbers, account=account) for (vendor, on), numbers in at.items()),
    )


def _route(found: MessageRouteInfo) -> Receiver:
    return Receiver(
        "telegent",
        found.message_route_id,
        name=shown(found.route_name),
        enabled=found.message_route_enabled,
        authentication=found.message_authentication_type or NO_AUTHENTICATION,
        url=shown_webhook(found.message_url),
        callback_url=shown_webhook(found.callback_message_url),
    )


def _profile(found: MessagingProfileInfo) -> Receiver:
    return Receiver(
        "telnyx", found.id, name=shown(found.name), enabled=found.enabled, url=shown_webhook(found.webhook_url)
    )
