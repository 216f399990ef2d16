"""The emulator's answers against the vendor's own description, read where it stands."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging_emulator import openapi, operations
from pulumi_messaging_emulator.settings import DEFAULTS
from tests.support.emulator.client import NOBODY, TOLL_FREE, TWO_PRODUCTS, Client
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST_ID

SPEC = Path(__file__).resolve().parents[2].parent / "shared" / "spec" / "telnyx-messaging-openapi.json"
BULK = "/messaging_numbers_bulk_updates"


@cache
def _spec() -> Any:
    if not SPEC.exists():
        pytest.skip("the vendor's description is not here: ../shared/spec/telnyx-messaging-openapi.json")
    return json.loads(SPEC.read_text())


def _modern(schema: Any) -> Any:
    """The schema as JSON Schema: OpenAPI 3.0's `nullable` becomes a type or an alternative."""
    if isinstance(schema, list):
        return [_modern(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _modern(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@cache
def _validator(method: str, template: str, status: str) -> Any:
    jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="jsonschema-rs is not installed")
    spec = _modern(_spec())
    operation = spec["paths"][template][method.lower()]
    schema = {"$ref": f"{operation['responses'][status]['$ref']}/content/application~1json/schema"}
    return jsonschema_rs.Draft4Validator({**schema, "components": spec["components"]}, validate_formats=True)


class Checked:
    """Asks, and holds each answer to the description."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.operations: set[tuple[str, str]] = set()

    def ask(self, method: str, template: str, body: Any = None, status: int = 200, **names: Any) -> Any:
        query = names.pop("query", {})
        answer = self.client.telnyx(method, template.format(**names), body, params=query)
        assert answer.status_code == status, answer.text
        _validator(method, template, "200" if status == 200 else "default").validate(answer.json())
        self.operations.add((method.lower(), template))
        return answer.json().get("data")


@pytest.mark.parametrize("spelling", ["longcode", "long-code"])
def test_every_happy_answer_is_the_descriptions(client: Client, spelling: str) -> None:
    """Every operation of the description that is emulated, with each kind of value it can hold."""
    client.settings(telnyxTypeSpelling=spelling)
    checked = Checked(client)
    ask, settings = checked.ask, "/phone_numbers/{id}/messaging"

    for number in (FIRST_ID, TOLL_FREE, "+15550100003"):
        ask("GET", settings, id=number)
        ask("GET", "/phone_numbers/{id}", id=number)
    for fields in ({}, {"messaging_profile_id": ALERTS}, {"messaging_product": "P2P"}, {"messaging_profile_id": ""}):
        ask("PATCH", settings, fields, id=TWO_PRODUCTS)
    ask("GET", "/phone_numbers/messaging", query={"page[size]": "250"})
    ask("GET", "/phone_numbers", query={"filter[phone_number]": "1555"})
    ask("PATCH", "/phone_numbers/{id}", {"tags": ["a"], "hd_voice_enabled": True}, id=FIRST_ID)
    for _ in range(2):
        order = ask("POST", BULK, {"messaging_profile_id": DEFAULT, "numbers": ["+15550100001", "+15550199999"]})
        ask("GET", BULK + "/{order_id}", order_id=order["order_id"])
    profile = ask("POST", "/messaging_profiles", {"name": "p", "whitelisted_destinations": ["US"]})
    ask("PATCH", "/messaging_profiles/{id}", {"alpha_sender": "A", "daily_spend_limit": "1.50"}, id=profile["id"])
    ask("GET", "/messaging_profiles/{id}", id=profile["id"])
    ask("GET", "/messaging_profiles")
    ask("GET", "/messaging_profiles/{id}/phone_numbers", id=DEFAULT)
    ask("DELETE", "/messaging_profiles/{id}", id=profile["id"])

    described = {(method, path) for path, item in _spec()["paths"].items() for method in item if method != "parameters"}
    assert described - checked.operations == {("delete", "/phone_numbers/{id}")}


def test_every_refusal_is_the_descriptions(client: Client) -> None:
    """Errors of all kinds have the described shape."""
    ask = Checked(client).ask

    ask("GET", "/phone_numbers/{id}/messaging", status=404, id="1")
    ask("PATCH", "/phone_numbers/{id}/messaging", {"messaging_profile_id": NOBODY}, status=422, id=FIRST_ID)
    ask("PATCH", "/phone_numbers/{id}/messaging", {"messaging_product": "P2P"}, status=422, id=FIRST_ID)
    ask("POST", "/messaging_profiles", {"name": "p"}, status=400)
    ask("GET", "/phone_numbers/messaging", status=422, query={"page[size]": "251"})


def test_the_emulator_describes_every_operation() -> None:
    """Its own description has each row of the route table, with all refusals and its security."""
    described = openapi.describe(DEFAULTS)
    found = {one["operationId"]: one for item in described["paths"].values() for one in item.values()}

    assert set(found) == set(operations.NAMES)
    assert len(operations.NAMES) == 25
    assert all({"200", "400", "401", "404"} <= set(one["responses"]) for one in found.values())
    assert [name for name, one in found.items() if not one["security"]] == ["createToken"]


def test_the_judge_is_awake() -> None:
    """A numeric id is refused by the description, so a green test above means something."""
    validator = _validator("GET", "/phone_numbers/{id}/messaging", "200")

    assert validator.is_valid({"data": {"id": FIRST_ID, "messaging_profile_id": None}})
    assert not validator.is_valid({"data": {"id": int(FIRST_ID)}})
    assert not validator.is_valid({"data": {"health": None}})
