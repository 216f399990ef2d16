"""The objects of a fresh store, and the defaults of a new object of each kind."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime

from pulumi_messaging_emulator.accounts import ACCOUNT_IDS, FIXED, ORGANIZATION_ID, Credentials
from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import (
    NUMBERS,
    PROFILES,
    TELEGENT_KEYS,
    TELEGENT_NUMBERS,
    TELNYX_KEYS,
    Transaction,
)

DEFAULT_PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
ALERTS_PROFILE = "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
SEEDED_AT = "2026-01-02T03:04:05.000Z"

# Keys that begin with an underscore are the emulator's own: they are in no answer and not in /_emulator/state.
_NUMBERS: tuple[Json, ...] = (
    {"phone_number": "+15550100001"},
    {"phone_number": "+15550100002", "messaging_profile_id": DEFAULT_PROFILE},
    {
        "phone_number": "+15550100003",
        "messaging_profile_id": DEFAULT_PROFILE,
        "eligible_messaging_products": ["A2P", "P2P"],
    },
    {"phone_number": "+15550100004"},
    {"phone_number": "+15550100005"},
    {"phone_number": "+15550100006", "type": "toll-free"},
)
_FEATURES = {"domestic_two_way": True, "international_inbound": False, "international_outbound": False}
FIRST_NUMBER_ID = 1293384261075731501


def seed(tx: Transaction, credentials: Credentials) -> None:
    """Fill an empty store, whose first keys are these credentials."""
    tx.run("INSERT INTO meta VALUES ('signingKey', ?)", (secrets.token_hex(32),))
    pair = {"AccountKey": credentials.account_key, "AccountSecret": credentials.account_secret}
    tx.put(TELEGENT_KEYS, telegent_key(pair))
    tx.put(TELNYX_KEYS, telnyx_key({"key": credentials.telnyx_key}))
    for profile_id, name in ((DEFAULT_PROFILE, "default"), (ALERTS_PROFILE, "alerts")):
        tx.put(PROFILES, profile({"name": name, "whitelisted_destinations": ["US"]}, SEEDED_AT, profile_id))
    for index, given in enumerate(_NUMBERS):
        tx.put(NUMBERS, number({"id": str(FIRST_NUMBER_ID + index), "created_at": SEEDED_AT, **given}))
    for last in (1, 2, 3):
        tnid = f"TNID-00000000-0000-4000-8000-00000000000{last}"  # the same in every emulator
        tx.put(TELEGENT_NUMBERS, telegent_number({"Number": f"+1555020000{last}", "Tnid": tnid}))


def timestamp(now: float) -> str:
    """A time in Telnyx's format."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(given: Json) -> Json:
    """A Telnyx number as it is right after its purchase, with the given fields."""
    created_at = given.get("created_at", SEEDED_AT)
    return {
        "record_type": "messaging_settings",
        "id": str(1_300_000_000_000_000_000 + secrets.randbelow(10**17)),
        "messaging_profile_id": None,
        "messaging_product": "A2P",
        "traffic_type": "A2P",
        "eligible_messaging_products": ["A2P"],
        "country_code": "US",
        "type": "long-code",
        "features": {"sms": {**_FEATURES, "international_inbound": True}, "mms": _FEATURES},
        "health": {"message_count": 12, "inbound_outbound_ratio": 0.5, "success_ratio": 0.9, "spam_ratio": 0.0},
        "tags": [],
        "organization_id": ORGANIZATION_ID,
        "status": "active",
        "created_at": created_at,
        "updated_at": created_at,
        "details": {"connection_id": "", "customer_reference": "", "external_pin": "", "hd_voice_enabled": False},
        "_purchasedAt": 0.0,
        **given,
    }


def profile(given: Json, created_at: str, profile_id: str = "") -> Json:
    """A Telnyx messaging profile as it is right after its creation, with the given fields."""
    return {
        "record_type": "messaging_profile",
        "id": profile_id or str(uuid.uuid4()),
        "organization_id": ORGANIZATION_ID,
        "enabled": True,
        "webhook_url": None,
        "webhook_failover_url": None,
        "webhook_api_version": "2",
        "number_pool_settings": None,
        "url_shortener_settings": None,
        "alpha_sender": None,
        "daily_spend_limit_enabled": False,
        "mms_fall_back_to_sms": False,
        "mms_transcoding": False,
        "mobile_only": False,
        "smart_encoding": False,
        "ai_assistant_id": None,
        "redaction_enabled": False,
        "redaction_level": 2,
        "v1_secret": secrets.token_urlsafe(18),
        "created_at": created_at,
        "updated_at": created_at,
        **given,
    }


def telegent_number(given: Json) -> Json:
    """A Telegent number of the inventory, with every key of an inventory row."""
    return {
        "Tnid": f"TNID-{uuid.uuid4()}",
        "OrderId": f"TNOID-{uuid.uuid4()}",
        "NumberType": "mobile",
        "MessageEnabled": True,
        "MessageType": "a2p",
        "Classification": "IoT",
        "VoiceEnabled": False,
        "MessageRouteId": None,
        "VoiceRouteId": None,
        "Status": "Active",
        "OriginalDatePurchased": "01/02/2026 03:04:05 AM",
        "AssignedSubscriberId": None,
        "Iccid": None,
        "Cnam": None,
        "QrActivationLink": None,
        "SwapsRemaining": 0,
        "NextSwapResetDate": None,
        "ProductType": "Sms-Only",
        "PortOutPin": None,
        "AccountId": ACCOUNT_IDS[0],
        **given,
    }


def telegent_key(given: Json) -> Json:
    """An AccountKey, by default a second one of the fixed accounts; the first AccountId is the default account."""
    return {"AccountSecret": FIXED.account_secret, "AccountIds": list(ACCOUNT_IDS), **given}


def telnyx_key(given: Json) -> Json:
    """An API key, by default a second one of the fixed organization."""
    return {"organization_id": ORGANIZATION_ID, **given}


def public(doc: Json) -> Json:
    """An object without the emulator's own keys."""
    return {name: value for name, value in doc.items() if not name.startswith("_")}
