"""JSON Schemas of Telnyx's requests and answers."""

from __future__ import annotations

from pulumi_messaging_emulator.json_schema import E164, URL, UUID, Json, nullable, object_schema

TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
TIME: Json = {"type": "string", "format": "date-time"}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
TAGS: Json = {"type": "array", "items": {"type": "string"}}
PROFILE_ID: Json = {"type": "string", "pattern": f"^{UUID}$"}
NUMBER_ID: Json = {"type": "string", "pattern": "^[0-9]+$"}
PHONE_NUMBER: Json = {"type": "string", "pattern": f"^{E164}$"}

_FEATURE_SET: Json = nullable(
    object_schema(
        {"domestic_two_way": FLAG, "international_inbound": FLAG, "international_outbound": FLAG}, closed=False
    )
)
_HEALTH: Json = object_schema(
    {
        "message_count": {"type": "integer"},
        "inbound_outbound_ratio": {"type": "number"},
        "success_ratio": {"type": "number"},
        "spam_ratio": {"type": "number"},
    },
    closed=False,
)
SETTINGS: Json = object_schema(
    {
        "record_type": {"enum": ["messaging_phone_number", "messaging_settings"]},
        "id": NUMBER_ID,
        "phone_number": PHONE_NUMBER,
        "messaging_profile_id": MAYBE_TEXT,
        "messaging_product": TEXT,
        "traffic_type": TEXT,
        "eligible_messaging_products": TAGS,
        "country_code": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "type": {"enum": ["long-code", "toll-free", "short-code", "longcode", "tollfree", "shortcode"]},
        "features": object_schema({"sms": _FEATURE_SET, "mms": _FEATURE_SET}, required=(), closed=False),
        "health": _HEALTH,
        "tags": TAGS,
        "organization_id": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
    },
    required=["record_type", "id", "phone_number", "messaging_product", "type", "health"],
)
# null keeps the value, according to the prose; the vendor's schema has a plain string for both fields.
UPDATE_SETTINGS: Json = object_schema(
    {
        "messaging_profile_id": {"type": ["string", "null"], "pattern": f"^({UUID})?$"},
        "messaging_product": {"type": ["string", "null"], "minLength": 1},
        "tags": TAGS,
    },
    required=(),
)

BULK_REQUEST: Json = object_schema(
    {
        "messaging_profile_id": {"type": "string", "pattern": f"^({UUID})?$"},
        "numbers": {"type": "array", "items": PHONE_NUMBER, "minItems": 1},
        "assign_only": FLAG,
    },
    required=["messaging_profile_id", "numbers"],
)
_NUMBERS: Json = {"type": "array", "items": PHONE_NUMBER}
BULK: Json = object_schema(
    {
        "record_type": {"const": "messaging_numbers_bulk_update"},
        "order_id": PROFILE_ID,
        "success": _NUMBERS,
        "pending": _NUMBERS,
        "failed": _NUMBERS,
    }
)

_POOL: Json = nullable(
    object_schema(
        {
            "toll_free_weight": {"type": "number"},
            "long_code_weight": {"type": "number"},
            "skip_unhealthy": FLAG,
            "sticky_sender": FLAG,
            "geomatch": FLAG,
        },
        required=["toll_free_weight", "long_code_weight", "skip_unhealthy"],
    )
)
_SHORTENER: Json = nullable(
    object_schema(
        {"domain": TEXT, "prefix": TEXT, "replace_blacklist_only": FLAG, "send_webhooks": FLAG}, required=["domain"]
    )
)
WEBHOOK_URL: Json = {"type": ["string", "null"], "pattern": f"^({URL})?$"}
PROFILE_FIELDS: dict[str, Json] = {
    "name": {"type": "string", "minLength": 1},
    # The prose allows ["*"], the vendor's pattern refuses it (telnyxAllDestinations).
    "whitelisted_destinations": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2}$"}, "minItems": 1},
    "enabled": FLAG,
    "webhook_url": WEBHOOK_URL,
    "webhook_failover_url": WEBHOOK_URL,
    "webhook_api_version": {"type": "string", "enum": ["1", "2", "2010-04-01"]},
    "number_pool_settings": _POOL,
    "url_shortener_settings": _SHORTENER,
    "alpha_sender": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9 ]{1,11}$"},
    "daily_spend_limit": {"type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)?$"},
    "daily_spend_limit_enabled": FLAG,
    "mms_fall_back_to_sms": FLAG,
    "mms_transcoding": FLAG,
    "mobile_only": FLAG,
    "smart_encoding": FLAG,
    "ai_assistant_id": MAYBE_TEXT,
}
# A profile has them, and creates do not take them.
UPDATE_ONLY: dict[str, Json] = {
    "v1_secret": TEXT,
    "redaction_enabled": FLAG,
    "redaction_level": {"type": "integer", "minimum": 1, "maximum": 2},
}
ALL_DESTINATIONS: Json = {"type": "array", "items": {"type": "string", "pattern": r"^([A-Z]{2}|\*)$"}, "minItems": 1}
CREATE_PROFILE: Json = object_schema(PROFILE_FIELDS, required=["name", "whitelisted_destinations"])
UPDATE_PROFILE: Json = object_schema({**PROFILE_FIELDS, **UPDATE_ONLY}, required=())
PROFILE: Json = object_schema(
    {
        "record_type": {"const": "messaging_profile"},
        "id": PROFILE_ID,
        "organization_id": TEXT,
        **PROFILE_FIELDS,
        **UPDATE_ONLY,
        "whitelisted_destinations": ALL_DESTINATIONS,
        "created_at": TIME,
        "updated_at": TIME,
    },
    required=["record_type", "id", "name", "whitelisted_destinations", "enabled"],
)

