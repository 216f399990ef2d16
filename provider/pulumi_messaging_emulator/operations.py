"""The operations of both APIs, one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_messaging_emulator.telegent import numbers as telegent_numbers
from pulumi_messaging_emulator.telegent import routes, tokens
from pulumi_messaging_emulator.telegent import schemas as te
from pulumi_messaging_emulator.telnyx import bulk, messaging, numbers, profiles
from pulumi_messaging_emulator.telnyx import schemas as tx
from pulumi_messaging_emulator.wire import Operation

_NUMBER = {"id": tx.TEXT}
_PROFILE = {"id": tx.PROFILE_ID}
_ORDER = {"order_id": tx.PROFILE_ID}
_ROUTE_QUERY = {"MessageRouteId": te.TEXT}
_INVENTORY_QUERY = {
    "PageNumber": te.PAGE_NUMBER,
    "Filter": te.INVENTORY_FILTER,
    "TotalNumbersRequested": te.TOTAL_REQUESTED,
}

# fmt: off
TELEGENT: tuple[Operation, ...] = (
    Operation("POST", "/v1.0/oauth2/tokens", "createToken", tokens.create, te.TOKEN, te.TOKEN_REQUEST, public=True),
    Operation("POST", "/v1.0/message/routes", "createMessageRoute", routes.create, te.ROUTE, te.CREATE_ROUTE),
    Operation("GET", "/v1.0/message/routes", "getMessageRoute", routes.get, te.ROUTE,
              query=_ROUTE_QUERY, required_query=("MessageRouteId",)),
    Operation("GET", "/v1.0/account/message/routes", "listMessageRoutes", routes.list_all, te.ROUTE_LIST,
              query={"AccountId": te.TEXT}),
    Operation("POST", "/v1.0/message/routes/update", "updateMessageRoute", routes.update, te.ROUTE, te.UPDATE_ROUTE),
    Operation("POST", "/v1.0/message/routes/delete", "deleteMessageRoute", routes.delete, te.DELETED, te.DELETE_ROUTE,
              needs="telegentDeleteSupported"),
    Operation("GET", "/v1.0/numbers/inventory", "listInventory", telegent_numbers.inventory, te.INVENTORY,
              query=_INVENTORY_QUERY),
    Operation("GET", "/v1.0/numbers", "getNumber", telegent_numbers.get, te.NUMBER,
              query={"Number": te.TEXT}, required_query=("Number",)),
    Operation("POST", "/v1.0/numbers/update", "updateNumber", telegent_numbers.update, te.UPDATED_NUMBER,
              te.UPDATE_NUMBER),
)

TELNYX: tuple[Operation, ...] = (
    Operation("GET", "/v2/phone_numbers/messaging", "listMessaging", messaging.list_all, tx.many(tx.SETTINGS),
              query=tx.SETTINGS_QUERY),
    Operation("GET", "/v2/phone_numbers/{id}/messaging", "retrieveMessaging", messaging.retrieve, tx.one(tx.SETTINGS),
              parameters=_NUMBER),
    Operation("PATCH", "/v2/phone_numbers/{id}/messaging", "updateMessaging", messaging.update, tx.one(tx.SETTINGS),
              tx.UPDATE_SETTINGS, parameters=_NUMBER),
    Operation("POST", "/v2/messaging_numbers_bulk_updates", "createBulkUpdate", bulk.create, tx.one(tx.BULK),
              tx.BULK_REQUEST),
    Operation("GET", "/v2/messaging_numbers_bulk_updates/{order_id}", "retrieveBulkUpdate", bulk.retrieve,
              tx.one(tx.BULK), parameters=_ORDER),
    Operation("GET", "/v2/messaging_profiles", "listProfiles", profiles.list_all, tx.many(tx.PROFILE),
              query=tx.PROFILES_QUERY),
    Operation("POST", "/v2/messaging_profiles", "createProfile", profiles.create, tx.one(tx.PROFILE),
              tx.CREATE_PROFILE),
    Operation("GET", "/v2/messaging_profiles/{id}", "retrieveProfile", profiles.retrieve, tx.one(tx.PROFILE),
              parameters=_PROFILE),
    Operation("PATCH", "/v2/messaging_profiles/{id}", "updateProfile", profiles.update, tx.one(tx.PROFILE),
              tx.UPDATE_PROFILE, parameters=_PROFILE),
    Operation("DELETE", "/v2/messaging_profiles/{id}", "deleteProfile", profiles.delete, tx.one(tx.PROFILE),
              parameters=_PROFILE),
    Operation("GET", "/v2/messaging_profiles/{id}/phone_numbers", "listProfilePhoneNumbers",
              profiles.list_phone_numbers, tx.many(tx.SETTINGS), query=tx.PAGE, parameters=_PROFILE),
    Operation("POST", "/v2/messaging_profiles/{id}/actions/regenerate_secret", "regenerateSecret",
              profiles.regenerate_secret, tx.one(tx.PROFILE), parameters=_PROFILE),
    Operation("GET", "/v2/phone_numbers", "listPhoneNumbers", numbers.list_all, tx.many(tx.NUMBER),
              query=tx.NUMBERS_QUERY),
    Operation("GET", "/v2/phone_numbers/{id}", "retrievePhoneNumber", numbers.retrieve, tx.one(tx.NUMBER),
              parameters=_NUMBER),
    Operation("PATCH", "/v2/phone_numbers/{id}", "updatePhoneNumber", numbers.update, tx.one(tx.NUMBER),
              tx.UPDATE_NUMBER, parameters=_NUMBER),
    Operation("POST", "/v2/phone_numbers/actions/verify_ownership", "verifyOwnership", numbers.verify_ownership,
              tx.one(tx.OWNERSHIP), tx.OWNERSHIP_REQUEST),
)
# fmt: on

OPERATIONS = (*TELEGENT, *TELNYX)
NAMES = tuple(operation.name for operation in OPERATIONS)


@dataclass(frozen=True)
class Match:
    """The operation of a method and a path, or the methods that the path has."""

    operation: Operation | None
    parameters: dict[str, str]
    allowed: list[str]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))


# Paths without parameters come first: "messaging" in /phone_numbers/messaging is not the id of a number.
_PATHS = sorted({operation.path for operation in OPERATIONS}, key=lambda path: (path.count("{"), path))
_BY_PATH = [(_pattern(path), {o.method: o for o in OPERATIONS if o.path == path}) for path in _PATHS]


def find(method: str, path: str) -> Match:
    """Find a request's operation; neither operation nor allowed methods: the path is unknown."""
    for pattern, methods in _BY_PATH:
        found = pattern.fullmatch(path)
        if found:
            return Match(methods.get(method), found.groupdict(), sorted(methods))
    return Match(None, {}, [])
