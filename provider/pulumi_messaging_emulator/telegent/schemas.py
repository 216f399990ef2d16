"""JSON Schemas of Telegent's requests and answers."""

from __future__ import annotations

from pulumi_messaging_emulator.json_schema import URL as URL_PATTERN
from pulumi_messaging_emulator.json_schema import Json, nullable, object_schema

TEXT: Json = {"type": "string", "minLength": 1}
URL: Json = {"type": "string", "minLength": 1, "pattern": f"^{URL_PATTERN}$"}
METHOD: Json = {"type": "string", "enum": ["GET", "POST"]}
AUTHENTICATION: Json = {"type": "string", "enum": ["None", "Basic", "Bearer"]}
FLAG: Json = {"type": "boolean"}
MRID: Json = {"type": "string", "pattern": "^MRID-"}

REQUIRED = ("RouteName", "MessageUrl", "MessageUrlMethod")
FLAGS = ("InboundBypass", "OutboundBypass", "IntelligentRouteEnabled")
SECRETS = ("MessagePasswordToken", "CallbackMessagePasswordToken")
# Best practices shows an answer with the three flags and without these three.
LEFT_OUT_WITH_FLAGS = (*SECRETS, "CallbackMessageUsername")

# The fields of a route, in the order of the vendor's answers.
ROUTE_FIELDS: dict[str, Json] = {
    "RouteName": TEXT,
    "MessageUrl": URL,
    "MessageUrlMethod": METHOD,
    "MessageRouteEnabled": FLAG,
    "MessageAuthenticationType": AUTHENTICATION,
    "MessageUsername": TEXT,
    "MessagePasswordToken": TEXT,
    "CallbackMessageUrl": URL,
    "CallbackMessageUrlMethod": METHOD,
    "CallbackMessageAuthenticationType": AUTHENTICATION,
    "CallbackMessageUsername": TEXT,
    "CallbackMessagePasswordToken": TEXT,
    "InboundBypass": FLAG,
    "OutboundBypass": FLAG,
    "IntelligentRouteEnabled": FLAG,
}
BOOLEANS = tuple(name for name, schema in ROUTE_FIELDS.items() if schema is FLAG)
# null clears an optional text; the vendor's update samples do it although no field is declared nullable.
CLEARABLE = tuple(name for name in ROUTE_FIELDS if name not in REQUIRED and name not in BOOLEANS)
SHOWN = tuple(name for name in ROUTE_FIELDS if name not in FLAGS)


def _credentials(prefix: str) -> list[Json]:
    """Basic needs user name and token, Bearer needs the token."""
    kind, user, token = (f"{prefix}{name}" for name in ("AuthenticationType", "Username", "PasswordToken"))
    needs = {"Basic": (user, token), "Bearer": (token,)}
    return [
        {
            "if": {"properties": {kind: {"const": value}}, "required": [kind]},
            "then": {"properties": dict.fromkeys(names, TEXT), "required": list(names)},
        }
        for value, names in needs.items()
    ]


_OPTIONAL = {name: nullable(schema) if name in CLEARABLE else schema for name, schema in ROUTE_FIELDS.items()}

CREATE_ROUTE: Json = {
    **object_schema({**_OPTIONAL, "AccountId": TEXT}, required=REQUIRED),
    "allOf": [*_credentials("Message"), *_credentials("CallbackMessage")],
}
UPDATE_ROUTE: Json = object_schema(
    {"MessageRouteId": TEXT, **_OPTIONAL, "AccountId": TEXT}, required=["MessageRouteId"]
)
DELETE_ROUTE: Json = object_schema({"MessageRouteId": TEXT})


def _route(account_field: str) -> Json:
    """A route of an answer; the settings may leave out secrets, flags and unset fields."""
    required = [name for name in SHOWN if name not in LEFT_OUT_WITH_FLAGS and name not in CLEARABLE]
    return object_schema(
        {"MessageRouteId": MRID, account_field: TEXT, **_OPTIONAL},
        required=["MessageRouteId", account_field, *required],
    )


