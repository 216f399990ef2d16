"""What `check` refuses: one clear line a problem, with what is wrong and what is allowed."""

from __future__ import annotations

import pytest

from pulumi_messaging.core.check import check
from pulumi_messaging.core.fields import Field
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from tests.support.core.checked import CONTROL, EDGES, NO_SCHEME, ROUTE, number, route
from tests.support.core.expected import wrong


@pytest.mark.parametrize("value", ["put", "post", "PUT", "GET ", "True", 1, True, ["GET"], {"GET": 1}, "x" * 10_000])
def test_a_word_that_is_no_choice_is_refused(value: object) -> None:
    """A wrong word, the right one in another case, a value of another type: the allowed ones are named."""
    (problem,) = route(messageUrlMethod=value)

    assert problem.startswith('messageUrlMethod must be "GET" or "POST", not "')
    assert len(problem) < 130


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("messageAuthenticationType", '"None", "Basic" or "Bearer"'),
        ("callbackMessageAuthenticationType", '"None", "Basic" or "Bearer"'),
        ("callbackMessageUrlMethod", '"GET" or "POST"'),
        ("onDestroy", '"delete", "restore", "disable" or "retain"'),
    ],
)
def test_the_allowed_words_are_named(name: str, allowed: str) -> None:
    """Each list of choices stands in its problem."""
    assert route(**{name: "other"}) == [f'{name} must be {allowed}, not "other"']


@pytest.mark.parametrize("value", ["true", "false", 1, 0, 1.0, [], {}, ""])
@pytest.mark.parametrize("name", ["messageRouteEnabled", "inboundBypass", "outboundBypass", "intelligentRouteEnabled"])
def test_a_boolean_is_true_or_false(name: str, value: object) -> None:
    """Text and numbers are no booleans."""
    (problem,) = route(**{name: value})

    assert problem.startswith(f"{name} must be true or false, not a")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("   ", "must not be blank"),
        ("\u3000", "must not be blank (it holds U+3000)"),
        ("", "must not be empty; leave the argument out to not manage it"),
        (" sms", EDGES),
        ("sms\n", f"{CONTROL} (it holds U+000A)"),
        ("s\x7fms", f"{CONTROL} (it holds U+007F)"),
        ("s\x9bms", f"{CONTROL} (it holds U+009B)"),
        (7, "must be a string, not a number"),
        (7.0, "must be a string, not a number"),
        (False, "must be a string, not a boolean"),
        (["sms"], "must be a string, not a list"),
        ({"name": "sms"}, "must be a string, not an object"),
        (b"sms", "must be a string, not a value of another type"),
    ],
)
def test_a_text_is_refused(value: object, reason: str) -> None:
    """Blank text, blanks at the edges, control characters and other types, for a route's name as for a product."""
    assert route(routeName=value) == [f"routeName {reason}"]
    assert number(messagingProduct=value) == [f"messagingProduct {reason}"]


def test_long_texts_are_the_vendors_business() -> None:
    """No vendor documents a longest name or password, so 10 kB pass."""
    assert route(routeName="n" * 10_000, messagePasswordToken="p" * 10_000) == []


@pytest.mark.parametrize(
    "value",
    ["default", "7d0c4c1e5a514a519f4e0c7b3f0a1d22", "1293384261075731501", "{7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22}"],
)
def test_a_profile_is_a_uuid(value: str) -> None:
    """A profile's name, a number's id and other spellings of a UUID are refused."""
    assert number(messagingProfileId=value) == [f'messagingProfileId must be a UUID, not "{value}"']


@pytest.mark.parametrize("value", ["MRID-", "mrid-1", "CRID-1", "1", "MRID-1 2"])
def test_a_route_id_has_its_prefix(value: str) -> None:
    """A route id is MRID- and something: the vendor's own samples hold malformed UUIDs, so no more is asked."""
    assert route(adopt=value) == [f'adopt must be a route id (MRID-…), not "{value}"']


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a", "must be a list of strings, not a string"),
        ("", "must be a list of strings, not a string"),
        ({"a": "b"}, "must be a list of strings, not an object"),
        (1, "must be a list of strings, not a number"),
        ([1], "must hold strings only"),
        ([None], "must hold strings only"),
        (["a", ["b"]], "must hold strings only"),
        (["a", ""], "must not hold blank strings or control characters"),
        (["a", " "], "must not hold blank strings or control characters"),
        (["a\nb"], "must not hold blank strings or control characters (it holds U+000A)"),
    ],
)
def test_tags_are_refused(value: object, reason: str) -> None:
    """Tags are a list of strings that are not blank."""
    assert number(tags=value) == [f"tags {reason}"]


