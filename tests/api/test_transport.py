"""The transport under both clients: what is sent, what may come back, and the errors made of it."""

from __future__ import annotations

import gzip
import inspect
import re
from typing import Any

import httpx
import pytest
from api_script import TELNYX, Vendor, VirtualClock, answer, raw, telegent, telnyx

from pulumi_messaging import __version__
from pulumi_messaging.api import failures
from pulumi_messaging.api.ids import checked_id, segment
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import (
    AccessDenied,
    ApiError,
    Conflict,
    ErrorAnswer,
    InvalidInput,
    NoAnswer,
    NotFound,
    RateLimited,
    UnreadableAnswer,
)

ROUTE = {"MessageRouteId": "MRID-1"}


def read(*steps: Any) -> ApiError:
    """The error of one read of a Telnyx number."""
    with pytest.raises(ApiError) as failed:
        telnyx(Vendor(list(steps))).retrieve_messaging("+15550100001")
    return failed.value


def read_route(*steps: Any) -> ApiError:
    """The error of one read of a Telegent route."""
    with pytest.raises(ApiError) as failed:
        telegent(Vendor(list(steps))).get_message_route("MRID-1")
    return failed.value


def test_requests_name_this_package() -> None:
    """Every request carries the package and its version as its user agent."""
    vendor = Vendor([{"data": {}}])

    telnyx(vendor).retrieve_messaging("1")

    assert vendor.requests[0].headers["User-Agent"] == f"pulumi-messaging/{__version__}"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ErrorAnswer),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, NotFound),
        (405, ErrorAnswer),
        (409, Conflict),
        (422, ErrorAnswer),
        (429, RateLimited),
        (500, ErrorAnswer),
        (503, ErrorAnswer),
    ],
)
def test_a_status_decides_the_error(status: int, kind: type[ErrorAnswer]) -> None:
    """The status, not the vendor's code, decides which error it is; status and code are kept."""
    error = read(answer(status, {"errors": [{"code": "10007", "title": "Words"}]}))

    assert type(error) is kind
    assert isinstance(error, ErrorAnswer)
    assert (error.status, error.code) == (status, "10007")


@pytest.mark.parametrize("status", sorted(failures.ADVICE))
def test_every_row_of_the_advice_table_is_filled_in(status: int) -> None:
    """Each advice reads as one phrase, with the vendor's keys in the place of the names."""
    text = failures.advice(status, "Telnyx", "telnyx:apiKey")

    assert text
    assert "{" not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "check telnyx:apiKey"),
        (404, "check the id, and that it belongs to the account of telnyx:apiKey"),
        (405, "check telnyx:baseUrl and any proxy in between"),
        (418, "see the vendor's documentation of this status"),
        (422, "correct the value and run the command again"),
        (500, "the service has a problem; run the command again later"),
        (599, "the service has a problem; run the command again later"),
    ],
)
def test_the_advice_follows_the_status(status: int, advice: str) -> None:
    """What to do stands in one table, and after it by the hundred of the status."""
    assert read(answer(status)).advice == advice


@pytest.mark.parametrize("kind", [kind for _, kind in inspect.getmembers(httpx) if inspect.isclass(kind)])
def test_every_transport_error_has_a_row(kind: type) -> None:
    """No exception of the layer below is without a reason: the tables cover all transport errors of httpx."""
    if not issubclass(kind, httpx.TransportError):
        return
    error = read(kind("boom"))

    assert isinstance(error, NoAnswer)
    assert "telnyx.example" in error.reason
    assert "telnyx:baseUrl" in error.advice


