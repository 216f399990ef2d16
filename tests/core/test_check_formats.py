# ruff: noqa: RUF001 - look-alike digits and signs are the point here
"""What `check` takes for a URL and for a phone number, and what it says of anything else."""

from __future__ import annotations

import pytest

from pulumi_messaging.core.check import check
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from tests.support.core.checked import CONTROL, EDGES, NO_SCHEME, number, route

BAD_HOST = "has no valid host and port: give a URL like https://hooks.example.com/inbound"
NO_URL = "is not a URL: give one like https://hooks.example.com/inbound"
NO_USER = "must not contain a user name or password: use the authentication arguments"


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
        ("https://hooks.example.com/a\u00a0b", "must not contain blanks (it holds U+00A0)"),
        (" https://hooks.example.com/in", EDGES),
        ("https://hooks.example.com/in\u3000", f"{EDGES} (it holds U+3000)"),
        ("https://hooks.example.com/\nin", f"{CONTROL} (it holds U+000A)"),
        ("https://hooks.example.com/\tin", f"{CONTROL} (it holds U+0009)"),
        ("https://hooks.example.com/\u0085in", f"{CONTROL} (it holds U+0085)"),
        ("https://hooks.example.com/\u2028in", f"{CONTROL} (it holds U+2028)"),
        ("https://hooks.example.com/\ud800in", f"{CONTROL} (it holds U+D800)"),
        ("https://hooks.example.com/\x00", f"{CONTROL} (it holds U+0000)"),
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
        ("+15550100001\n", f"{CONTROL} (it holds U+000A)"),
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


# Zero width space, byte order mark, right-to-left mark, no-break space, soft hyphen, a letter that no font shows.
@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\u200f", "\u00a0", "\u00ad", "\u3164"])
def test_an_unseen_character_is_shown_as_its_code_point(char: str) -> None:
    """In a refused number, id, choice, URL or name, which would look right without it; of a list as well."""
    point = f"U+{ord(char):04X}"
    pasted = f"+1555{char}0100001"

    assert number(phoneNumber=pasted) == [f'phoneNumber {MALFORMED}, not "+1555<{point}>0100001"']
    assert f'"+1555<{point}>0100001"' in str(check(NUMBER_MESSAGING_GROUP, {"phoneNumbers": [pasted]}))
    assert number(messagingProfileId=f"7{char}d") == [f'messagingProfileId must be a UUID, not "7<{point}>d"']
    assert route(adopt=f"MRID-{char}1") == [f'adopt must be a route id (MRID-…), not "MRID-<{point}>1"']
    assert route(messageUrlMethod=f"G{char}ET") == [f'messageUrlMethod must be "GET" or "POST", not "G<{point}>ET"']
    assert route(messageUrl=f"{char}https://hooks.example.com/")[0].endswith(f" (it holds {point})")
    assert route(routeName=f"o{char}rders\n") == [f"routeName {CONTROL} (it holds {point}, U+000A)"]


def test_the_provider_tells_of_an_unseen_character_without_its_code_point() -> None:
    """It quotes no value, because it may be a secret; the code points of a password are its own in a program too."""
    problem, *_ = check(NUMBER_MESSAGING, {"phoneNumber": "+1555\u200b0100001"}, quotes=False)

    assert problem.reason == f"{MALFORMED}, without invisible characters"
    assert route(messagePasswordToken="s3cret\u200b\n") == [f"messagePasswordToken {CONTROL}"]
