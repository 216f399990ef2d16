"""Messaging profiles."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from pulumi_messaging.emulator import fresh
from pulumi_messaging.emulator.shapes import UUID
from pulumi_messaging.emulator.store import NUMBERS, PROFILES
from pulumi_messaging.emulator.telnyx import errors, messaging
from pulumi_messaging.emulator.telnyx.paging import contains, page
from pulumi_messaging.emulator.wire import Answer, Refusal, ok

if TYPE_CHECKING:
    from pulumi_messaging.emulator.telnyx.paging import Condition
    from pulumi_messaging.emulator.wire import Call, Json, Settings


def list_all(call: Call) -> Answer:
    """GET /messaging_profiles."""
    exact = [call.query[name] for name in ("filter[name]", "filter[name][eq]") if name in call.query]
    where: list[Condition] = [('"name" = ?', (name,)) for name in exact]
    if "filter[name][contains]" in call.query:
        where.append(contains("name", call.query["filter[name][contains]"]))
    return page(call, PROFILES, where, lambda doc: rendered(doc, call.settings))


def create(call: Call) -> Answer:
    """POST /messaging_profiles: 200; an equal call makes another profile."""
    doc = fresh.profile(call.body, fresh.timestamp(call.now))
    call.tx.put(PROFILES, doc)
    return _shown(call, doc)


def retrieve(call: Call) -> Answer:
    """GET /messaging_profiles/{id}."""
    return _shown(call, own_profile(call))


def update(call: Call) -> Answer:
    """PATCH /messaging_profiles/{id}."""
    doc = own_profile(call)
    return _keep(call, doc, {**doc, **call.body})


def delete(call: Call) -> Answer:
    """DELETE /messaging_profiles/{id}: answers the deleted object; refused while numbers use it."""
    doc = own_profile(call)
    users = call.tx.select(NUMBERS, [('"messaging_profile_id" = ?', (doc["id"],))])
    if users and not call.settings["telnyxProfileDeleteCascades"]:
        status = call.settings["telnyxProfileInUseStatus"]
        raise Refusal(status, f"{len(users)} number(s) are assigned to the profile.", "40158", pointer="/id")
    for user in users:
        messaging.store(call, user, messaging.on_profile(call, user, ""))
    call.tx.delete(PROFILES, doc["id"])
    return _shown(call, doc)


def list_phone_numbers(call: Call) -> Answer:
    """GET /messaging_profiles/{id}/phone_numbers."""
    return messaging.list_of_profile(call, own_profile(call)["id"])


def regenerate_secret(call: Call) -> Answer:
    """POST /messaging_profiles/{id}/actions/regenerate_secret."""
    doc = own_profile(call)
    return _keep(call, doc, {**doc, "v1_secret": secrets.token_urlsafe(18)})


def rendered(doc: Json, settings: Settings) -> Json:
    """A profile as it is; the secret is in every read."""
    unset = None if settings["telnyxUnsetWebhookAs"] == "null" else ""
    return {**fresh.public(doc), **{name: doc[name] or unset for name in ("webhook_url", "webhook_failover_url")}}


def own_profile(call: Call) -> Json:
    """The profile of the path."""
    profile_id = call.path["id"]
    if not re.fullmatch(UUID, profile_id):
        status = call.settings["telnyxMalformedProfilePathStatus"]
        raise Refusal(status, "The profile id is not a UUID.", "10005", pointer="/id")
    doc = call.tx.get(PROFILES, profile_id.lower())
    if doc is None:
        raise errors.not_found("No messaging profile with that id.")
    return doc


def _keep(call: Call, former: Json, doc: Json) -> Answer:
    if doc != former:
        doc = {**doc, "updated_at": fresh.timestamp(call.now)}
        call.tx.put(PROFILES, doc)
    return _shown(call, doc)


def _shown(call: Call, doc: Json) -> Answer:
    return ok({"data": rendered(doc, call.settings)})
