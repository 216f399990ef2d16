"""What holds for all values: bodies, checks and differences. Examples are the same in every run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import creation, diff, differences, observe, patch, replacements
from pulumi_messaging.core.fields import UNKNOWN, Field, Kind, Table
from tests.support.core.expected import (
    TABLES,
    applied,
    as_the_engine_returns_it,
    held_after,
    held_after_refresh,
    inputs,
    wrong,
)

bounded = settings(
    derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
all_resources = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))

WORDS = st.sampled_from(["a", "b", "sms-prod", "ünï"])
URLS = st.sampled_from(["https://a.example/in", "https://b.example/in", "http://127.0.0.1:8080/"])
UUIDS = st.sampled_from(["7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"])
MRIDS = st.sampled_from(["MRID-1", "MRID-2"])
TAGS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)
FLAGS = ("InboundBypass", "OutboundBypass", "IntelligentRouteEnabled")
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def cleared_or(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just("") | values


def credentials(prefix: str) -> st.SearchStrategy[dict[str, Any]]:
    kind, user, secret = (f"{prefix}{name}" for name in ("AuthenticationType", "Username", "PasswordToken"))
    basic = st.fixed_dictionaries({kind: st.just("Basic"), user: WORDS, secret: WORDS})
    bearer = st.fixed_dictionaries({kind: st.just("Bearer"), secret: WORDS}, optional={user: st.just("")})
    nothing = {user: st.just(""), secret: st.just("")}
    none = st.fixed_dictionaries({kind: st.sampled_from(["", "None"])}, optional=nothing)
    kind_unmanaged = st.fixed_dictionaries({}, optional={user: cleared_or(WORDS), secret: cleared_or(WORDS)})
    return basic | bearer | none | kind_unmanaged


def routes() -> st.SearchStrategy[dict[str, Any]]:
    """Declarations of a route that `check` accepts."""
    plain = st.fixed_dictionaries(
        {"messageUrl": URLS, "messageUrlMethod": st.sampled_from(["GET", "POST"])},
        optional={
            "routeName": WORDS,
            "messageRouteEnabled": st.booleans(),
            "callbackMessageUrl": cleared_or(URLS),
            "callbackMessageUrlMethod": cleared_or(st.sampled_from(["GET", "POST"])),
            "inboundBypass": st.booleans(),
            "outboundBypass": st.booleans(),
            "intelligentRouteEnabled": st.booleans(),
            "accountId": st.sampled_from(["AID-1", "AID-2"]),
            "onDestroy": st.sampled_from(["delete", "disable", "retain"]),
        },
    )
    parts = st.tuples(plain, credentials("message"), credentials("callbackMessage"))
    return parts.map(lambda drawn: {**drawn[0], **drawn[1], **drawn[2]})


def numbers() -> st.SearchStrategy[dict[str, Any]]:
    """Declarations of a number that `check` accepts."""
    return st.fixed_dictionaries(
        {"phoneNumber": st.sampled_from(["+15550100001", "1293384261075731501"])},
        optional={
            "messagingProfileId": cleared_or(UUIDS),
            "messagingProduct": st.sampled_from(["A2P", "P2P"]),
            "tags": TAGS,
            "onDestroy": st.sampled_from(["restore", "unassign", "retain"]),
        },
    ).filter(lambda values: {"messagingProfileId", "messagingProduct", "tags"} & set(values))


def number_routes() -> st.SearchStrategy[dict[str, Any]]:
    """Declarations of a number's route that `check` accepts."""
    return st.fixed_dictionaries(
        {"number": st.just("+15550200001"), "messageRouteId": MRIDS},
        optional={"onDestroy": st.sampled_from(["restore", "detach", "retain"])},
    )