STATUSES = (
    *("purchase-pending", "purchase-failed", "port-pending", "port-failed", "active", "deleted", "emergency-only"),
    *("ported-out", "port-out-pending", "requirement-info-pending", "requirement-info-under-review"),
    *("requirement-info-exception", "provision-pending"),
)
NUMBER_DETAILS: dict[str, Json] = {
    "connection_id": TEXT,
    "billing_group_id": TEXT,
    "customer_reference": TEXT,
    "external_pin": TEXT,
    "hd_voice_enabled": FLAG,
}
UPDATE_NUMBER: Json = object_schema({**NUMBER_DETAILS, "tags": TAGS}, required=())
NUMBER: Json = object_schema(
    {
        "record_type": {"const": "phone_number"},
        "id": NUMBER_ID,
        "phone_number": PHONE_NUMBER,
        "country_iso_alpha2": TEXT,
        "phone_number_type": {"enum": ["local", "toll_free", "shortcode"]},
        "status": {"enum": STATUSES},
        "source_type": {"const": "number_order"},
        "messaging_profile_id": MAYBE_TEXT,
        "messaging_profile_name": TEXT,
        "tags": TAGS,
        **NUMBER_DETAILS,
        "created_at": TEXT,
        "updated_at": TEXT,
        "purchased_at": TEXT,
    },
    required=["record_type", "id", "phone_number", "phone_number_type", "status"],
)
OWNERSHIP_REQUEST: Json = object_schema(
    {"phone_numbers": {"type": "array", "items": PHONE_NUMBER, "minItems": 1, "maxItems": 1000}}
)
OWNERSHIP: Json = object_schema(
    {
        "found": {
            "type": "array",
            "items": object_schema({"id": NUMBER_ID, "number_val_e164": PHONE_NUMBER}, closed=False),
        },
        "not_found": _NUMBERS,
        "record_type": TEXT,
    },
    closed=False,
)

PAGE: dict[str, Json] = {
    "page[number]": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
    "page[size]": {"type": "integer", "minimum": 1, "maximum": 250},
}
_META: Json = object_schema(
    {name: {"type": "integer"} for name in ("page_number", "page_size", "total_pages", "total_results")},
    closed=False,
)
SETTINGS_QUERY: dict[str, Json] = {
    **PAGE,
    "filter[phone_number]": {"type": "string", "minLength": 1},
    "filter[phone_number][contains]": {"type": "string", "minLength": 1},
    "filter[messaging_profile_id]": PROFILE_ID,
    # Unhyphenated only, although answers may write long-code.
    "filter[type]": {"type": "string", "enum": ["tollfree", "longcode", "shortcode"]},
    "sort[phone_number]": {"type": "string", "enum": ["asc", "desc"]},
}
NUMBERS_QUERY: dict[str, Json] = {
    **PAGE,
    "filter[phone_number]": {"type": "string", "pattern": "^[^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9]"},
    "filter[tag]": {"type": "string", "minLength": 1},
    "filter[customer_reference]": {"type": "string", "minLength": 1},
    "filter[country_iso_alpha2]": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "filter[status]": {"type": "string", "enum": STATUSES},
    "sort": {
        "type": "string",
        "enum": ["purchased_at", "phone_number", "connection_name", "usage_payment_method"],
    },
    "handle_messaging_profile_error": {"type": "string", "enum": ["true", "false"]},
}
PROFILES_QUERY: dict[str, Json] = {
    **PAGE,
    **dict.fromkeys(("filter[name]", "filter[name][eq]", "filter[name][contains]"), TEXT),
}


def one(schema: Json) -> Json:
    """The envelope of one object."""
    return object_schema({"data": schema}, closed=False)


def many(schema: Json) -> Json:
    """The envelope of a page."""
    return object_schema({"data": {"type": "array", "items": schema}, "meta": _META}, closed=False)


ERRORS: Json = object_schema(
    {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": object_schema(
                {
                    "code": {"type": ["string", "integer"]},
                    "title": TEXT,
                    "detail": TEXT,
                    "source": object_schema({"pointer": TEXT, "parameter": TEXT}, required=(), closed=False),
                    "meta": object_schema({"url": TEXT}, required=(), closed=False),
                },
                required=["code", "title"],
                closed=False,
            ),
        }
    },
    closed=False,
)
