"""The kinds of fields that no resource has yet: numbers, lists of choices, objects, secret outputs."""

from __future__ import annotations

from typing import Any, Literal, get_args

import pytest

from pulumi_messaging.core.check import check
from pulumi_messaging.core.declared import Argument, Computed, Declared, field, output, signature, table
from pulumi_messaging.core.diff import creation, diff, differences, live, observe, patch
from pulumi_messaging.core.fields import UNKNOWN, Clear, Kind
from pulumi_messaging.core.reference import reference

Country = Literal["US", "CA", "MX"]


class PoolFields(Declared):
    """The keys of an object."""

    long_code_weight: Argument[float] = field(Kind.NUMBER, "long_code_weight", "Weight of long codes.")
    skip_unhealthy: Argument[bool | None] = field(Kind.BOOLEAN, "skip_unhealthy", "Skip them.", default=None)
    countries: Argument[list[Country] | None] = field(
        Kind.CHOICES, "countries", "Where.", default=None, choices=get_args(Country)
    )


class SampleFields(Declared):
    """A resource with a field of each kind."""

    retries: Argument[int] = field(Kind.INTEGER, "retries", "How often.")
    weight: Argument[float | None] = field(Kind.NUMBER, "weight", "How much.", default=None)
    spend_limit: Argument[str | None] = field(
        Kind.DECIMAL, "daily_spend_limit", "Most USD a day.", default=None, clear=Clear.NULL
    )
    countries: Argument[list[Country] | None] = field(
        Kind.CHOICES, "whitelisted", "Where.", default=None, choices=get_args(Country)
    )
    pool: Argument[dict[str, Any] | None] = field(
        Kind.OBJECT,
        "number_pool_settings",
        "The pool.",
        default=None,
        clear=Clear.NULL,
        keys=(PoolFields.long_code_weight, PoolFields.skip_unhealthy, PoolFields.countries),
    )
    signing_key: Computed[str] = output("signing_key", "Signs.", secret=True)
    used: Computed[int] = output("used", "How many.", Kind.INTEGER)


SAMPLE = table(SampleFields, resource="Sample", page="vendor.example: Sample")
POOL = {"longCodeWeight": 2, "skipUnhealthy": True}


def refused(**values: Any) -> list[str]:
    """The problems of a sample with these values beside the required one."""
    return [f"{problem.property} {problem.reason}" for problem in check(SAMPLE, {"retries": 1, **values})]


@pytest.mark.parametrize(
    "values",
    [
        {"retries": 3},
        {"retries": 3.0},
        {"retries": UNKNOWN},
        {"weight": 0.5},
        {"spendLimit": "10.50"},
        {"spendLimit": 10},
        {"spendLimit": ""},
        {"countries": ["US", UNKNOWN]},
        {"countries": []},
        {"pool": POOL},
        {"pool": {"longCodeWeight": UNKNOWN, "countries": ("US",)}},
        {"pool": ""},
    ],
)
def test_a_value_of_the_kind_is_accepted(values: dict[str, Any]) -> None:
    """Numbers as the engine gives them (floats), decimals as texts and numbers, unknown values anywhere, a clearing."""
    assert refused(**values) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"retries": 1.5}, "retries must be an integer, not 1.5"),
        ({"retries": True}, "retries must be an integer, not a boolean"),
        ({"retries": ""}, "retries must be an integer, not a string"),
        ({"retries": 2.0**53}, "retries must be at most 9007199254740991, which is what an engine can keep"),
        ({"weight": "1"}, "weight must be a number, not a string"),
        ({"weight": float("nan")}, "weight must be a number, not a number"),
        ({"spendLimit": "1e3"}, 'spendLimit must be a decimal number (10.50), not "1e3"'),
        ({"spendLimit": ["1"]}, "spendLimit must be a decimal number, not a list"),
        ({"countries": "US"}, 'countries must be a list of "US", "CA" or "MX", not a string'),
        ({"countries": ["US", "DE"]}, 'countries must hold "US", "CA" or "MX" only, not "DE"'),
        ({"pool": ["US"]}, "pool must be an object, not a list"),
        ({"pool": {}}, "pool.longCodeWeight is required"),
        ({"pool": {**POOL, "skipUnhealthy": "yes"}}, "pool.skipUnhealthy must be true or false, not a string"),
        ({"pool": {**POOL, "geomatch": True}}, "pool.geomatch is not a key of pool"),
    ],
)
def test_another_value_is_refused(values: dict[str, Any], reason: str) -> None:
    """One line with the path, the rule and the value where it may be quoted."""
    assert refused(**values) == [reason]