@pytest.mark.parametrize(
    ("error", "reason", "sent"),
    [
        (httpx.ConnectTimeout("x"), "no connection to telnyx.example (timed out)", False),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "no connection to telnyx.example ([Errno", False),
        (httpx.ProxyError("407 Proxy Authentication Required"), "the proxy gave no connection to telnyx", False),
        (httpx.PoolTimeout("x"), "no connection to telnyx.example became free in time", False),
        (httpx.WriteTimeout("x"), "telnyx.example did not take the request in time", True),
        (httpx.ReadTimeout("x"), "telnyx.example did not answer in time", True),
        (httpx.WriteError("x"), "the connection to telnyx.example broke before the answer was complete", True),
        (httpx.ReadError(""), "the connection to telnyx.example broke before the answer was complete", True),
        (httpx.CloseError(""), "the connection to telnyx.example broke before the answer was complete", True),
        (httpx.RemoteProtocolError("x"), "the connection to telnyx.example ended before the answer", True),
        (httpx.LocalProtocolError("Bearer KEY"), "the request to telnyx.example could not be sent", False),
    ],
)
def test_a_broken_connection_is_told_in_words(error: httpx.TransportError, reason: str, sent: bool) -> None:
    """Each way to get no answer has its reason, and says whether the vendor may have received the request."""
    failed = read(error)

    assert isinstance(failed, NoAnswer)
    assert failed.reason.startswith(reason)
    assert failed.sent is sent
    assert "Bearer" not in str(failed)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_is_not_followed(status: int) -> None:
    """A redirect is an error that says so; of its location only the host is named."""
    location = "https://u:pa55@portal.example/login?token=pa55"
    vendor = Vendor([answer(status, Location=location)])

    with pytest.raises(UnreadableAnswer) as failed:
        telnyx(vendor).retrieve_messaging("1")

    assert f"answered {status}, a redirect to portal.example, which was not followed" in str(failed.value)
    assert "pa55" not in str(failed.value)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize("location", ["", "/relative", "https://:x", "\x01", "https://xn--0/", "http://[::1"])
def test_a_redirect_without_a_readable_host_is_told_too(location: str) -> None:
    """A location that names no host changes nothing about the error."""
    error = read(answer(302, Location=location))

    assert re.search(r"answered 302, a redirect(?: to xn--0)?, which was not followed", str(error))


def test_a_web_page_in_place_of_an_answer_names_its_type_and_not_its_text() -> None:
    """HTML with status 200 is an unreadable answer: a proxy's login page, for example."""
    error = read(raw(200, "<html><title>Sign in</title>", "text/html; charset=utf-8"))

    assert isinstance(error, UnreadableAnswer)
    assert "Telnyx answered 200 with text/html instead of JSON" in str(error)
    assert "Sign in" not in str(error)
    assert "check telnyx:baseUrl and any proxy" in str(error)


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b'{"data": {', "application/json", "200 with broken JSON"),
        (b"\xff\xfe\xfa", "application/json", "200 with broken JSON"),
        (b"[" * 200_000, "application/json", "200 with broken JSON"),
        (b"", "application/json", "200 with an empty body"),
        (b" \r\n", "text/plain", "200 with an empty body"),
        (b"OK", "text/plain", "200 with text/plain instead of JSON"),
        (b'{"data": []}', "application/json", "without a data object"),
        (b"[]", "application/json", "without a data object"),
        (b"null", "application/json", "without a data object"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why(content: bytes, content_type: str, reason: str) -> None:
    """Broken JSON, no body, another type and another shape are unreadable answers; a read is tried three times."""
    vendor = Vendor([raw(200, content, content_type)])

    with pytest.raises(UnreadableAnswer) as failed:
        telnyx(vendor).retrieve_messaging("1")

    assert reason in str(failed.value)
    assert len(vendor.requests) == 3


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"data": {"id": "1"}}',
        '{"data": {"id": "1"}}'.encode("utf-16"),
        b'{"data": {"id": "0"}, "data": {"id": "0", "id": "1"}}',
    ],
)
def test_json_is_read_leniently(content: bytes) -> None:
    """A byte order mark is no error, and of duplicate keys the last one counts."""
    vendor = Vendor([raw(200, content, "text/json")])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize(
    "charset",
    ["idna", "zlib", "base64", "rot13", "undefined", "punycode", "utf-7", "utf-16", "\x00", "\xe9", "none", ""],
)
@pytest.mark.parametrize("status", [200, 400])
def test_the_character_set_of_an_answer_is_not_looked_at(charset: str, status: int) -> None:
    """Nobody but the body says how it is encoded: a name in a header chooses none of Python's codecs."""
    headers = [(b"Content-Type", f"application/json; charset={charset}".encode("latin-1"))]
    body = b'{"data": {"id": "1"}, "errors": [{"title": "Words"}]}'
    vendor = Vendor([lambda _: httpx.Response(status, headers=headers, content=body)])

    if status == 200:
        assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}
    else:
        with pytest.raises(ErrorAnswer, match='Telnyx answered 400 "Words"'):
            telnyx(vendor).retrieve_messaging("1")


