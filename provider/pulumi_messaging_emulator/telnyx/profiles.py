"""Messaging profiles."""

from __future__ import annotations

import re
import secrets

from pulumi_messaging_emulator import seed_data
from pulumi_messaging_emulator.json_schema import UUID, Json
from pulumi_messaging_emulator.store import NUMBERS, PROFILES
from pulumi_messaging_emulator.telnyx import errors, messaging
from pulumi_messaging_emulator.telnyx.paging import Condition, contains, page
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, ok

# The values of the keys that a body may leave out.
_DEFAULTS: dict[str, Json] = {
    "number_pool_settings": {"sticky_sender": False, "geomatch": False},
    "url_shortener_settings": {"prefix": "", "replace_blacklist_only": False, "send_webhooks": False},
}
_OF_2026 = ("mobile_only", "smart_encoding", "ai_assistant_id", "redaction_enabled", "redaction_level")


def list_all(call: Call) -> Answer:
    """GET /messaging_profiles."""
    exact = [call.query[name] for name in ("filter[name]", "filter[name][eq]") if name in call.query]
    where: list[Condition] = [messaging.own(call), *(('"name" = ?', (name,)) for name in exact)]
    if "filter[name][contains]" in call.query:
        where.append(contains("name", call.query["filter[name][contains]"]))
    return page(call, PROFILES, where, _as_read)


def create(call: Call) -> Answer:
    """POST /messaging_profiles: 200; an equal call makes another profile."""
    _check_name(call, "")
    given = {**call.body, **_nested(call, {}), "organization_id": call.key["organization_id"]}
    doc = seed_data.profile(given, seed_data.timestamp(call.now))
    call.tx.put(PROFILES, doc)
    return _shown(call, doc)


def retrieve(call: Call) -> Answer:
    """GET /messaging_profiles/{id}."""
    return ok({"data": _as_read(call, own_profile(call))})


def update(call: Call) -> Answer:
    """PATCH /messaging_profiles/{id}."""
    doc = own_profile(call)
    if call.settings["telnyxIgnoreUpdates"]:
        return _shown(call, doc)
    _check_name(call, doc["id"])
    return _keep(call, doc, {**doc, **call.body, **_nested(call, doc)})


def delete(call: Call) -> Answer:
    """DELETE /messaging_profiles/{id}: the deleted object; refused while numbers use it."""
    doc = own_profile(call)
    users = call.tx.select(NUMBERS, [('"messaging_profile_id" = ?', (doc["id"],))])
    if users:
        status = call.settings["telnyxProfileInUseStatus"]
        raise Refusal(status, f"{len(users)} number(s) are assigned to the profile.", "40158", pointer="/id")
    call.tx.delete(PROFILES, doc["id"])
    return _shown(call, doc)


def list_phone_numbers(call: Call) -> Answer:
    """GET /messaging_profiles/{id}/phone_numbers."""
    where = [messaging.own(call), messaging.WITH_SETTINGS, ('"messaging_profile_id" = ?', (own_profile(call)["id"],))]
    return page(call, NUMBERS, where, messaging.shown)


def regenerate_secret(call: Call) -> Answer:
    """POST /messaging_profiles/{id}/actions/regenerate_secret."""
    doc = own_profile(call)
    return _keep(call, doc, {**doc, "v1_secret": secrets.token_urlsafe(18)})


def _as_read(call: Call, doc: Json) -> Json:
    """A profile as a read shows it, which may be stale."""
    seconds = call.settings["telnyxStaleReadSeconds"]
    return rendered(call, messaging.as_of(call, doc, seconds, messaging.STALE_PROFILE))


def rendered(call: Call, doc: Json) -> Json:
    """A profile as answers show it, secret included."""
    unset = None if call.settings["telnyxUnsetWebhookAs"] == "null" else ""
    answer = {**seed_data.public(doc), **{name: doc[name] or unset for name in ("webhook_url", "webhook_failover_url")}}
    limit, settings = answer.pop("daily_spend_limit", None), call.settings
    if limit is not None and settings["telnyxSpendLimitAs"] != "absent":
        answer["daily_spend_limit"] = limit if settings["telnyxSpendLimitAs"] == "sent" else f"{float(limit):.2f}"
    hidden = [] if settings["telnyxProfileFieldsOf2026"] else [*_OF_2026]
    hidden += [] if settings["telnyxSecretShown"] else ["v1_secret"]
    hidden += [] if settings["telnyxOrganizationIdShown"] else ["organization_id"]
    return {name: value for name, value in answer.items() if name not in hidden}


def own_profile(call: Call) -> Json:
    """The profile of the path."""
    profile_id = call.path["id"]
    if not re.fullmatch(UUID, profile_id):
        status = call.settings["telnyxMalformedProfilePathStatus"]
        raise Refusal(status, "The profile id is not a UUID.", "10005", pointer="/id")
    doc = call.tx.get(PROFILES, profile_id.lower())
    if doc is None or not messaging.is_own(call, doc):
        raise errors.not_found("No messaging profile with that id.")
    return doc


def _nested(call: Call, doc: Json) -> Json:
    """The objects of a body, complete: what it leaves out is as before (merge), or the vendor's default."""
    merged = call.settings["telnyxNestedObjects"] == "merge"
    given = {name: call.body[name] for name in _DEFAULTS if call.body.get(name) is not None}
    return {
        name: {**_DEFAULTS[name], **((doc.get(name) or {}) if merged else {}), **value} for name, value in given.items()
    }


def _check_name(call: Call, own_id: str) -> None:
    name = call.body.get("name")
    if name is None or call.settings["telnyxDuplicateProfiles"] == "accept":
        return
    others = call.tx.select(PROFILES, [messaging.own(call), ('"name" = ?', (name,))])
    if any(other["id"] != own_id for other in others):
        raise errors.unprocessable("The account has a profile of this name.", "10012", "/name")


def _keep(call: Call, former: Json, doc: Json) -> Answer:
    if doc != former:
        call.tx.remember(messaging.STALE_PROFILE, doc["id"], call.now, former)
        doc = {**doc, "updated_at": seed_data.timestamp(call.now)}
        call.tx.put(PROFILES, doc)
    return _shown(call, messaging.as_of(call, doc, call.settings["telnyxStaleAnswerSeconds"], messaging.STALE_PROFILE))


def _shown(call: Call, doc: Json) -> Answer:
    return ok({"data": rendered(call, doc)})