@pytest.mark.parametrize("prefix", ["message", "callbackMessage"])
@pytest.mark.parametrize(
    ("kind", "user", "secret", "problems"),
    [
        ("Basic", None, None, ["Username is required", "PasswordToken is required"]),
        ("Basic", "", "", ["Username is required", "PasswordToken is required"]),
        ("Basic", "hook", None, ["PasswordToken is required"]),
        ("Basic", None, "s3cret", ["Username is required"]),
        ("Basic", "hook", "s3cret", []),
        ("Bearer", None, None, ["PasswordToken is required"]),
        ("Bearer", "hook", "", ["PasswordToken is required"]),
        ("Bearer", None, "t0ken", []),
        ("None", "hook", None, ["Username cannot be given"]),
        ("None", "hook", "s3cret", ["Username cannot be given", "PasswordToken cannot be given"]),
        ("None", "", "", []),
        ("", None, "s3cret", ["PasswordToken cannot be given"]),
        ("", "", "", []),
        (None, "hook", "s3cret", []),
    ],
)
def test_credentials_go_together(
    prefix: str, kind: str | None, user: str | None, secret: str | None, problems: list[str]
) -> None:
    """`Basic` needs user name and password, `Bearer` a token, no authentication takes neither."""
    found = route(**{f"{prefix}AuthenticationType": kind, f"{prefix}Username": user, f"{prefix}PasswordToken": secret})

    assert len(found) == len(problems)
    assert all(
        text.startswith(f"{prefix}{start} with {prefix}AuthenticationType")
        for text, start in zip(found, problems, strict=True)
    )


def test_unknown_properties_are_named() -> None:
    """A property the resource does not have is refused, and one that is None is as good as absent."""
    assert route(color="red", message_url="x") == [
        "color is not a property of MessageRoute",
        "message_url is not a property of MessageRoute",
    ]
    assert route(color=None) == []
    assert number(__former={}) == ["__former is not a property of NumberMessaging"]


def test_something_has_to_be_managed() -> None:
    """A number without a setting is refused; an empty list of tags is a setting."""
    settings = "messagingProfileId, messagingProduct, tags"

    assert wrong(check(NUMBER_MESSAGING, {"phoneNumber": "+15550100001"})) == [
        f"messagingProfileId is missing: nothing is managed; give at least one of {settings}"
    ]
    assert wrong(check(NUMBER_MESSAGING, {"phoneNumber": "+15550100001", "tags": []})) == []


def test_a_password_is_required_of_a_new_route_only() -> None:
    """An adopted route keeps its own, and so does one that the state has; an empty one is refused of both."""
    bearer = {**ROUTE, "messageAuthenticationType": "Bearer"}
    required = ['messagePasswordToken is required with messageAuthenticationType "Bearer"']

    assert wrong(check(MESSAGE_ROUTE, bearer)) == required
    assert wrong(check(MESSAGE_ROUTE, bearer, new=False)) == []
    assert wrong(check(MESSAGE_ROUTE, {**bearer, "adopt": "MRID-1"})) == []
    assert wrong(check(MESSAGE_ROUTE, {**bearer, "messagePasswordToken": ""}, new=False)) == required


def test_the_program_spells_names_its_own_way() -> None:
    """Problems name the argument as the reader writes it."""
    problems = check(MESSAGE_ROUTE, {"messageUrl": "x", "messageAuthenticationType": "Bearer"}, lambda name: name)

    assert wrong(problems) == [
        f"message_url {NO_SCHEME}",
        "message_url_method is required",
        'message_password_token is required with message_authentication_type "Bearer"',
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://hook:s3cret@hooks.example.com/in",
        "https://hook:s3cret@hooks.example.com:99999/in",
        "https://hooks.example.com:99999/in?token=s3cret",
        "https://hooks.example.com:99999/in#s3cret",
        "hook:s3cret@example.com",
    ],
)
def test_a_password_in_a_url_is_not_shown(url: str) -> None:
    """The reason why a URL is refused does not hold the password or token in it."""
    (problem,) = check(MESSAGE_ROUTE, {**ROUTE, "messageUrl": url})

    assert "s3cret" not in problem.reason


@pytest.mark.parametrize("field", MESSAGE_ROUTE.fields + NUMBER_MESSAGING.fields, ids=lambda field: field.state)
@pytest.mark.parametrize(
    "value", ["s3cret", " s3cret", "https://s3cret", "s3cret\n", ["s3cret"], ("s3cret\0",), {"s3cret": 1}]
)
def test_the_provider_quotes_no_value(field: Field, value: object) -> None:
    """The provider cannot tell a secret from a text: no reason of its checks holds the refused value of any field."""
    table = MESSAGE_ROUTE if field in MESSAGE_ROUTE.fields else NUMBER_MESSAGING

    problems = check(table, {field.state: value}, quotes=False)

    assert "s3cret" not in str(problems)


def test_a_rule_over_two_fields_quotes_no_value() -> None:
    """A rule names both arguments and neither value."""
    values = {**ROUTE, "messageAuthenticationType": "None", "messagePasswordToken": "s3cret"}

    assert [problem.reason for problem in check(MESSAGE_ROUTE, values, quotes=False)] == [
        'cannot be given with messageAuthenticationType: remove it, or clear it with ""'
    ]


@pytest.mark.parametrize("value", ["\x00s3cret", "   ", 12345678, ["s3cret"], {"s3cret": "s3cret"}])
def test_a_secret_is_never_quoted(value: object) -> None:
    """The reason why a password is refused does not hold it."""
    (problem,) = route(messagePasswordToken=value)

    assert "s3cret" not in problem
    assert "12345678" not in problem
