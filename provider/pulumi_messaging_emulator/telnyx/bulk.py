"""Bulk updates: an order that assigns many numbers to a profile, or unassigns them."""

from __future__ import annotations

import uuid

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import BULK_UPDATES
from pulumi_messaging_emulator.telnyx import errors, messaging
from pulumi_messaging_emulator.wire import Answer, Call, ok


def create(call: Call) -> Answer:
    """POST /messaging_numbers_bulk_updates: 200, all numbers pending; a repeated call is a new order."""
    profile_id = call.body["messaging_profile_id"]
    if profile_id:
        messaging.known_profile(call, profile_id)
    numbers = list(dict.fromkeys(call.body["numbers"]))
    most = call.settings["telnyxBulkMost"]
    if most and len(numbers) > most:
        raise errors.unprocessable(f"At most {most} numbers can be given.", "10033", "/numbers")
    unknown = [number for number in numbers if messaging.by_phone_number(call, number) is None]
    if unknown and call.settings["telnyxBulkUnknown"] == "refuse":
        raise errors.unprocessable(f"Unknown numbers: {', '.join(unknown)}.", "10017", "/numbers")
    order: Json = {
        "record_type": "messaging_numbers_bulk_update",
        "order_id": str(uuid.uuid4()),
        "success": [],
        "pending": numbers,
        "failed": [],
        "_organization": call.key["organization_id"],
        "_profile": profile_id,
        "_polls": 0,
        "_at": call.now,
    }
    return _answer(call, order)


def retrieve(call: Call) -> Answer:
    """GET /messaging_numbers_bulk_updates/{order_id}: the numbers change when a poll finds the order done."""
    order = call.tx.get(BULK_UPDATES, call.path["order_id"].lower())
    if order is None or order["_organization"] != call.key["organization_id"]:
        raise errors.not_found("No bulk update with that id.", "/order_id")
    return _answer(call, {**order, "_polls": order["_polls"] + 1})


def _answer(call: Call, order: Json) -> Answer:
    due = order["_polls"] >= call.settings["telnyxBulkPolls"]
    due = due and call.now >= order["_at"] + call.settings["telnyxBulkSeconds"]
    if order["pending"] and due:
        order = _settled(call, order)
    call.tx.put(BULK_UPDATES, order)
    return ok({"data": {name: value for name, value in order.items() if not name.startswith("_")}})


def _settled(call: Call, order: Json) -> Json:
    done: dict[str, list[str]] = {"success": [], "failed": []}
    fails, ignores = call.settings["telnyxBulkFails"], call.settings["telnyxBulkIgnores"]
    failing, ignored = order["pending"][:fails], order["pending"][fails : fails + ignores]
    if fails or ignores:
        call.tx.set_setting("telnyxBulkFails", fails - len(failing))
        call.tx.set_setting("telnyxBulkIgnores", ignores - len(ignored))
    for number in order["pending"]:
        doc = None if number in failing else messaging.by_phone_number(call, number)
        if doc is not None and order["_profile"] is not None and number not in ignored:
            messaging.store(call, doc, messaging.on_profile(call, doc, order["_profile"]))
        done["failed" if doc is None else "success"].append(number)
    return {**order, **done, "pending": []}
