# ruff: noqa: RUF001 - look-alike digits and signs are the point here
"""What `check` refuses: one clear line a problem, with what is wrong and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest
from core_support import wrong

from pulumi_messaging.core.check import check, private
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING

ROUTE = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
NUMBER = {"phoneNumber": "+15550100001", "messagingProduct": "A2P"}
BAD_HOST = "has no valid host and port: give a URL like https://hooks.example.com/inbound"
NO_URL = "is not a URL: give one like https://hooks.example.com/inbound"
NO_SCHEME = "must begin with https:// (or http://)"
NO_USER = "must not contain a user name or password: use the authentication arguments"
CONTROL = "must not contain control characters"
EDGES = "must not begin or end with blanks"


def route(**values: Any) -> list[str]:
    return wrong(check(MESSAGE_ROUTE, {**ROUTE, **values}))


def number(**values: Any) -> list[str]:
    return wrong(check(NUMBER_MESSAGING, {**NUMBER, **values}))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "http://hooks.example.com/in",
        "HTTPS://Hooks.Example.COM/in?token=x#part",
        "https://hooks.example.com.:8443/in",
        "https://localhost/in",
        "https://127.0.0.1:65535/in",
        "https://[2001:db8::1]:8443/in",
        "https://under_score.example.com/",
        "https://bücher.example/in",
        "https://例え.example/in",
        "https://xn--bcher-kva.example/in",
        "https://hooks.example.com/a%20b?x=@y",
        "https://hooks.example.com/" + "a" * 10_000,
    ],
)
def test_a_url_is_accepted(url: str) -> None:
    """URLs with a host, with or without port, path and query; international names; addresses; any length."""
    assert route(messageUrl=url, callbackMessageUrl=url) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("hooks.example.com/in", NO_SCHEME),
        ("//hooks.example.com/in", NO_SCHEME),
        ("ftp://hooks.example.com/in", NO_SCHEME),
        ("mailto:hooks@example.com", NO_SCHEME),
        ("https:hooks.example.com", BAD_HOST),
        ("https://", BAD_HOST),
        ("https:///in", BAD_HOST),
        ("https://?x=1", BAD_HOST),
        ("https://:443/in", BAD_HOST),
        ("https://.../in", BAD_HOST),
        ("https://a..example.com/in", BAD_HOST),
        ("https://.example.com/in", BAD_HOST),
        ("https://example.com../in", BAD_HOST),
        ("https://-a.example.com/in", BAD_HOST),
        ("https://a-.example.com/in", BAD_HOST),
        ("https://exa mple.com/in", BAD_HOST),
        ("https://exa%6Dple.com/in", BAD_HOST),
        ("https://example.com\\@evil.example/in", NO_USER),
        ("https://example.com\\in", BAD_HOST),
        ("https://256.1.1.1/in", BAD_HOST),
        ("https://127.1/in", BAD_HOST),
        ("https://" + "a" * 64 + ".example/in", BAD_HOST),
        ("https://" + "ü" * 64 + ".example/in", BAD_HOST),
        ("https://" + "a." * 127 + "example/in", BAD_HOST),
        ("https://hooks.example.com:0/in", BAD_HOST),
        ("https://hooks.example.com:65536/in", NO_URL),
        ("https://hooks.example.com:port/in", NO_URL),
        ("https://hooks.example.com:-1/in", NO_URL),
        ("https://hooks.example.com:4４3/in", NO_URL),
        ("https://[2001:db8::1/in", NO_URL),
        ("https://[::g]/in", NO_URL),
        ("https://a／b.example/in", NO_URL),
        ("https://hook:s3cret@hooks.example.com/in", NO_USER),
        ("https://hook@hooks.example.com/in", NO_USER),
        ("https://@hooks.example.com/in", NO_USER),
        ("https://:s3cret@hooks.example.com/in", NO_USER),
        ("https://hooks.example.com/a b", "must not contain blanks"),
        ("https://hooks.example.com/a\u00a0b", "must not contain blanks"),
        (" https://hooks.example.com/in", EDGES),
        ("https://hooks.example.com/in\u3000", EDGES),
        ("https://hooks.example.com/\nin", CONTROL),
        ("https://hooks.example.com/\tin", CONTROL),
        ("https://hooks.example.com/\u0085in", CONTROL),
        ("https://hooks.example.com/\u2028in", CONTROL),
        ("https://hooks.example.com/\ud800in", CONTROL),
        ("https://hooks.example.com/\x00", CONTROL),
        ("   ", "must not be blank"),
    ],
)
def test_a_url_is_refused(url: str, reason: str) -> None:
    """No scheme, no valid host, port out of range, credentials, blanks and control characters: each with its reason."""
    assert route(messageUrl=url) == [f"messageUrl {reason}"]
    assert route(callbackMessageUrl=url) == [f"callbackMessageUrl {reason}"]


@pytest.mark.parametrize(
    "phone_number", ["+15550100001", "+4930123456", "+1234567", "+123456789012345", "1293384261075731501"]
)
def test_a_phone_number_is_accepted(phone_number: str) -> None:
    """E.164 with 7 to 15 digits, or the vendor's numeric id."""
    assert number(phoneNumber=phone_number) == []


