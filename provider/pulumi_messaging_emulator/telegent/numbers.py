"""Numbers on routes: the inventory, one number, and a number's change of route."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from http import HTTPStatus

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.seed_data import public
from pulumi_messaging_emulator.store import ROUTES, TELEGENT_NUMBERS
from pulumi_messaging_emulator.telegent import schemas
from pulumi_messaging_emulator.telegent.tokens import EXPIRY_FORMAT
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, ok

_ORDERED = "_ordered"  # of a number: the changes of an order that is under way, and when they are made


def inventory(call: Call) -> Answer:
    """GET /v1.0/numbers/inventory: the account's numbers in pages; TotalNumbersRequested has no known meaning."""
    page = int(call.query.get("PageNumber", "1"))
    wanted = call.query.get("Filter", "All")
    accounts = call.key["AccountIds"]
    where = [(f'"AccountId" IN ({", ".join("?" * len(accounts))})', accounts)]
    if wanted == "Active":
        where.append(('"Status" = ?', ("Active",)))
    size = max(1, call.settings["telegentInventoryPageSize"])
    docs = call.tx.select(TELEGENT_NUMBERS, where, limit=size, offset=(page - 1) * size)
    docs = [_found(call, doc["Number"]) or doc if _ORDERED in doc else doc for doc in docs]
    return ok(
        {
            "AccountId": accounts[0],
            "TotalResults": call.tx.count(TELEGENT_NUMBERS, where),
            "PageNumber": str(page),
            "Filter": wanted,
            "PhoneNumbers": [_row(call, doc, index) for index, doc in enumerate(docs)],
        }
    )


def get(call: Call) -> Answer:
    """GET /v1.0/numbers: one number, by Number or PhoneNumber or ICCID; the key TNID is in capitals here."""
    number = call.query.get("Number") or call.query.get("PhoneNumber")
    iccid = call.query.get("ICCID")
    if not number and not iccid:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Number is required.")
    doc = _own(call, _found(call, number) if number else _by_iccid(call, str(iccid)))
    shown = _shown(call, doc)
    answer = {"TNID": shown.pop("Tnid"), **shown}
    return ok({**answer, "NumberType": "Mobile", "MessageType": str(doc["MessageType"]).upper()})


def update(call: Call) -> Answer:
    """POST /v1.0/numbers/update: an order; an omitted field is kept, null may take the number off its route."""
    former, status = _own(call, _found(call, call.body["Number"])), call.settings["telegentNumberOrderStatus"]
    changes = {name: value for name, value in call.body.items() if name in schemas.NUMBER_FIELDS}
    if changes.get("MessageRouteId", "") is None and call.settings["telegentNullRoute"] != "detach":
        if call.settings["telegentNullRoute"] == "refuse":
            raise Refusal(HTTPStatus.BAD_REQUEST, "MessageRouteId must not be null.")
        del changes["MessageRouteId"]
    doc = {**former, **changes}
    _check_route(call, doc)
    if call.settings["telegentIgnoreNumberUpdates"]:
        return ok(_order(call, former))
    if status == "Pending":
        until = call.now + call.settings["telegentNumberOrderSeconds"]
        call.tx.put(TELEGENT_NUMBERS, {**former, _ORDERED: {"until": until, "changes": changes}})
    elif status == "Complete":
        call.tx.put(TELEGENT_NUMBERS, doc)
    return ok(_order(call, doc))


def _found(call: Call, number: str) -> Json | None:
    """A number, after an order whose time has come."""
    known = f"+{number.removeprefix('+')}" if call.settings["telegentNumberSpelling"] == "digits" else number
    doc = call.tx.get(TELEGENT_NUMBERS, known)
    if doc is None or _ORDERED not in doc or doc[_ORDERED]["until"] > call.now:
        return doc
    order = doc.pop(_ORDERED)
    call.tx.put(TELEGENT_NUMBERS, {**doc, **order["changes"]})
    return {**doc, **order["changes"]}


def _own(call: Call, doc: Json | None) -> Json:
    if doc is None or doc["AccountId"] not in call.key["AccountIds"]:
        raise Refusal(HTTPStatus.NOT_FOUND, "The number was not found.")
    return doc


def _shown(call: Call, doc: Json) -> Json:
    """A number as answers show it: rows of numbers do not name their account."""
    shown = {name: value for name, value in public(doc).items() if name != "AccountId"}
    if call.settings["telegentNumberSpelling"] == "digits":
        shown["Number"] = doc["Number"].removeprefix("+")
    if shown["MessageRouteId"] is None and call.settings["telegentNoRouteAs"] != "null":
        shown["MessageRouteId"] = ""
        if call.settings["telegentNoRouteAs"] == "absent":
            del shown["MessageRouteId"]
    return shown


def _check_route(call: Call, doc: Json) -> None:
    sent, status = call.body.get("MessageRouteId"), call.settings["telegentUnknownRouteStatus"]
    route = call.tx.get(ROUTES, sent) if sent else None
    if sent and status and (route is None or route["AccountId"] not in call.key["AccountIds"]):
        raise Refusal(status, "MessageRouteId is unknown.")
    if call.body.get("MessageEnabled") and not doc["MessageRouteId"]:
        raise Refusal(HTTPStatus.BAD_REQUEST, "MessageRouteId is required when MessageEnabled is true.")


def _order(call: Call, doc: Json) -> Json:
    """The answer to an update, an order; AssignedSubscriberId is not echoed."""
    echoed = [name for name in schemas.NUMBER_FIELDS if name != "AssignedSubscriberId"]
    return {
        "Number": _shown(call, doc)["Number"],
        "Tnid": doc["Tnid"],
        "UpdateOrderId": f"TNOID-{uuid.uuid4()}",
        "UpdateOrderDate": datetime.fromtimestamp(call.now, UTC).strftime(EXPIRY_FORMAT),
        "UpdateOrderStatus": call.settings["telegentNumberOrderStatus"],
        **{name: doc.get(name) for name in echoed},
    }


def _row(call: Call, doc: Json, index: int) -> Json:
    shown = _shown(call, doc)
    if call.settings["telegentInventorySpelling"] == "lower" and "MessageRouteId" in shown:
        route = shown.pop("MessageRouteId")
        shown["messageRouteID"] = route and route.lower()
    row = {name: value for name, value in shown.items() if not name.startswith("Cnam") or name == "Cnam"}
    if call.settings["telegentMixedBooleans"] and index % 2:
        # The vendor's sample has true in one row and "true" in the next.
        row.update({name: str(row[name]).lower() for name in ("MessageEnabled", "VoiceEnabled")})
    return row


def _by_iccid(call: Call, iccid: str) -> Json | None:
    return next((doc for doc in call.tx.select(TELEGENT_NUMBERS) if doc["Iccid"] == iccid), None)
