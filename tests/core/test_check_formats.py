# ruff: noqa: RUF001 - look-alike digits and signs are the point here
"""What `check` takes for a URL and for a phone number, and what it says of anything else."""

from __future__ import annotations

import pytest

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
