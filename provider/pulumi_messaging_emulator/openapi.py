"""The emulator's OpenAPI 3.1 description, made from the table of operations and the schemas that it checks with."""

from __future__ import annotations

import re

from pulumi_messaging_emulator.accounts import ACCOUNT_IDS, ACCOUNT_KEY, ACCOUNT_SECRET
from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.operations import OPERATIONS
from pulumi_messaging_emulator.seed_data import DEFAULT_PROFILE, FIRST_NUMBER_ID
from pulumi_messaging_emulator.telegent import schemas as te
from pulumi_messaging_emulator.telegent import tokens
from pulumi_messaging_emulator.telnyx import schemas as tx
from pulumi_messaging_emulator.wire import JSON_TYPE, Operation, Settings

_EXAMPLES: dict[str, Json] = {
    "createToken": {
        "AccountKey": ACCOUNT_KEY,
        "AccountSecret": ACCOUNT_SECRET,
        "ApiEndpoint": "https://api.telegent.com/v1.0/message/routes",
    },
    "createMessageRoute": {
        "RouteName": "sms-prod",
        "MessageUrl": "https://hooks.example.com/in",
        "MessageUrlMethod": "POST",
    },
    "updateNumber": {"Number": "+15550200001", "Classification": "IoT"},
    "updateMessaging": {"messaging_profile_id": DEFAULT_PROFILE},
    "createBulkUpdate": {"messaging_profile_id": DEFAULT_PROFILE, "numbers": ["+15550100001"]},
    "createProfile": {"name": "example", "whitelisted_destinations": ["US"]},
    "verifyOwnership": {"phone_numbers": ["+15550100001", "+15550999999"]},
}
_OF_A_NUMBER = ("retrieveMessaging", "updateMessaging", "retrievePhoneNumber", "updatePhoneNumber")
_OF_A_PROFILE = ("retrieveProfile", "updateProfile", "regenerateSecret", "listProfilePhoneNumbers")
_PATH_EXAMPLES = {
    **dict.fromkeys(_OF_A_NUMBER, str(FIRST_NUMBER_ID)),
    **dict.fromkeys(_OF_A_PROFILE, DEFAULT_PROFILE),
}
_QUERY_EXAMPLES = {"Number": "+15550200001", "AccountId": ACCOUNT_IDS[0]}


def describe(settings: Settings) -> Json:
    """The whole description, under these settings."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, settings)
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Emulator of Telegent message routes and Telnyx number messaging", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"securitySchemes": {"telegentToken": bearer, "telnyxKey": bearer}},
    }


def _operation(operation: Operation, settings: Settings) -> Json:
    telnyx = operation.path.startswith("/v2")
    described: Json = {
        "operationId": operation.name,
        "tags": ["telnyx" if telnyx else "telegent"],
        "parameters": _parameters(operation),
        "responses": {
            "200": {"description": "Success.", "content": _content(operation.answer)},
            **_refusals(operation, telnyx=telnyx),
        },
        "security": [] if operation.public else [{"telnyxKey" if telnyx else "telegentToken": []}],
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": _content(_described(operation, settings), operation.name),
        }
    return described


def _described(operation: Operation, settings: Settings) -> Json:
    """The body's schema, with the checks that are made in code."""
    body = operation.body or {}
    if operation.name != "createToken":
        return body
    paths = "|".join(re.escape(path) for path in tokens.ENDPOINTS)
    endpoint = {"type": "string", "pattern": rf"^https?://[A-Za-z0-9.-]+(:[0-9]{{1,4}})?({paths})$"}
    properties = {**body["properties"], "ApiEndpoint": endpoint}
    required = body["required"] if settings["telegentUnscopedTokens"] else list(properties)
    return {**body, "properties": properties, "required": required}


def _content(schema: Json, name: str = "") -> Json:
    content: Json = {"schema": schema}
    if name in _EXAMPLES:
        content["examples"] = {"seeded": {"value": _EXAMPLES[name]}}
    return {JSON_TYPE: content}


def _parameters(operation: Operation) -> list[Json]:
    examples = {**_QUERY_EXAMPLES, **dict.fromkeys(operation.parameters, _PATH_EXAMPLES.get(operation.name))}
    found = []
    for place, schemas in (("path", operation.parameters), ("query", operation.query)):
        for name, schema in schemas.items():
            required = place == "path" or name in operation.required_query
            parameter: Json = {"name": name, "in": place, "required": required, "schema": schema}
            if examples.get(name):
                parameter["examples"] = {"seeded": {"value": examples[name]}}
            found.append(parameter)
    return found


def _refusals(operation: Operation, *, telnyx: bool) -> Json:
    """Every status of a refusal."""
    statuses = {400: "Bad request.", 401: "Not authenticated.", 404: "Not found.", 429: "Too many requests."}
    if operation.body is not None:
        statuses[415] = "Not JSON."
    if telnyx:
        statuses.update({409: "Conflict.", 422: "Unprocessable."})
    else:
        statuses[403] = "The token is for another endpoint."
    schema = tx.ERRORS if telnyx else te.ERROR
    return {str(status): {"description": text, "content": _content(schema)} for status, text in statuses.items()}
