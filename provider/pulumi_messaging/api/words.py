"""A vendor's own words in our messages: one line, no control characters, 200 characters at most, no secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pulumi_messaging.api.redaction import READ, without_secrets
from pulumi_messaging.text import HIDDEN, cut, printable

LONGEST: Final = 200
# Headers in which services tell the id of a request; neither vendor documents one.
_REQUEST_IDS: Final = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-ms-request-id")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._=/+-]{1,80}")
_TOKEN_LIKE: Final = re.compile(r"[A-Za-z0-9_-]{20,}")


def one_line(text: str, secrets: Iterable[str] = ()) -> str:
    """A vendor's words for display."""
    return cut(" ".join(without_secrets(printable(text[:READ]), secrets).split()), LONGEST)


def request_id(headers: Mapping[str, str]) -> str:
    """The id of a request in the headers of its answer, as the vendor gives it."""
    return next((headers[name] for name in _REQUEST_IDS if name in headers), "")


def shown_id(found: str, secrets: Iterable[str]) -> str:
    """The id of a request for display; empty where what was found is no id."""
    shown = without_secrets(found, secrets)
    return shown if _REQUEST_ID.fullmatch(shown) else ""


def after_reason(shown: str) -> str:
    """``, request id 4f2c``, to follow a reason; empty where there is none."""
    return f", request id {shown}" if shown else ""


def without_request_id(reason: str) -> str:
    """A reason without the ids of its requests: the same for all requests that failed for it."""
    return re.sub(f", request id {_REQUEST_ID.pattern}", "", reason)


@dataclass(frozen=True, slots=True)
class Words:
    """An error body in words: the vendor's own code, where there is one, message, details, and the request's id."""

    text: str = field(default="", repr=False)
    code: str | None = field(default=None, repr=False)
    detail: str = field(default="", repr=False)
    request_id: str = field(default="", repr=False)

    def without_tokens(self) -> Words:
        """The same without anything that looks like a part of a token: an answer may hold a token not known yet."""
        return Words(_TOKEN_LIKE.sub(HIDDEN, self.text), self.code, _TOKEN_LIKE.sub(HIDDEN, self.detail))

    def without(self, hide: Callable[[str], str]) -> Words:
        """The same with its texts as ``hide`` makes them, before anything is cut off."""
        text, code, detail = (hide(printable(text[:READ])) for text in (self.text, self.code or "", self.detail))
        return Words(text, code or None, detail)

    def after_status(self, secrets: Iterable[str]) -> str:
        """``, code 40324 "Message" (detail)``, to follow the status."""
        secrets = tuple(secrets)
        text, detail = one_line(self.text, secrets), one_line(self.detail, secrets)
        code = one_line(self.code or "", secrets)
        shown = f", code {code}" if code else ""
        shown += f' "{text}"' if text else ""
        return shown + (f" ({detail})" if detail else "")