@cache
def declarations(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    made = {"message_route": routes, "number_messaging": numbers, "number_route": number_routes}
    return next(make() for name, make in made.items() if table is TABLES[name])


@cache
def stored_objects(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """What the vendor may have stored: every setting, set or empty."""
    samples = {Kind.STRING: WORDS, Kind.BOOLEAN: st.booleans(), Kind.URL: URLS, Kind.UUID: UUIDS, Kind.STRINGS: TAGS}
    samples[Kind.ROUTE_ID] = MRIDS
    identity = next(IDENTITIES[name] for name in TABLES if table is TABLES[name])

    def values(field: Field) -> st.SearchStrategy[Any]:
        drawn = st.sampled_from(field.choices) if field.choices else samples[field.kind]
        return st.none() | drawn if field.clear.name != "NO" else drawn

    return st.fixed_dictionaries({**identity, **{str(field.wire): values(field) for field in table.settings}})


IDENTITIES = {
    "message_route": {"MessageRouteId": st.just("MRID-1")},
    "number_messaging": {"id": st.just("1293384261075731501"), "phone_number": st.just("+15550100001")},
    "number_route": {"Number": st.just("+15550200001"), "Tnid": st.just("TNID-1")},
}
SECRETS = ("MessagePasswordToken", "CallbackMessagePasswordToken")
# The vendor's documented answers: flags returned or not; secrets in clear, masked or left out, a callback user as well.
SHAPES = st.sampled_from(
    [{}, dict.fromkeys(FLAGS), dict.fromkeys(SECRETS, "******"), dict.fromkeys((*SECRETS, "CallbackMessageUsername"))]
)


def answered(stored: Mapping[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    """The stored object as the vendor answers it: keys of the shape masked, or left out where it says None."""
    told = {key: shape.get(key, value) for key, value in stored.items() if shape.get(key, value) or key not in shape}
    return told | ({"AccountId": "DID-1"} if "AccountId" in stored else {})


def says(field: Field, stored: Any, declared: Any) -> bool:
    """Whether the vendor's stored value is the declared one."""
    if field.kind is Kind.STRINGS:
        return set(stored or ()) == set(declared)
    if field.state.endswith("AuthenticationType") and declared in ("", "None"):
        return stored in (None, "None")
    return stored == (None if declared == "" else declared)


def assert_only_the_declared(table: Table, declared: Mapping[str, Any], body: Any, before: Any, after: Any) -> None:
    managed = {field.wire: field for field in table.settings if field.state in declared and not field.replaces}
    assert set(body) <= set(managed)
    for key, value in after.items():
        if key in managed:
            assert says(managed[key], value, declared[managed[key].state]), key
        else:
            assert value == before[key], key


def taken_over(table: Table, declared: Mapping[str, Any], stored: Any, shape: Any) -> tuple[dict[str, Any], Any]:
    """Outputs and stored object after an existing object was taken over."""
    filled = with_defaults(table, {}, declared)
    observed = observe(table, answered(stored, shape))
    after = applied(patch(differences(table, filled, observed)), stored)
    return held_after(table, filled, answered(after, shape), observed), after


@all_resources
@bounded
@given(data=st.data())
def test_adoption_makes_the_object_as_declared_and_touches_nothing_else(table: Table, data: st.DataObject) -> None:
    """The body of an adoption, applied as the vendor does it, gives the declared values and leaves all others."""
    declared, stored = data.draw(declarations(table)), data.draw(stored_objects(table))
    observed = observe(table, answered(stored, data.draw(SHAPES)))

    body = patch(differences(table, with_defaults(table, {}, declared), observed))

    assert_only_the_declared(table, declared, body, stored, applied(body, stored))


@all_resources
@bounded
@given(data=st.data())
def test_an_update_makes_the_object_as_declared_and_touches_nothing_else(table: Table, data: st.DataObject) -> None:
    """The body of an update, applied as the vendor does it, gives the newly declared values and leaves all others."""
    first, second = data.draw(declarations(table)), data.draw(declarations(table))
    held, stored = taken_over(table, first, data.draw(stored_objects(table)), data.draw(SHAPES))

    filled = with_defaults(table, inputs(table, held), second)
    body = patch(diff(table, as_the_engine_returns_it(held), filled))

    assert_only_the_declared(table, filled, body, stored, applied(body, stored))
    same = [name for name in set(first) & set(second) if first[name] == second[name]]
    assert not set(body) & {field.wire for field in table.settings if field.state in same}


@all_resources
@bounded
@given(data=st.data())
def test_no_difference_after_create_update_and_refresh(table: Table, data: st.DataObject) -> None:
    """The same declaration again after a create, an update and a refresh is no difference, whatever was answered."""
    first, second = data.draw(declarations(table)), data.draw(declarations(table))
    stored, shape = data.draw(stored_objects(table)), data.draw(SHAPES)

    held, stored = taken_over(table, first, stored, shape)
    held = as_the_engine_returns_it(held)
    assert diff(table, held, with_defaults(table, inputs(table, held), first)) == ()

    filled = with_defaults(table, inputs(table, held), second)
    before = observe(table, answered(stored, shape))
    stored = applied(patch(diff(table, held, filled)), stored)
    held = as_the_engine_returns_it(held_after(table, filled, answered(stored, shape), before))
    assert diff(table, held, with_defaults(table, inputs(table, held), second)) == ()

    held = as_the_engine_returns_it(held_after_refresh(table, held, answered(stored, shape)))
    assert diff(table, held, with_defaults(table, inputs(table, held), second)) == ()


@all_resources
@bounded
@given(data=st.data())
def test_drift_is_shown_and_put_right(table: Table, data: st.DataObject) -> None:
    """After foreign edits and a refresh the difference names managed fields only, and its body restores them."""
    declared, foreign = data.draw(declarations(table)), data.draw(stored_objects(table))
    held, stored = taken_over(table, declared, data.draw(stored_objects(table)), {})
    secrets = {str(field.wire): stored[str(field.wire)] for field in table.settings if field.secret}
    foreign = foreign | secrets  # a foreign password cannot be seen

    held = held_after_refresh(table, held, answered(foreign, {}))
    changes = diff(table, as_the_engine_returns_it(held), with_defaults(table, inputs(table, held), declared))

    assert {change.field.state for change in changes} <= set(declared)
    assert_only_the_declared(table, declared, patch(changes), foreign, applied(patch(changes), foreign))


@all_resources
@bounded
@given(data=st.data())
def test_a_create_sends_declared_fields_only(table: Table, data: st.DataObject) -> None:
    """The body of a create holds declared fields under the vendor's names, and nothing empty."""
    declared = data.draw(declarations(table))

    body = creation(table, with_defaults(table, {}, declared))

    assert set(body) <= {field.wire for field in table.settings if field.state in declared}
    assert None not in body.values()
    assert "" not in body.values()


@all_resources
@bounded
@given(data=st.data())
def test_check_is_idempotent(table: Table, data: st.DataObject) -> None:
    """Completed inputs are checked and completed to themselves, good ones and bad ones, with and without a past."""
    names = [field.state for field in table.fields]
    old = with_defaults(table, {}, data.draw(declarations(table))) if data.draw(st.booleans()) else {}
    hidden = {name: st.sampled_from(["auto-0a1b2c3", "a"]) for name in table.hidden}
    good = {**data.draw(declarations(table)), **data.draw(st.fixed_dictionaries({}, optional=hidden))}
    new = {**good, **data.draw(st.dictionaries(st.sampled_from([*names, "other"]), JUNK, max_size=4))}

    completed = with_defaults(table, old, new)

    assert with_defaults(table, old, completed) == completed
    assert check(table, completed) == check(table, new)
    assert all("\n" not in reason and len(reason) < 250 for reason in wrong(check(table, new)))


@all_resources
@bounded
@given(data=st.data())
def test_valid_declarations_pass_with_any_of_their_values_unknown(table: Table, data: st.DataObject) -> None:
    """Unknown values pass every check, are changes wherever they stand, and never replace anything."""
    first, second = data.draw(declarations(table)), data.draw(declarations(table))
    unknown = data.draw(st.sets(st.sampled_from([field.state for field in table.fields])))
    held, _ = taken_over(table, first, data.draw(stored_objects(table)), {})
    news = second | dict.fromkeys(unknown, UNKNOWN)

    assert check(table, second) == ()
    assert check(table, news) == ()
    changes = diff(table, held, with_defaults(table, inputs(table, held), news))
    assert unknown <= {change.field.state for change in changes}
    assert not unknown & set(replacements(changes, held))
    assert set(replacements(changes, held)) <= {"accountId", "phoneNumber"}


@all_resources
@bounded
@given(data=st.data())
def test_no_problem_quotes_a_secret(table: Table, data: st.DataObject) -> None:
    """Whatever is wrong with a password or a URL, its reason does not hold it."""
    hiding = [field.state for field in table.fields if field.secret or field.kind is Kind.URL]
    surroundings = st.text(max_size=6) | st.sampled_from(["https://user:", "@host:99999", "\x00", "https://", " "])
    spoilt = st.tuples(surroundings, surroundings).map("s3cret-w0rd".join)
    values = {**data.draw(declarations(table)), **{name: data.draw(spoilt) for name in hiding}}
    kinds = [field.state for field in table.fields if field.state.endswith("AuthenticationType")]
    values |= {name: data.draw(st.sampled_from(["None", "Basic", "Bearer", "", "other"])) for name in kinds}

    assert "s3cret-w0rd" not in "\n".join(wrong(check(table, values)))
