"""Message routes, messaging profiles and numbers as plain values, without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.inventory_row import route_values
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.text import HIDDEN

Vendor = Literal["telegent", "telnyx"]
Row = Mapping[str, Any]

_USER_INFORMATION: Final = re.compile(r"(?<=://)[^/?#]*@")
_NO_USER_INFORMATION: Final = re.compile(r"(?is)https?://(\[[^]]*\]|[^/?#@:]*)(:[0-9]*)?([/?#].*)?")


@dataclass(frozen=True, slots=True)
class MessageRouteInfo:
    """A Telegent message route. What the vendor leaves empty is None; a URL's user information is ``[secret]``."""

    message_route_id: str
    route_name: str | None
    message_url: str | None = field(repr=False)
    message_url_method: str | None
    message_route_enabled: bool | None
    message_authentication_type: str | None
    callback_message_url: str | None = field(repr=False)

    @classmethod
    def of(cls, row: Row) -> Self:
        """A row of the account's list."""
        found = observe(MESSAGE_ROUTE, row)
        return cls(
            message_route_id=row["MessageRouteId"],
            route_name=_filled(found.get("routeName")),
            message_url=without_user(found.get("messageUrl")),
            message_url_method=_filled(found.get("messageUrlMethod")),
            message_route_enabled=_flag(found.get("messageRouteEnabled")),
            message_authentication_type=_filled(found.get("messageAuthenticationType")),
            callback_message_url=without_user(found.get("callbackMessageUrl")),
        )


@dataclass(frozen=True, slots=True)
class MessagingProfileInfo:
    """A Telnyx messaging profile; empty fields and URLs as for ``MessageRouteInfo``."""

    id: str
    name: str | None
    enabled: bool | None
    webhook_url: str | None = field(repr=False)
    whitelisted_destinations: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> Self:
        """A row of the account's list."""
        return cls(
            id=row["id"],
            name=_filled(row.get("name")),
            enabled=_flag(row.get("enabled")),
            webhook_url=without_user(row.get("webhook_url")),
            whitelisted_destinations=_texts(row.get("whitelisted_destinations")),
        )


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """A phone number of either vendor, with what receives its messages; fields of the other vendor are None or empty.

    Attributes:
        vendor: ``telegent`` or ``telnyx``.
        number: E.164.
        id: Telnyx's numeric id; for Telegent the number itself.
        messaging_profile_id: The profile that a Telnyx number is on.
        messaging_product: Its product.
        tags: Its tags.
        message_route_id: The route that a Telegent number is on.
    """

    vendor: Vendor
    number: str
    id: str
    messaging_profile_id: str | None = None
    messaging_product: str | None = None
    tags: tuple[str, ...] = ()
    message_route_id: str | None = None

    @property
    def assigned_to(self) -> str | None:
        """The id of the route or profile that the number is on."""
        return self.message_route_id if self.vendor == "telegent" else self.messaging_profile_id

    @classmethod
    def of_telegent(cls, row: Row) -> Self:
        """A row of the inventory."""
        number, route = str(row["Number"]), next(iter(routes_of(row)), None)
        return cls("telegent", number, number, message_route_id=route)

    @classmethod
    def of_telnyx(cls, row: Row) -> Self:
        """A row of the list of messaging settings."""
        return cls(
            "telnyx",
            row["phone_number"],
            row["id"],
            messaging_profile_id=_filled(row.get("messaging_profile_id")),
            messaging_product=_filled(row.get("messaging_product")),
            tags=_texts(row.get("tags")),
        )


def routes_of(row: Row) -> list[str]:
    """The routes that a row of the inventory, or a number's details, name: none, or one.

    Raises:
        ValueError: One is no text.
    """
    values = [value for value in route_values(row) if value is not None]
    if not all(isinstance(value, str) for value in values):
        raise ValueError("MessageRouteId is no text")
    return [value.strip() for value in values if value.strip()]


def _filled(value: Any) -> str | None:
    """A text of an answer; None for an empty one."""
    return value if isinstance(value, str) and value else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def without_user(url: Any) -> str | None:
    """A URL whose user name and password are hidden; ``[secret]`` where they cannot be told from the rest."""
    text = _filled(url)
    if text is None or "@" not in text or _NO_USER_INFORMATION.fullmatch(text):
        return text
    shown = _USER_INFORMATION.sub(f"{HIDDEN}@", text)
    return HIDDEN if shown == text else shown
