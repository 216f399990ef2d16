"""What a request, an answer and an operation are, before and after they are bytes.

A handler is a function from a `Call` to an `Answer`. It raises `Refusal` to say no: the vendor gives the refusal its
error shape, so that no handler builds an error body.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_messaging.emulator.fresh import Credentials
    from pulumi_messaging.emulator.store import Transaction

Json = dict[str, Any]
Settings = dict[str, Any]

JSON_TYPE = "application/json"


class ConnectionDropped(ConnectionResetError):
    """In process: the answer is lost on purpose."""


class NoConnection(ConnectionDropped, ConnectionRefusedError):
    """In process: there was no connection on purpose."""


class NoAnswerInTime(ConnectionDropped, TimeoutError):
    """In process: nothing came on purpose, as long as one may wait."""


# How a connection can end without a whole answer, and what stands for it in process.
BREAKS: dict[str, type[ConnectionDropped]] = {
    "closed": ConnectionDropped,
    "reset": ConnectionDropped,
    "half": ConnectionDropped,
    "refused": NoConnection,
    "timeout": NoAnswerInTime,
}


class Refusal(Exception):
    """A request that the vendor refuses; `code`, `pointer` and `parameter` are used by Telnyx only."""

    def __init__(
        self,
        status: int,
        words: str,
        code: str = "",
        *,
        pointer: str = "",
        parameter: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(words)
        self.status = int(status)
        self.words = words
        self.code = code
        self.pointer = pointer
        self.parameter = parameter
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Request:
    """One HTTP request; `path` is decoded, `query` keeps the last value of each name.

    `target` is path and query as they came over the wire; in process nobody knows them.
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
        """Reads a WSGI environment, of this package's server or of `httpx.WSGITransport`."""
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        return cls(
            method=str(environ["REQUEST_METHOD"]).upper(),
            path=_text(environ.get("PATH_INFO", "")),
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            query_string=environ.get("QUERY_STRING", ""),
            target=environ.get("REQUEST_URI"),
            headers=headers,
            body=_body(environ),
        )

    def has_json_type(self) -> bool:
        """Says whether the content type is JSON; parameters such as a character set do not count."""
        return self.headers["content-type"].partition(";")[0].strip().lower() == JSON_TYPE

    def json(self) -> Any:
        """Parses the body; a `ValueError` says that it is not JSON (NaN and lone surrogates are not)."""
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
    """What is sent back: `body` as JSON, or `text` as it stands, or neither.

    `broken`, a key of `BREAKS`, says how the connection ends without a whole answer. `delay` are seconds to wait first;
    `postponed`: and then to carry the request out, whose answer this is not yet.
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
    """One request on its way through its operation; everything a handler may use."""

    request: Request
    operation: Operation
    path: dict[str, str]
    tx: Transaction
    settings: Settings
    now: float
    credentials: Credentials
    account: str = ""
    body: Json = field(default_factory=dict, repr=False)

    @property
    def query(self) -> dict[str, str]:
        """The query of the request."""
        return self.request.query


@dataclass(frozen=True)
class Operation:
    """One row of the route table: what the vendor's index says about a call, and the function that answers it."""

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
    examples: Mapping[str, Any] = field(default_factory=dict)


def ok(body: Any) -> Answer:
    """A 200 with a JSON body."""
    return Answer(body=body)


def _text(path: str) -> str:
    # PEP 3333 wants Latin-1 text standing for UTF-8 bytes; httpx.WSGITransport passes real text.
    try:
        return path.encode("latin-1").decode("utf-8")
    except UnicodeError:
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
