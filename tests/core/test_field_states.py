"""The three states of a field, for every field of both resources: absent, "", a value; changed, cleared, handed back.

The rows below are written by hand from the contract, not read from the field tables: a table that loses a field,
renames a key or clears it in another way fails here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import creation, diff, differences, managed, patch, replacements
from pulumi_messaging.core.fields import UNKNOWN, Table
from tests.support.core.expected import TABLES, preview_lines

NOT_SENT = "not sent"
REFUSED = "refused"


@dataclass(frozen=True)
class Row:
    """One field: two values, the vendor's key, and what ``""`` is on the wire."""

    state: str
    wire: str | None
    one: Any
    other: Any
    empty: Any
    required: bool = False
    secret: bool = False
    replaces: bool = False
    default: str | None = None


URLS = ("https://a.example/in", "https://b.example/in")
UUIDS = ("7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10")
ROWS = {
    "message_route": (
        Row("messageUrl", "MessageUrl", *URLS, REFUSED, required=True),
        Row("messageUrlMethod", "MessageUrlMethod", "GET", "POST", REFUSED, required=True),
        Row("routeName", "RouteName", "sms-prod", "sms-main", REFUSED),
        Row("messageRouteEnabled", "MessageRouteEnabled", True, False, REFUSED),
        Row("messageAuthenticationType", "MessageAuthenticationType", "Basic", "Bearer", None),
        Row("messageUsername", "MessageUsername", "hook", "webhook", None),
        Row("messagePasswordToken", "MessagePasswordToken", "s3cret", "n3w", None, secret=True),
        Row("callbackMessageUrl", "CallbackMessageUrl", *URLS, None),
        Row("callbackMessageUrlMethod", "CallbackMessageUrlMethod", "GET", "POST", None),
        Row("callbackMessageAuthenticationType", "CallbackMessageAuthenticationType", "Basic", "Bearer", None),
        Row("callbackMessageUsername", "CallbackMessageUsername", "hook", "webhook", None),
        Row("callbackMessagePasswordToken", "CallbackMessagePasswordToken", "s3cret", "n3w", None, secret=True),
        Row("inboundBypass", "InboundBypass", True, False, REFUSED),
        Row("outboundBypass", "OutboundBypass", True, False, REFUSED),
        Row("intelligentRouteEnabled", "IntelligentRouteEnabled", True, False, REFUSED),
        Row("accountId", NOT_SENT, "AID-1", "AID-2", REFUSED, replaces=True),
        Row("adopt", NOT_SENT, "MRID-1", "MRID-2", REFUSED),
        Row("onDestroy", NOT_SENT, "disable", "retain", REFUSED),
    ),
    "number_messaging": (
        Row("phoneNumber", NOT_SENT, "+15550100001", "+15550100002", REFUSED, required=True, replaces=True),
        Row("messagingProfileId", "messaging_profile_id", *UUIDS, ""),
        Row("messagingProduct", "messaging_product", "A2P", "P2P", REFUSED),
        Row("tags", "tags", ["a"], ["a", "b"], REFUSED),
        Row("onDestroy", NOT_SENT, "unassign", "retain", REFUSED, default="restore"),
    ),
}
BASE = {
    "message_route": {"messageUrl": "https://base.example/in", "messageUrlMethod": "POST"},
    "number_messaging": {"phoneNumber": "+15550100009", "messagingProduct": "X2P", "tags": ["base"]},
}
COMPANIONS = {"Basic": {"Username": "hook", "PasswordToken": "s3cret"}, "Bearer": {"PasswordToken": "t0ken"}}
EVERY = [(resource, row) for resource, rows in ROWS.items() for row in rows]