ROUTE = _route("AccountId")
ROUTE_LIST: Json = object_schema(
    {
        "AccountID": TEXT,
        "TotalRoutes": {"type": "integer", "minimum": 0},
        "Results": {"type": "array", "items": _route("AccountID")},
    }
)
# The key is MRID; the delete answer of voice routes has CallRouteId.
DELETED: Json = object_schema({"MessageRouteStatus": {"const": "Deleted"}, "MRID": MRID})

TOKEN_REQUEST: Json = object_schema(
    {"AccountKey": TEXT, "AccountSecret": TEXT, "ApiEndpoint": TEXT}, required=["AccountKey", "AccountSecret"]
)
TOKEN: Json = object_schema(
    {
        "token": {"type": "string"},
        "successful": FLAG,
        "tokenExpiry": {"type": "string", "pattern": r"^(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d [AP]M)?$"},
    }
)

NUMBER_FIELDS: dict[str, Json] = {
    "MessageRouteId": nullable(TEXT),
    "MessageEnabled": FLAG,
    "MessageType": {"type": "string", "enum": ["a2p", "p2p"]},
    "Classification": {"type": "string", "enum": ["MVNO", "IoT"]},
    "VoiceEnabled": FLAG,
    "VoiceRouteId": nullable(TEXT),
    "AssignedSubscriberId": nullable(TEXT),
    "Iccid": nullable(TEXT),
    "CnamFirstName": nullable(TEXT),
    "CnamLastName": nullable(TEXT),
    "ProductType": {"type": "string", "enum": ["Sms-Only", "Data-Only", "Sms+Data", "Sms+Data+Voice"]},
}
UPDATE_NUMBER: Json = object_schema({"Number": TEXT, **NUMBER_FIELDS}, required=["Number"])
# Booleans of the inventory come as true in one row and as "true" in another.
_LOOSE_FLAG: Json = {"enum": [True, False, "true", "false"]}
_ROW: dict[str, Json] = {
    "Number": TEXT,
    "OrderId": TEXT,
    "NumberType": TEXT,
    "MessageEnabled": _LOOSE_FLAG,
    "MessageType": TEXT,
    "Classification": TEXT,
    "VoiceEnabled": _LOOSE_FLAG,
    "MessageRouteId": {"type": ["string", "null"]},
    "VoiceRouteId": nullable(TEXT),
    "Status": TEXT,
    "OriginalDatePurchased": TEXT,
}


def _number(id_field: str) -> Json:
    # The settings may spell the key of the route in another way, or leave it out, or show none as "".
    required = [id_field, *(name for name in _ROW if name != "MessageRouteId")]
    return object_schema({id_field: nullable(TEXT), **_ROW}, required=required, closed=False)


NUMBER = _number("TNID")
INVENTORY: Json = object_schema(
    {
        "AccountId": TEXT,
        "TotalResults": {"type": "integer", "minimum": 0},
        "PageNumber": TEXT,
        "Filter": TEXT,
        "PhoneNumbers": {"type": "array", "items": _number("Tnid")},
    }
)
UPDATED_NUMBER: Json = object_schema(
    {
        "Number": TEXT,
        "Tnid": nullable(TEXT),
        "UpdateOrderId": TEXT,
        "UpdateOrderDate": TEXT,
        "UpdateOrderStatus": {"enum": ["Complete", "Pending", "Failed"]},
        "MessageType": TEXT,
        "MessageEnabled": FLAG,
        "Classification": TEXT,
        "VoiceEnabled": FLAG,
        "MessageRouteId": nullable(TEXT),
        "VoiceRouteId": nullable(TEXT),
        "Iccid": nullable(TEXT),
        "CnamFirstName": nullable(TEXT),
        "CnamLastName": nullable(TEXT),
        "ProductType": TEXT,
    },
    required=["Number", "Tnid", "UpdateOrderId", "UpdateOrderDate", "UpdateOrderStatus", "MessageRouteId"],
)

PAGE_NUMBER: Json = {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"}
INVENTORY_FILTER: Json = {"type": "string", "enum": ["Active", "All"]}
TOTAL_REQUESTED: Json = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}

ERROR: Json = object_schema({"StatusCode": {"type": "integer"}, "Message": {"type": ["string", "null"]}})