MALFORMED = "must be E.164 (+15550100001) or the numeric id"
SHORT = "must be E.164 (which begins with +) or a numeric id (which is longer), not"


@pytest.mark.parametrize(
    ("phone_number", "reason"),
    [
        ("15550100001", f'{SHORT} "15550100001"'),
        ("5550100001", f'{SHORT} "5550100001"'),
        ("123456789012345", f'{SHORT} "123456789012345"'),
        ("0", f'{SHORT} "0"'),
        ("+", f'{MALFORMED}, not "+"'),
        ("+0155501000", f'{MALFORMED}, not "+0155501000"'),
        ("+123456", f'{MALFORMED}, not "+123456"'),
        ("+1234567890123456", f'{MALFORMED}, not "+1234567890123456"'),
        ("++15550100001", f'{MALFORMED}, not "++15550100001"'),
        ("+1 555 010 0001", f'{MALFORMED}, not "+1 555 010 0001"'),
        ("+1-555-010-0001", f'{MALFORMED}, not "+1-555-010-0001"'),
        ("+1(555)0100001", f'{MALFORMED}, not "+1(555)0100001"'),
        ("+1555010000x", f'{MALFORMED}, not "+1555010000x"'),
        ("0015550100001", f'{SHORT} "0015550100001"'),
        ("tel:+15550100001", f'{MALFORMED}, not "tel:+15550100001"'),
        ("%2B15550100001", f'{MALFORMED}, not "%2B15550100001"'),
        ("+15550100001;ext=1", f'{MALFORMED}, not "+15550100001;ext=1"'),
        ("１２９３３８４２６１０７５７３１５０１", f'{MALFORMED}, not "１２９３３８４２６１０７５７３１５０１"'),
        ("+1555010000１", f'{MALFORMED}, not "+1555010000１"'),
        ("+١٥٥٥٠١٠٠٠٠١", f'{MALFORMED}, not "+١٥٥٥٠١٠٠٠٠١"'),
        ("+1५५५0100001", f'{MALFORMED}, not "+1५५५0100001"'),
        ("²²²²²²²²²²²²²²²²²²²", f'{MALFORMED}, not "²²²²²²²²²²²²²²²²²²²"'),
        ("＋15550100001", f'{MALFORMED}, not "＋15550100001"'),
        ("1" * 33, f'{MALFORMED}, not "{"1" * 33}"'),
        ("1" * 10_000, f'{MALFORMED}, not "{"1" * 60}…"'),
        ("+" + "1" * 10_000, f'{MALFORMED}, not "+{"1" * 59}…"'),
        ("+15550100001\n", CONTROL),
        ("+15550100001 ", EDGES),
        ("   ", "must not be blank"),
        ("", "must not be empty"),
        (15550100001, "must be a string, not a number"),
        (1.293384261075731501e18, "must be a string, not a number"),
        (True, "must be a string, not a boolean"),
        (["+15550100001"], "must be a string, not a list"),
        ({"e164": "+15550100001"}, "must be a string, not an object"),
        (
            "3c1e0f9a-2b6d-4c0e-8f57-6a9d2b1c4e10",
            "is a UUID, as number orders have them: give the number itself (+15550100001) or its numeric id",
        ),
    ],
)
def test_a_phone_number_is_refused(phone_number: object, reason: str) -> None:
    """Everything else: other spellings, digits of other scripts, wrong lengths and types, the UUID of an order."""
    assert number(phoneNumber=phone_number) == [f"phoneNumber {reason}"]


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
        ("onDestroy", '"delete", "disable" or "retain"'),
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
        ("\u3000", "must not be blank"),
        ("", "must not be empty; leave the argument out to not manage it"),
        (" sms", EDGES),
        ("sms\n", CONTROL),
        ("s\x7fms", CONTROL),
        ("s\x9bms", CONTROL),
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
        (["a\nb"], "must not hold blank strings or control characters"),
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
    """The engine prints a refused value beside the reason: a URL that may hold a password or a token is private."""
    values = {**ROUTE, "messageUrl": url}
    (problem,) = check(MESSAGE_ROUTE, values)

    assert "s3cret" not in problem.reason
    assert private(MESSAGE_ROUTE, problem, values)
    assert not private(MESSAGE_ROUTE, problem, {**ROUTE, "messageUrl": "nothing"})


@pytest.mark.parametrize("value", ["\x00s3cret", "   ", 12345678, ["s3cret"], {"s3cret": "s3cret"}])
def test_a_secret_is_never_quoted(value: object) -> None:
    """The reason why a password is refused does not hold it."""
    (problem,) = route(messagePasswordToken=value)

    assert "s3cret" not in problem
    assert "12345678" not in problem
