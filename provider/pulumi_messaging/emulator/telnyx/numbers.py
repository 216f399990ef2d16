"""Phone numbers themselves: find, read, update what is not messaging, and resolve many to their ids."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from pulumi_messaging.emulator.store import NUMBERS, PROFILES
from pulumi_messaging.emulator.telnyx import schemas
from pulumi_messaging.emulator.telnyx.messaging import OWN, by_phone_number, own_number, store
from pulumi_messaging.emulator.telnyx.paging import contains, page
from pulumi_messaging.emulator.wire import Answer, Refusal, ok

if TYPE_CHECKING:
    from pulumi_messaging.emulator.telnyx.paging import Condition
    from pulumi_messaging.emulator.wire import Call, Json

_TYPES = {"long-code": "local", "toll-free": "toll_free", "short-code": "shortcode"}
_MESSAGING_DOWN = "The messaging profile service did not answer."


def list_all(call: Call) -> Answer:
    """GET /phone_numbers: filter[phone_number] matches parts, so that a client compares by itself."""
    order = '"phone_number"' if call.query.get("sort") == "phone_number" else "seq"
    return _partial(call, page(call, NUMBERS, _conditions(call), lambda doc: rendered(call, doc), order))


def retrieve(call: Call) -> Answer:
    """GET /phone_numbers/{id}."""
    return _partial(call, ok({"data": rendered(call, own_number(call))}))


def update(call: Call) -> Answer:
    """PATCH /phone_numbers/{id}: connection, billing, tags, pin; messaging has a door of its own."""
    doc = own_number(call)
    details = {name: value for name, value in call.body.items() if name in schemas.NUMBER_DETAILS}
    tags = call.body.get("tags", doc["tags"])
    changed = store(call, doc, {**doc, "details": {**doc["details"], **details}, "tags": tags})
    return ok({"data": rendered(call, changed)})


def verify_ownership(call: Call) -> Answer:
    """POST /phone_numbers/actions/verify_ownership: up to a thousand numbers to their ids."""
    found, not_found = [], []
    for number in dict.fromkeys(call.body["phone_numbers"]):
        doc = by_phone_number(call, number)
        if doc is None:
            not_found.append(number)
        else:
            found.append({"id": doc["id"], "number_val_e164": number})
    return ok({"data": {"found": found, "not_found": not_found, "record_type": "number_ownership"}})


def rendered(call: Call, doc: Json) -> Json:
    """A number as this service shows it: no product, no features, and the profile by another service."""
    answer = {
        "record_type": "phone_number",
        "id": doc["id"],
        "phone_number": doc["phone_number"],
        "country_iso_alpha2": doc["country_code"],
        "phone_number_type": _TYPES[doc["type"]],
        "status": "active",
        "source_type": "number_order",
        "tags": doc["tags"],
        **doc["details"],
        "created_at": doc["created_at"],
        "updated_at": doc["updated_at"],
        "purchased_at": doc["created_at"],
    }
    if not call.settings["telnyxProfileServiceDown"]:
        answer.update(_profile(call, doc["messaging_profile_id"]))
    return answer


def _profile(call: Call, profile_id: str | None) -> Json:
    if profile_id is None:
        # The older specification does not allow null here, so an unassigned number has no such key.
        return {"messaging_profile_id": None} if call.settings["telnyxNumberUnassignedAs"] == "null" else {}
    profile = call.tx.get(PROFILES, profile_id)
    return {"messaging_profile_id": profile_id, "messaging_profile_name": profile["name"] if profile else ""}


def _partial(call: Call, answer: Answer) -> Answer:
    """What becomes of an answer when the profile service is down: 503, or the rest with `errors` beside it."""
    if not call.settings["telnyxProfileServiceDown"]:
        return answer
    if call.query.get("handle_messaging_profile_error") != "true":
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, _MESSAGING_DOWN, "10007")
    note = {"code": "10007", "title": "Unexpected error", "detail": _MESSAGING_DOWN}
    return ok({**answer.body, "errors": [note]})


def _conditions(call: Call) -> list[Condition]:
    where = [OWN]
    text = call.query.get("filter[phone_number]")
    if text is not None:
        # The prose says that a + finds nothing; the vendor's own test finds numbers with it.
        plain = re.sub(r"^\+", "", text) if call.settings["telnyxPlusInFilter"] else text
        where.append(contains("phone_number", plain) if plain.isdigit() else ("1 = 0", ()))
    for name, path in (("tag", "$.tags"), ("customer_reference", "$.details.customer_reference")):
        value = call.query.get(f"filter[{name}]")
        if value is not None:
            where.append((f"instr(json_extract(doc, '{path}'), ?) > 0", (value,)))
    if "filter[country_iso_alpha2]" in call.query:
        where.append(("json_extract(doc, '$.country_code') = ?", (call.query["filter[country_iso_alpha2]"],)))
    if call.query.get("filter[status]", "active") != "active":
        where.append(("1 = 0", ()))
    return where
