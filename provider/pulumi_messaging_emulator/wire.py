"""Requests, answers and operations, independent of the transport.

A handler is a function from a `Call` to an `Answer`. It raises `Refusal` to refuse the call; the vendor's module turns
the refusal into an error body, so that no handler builds one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import Transaction

Settings = dict[str, Any]

JSON_TYPE = "application/json"


class ConnectionDropped(ConnectionResetError):
    """In process: the answer is lost on purpose."""


class NoConnection(ConnectionDropped, ConnectionRefusedError):
    """In process: the connection is refused on purpose."""


class NoAnswerInTime(ConnectionDropped, TimeoutError):
    """In process: the time for the answer is over, on purpose."""


# The ways in which a connection ends without a whole answer, and the error that stands for each in process.
BREAKS: dict[str, type[ConnectionDropped]] = {
    "closed": ConnectionDropped,
    "reset": ConnectionDropped,
    "half": ConnectionDropped,
    "refused": NoConnection,
    "timeout": NoAnswerInTime,
}


@dataclass(eq=False)
class Refusal(Exception):
    """A request that the vendor refuses; `code`, `pointer` and `parameter` are used by Telnyx only."""

    status: int
    words: str
    code: str = ""
    pointer: str = ""
    parameter: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    Attributes:
        path: Decoded.
        query: The last value of each name.
        target: Path and query as they came over the wire; None in process.
    """

    method: str
    path: str
    query: dict[str, str]
    query_string: str
    target: str | None
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Request:
        """Read a WSGI environment."""
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        return cls(
            method=str(environ["REQUEST_METHOD"]).upper(),
            path=_text(environ.get("PATH_INFO", "")),
            query=parsed(environ.get("QUERY_STRING", "")),
            query_string=environ.get("QUERY_STRING", ""),
            target=environ.get("REQUEST_URI"),
            headers=headers,
            body=_body(environ),
        )

    def has_json_type(self) -> bool:
        """Whether the content type is JSON, with or without parameters such as a character set."""
        return self.headers["content-type"].partition(";")[0].strip().lower() == JSON_TYPE

    def json(self) -> Any:
        """Parse the body.

        Raises:
            ValueError: The body is not JSON. NaN and lone surrogates, which Python accepts, are not JSON.
        """
        try:
            text = self.body.decode("utf-8")
            value = json.loads(text, parse_constant=_no_constant)
            if "\\ud" in text.lower():
                json.dumps(value, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return value


@dataclass(frozen=True)
class Answer:
    """The answer to a request: `body` as JSON, or `text` as it stands, or neither.

    Attributes:
        broken: How the connection ends without a whole answer, a key of `BREAKS`; empty: it does not.
        delay: Seconds to wait before the answer is sent.
        postponed: The request is carried out only after `delay`; this is not its answer yet.
    """

    status: int = HTTPStatus.OK
    body: Any = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    text: str | None = field(default=None, repr=False)
    broken: str = ""
    delay: float = 0.0
    postponed: bool = False

    @property
    def line(self) -> str:
        """The status with its phrase."""
        try:
            return f"{int(self.status)} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers={**headers, **self.headers})

    def payload(self) -> tuple[dict[str, str], bytes]:
        """Headers and bytes."""
        if self.text is not None:
            content_type, content = "text/plain; charset=utf-8", self.text.encode()
        else:
            content_type, content = JSON_TYPE, json.dumps(self.body, separators=(",", ":")).encode()
        given = {name.lower() for name in self.headers}
        headers = dict(self.headers) if "content-type" in given else {"Content-Type": content_type, **self.headers}
        headers["Content-Length"] = str(len(content))
        return headers, content


@dataclass
class Call:
    """One request on its way through its operation, with everything that a handler may use.

    Attributes:
        key: The stored key of the caller, which names its accounts or its organization; set by the vendor's gate.
        body: Set by the vendor's gate.
    """

    request: Request
    operation: Operation
    path: dict[str, str]
    tx: Transaction
    settings: Settings
    now: float
    key: Json = field(default_factory=dict, repr=False)
    body: Json = field(default_factory=dict, repr=False)

    @property
    def query(self) -> dict[str, str]:
        """The query of the request."""
        return self.request.query


@dataclass(frozen=True)
class Operation:
    """One operation of a vendor: its description, and the function that answers it.

    Attributes:
        path: With `{name}` for each path parameter.
        answer: JSON Schema of the body of a 200.
        body: JSON Schema of the request's body; None: it has none.
        query: JSON Schema of each query parameter.
        parameters: JSON Schema of each path parameter.
        public: It needs no credentials.
        needs: Name of a setting; the operation exists only where that is true.
    """

    method: str
    path: str
    name: str
    handler: Callable[[Call], Answer]
    answer: Json
    body: Json | None = None
    query: Mapping[str, Json] = field(default_factory=dict)
    required_query: tuple[str, ...] = ()
    parameters: Mapping[str, Json] = field(default_factory=dict)
    public: bool = False
    needs: str = ""


class Vendor(Protocol):
    """The parts of an API that are common to all its operations; the modules `telegent.api` and `telnyx.api`."""

    NAME: str
    PREFIX: str

    def normalised(self, path: str, settings: Settings, /) -> str:
        """The path as the table of operations has it."""

    def gate(self, call: Call, /) -> None:
        """Check credentials, rate limit, query and body, before the handler; a failed check is a `Refusal`."""

    def carry_out(self, call: Call, /) -> Answer:
        """Call the handler, which may raise `Refusal`, with the faults that the settings ask for."""

    def rate_headers(self, tx: Transaction, operation: str | None, settings: Settings, now: float, /) -> dict[str, str]:
        """The rate-limit headers of an answer."""

    def refused(self, refusal: Refusal, settings: Settings, /) -> Answer:
        """The error answer of a refusal."""

    def unsuccessful(self, operation: str, /) -> Answer:
        """A 200 whose body reports a failure."""

    def unknown_path(self) -> Refusal:
        """The refusal of a path without operations."""

    def wrong_method(self, allowed: list[str], settings: Settings, /) -> Refusal:
        """The refusal of a known path with another method."""


def ok(body: Any) -> Answer:
    """A 200 with a JSON body."""
    return Answer(body=body)


def decoded(path: bytes) -> str:
    """The text of an unquoted path: UTF-8, else Latin-1."""
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return path.decode("latin-1")


def parsed(query_string: str) -> dict[str, str]:
    """The parameters of a query, the last value of each name."""
    return dict(parse_qsl(query_string, keep_blank_values=True))


def _text(path: str) -> str:
    # PEP 3333 wants Latin-1 text standing for UTF-8 bytes; httpx.WSGITransport passes real text.
    try:
        return decoded(path.encode("latin-1"))
    except UnicodeEncodeError:
        return path


def _body(environ: Mapping[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        return bytes(environ["wsgi.input"].read(int(length)))
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return bytes(environ["wsgi.input"].read())
    return b""


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
