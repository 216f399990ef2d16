"""A number's messaging settings: read, update, list."""

from __future__ import annotations

import re
from http import HTTPStatus

from pulumi_messaging_emulator.json_schema import E164, Json
from pulumi_messaging_emulator.seed_data import public, timestamp
from pulumi_messaging_emulator.settings import take_one
from pulumi_messaging_emulator.store import NUMBERS, PROFILES
from pulumi_messaging_emulator.telnyx import errors
from pulumi_messaging_emulator.telnyx.paging import Condition, contains, page
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, Settings, ok

STALE_NUMBER, STALE_PROFILE = "number", "profile"
# A number of another status has no messaging settings: they do not exist yet, or not any more.
_IN_USE = ("active", "emergency-only", "port-out-pending")
# The plus keeps SQLite from using the index: nearly all numbers have such a status.
WITH_SETTINGS: Condition = (f'+"status" IN ({", ".join("?" * len(_IN_USE))})', _IN_USE)
_STORED_TYPES = {"tollfree": "toll-free", "longcode": "long-code", "shortcode": "short-code"}


def retrieve(call: Call) -> Answer:
    """GET /phone_numbers/{id}/messaging."""
    return ok({"data": shown(call, own_settings(call))})


def update(call: Call) -> Answer:
    """PATCH /phone_numbers/{id}/messaging: null and omission keep, "" unassigns, a value replaces."""
    former = own_settings(call)
    doc = _assigned(call, former)
    try:
        doc = _with_product(call, former, doc)
    except Refusal:
        if not call.settings["telnyxAllOrNothing"]:
            store(call, former, doc)
        raise
    if not call.settings["telnyxIgnoreUpdates"]:
        doc = store(call, former, _tagged(call, doc))
        doc = as_of(call, doc, call.settings["telnyxStaleAnswerSeconds"])
        return ok({"data": rendered(doc, call.settings)})
    return ok({"data": rendered(former, call.settings)})


def list_all(call: Call) -> Answer:
    """GET /phone_numbers/messaging."""
    order = call.query.get("sort[phone_number]")
    return page(call, NUMBERS, _conditions(call), shown, f'"phone_number" {order.upper()}' if order else "seq")


def own(call: Call) -> Condition:
    """The condition of the caller's organization: an object of another one looks like one that does not exist."""
    # The plus keeps SQLite from using the index of organizations: nearly all objects have the same one.
    return '+"organization_id" = ?', (call.key["organization_id"],)


def is_own(call: Call, doc: Json) -> bool:
    """Whether an object belongs to the caller's organization."""
    return bool(doc["organization_id"] == call.key["organization_id"])


def own_number(call: Call) -> Json:
    """The number of the path: by its id as text, or by E.164; an order line's UUID is neither."""
    key = call.path["id"]
    doc = by_phone_number(call, key) if re.fullmatch(E164, key) else call.tx.get(NUMBERS, key)
    if doc is None or not is_own(call, doc):
        raise errors.not_found("No number with that id.")
    return doc


def by_phone_number(call: Call, phone_number: str) -> Json | None:
    """The organization's number of this E.164; one that was released and bought again has one row in use."""
    found = call.tx.select(NUMBERS, [own(call), WITH_SETTINGS, ('"phone_number" = ?', (phone_number,))], limit=1)
    return found[0] if found else None


def own_settings(call: Call) -> Json:
    """The number of the path, once its settings exist: they appear some time after the purchase."""
    doc = own_number(call)
    if doc["status"] not in _IN_USE:
        raise errors.not_found(f"The number has no messaging settings: it is {doc['status']}.")
    if call.now - doc["_purchasedAt"] < call.settings["telnyxPurchase404Seconds"]:
        raise errors.not_found("No messaging settings for that number yet.")
    return doc


def known_profile(call: Call, profile_id: str) -> None:
    """Refuse the id of a profile that does not exist."""
    profile = call.tx.get(PROFILES, profile_id.lower())
    if profile is None or not is_own(call, profile):
        status = call.settings["telnyxUnknownProfileStatus"]
        raise errors.unprocessable("The messaging profile does not exist.", "10017", "/messaging_profile_id", status)


def on_profile(call: Call, doc: Json, profile_id: str) -> Json:
    """The number on a profile, or on none with ""."""
    changed = {**doc, "messaging_profile_id": profile_id.lower() or None}
    resets = call.settings["telnyxProfileResetsProduct"] and changed != doc
    if resets or (not profile_id and call.settings["telnyxUnassignResetsProduct"]):
        changed["messaging_product"] = "A2P"
    return changed