def test_headers_may_hold_any_bytes() -> None:
    """A header of an answer with bytes outside ASCII changes nothing."""
    headers = [(b"X-Who", b"\xe9\xff"), (b"Retry-After", "٣".encode()), (b"Content-Type", b"application/json")]
    vendor = Vendor([lambda _: httpx.Response(200, headers=headers, content=b'{"data": {"id": "1"}}')])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ('"\\ud83d cut"', "\ufffd cut"),
        ('"\\ud83d\\ude00 whole"', "\U0001f600 whole"),
        ('{"\\udc00": ["\\ud800"]}', {"\ufffd": ["\ufffd"]}),
        ("[1.5, -2, 12345678901234567890]", [1.5, -2, 12345678901234567890]),
        ("[" * 20 + "]" * 20, None),
    ],
)
def test_characters_and_numbers_are_whole(text: str, read_as: Any) -> None:
    """Half a character becomes a replacement character, so that what is read can be kept in a state."""
    vendor = Vendor([raw(200, f'{{"data": {{"x": {text}}}}}', "application/json")])

    value = telnyx(vendor).retrieve_messaging("1")["x"]

    assert read_as is None or value == read_as


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "9" * 400, "[" * 40 + "]" * 40, "[" * 990 + "]" * 990])
def test_what_no_engine_can_keep_is_no_json(text: str) -> None:
    """Numbers that are none or fit nowhere, and endless nesting, are broken JSON."""
    error = read(raw(200, f'{{"data": {{"x": {text}}}}}', "application/json"))

    assert isinstance(error, UnreadableAnswer)
    assert "200 with broken JSON" in str(error)


@pytest.mark.parametrize("body", ['{"PortOutPin": "1234", ', '["1234", ', '"1234'])
def test_a_raw_body_is_not_quoted(body: str) -> None:
    """Of an error whose JSON is broken or cut off nothing is told but its status."""
    error = read_route(raw(409, body, "application/json"))

    assert error.reason == "Telegent answered 409"


def test_what_answers_a_request_for_a_token_is_not_quoted() -> None:
    """An error in place of a token may be the token as text."""
    vendor = Vendor([ROUTE], token=raw(400, "tok3n-in-plain", "text/plain"))

    with pytest.raises(ErrorAnswer, match=r"no token for \S+: Telegent answered 400; ") as failed:
        telegent(vendor).get_message_route("MRID-1")

    assert "tok3n" not in str(failed.value)


def test_a_compressed_answer_is_read() -> None:
    """An answer that came compressed is decompressed, and its length is what was decompressed."""
    vendor = Vendor([_compressed(b'{"data": {"id": "1"}}')])

    assert telnyx(vendor).retrieve_messaging("1") == {"id": "1"}


@pytest.mark.parametrize("size", [1024 * 1024, 16 * 1024 * 1024])
def test_an_answer_that_is_too_long_is_cut_off(size: int) -> None:
    """An object of more than a megabyte is not read, and a small body that grows to it is not either."""
    body = b'{"data": "' + b"x" * size + b'"}'

    plain, packed = read(raw(200, body, "application/json")), read(_compressed(body))

    for error in (plain, packed):
        assert isinstance(error, UnreadableAnswer)
        assert "with more than 1024 KiB" in str(error)


