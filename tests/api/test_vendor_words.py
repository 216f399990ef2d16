"""The vendors' words in errors: found in all their error bodies, cut to one line, and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulumi_messaging.errors import AccessDenied, ErrorAnswer
from tests.support.api.vendor import ROUTE, Vendor, answer, failed_read, failed_route_read, raw, telegent

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"StatusCode": 400, "Message": "RouteName is required."}, ' "RouteName is required."'),
        ({"statusCode": 400, "message": "lower"}, ' "lower"'),
        ({"StatusCode": 400, "Message": None}, ""),
        (
            {"Title": "Bad", "Status": 400, "Errors": {"$.RouteName": ["too long", "not text"]}, "TraceId": "t"},
            ' "Bad" ($.RouteName: too long; $.RouteName: not text), request id t',
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
    assert failed_route_read(answer(400, body)).reason == f"Telegent answered 400{said}"


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
    assert failed_read(answer(422, body)).reason == f"Telnyx answered 422{said}"


def test_plain_text_is_told_in_one_line() -> None:
    """An error body that is no JSON is told as it is: one line, no control characters, cut."""
    error = failed_route_read(raw(400, "Not\r\nallowed\x1b[31m\u202e here " + "x" * 500, "text/plain"))

    assert error.reason.startswith('Telegent answered 400 "Not allowed[31m here xxx')
    assert error.reason.endswith('…"')
    assert len(error.reason) < 240


@pytest.mark.parametrize("body", ['{"PortOutPin": "1234", ', '["1234", ', '"1234'])
def test_a_raw_body_is_not_quoted(body: str) -> None:
    """Of an error whose JSON is broken or cut off nothing is told but its status."""
    error = failed_route_read(raw(409, body, "application/json"))

    assert error.reason == "Telegent answered 409"


def test_what_answers_a_request_for_a_token_is_not_quoted() -> None:
    """An error in place of a token may be the token as text."""
    vendor = Vendor([ROUTE], token=raw(400, "tok3n-in-plain", "text/plain"))

    with pytest.raises(ErrorAnswer, match=r"no token for \S+: Telegent answered 400; ") as failed:
        telegent(vendor).get_message_route("MRID-1")

    assert "tok3n" not in str(failed.value)


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


class CutOff(httpx.SyncByteStream):
    """A body that ends in the middle."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        raise httpx.RemoteProtocolError("cut off")


ANSWERS: dict[str, httpx.Response] = {
    "refused": httpx.Response(422, json={"errors": [{"code": "10004"}]}),
    "web page": httpx.Response(200, text="<html>"),
    "other shape": httpx.Response(200, json={"data": []}),
    "redirect": httpx.Response(307, headers={"Location": "https://other.example"}),
    "too long": httpx.Response(200, content=b" " * 1024 * 1025),
    "cut off": httpx.Response(200, stream=CutOff()),
}


@pytest.mark.parametrize("header", ["X-Request-Id", "Request-Id", "X-Correlation-ID", "x-amzn-RequestId"])
@pytest.mark.parametrize("came", ANSWERS)
def test_the_vendors_id_of_a_request_is_told(came: str, header: str) -> None:
    """Whatever was wrong with the answer, the vendor's support finds the request."""
    response = ANSWERS[came]
    headers = [*response.headers.multi_items(), (header, "4f2c9c1e-77aa")]

    error = failed_read(lambda _: httpx.Response(response.status_code, headers=headers, stream=response.stream))

    assert f", request id 4f2c9c1e-77aa; {error.advice}" in str(error)


@pytest.mark.parametrize("given", ["", "two words", "a\x1b[31m", "x" * 81, "KEY-s3cr3t", "S0VZLXMzY3IzdA=="])
def test_what_is_no_id_is_not_told(given: str) -> None:
    """An id is short, and has no blanks, no control characters and no secret in it."""
    error = failed_read(lambda _: httpx.Response(422, headers=[(b"X-Request-Id", given.encode())]))

    assert "request id" not in str(error)


def test_telegents_ids_are_told() -> None:
    """Also where a success reports a failure, and of the request for a token."""
    found = {"X-Request-Id": "r-1"}
    unsuccessful = httpx.Response(200, json={"Successful": False}, headers=found)
    no_token = Vendor([{}], token=lambda _: httpx.Response(401, headers=found))

    assert "(Successful: false), request id r-1; " in str(failed_route_read(lambda _: unsuccessful))
    with pytest.raises(AccessDenied, match=r"no token for .*: Telegent answered 401, request id r-1; "):
        telegent(no_token).list_message_routes()


def test_a_secret_at_the_cut_is_not_shown_in_part() -> None:
    """Secrets are replaced before the words are cut."""
    echo = "x" * 195 + "KEY-s3cr3t"

    assert "KEY" not in failed_read(answer(422, {"errors": [{"title": echo, "detail": echo, "code": echo}]})).reason


def test_a_secret_broken_by_control_characters_is_not_shown() -> None:
    """A secret whose characters are separated by ones that are dropped is found after they are dropped."""
    error = failed_route_read(raw(422, "bad s3cr3t\x00-acc\u200bount", "text/plain"))

    assert error.reason == 'Telegent answered 422 "bad [secret]"'


def _token(text: str) -> httpx.Response:
    return httpx.Response(200, json={"token": text, "successful": True})
