"""Phone numbers: find, read, update all but messaging, and resolve many to their ids."""

from __future__ import annotations

import re

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import NUMBERS, PROFILES
from pulumi_messaging_emulator.telnyx import schemas
from pulumi_messaging_emulator.telnyx.messaging import by_phone_number, own, own_number, shown_tags, store
from pulumi_messaging_emulator.telnyx.paging import Condition, contains, page
from pulumi_messaging_emulator.wire import Answer, Call, ok

_TYPES = {"long-code": "local", "toll-free": "toll_free", "short-code": "shortcode"}


def list_all(call: Call) -> Answer:
    """GET /phone_numbers: filter[phone_number] matches parts of numbers."""
    order = '"phone_number"' if call.query.get("sort") == "phone_number" else "seq"
    return page(call, NUMBERS, _conditions(call), rendered, order)


def retrieve(call: Call) -> Answer:
    """GET /phone_numbers/{id}."""
    return ok({"data": rendered(call, own_number(call))})


def update(call: Call) -> Answer:
    """PATCH /phone_numbers/{id}: connection, billing, tags, pin; messaging has an operation of its own."""
    doc = own_number(call)
    details = {name: value for name, value in call.body.items() if name in schemas.NUMBER_DETAILS}
    tags = call.body.get("tags", doc["tags"])
    changed = store(call, doc, {**doc, "details": {**doc["details"], **details}, "tags": tags})
    return ok({"data": rendered(call, changed)})


def verify_ownership(call: Call) -> Answer:
    """POST /phone_numbers/actions/verify_ownership: the ids of up to 1,000 numbers."""
    found, not_found = [], []
    for number in dict.fromkeys(call.body["phone_numbers"]):
        doc = by_phone_number(call, number)
        if doc is None:
            not_found.append(number)
        else:
            found.append({"id": doc["id"], "number_val_e164": number})
    return ok({"data": {"found": found, "not_found": not_found, "record_type": "number_ownership"}})


def rendered(call: Call, doc: Json) -> Json:
    """A number as this service shows it; of the messaging settings it shows the profile only."""
    return {
        "record_type": "phone_number",
        "id": doc["id"],
        "phone_number": doc["phone_number"],
        "country_iso_alpha2": doc["country_code"],
        "phone_number_type": _TYPES[doc["type"]],
        "status": doc["status"],
        "source_type": "number_order",
        **shown_tags(doc["tags"], call.settings),
        **doc["details"],
        "created_at": doc["created_at"],
        "updated_at": doc["updated_at"],
        "purchased_at": doc["created_at"],
        **_profile(call, doc["messaging_profile_id"]),
    }


def _profile(call: Call, profile_id: str | None) -> Json:
    if profile_id is None:
        # The older specification does not allow null here, so an unassigned number has no such key.
        return {"messaging_profile_id": None} if call.settings["telnyxNumberUnassignedAs"] == "null" else {}
    profile = call.tx.get(PROFILES, profile_id)
    return {"messaging_profile_id": profile_id, "messaging_profile_name": profile["name"] if profile else ""}


def _conditions(call: Call) -> list[Condition]:
    where = [own(call)]
    text = call.query.get("filter[phone_number]")
    if text is not None:
        # The prose excludes a +; the vendor's own test finds numbers with it.
        plain = re.sub(r"^\+", "", text) if call.settings["telnyxPlusInFilter"] else text
        where.append(contains("phone_number", plain) if plain.isdigit() else ("1 = 0", ()))
    for name, path in (("tag", "$.tags"), ("customer_reference", "$.details.customer_reference")):
        value = call.query.get(f"filter[{name}]")
        if value is not None:
            where.append((f"instr(json_extract(doc, '{path}'), ?) > 0", (value,)))
    if "filter[country_iso_alpha2]" in call.query:
        where.append(("json_extract(doc, '$.country_code') = ?", (call.query["filter[country_iso_alpha2]"],)))
    if "filter[status]" in call.query:
        where.append(('"status" = ?', (call.query["filter[status]"],)))
    return where