def test_a_list_may_be_longer_than_an_object() -> None:
    """The bound of a list leaves room for some ten thousand rows."""
    rows = [{"id": str(index), "phone_number": "+15550100001", "note": "x" * 10_000} for index in range(200)]

    assert len(telnyx(Vendor([{"data": rows, "meta": {"total_pages": 1}}])).list_phone_numbers("+15550100001")) == 200


def test_a_body_that_cannot_be_decompressed_is_unreadable() -> None:
    """A wrong content encoding is an unreadable answer."""
    body = httpx.Headers({"Content-Encoding": "gzip", "Content-Type": "application/json"})

    error = read(lambda _: httpx.Response(200, headers=body, stream=httpx.ByteStream(b"not gzip")))

    assert isinstance(error, UnreadableAnswer)
    assert "cannot be decompressed" in str(error)


def test_an_answer_that_drips_is_given_up() -> None:
    """Bytes that keep coming too slowly do not hold a call for ever: it has a time of its own."""
    time = VirtualClock()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                time.elapsed += 20
                yield b"x"

    client = TelnyxClient(TELNYX, httpx.MockTransport(lambda _: httpx.Response(200, stream=Drip())), clock=time.clock)

    with pytest.raises(NoAnswer, match="did not answer in time"):
        client.retrieve_messaging("1")

    assert time.elapsed < 600


def test_cookies_are_not_kept() -> None:
    """A cookie set by an answer is not sent back with the next request."""
    vendor = Vendor([answer(200, {"data": {}}, Set_Cookie="session=1")])
    client = telnyx(vendor)

    client.retrieve_messaging("1")
    client.retrieve_messaging("1")

    assert "Cookie" not in vendor.requests[1].headers


# Vendors' words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"StatusCode": 400, "Message": "RouteName is required."}, ' "RouteName is required."'),
        ({"statusCode": 400, "message": "lower"}, ' "lower"'),
        ({"StatusCode": 400, "Message": None}, ""),
        (
            {"Title": "Bad", "Status": 400, "Errors": {"$.RouteName": ["too long", "not text"]}, "TraceId": "t"},
            ' "Bad" ($.RouteName: too long; $.RouteName: not text)',
        ),
        ({"title": "Bad", "detail": "more"}, ' "Bad" (more)'),
        ({"Title": "Bad", "Errors": "odd"}, ' "Bad"'),
        ({"error": "plain"}, ' "plain"'),
        ("just text", ' "just text"'),
        ([], ""),
        (7, ""),
        ({"Message": {"nested": "object"}}, ""),
    ],
)
def test_telegents_words_are_found_in_all_its_error_bodies(body: object, said: str) -> None:
    """StatusCode and Message, problem details and plain text are read; anything else leaves the status alone."""
    assert read_route(answer(400, body)).reason == f"Telegent answered 400{said}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"code": "40324", "title": "Product change failed"}]}, ', code 40324 "Product change failed"'),
        ({"errors": [{"code": 40324, "title": "As number"}]}, ', code 40324 "As number"'),
        (
            {"errors": [{"code": "10005", "title": "T", "detail": "D.", "source": {"pointer": "/id"}}, {"code": "2"}]},
            ', code 10005 "T" (D., /id, and 1 more)',
        ),
        ({"errors": [{"title": "T", "source": {"parameter": "page[size]"}}]}, ' "T" (page[size])'),
        ({"errors": [{"code": "1", "title": "T", "source": "odd"}]}, ', code 1 "T"'),
        ({"errors": []}, ""),
        ({"errors": "odd"}, ""),
        ({"errors": ["odd", None]}, ""),
        ({"title": "other shape"}, ""),
        (None, ""),
    ],
)
def test_telnyx_words_are_code_title_detail_and_place(body: object, said: str) -> None:
    """The first error of the list is told with its code, as text or number, and the others are counted."""
    assert read(answer(422, body)).reason == f"Telnyx answered 422{said}"


def test_plain_text_is_told_in_one_line() -> None:
    """An error body that is no JSON is told as it is: one line, no control characters, cut."""
    error = read_route(raw(400, "Not\r\nallowed\x1b[31m\u202e here " + "x" * 500, "text/plain"))

    assert error.reason.startswith('Telegent answered 400 "Not allowed[31m here xxx')
    assert error.reason.endswith('…"')
    assert len(error.reason) < 240