def fields(*chosen: tuple[str, Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("resource", "row"), chosen, ids=lambda item: getattr(item, "state", item))


every_field = fields(*EVERY)
every_optional_field = fields(*(pair for pair in EVERY if not pair[1].required))
every_clearable_field = fields(*(pair for pair in EVERY if pair[1].empty != REFUSED))


def declared(resource: str, row: Row, value: Any) -> dict[str, Any]:
    """The base of a resource with this field at ``value`` and the credentials that value needs; None: without it."""
    values = {name: given for name, given in BASE[resource].items() if name != row.state}
    if row.state.endswith("AuthenticationType") and value:
        prefix = row.state.removesuffix("AuthenticationType")
        values |= {f"{prefix}{name}": given for name, given in COMPANIONS[value].items()}
    return values if value is None else {**values, row.state: value}


def held(resource: str, row: Row, value: Any) -> dict[str, Any]:
    """The outputs of a resource that was declared so."""
    values = with_defaults(TABLES[resource], {}, declared(resource, row, value))
    if resource == "message_route":
        return {**values, "messageRouteId": "MRID-1"}
    settings = ("messagingProfileId", "messagingProduct", "tags")
    former = {name: "" for name in settings if name in values}
    number = values.pop("phoneNumber", "+15550100009")
    unmanaged = {
        "messagingProfileId": UUIDS[1],
        "messagingProduct": "A2P",
        "tags": ["unmanaged"],
        "phoneNumber": number,
    }
    return {**unmanaged, "phoneNumberId": "1293384261075731501", **values, "__phoneNumber": number, "__former": former}


def change(resource: str, row: Row, old: Any, new: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    """Body, preview lines and replacements when only this field goes from ``old`` to ``new``."""
    table, before = TABLES[resource], held(resource, row, old)
    after = with_defaults(table, {}, {**declared(resource, row, old), row.state: new})
    changes = diff(table, before, after)
    known = [found for found in changes if found.new is not UNKNOWN]
    return patch(known), preview_lines(changes), list(replacements(changes, before))


def sent(row: Row, value: Any) -> dict[str, Any]:
    """The body that carries this field alone."""
    return {} if row.wire == NOT_SENT else {row.wire: value}


def shown(row: Row, value: Any) -> str:
    if row.secret:
        return "[secret]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return f'"{value}"'


def reasons(table: Table, values: dict[str, Any], name: str) -> list[str]:
    return [problem.reason for problem in check(table, values) if problem.property == name]


@pytest.mark.parametrize("resource", ROWS)
def test_every_field_of_the_contract_is_a_row(resource: str) -> None:
    """The field tables have the contract's fields, in its order, the account, and no other."""
    assert [field.state for field in TABLES[resource].fields] == [*(row.state for row in ROWS[resource]), "account"]


@every_field
def test_a_changed_value_is_sent_alone(resource: str, row: Row) -> None:
    """Value to another value: that key alone, one preview line, a replacement only where the contract says so."""
    body, lines, replaces = change(resource, row, row.one, row.other)

    assert body == sent(row, row.other)
    assert lines == [f"~ {row.state}: {shown(row, row.one)} => {shown(row, row.other)}"]
    assert replaces == ([row.state] if row.replaces else [])


@every_field
@pytest.mark.parametrize("which", ["one", "other"])
def test_an_equal_value_is_no_difference(resource: str, row: Row, which: str) -> None:
    """The same value again: nothing shown, nothing sent."""
    value = getattr(row, which)

    assert change(resource, row, value, value) == ({}, [], [])


@every_field
def test_a_removed_value_is_handed_back(resource: str, row: Row) -> None:
    """Value to absent: shown (or the default comes back), nothing sent or replaced; a required one is refused."""
    body, lines, replaces = change(resource, row, row.one, None)
    line = (
        f'~ {row.state}: {shown(row, row.one)} => "{row.default}"'
        if row.default
        else f"- {row.state}: {shown(row, row.one)}"
    )

    assert (body, lines, replaces) == ({}, [line], [])
    assert reasons(TABLES[resource], declared(resource, row, None), row.state) == (
        ["is required"] if row.required else []
    )


@every_optional_field
def test_a_value_that_becomes_declared_is_sent(resource: str, row: Row) -> None:
    """Absent to value: that key and no other; nothing is replaced."""
    body, lines, replaces = change(resource, row, None, row.one)
    line = (
        f'~ {row.state}: "{row.default}" => {shown(row, row.one)}'
        if row.default
        else f"+ {row.state}: {shown(row, row.one)}"
    )

    assert (body, lines, replaces) == (sent(row, row.one), [line], [])


@every_field
def test_empty_clears_what_can_be_cleared(resource: str, row: Row) -> None:
    """Value to "" and absent to "": the vendor's way to clear, or a problem that says what is allowed."""
    problems = reasons(TABLES[resource], declared(resource, row, ""), row.state)
    if row.empty == REFUSED:
        assert len(problems) == 1
        assert problems[0].startswith("must ")
        return

    assert problems == []
    cleared = '""' if not row.secret else "[secret]"
    line = f"~ {row.state}: {shown(row, row.one)} => {cleared}"
    assert change(resource, row, row.one, "") == (sent(row, row.empty), [line], [])
    assert change(resource, row, None, "") == (sent(row, row.empty), [f"+ {row.state}: {cleared}"], [])


@every_clearable_field
def test_a_cleared_field_goes_on(resource: str, row: Row) -> None:
    """Still "": no difference. From "" to a value: sent. From "" to absent: handed back."""
    cleared = '""' if not row.secret else "[secret]"

    assert change(resource, row, "", "") == ({}, [], [])
    assert change(resource, row, "", row.one)[:2] == (
        sent(row, row.one),
        [f"~ {row.state}: {cleared} => {shown(row, row.one)}"],
    )
    assert change(resource, row, "", None) == ({}, [f"- {row.state}: {cleared}"], [])


@every_field
def test_absent_and_none_are_the_same(resource: str, row: Row) -> None:
    """A field that is not declared is not sent, not shown and not managed, whether it is left out or None."""
    table = TABLES[resource]
    without = declared(resource, row, None)

    assert with_defaults(table, {}, {**without, row.state: None}) == with_defaults(table, {}, without)
    assert check(table, {**without, row.state: None}) == check(table, without)
    if not row.required:
        assert change(resource, row, None, None) == ({}, [], [])
        assert (row.state in managed(table, held(resource, row, None))) == (row.default is not None)


@every_field
def test_a_valid_value_passes(resource: str, row: Row) -> None:
    """Both sample values of a field are accepted with what they need beside them."""
    for value in (row.one, row.other):
        assert check(TABLES[resource], declared(resource, row, value)) == ()


@every_field
def test_an_unknown_value_passes_and_counts_as_a_change(resource: str, row: Row) -> None:
    """Unknown in any field: no problem, no crash, exactly one preview line, and never a replacement."""
    values = declared(resource, row, None) | {row.state: UNKNOWN}
    _, lines, replaces = change(resource, row, row.one, UNKNOWN)

    assert check(TABLES[resource], values) == ()
    assert len(lines) == 1
    assert lines[0].endswith("=> [secret]" if row.secret else "=> [unknown]")
    assert replaces == []


@pytest.mark.parametrize("resource", ROWS)
def test_everything_unknown_at_once(resource: str) -> None:
    """A resource whose every argument is unknown is checked, completed and compared without a problem."""
    table = TABLES[resource]
    values = {field.state: UNKNOWN for field in table.fields}

    assert check(table, values) == ()
    completed = with_defaults(table, {}, values)
    assert completed == values
    changes = diff(table, held(resource, ROWS[resource][0], ROWS[resource][0].one), completed)
    assert [found.field.state for found in changes] == list(values)
    assert all(found.new is UNKNOWN for found in changes)


@every_field
def test_creation_and_adoption_send_declared_values_only(resource: str, row: Row) -> None:
    """At creation a value is sent under the vendor's key and "" is left out; adoption sends what is not there."""
    table = TABLES[resource]
    created = creation(table, {row.state: row.one})
    adopted = patch(differences(table, {row.state: row.one}, {}))

    assert created == ({"AccountId": row.one} if row.state == "accountId" else sent(row, row.one))
    assert adopted == sent(row, row.one)
    assert creation(table, {row.state: ""}) == {}
    assert patch(differences(table, {row.state: row.one}, {row.state: row.one})) == {}