def test_a_key_of_a_secret_object_is_not_quoted() -> None:
    """A provider cannot tell a secret from a text: the key may be a part of it."""
    problems = check(SAMPLE, {"retries": 1, "pool": {**POOL, "s3cr3t": True}}, quotes=False)

    assert [f"{one.property} {one.reason}" for one in problems] == [
        "pool has a key that is none of longCodeWeight, skipUnhealthy, countries"
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("retries", 3.0, 3),
        ("weight", 1.0, 1),
        ("spendLimit", "10.50", "10.5"),
        ("spendLimit", 10.0, "10.00"),
        ("countries", ("US", "CA"), ["CA", "US", "US"]),
        ("pool", {**POOL, "longCodeWeight": 2.0}, POOL),
        ("pool", {**POOL, "countries": ("US",)}, POOL),
        ("pool", {**POOL, "countries": ["US", "CA"]}, {**POOL, "countries": ["CA", "US"]}),
    ],
)
def test_another_spelling_is_no_difference(name: str, old: Any, new: Any) -> None:
    """Numbers compare as numbers, decimals as decimals, lists as sets, objects by the keys that are declared."""
    assert diff(SAMPLE, {"retries": 1, name: old}, {"retries": 1, name: new}) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "sent"),
    [
        ("retries", 3.0, 4.0, {"retries": 4}),
        ("weight", 1.0, 1.5, {"weight": 1.5}),
        ("spendLimit", "10.50", "10.51", {"daily_spend_limit": "10.51"}),
        ("spendLimit", "10.50", 5.0, {"daily_spend_limit": "5"}),
        ("spendLimit", "10.50", "", {"daily_spend_limit": None}),
        ("countries", ("US",), ("US", "CA"), {"whitelisted": ["US", "CA"]}),
        (
            "pool",
            {**POOL, "skipUnhealthy": False},
            {**POOL, "countries": ("US",)},
            {"number_pool_settings": {"long_code_weight": 2, "skip_unhealthy": True, "countries": ["US"]}},
        ),
        ("pool", POOL, "", {"number_pool_settings": None}),
    ],
)
def test_a_difference_is_sent_in_the_vendors_form(name: str, old: Any, new: Any, sent: dict[str, Any]) -> None:
    """Whole numbers without a point, decimals as texts, an object whole and under the vendor's keys."""
    assert patch(diff(SAMPLE, {"retries": 1, name: old}, {"retries": 1, name: new})) == sent


def test_a_value_inside_an_object_that_is_not_known_yet_is_a_difference() -> None:
    """The preview shows that the object may change."""
    (change,) = diff(SAMPLE, {"retries": 1, "pool": POOL}, {"retries": 1, "pool": {"longCodeWeight": UNKNOWN}})

    assert change.field is SampleFields.pool


def test_create_observe_adopt() -> None:
    """An object that was created is observed as it was declared, so that nothing is left to send."""
    declared = {"retries": 3, "weight": 0.5, "spendLimit": "10.50", "countries": ("US",), "pool": POOL}
    body = creation(SAMPLE, declared)
    answer = {**body, "daily_spend_limit": 10.5, "retries": "3", "signing_key": "s", "used": 2.0}

    observed = observe(SAMPLE, answer)

    assert observed == {**declared, "spendLimit": "10.5", "signingKey": "s", "used": 2}
    assert differences(SAMPLE, declared, observed) == ()


@pytest.mark.parametrize("told", [True, "many", "Infinity", [1], None])
def test_what_is_no_number_tells_nothing(told: Any) -> None:
    """A value of another type than documented is no value."""
    assert not {"retries", "weight", "used"} & observe(SAMPLE, {"retries": told, "weight": told, "used": told}).keys()


def test_drift_inside_an_object_shows_the_declared_keys() -> None:
    """The value found stands beside the declared spelling; keys that are not declared stay out."""
    held = {"retries": 1, "spendLimit": "1.50", "pool": POOL}
    found = {"retries": 1, "spendLimit": "1.5", "pool": {"longCodeWeight": 7, "skipUnhealthy": True, "countries": ()}}

    current = live(SAMPLE, held, found)

    assert current == {**held, "pool": {"longCodeWeight": 7, "skipUnhealthy": True}}
    (change,) = diff(SAMPLE, current, held)
    assert patch([change]) == {"number_pool_settings": {"long_code_weight": 2, "skip_unhealthy": True}}


def test_the_rows_say_what_they_accept() -> None:
    """Signature and reference name the types, the choices and the keys."""
    annotations = {name: one.annotation for name, one in signature(SAMPLE).parameters.items()}
    assert annotations["retries"] == "pulumi.Input[int]"
    assert annotations["spend_limit"] == "pulumi.Input[int | float | str | None]"
    assert annotations["countries"] == "pulumi.Input[list[Literal['US', 'CA', 'MX']] | None]"
    text = reference(SAMPLE)
    assert "| `retries` | integer | **required** | How often. |" in text
    assert '| `countries` | set of `"US"`, `"CA"`, `"MX"` | optional | Where. |' in text
    assert "| `pool` | object with `long_code_weight` (number), `skip_unhealthy` (boolean), `countries` (set of" in text
    assert "| `signing_key` | Signs. Secret. |" in text
