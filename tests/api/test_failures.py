"""The error that is made of a status, of a connection that broke, and of an answer that nobody at the vendor wrote."""

from __future__ import annotations

import inspect
import re

import httpx
import pytest

from pulumi_messaging.api import failures
from pulumi_messaging.errors import (
    AccessDenied,
    Conflict,
    ErrorAnswer,
    NoAnswer,
    NotFound,
    RateLimited,
    UnreadableAnswer,
)
from tests.support.api.vendor import Vendor, answer, failed_read, raw, telnyx

TRANSPORT_ERRORS = [
    kind for _, kind in inspect.getmembers(httpx) if inspect.isclass(kind) and issubclass(kind, httpx.TransportError)
]


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
    error = failed_read(answer(status, {"errors": [{"code": "10007", "title": "Words"}]}))

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


CHECK_KEY = (
    "check telnyx:apiKey; if refresh or destroy says so after a rotation, run `pulumi up` first, or add --run-program: "
    "they use the key in the state, and the environment's only where the state has none"
)


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, CHECK_KEY),
        (403, f"check that telnyx:apiKey may do this in the account; {failures.ROTATED}"),
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
    assert failed_read(answer(status)).advice == advice


@pytest.mark.parametrize("kind", TRANSPORT_ERRORS)
def test_every_transport_error_has_a_row(kind: type) -> None:
    """No exception of the layer below is without a reason: the tables cover all transport errors of httpx."""
    error = failed_read(kind("boom"))

    assert isinstance(error, NoAnswer)
    assert "telnyx.example" in error.reason
    assert ("HTTPS_PROXY" if kind is httpx.ProxyError else "telnyx:baseUrl") in error.advice


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
    failed = failed_read(error)

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
    error = failed_read(answer(302, Location=location))

    assert re.search(r"answered 302, a redirect(?: to xn--0)?, which was not followed", str(error))


def test_a_web_page_in_place_of_an_answer_names_its_type_and_not_its_text() -> None:
    """HTML with status 200 is an unreadable answer: a proxy's login page, for example."""
    error = failed_read(raw(200, "<html><title>Sign in</title>", "text/html; charset=utf-8"))

    assert isinstance(error, UnreadableAnswer)
    assert "Telnyx answered 200 with text/html instead of JSON" in str(error)
    assert "Sign in" not in str(error)
    assert "check telnyx:baseUrl and any proxy" in str(error)


@pytest.mark.parametrize("content", ["<html><body>secret page</body></html>", "<!DOCTYPE html>\n<p>"])
def test_an_error_page_is_named_and_not_quoted(content: str) -> None:
    """Of a web page with an error status its type is told."""
    error = failed_read(raw(403, content, "text/html"))

    assert isinstance(error, AccessDenied)
    assert error.reason == "Telnyx answered 403 with text/html instead of JSON"


def test_a_404_page_does_not_say_that_the_object_is_gone() -> None:
    """A web page with status 404 is an error answer, but not NotFound."""
    error = failed_read(raw(404, "<html>no such page</html>", "text/html"))

    assert type(error) is ErrorAnswer
    assert error.status == 404
    assert "check telnyx:baseUrl" in error.advice


def test_no_error_is_chained() -> None:
    """The error carries no cause or context that a traceback would print."""
    error = failed_read(httpx.LocalProtocolError("Illegal header value b'Bearer KEY-s3cr3t'"))

    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
