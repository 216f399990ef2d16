"""The JSON schema of a stack's settings file, with which editors complete and check ``Pulumi.<stack>.yaml``."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter

from pulumi_messaging.account_names import NAME
from pulumi_messaging.settings import EQUAL
from pulumi_messaging.stackfile import KEYS, settings

_DEFS: Final = "#/$defs/{model}"
_SECURE_REFERENCE: Final = {"$ref": _DEFS.format(model="secure")}
_SECURE: Final = {
    "description": "A value encrypted by `pulumi config set --secret`.",
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_LEAVES: Final = ("string", "number", "integer", "boolean")
_ANNOTATIONS: Final = {"description", "default"}
_TEXT: Final = {"type": "string"}
_COUNT: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+$"}]}
_SECONDS: Final = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}]}
_EQUAL: Final = {"type": "string", "const": EQUAL}
_VENDORS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "telegent:accountKey": (_TEXT, "AccountKey of the Telegent account."),
    "telegent:accountSecret": (_TEXT, "Its secret: set it with `pulumi config set --secret`."),
    "telegent:accountId": (_TEXT, "Default of a route's `accountId`."),
    "telegent:baseUrl": (_TEXT, "Base URL of Telegent's API, or `emulator`."),
    "telegent:requestsPerMinute": (_COUNT, "Request limit of the account; the default is 50."),
    "telegent:timeoutSeconds": (_SECONDS, "Longest time of one operation, in seconds."),
    "telegent:adopt": (_EQUAL, "`equal` refuses to take over a route that does not have the declared values."),
    "telnyx:apiKey": (_TEXT, "API key of the Telnyx account: set it with `pulumi config set --secret`."),
    "telnyx:baseUrl": (_TEXT, "Base URL of Telnyx's API, or `emulator`."),
    "telnyx:timeoutSeconds": (_SECONDS, "Longest time of one operation, in seconds."),
    "telnyx:bulkLimit": (_COUNT, "Most numbers of one bulk order."),
    "telnyx:adopt": (_EQUAL, "`equal` refuses to take over a number that does not have the declared values."),
}


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a stack's settings file.

    Keys under ``telegent:``, ``telnyx:`` and ``messaging:`` are the known ones only, as are those of named accounts.
    Other namespaces are free.
    """
    adapters = [(key, "validation", settings(table)) for key, table in KEYS.items()]
    resources, definitions = TypeAdapter.json_schemas(adapters, ref_template=_DEFS)  # type: ignore[arg-type]
    known = {key: {"description": doc, **_or_secure(value)} for key, (value, doc) in _VENDORS.items()}
    known |= {key: {"anyOf": [_or_secure(value), _SECURE_REFERENCE]} for (key, _), value in resources.items()}
    of_accounts = {_of_accounts(key): {"$ref": f"#/properties/config/properties/{key}"} for key in _VENDORS}
    names = "|".join([*sorted(known), *map(_of_accounts, _VENDORS)]).replace("^", "").replace("$", "")
    config = {
        "type": ["object", "null"],
        "properties": known,
        "patternProperties": {**of_accounts, f"^(?!({names})$)((telegent|telnyx)(-[^:]*)?|messaging):": False},
    }
    texts = dict.fromkeys(("secretsprovider", "encryptedkey", "encryptionsalt"), _TEXT)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of a Pulumi stack with pulumi-messaging",
        "type": "object",
        "properties": {"config": config, **texts, "environment": {}},
        "additionalProperties": False,
        "$defs": {name: _or_secure(model) for name, model in definitions["$defs"].items()} | {"secure": _SECURE},
    }


def _of_accounts(key: str) -> str:
    """The pattern of a vendor's key under the namespaces of named accounts."""
    vendor, _, name = key.partition(":")
    return f"^{vendor}-{NAME.pattern}:{name}$"


def text() -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _or_secure(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with an encrypted value allowed in place of every leaf, without titles, which repeat the names."""
    plain = {name: value for name, value in schema.items() if name != "title"}
    options = plain.pop("anyOf", None) or [{name: plain.pop(name) for name in [*plain] if name not in _ANNOTATIONS}]
    leaf = any(option.get("type") in _LEAVES for option in options)
    options = [*map(_inside, options), *([_SECURE_REFERENCE] if leaf else [])]
    return plain | (options[0] if len(options) == 1 else {"anyOf": options})


def _inside(schema: dict[str, Any]) -> dict[str, Any]:
    """A list or an object with encrypted values allowed in it."""
    nested = {name: schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)}
    inside: dict[str, Any] = {name: _or_secure(value) for name, value in nested.items()}
    if "properties" in schema:
        inside["properties"] = {name: _or_secure(value) for name, value in schema["properties"].items()}
    return schema | inside