@pytest.mark.parametrize("content", ["<html><body>secret page</body></html>", "<!DOCTYPE html>\n<p>"])
def test_an_error_page_is_named_and_not_quoted(content: str) -> None:
    """Of a web page with an error status its type is told."""
    error = read(raw(403, content, "text/html"))

    assert isinstance(error, AccessDenied)
    assert error.reason == "Telnyx answered 403 with text/html instead of JSON"


def test_a_404_page_does_not_say_that_the_object_is_gone() -> None:
    """A web page with status 404 is an error answer, but not NotFound."""
    error = read(raw(404, "<html>no such page</html>", "text/html"))

    assert type(error) is ErrorAnswer
    assert error.status == 404
    assert "check telnyx:baseUrl" in error.advice


@pytest.mark.parametrize(
    "echo",
    [
        "bad tok3n-of-mine here",
        "bad p%20w%2F%22q here",
        "bad p+w%2F%22q here",
        'bad p w/\\"q here',
        'bad p w/"q here',
        "bad s3cr3t-account here",
    ],
)
def test_secrets_that_a_vendor_echoes_are_not_repeated(echo: str) -> None:
    """Token, password and account secret are replaced in a vendor's words, also in their escaped forms."""
    vendor = Vendor([answer(400, {"Message": echo})], token=lambda _: _token("tok3n-of-mine"))

    with pytest.raises(ErrorAnswer) as failed:
        telegent(vendor).update_message_route("MRID-1", {"MessagePasswordToken": 'p w/"q'})

    assert failed.value.reason == 'Telegent answered 400 "bad [secret] here"'


def test_a_secret_at_the_cut_is_not_shown_in_part() -> None:
    """Secrets are replaced before the words are cut."""
    echo = "x" * 195 + "KEY-s3cr3t"

    assert "KEY" not in read(answer(422, {"errors": [{"title": echo, "detail": echo, "code": echo}]})).reason


def test_a_secret_broken_by_control_characters_is_not_shown() -> None:
    """A secret whose characters are separated by ones that are dropped is found after they are dropped."""
    error = read_route(raw(422, "bad s3cr3t\x00-acc\u200bount", "text/plain"))

    assert error.reason == 'Telegent answered 422 "bad [secret]"'


def test_no_error_is_chained() -> None:
    """The error carries no cause or context that a traceback would print."""
    error = read(httpx.LocalProtocolError("Illegal header value b'Bearer KEY-s3cr3t'"))

    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


# Ids


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\x00", "\x7f", "a\u2028b"])
def test_an_empty_id_or_one_with_control_characters_is_not_sent(value: str) -> None:
    """Such an id is refused before anything is sent."""
    vendor = Vendor([ROUTE])

    with pytest.raises(InvalidInput):
        telegent(vendor).get_message_route(value)
    with pytest.raises(InvalidInput):
        telegent(vendor).delete_message_route(value)
    with pytest.raises(InvalidInput):
        telegent(vendor).update_message_route(value, {"RouteName": "r"})

    assert vendor.requests == vendor.tokens == []


@pytest.mark.parametrize("value", [".", ".."])
def test_a_dot_is_no_id_in_a_path(value: str) -> None:
    """A dot segment would address another object; it is refused."""
    with pytest.raises(InvalidInput, match="is not an id"):
        segment(value, "number")


def test_an_id_is_percent_encoded_whole() -> None:
    """Nothing of an id acts as a part of the URL."""
    assert segment("a/b?c&d=%2e#é+", "id") == "a%2Fb%3Fc%26d%3D%252e%23%C3%A9%2B"
    assert checked_id("MRID-1", "id") == "MRID-1"


def _compressed(content: bytes) -> Any:
    packed = gzip.compress(content)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Content-Length": str(len(packed))}
    return lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(packed))


def _token(text: str) -> httpx.Response:
    return httpx.Response(200, json={"token": text, "successful": True})