def store(call: Call, former: Json, doc: Json) -> Json:
    """Store a number; updated_at moves only with another change."""
    if doc == former and not call.settings["telnyxTouchAlways"]:
        return doc
    call.tx.remember(STALE_NUMBER, doc["id"], call.now, former)
    doc = {**doc, "updated_at": timestamp(call.now)}
    call.tx.put(NUMBERS, doc)
    return doc


def shown(call: Call, doc: Json) -> Json:
    """A number's settings as a read shows them, which may be stale."""
    return rendered(as_of(call, doc, call.settings["telnyxStaleReadSeconds"]), call.settings)


def rendered(doc: Json, settings: Settings) -> Json:
    """A number's settings, under the readings of the emulator's settings."""
    answer = {name: value for name, value in public(doc).items() if name not in ("details", "status")}
    if settings["telnyxP2PDropsMms"] and doc["messaging_product"] == "P2P":
        answer["features"] = {**doc["features"], "mms": None}
    if settings["telnyxTypeSpelling"] == "longcode":
        answer["type"] = doc["type"].replace("-", "")
    if not settings["telnyxOrganizationIdShown"]:
        del answer["organization_id"]
    answer.update(shown_tags(answer.pop("tags"), settings))
    if doc["messaging_profile_id"] is None and settings["telnyxUnassignedAs"] != "null":
        answer["messaging_profile_id"] = ""
        if settings["telnyxUnassignedAs"] == "absent":
            del answer["messaging_profile_id"]
    return answer


def shown_tags(tags: list[str], settings: Settings) -> Json:
    """The key of the tags, with the reading of a number that has none."""
    if tags or settings["telnyxNoTagsAs"] == "[]":
        return {"tags": tags}
    return {"tags": None} if settings["telnyxNoTagsAs"] == "null" else {}


def as_of(call: Call, doc: Json, seconds: float, kind: str = STALE_NUMBER) -> Json:
    """An object as it was before the changes of the last seconds."""
    return call.tx.former(kind, call.now - seconds).get(doc["id"], doc) if seconds else doc


def _assigned(call: Call, doc: Json) -> Json:
    wish = call.body.get("messaging_profile_id")
    if wish is None:
        return doc
    if wish:
        known_profile(call, wish)
    return on_profile(call, doc, wish)


def _with_product(call: Call, former: Json, doc: Json) -> Json:
    wish = call.body.get("messaging_product")
    if not wish or wish == former["messaging_product"]:
        return {**doc, "messaging_product": wish} if wish else doc
    settings = call.settings
    eligible = doc["eligible_messaging_products"]
    if settings["telnyxEligibilityStrict"] and wish not in eligible:
        raise _product_refused(call, f"{wish} is not among the eligible products: {', '.join(eligible)}.")
    on_none = not former["messaging_profile_id"] and not doc["messaging_profile_id"]
    if settings["telnyxProductNeedsProfile"] and on_none:
        raise _product_refused(call, "The number must be on a messaging profile first.")
    if take_one(call.tx, settings, "telnyxRefuseProduct"):
        raise _product_refused(call, "Eligibility is being computed; try again later.")
    leaves = settings["telnyxProductResetsProfile"] and not call.body.get("messaging_profile_id")
    return {**doc, "messaging_product": wish, **({"messaging_profile_id": None} if leaves else {})}


def _product_refused(call: Call, words: str) -> Refusal:
    status = call.settings["telnyxProductRefusedStatus"]
    return Refusal(HTTPStatus(status), words, "40324", pointer="/messaging_product")


def _tagged(call: Call, doc: Json) -> Json:
    tags = call.body.get("tags")
    if tags is None:
        return doc
    if call.settings["telnyxTags"] == "merge":
        tags = [*doc["tags"], *(tag for tag in tags if tag not in doc["tags"])]
    return {**doc, "tags": tags}


def _conditions(call: Call) -> list[Condition]:
    where = [own(call), WITH_SETTINGS]
    if young := call.settings["telnyxPurchase404Seconds"]:
        where.append(("json_extract(doc, '$._purchasedAt') <= ?", (call.now - young,)))
    query = call.query
    if "filter[phone_number]" in query:
        # Exact, or a list with commas; SQLite limits the parameters of a statement.
        numbers = query["filter[phone_number]"].split(",")[:1000]
        where.append((f'"phone_number" IN ({", ".join("?" * len(numbers))})', numbers))
    if "filter[phone_number][contains]" in query:
        where.append(contains("phone_number", query["filter[phone_number][contains]"]))
    if "filter[messaging_profile_id]" in query:
        where.append(('"messaging_profile_id" = ?', (query["filter[messaging_profile_id]"].lower(),)))
    if "filter[type]" in query:
        where.append(('"type" = ?', (_STORED_TYPES[query["filter[type]"]],)))
    return where
