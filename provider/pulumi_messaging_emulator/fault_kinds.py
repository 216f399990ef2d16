"""The kinds of faults, and the effect of a fault on a request. `fault_plan` selects the requests.

A fault stands before the commit (the request is not carried out) or after it (it is carried out, and the answer is lost
or replaced). A scripted answer (`/_emulator/answers`) is a fault whose answer is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.wire import JSON_TYPE, Answer, Call, Refusal, Vendor

BEFORE, AFTER = "before", "after"
_WORDS = "A fault was asked for (/_emulator/faults)."
_PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1><p>A gateway speaks.</p></body></html>"
_UNFINISHED = '{"unfinished": "'


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        meaning: Description for a reader.
        status: Status of the answer that replaces the real one; 0: the real one is sent.
        shape: Shape of its body, a key of `_SHAPES`.
        words: Text of its error body.
        headers: Its headers, from `seconds` and the time.
        broken: How the connection ends without a whole answer, as in `Answer`.
        late: The answer comes `seconds` late; before the commit: the request is carried out that much later.
        settings: Settings of this one request; `_SECONDS` stands for the value of `seconds`.
        undone: The effects of the request are rolled back, and its answer is sent all the same.
        unsent: The request is never carried out, wherever the fault stands.
        seconds: Default of the plan's `seconds`.
    """

    meaning: str
    status: int = 0
    shape: str = "error"
    words: str = _WORDS
    headers: Callable[[float, float], dict[str, str]] = lambda *_: {}
    broken: str = ""
    late: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    undone: bool = False
    unsent: bool = False
    seconds: float = 0.0

    @property
    def replaced(self) -> bool:
        """Whether the real answer is not sent, so that the commit may be left out."""
        return bool(self.status or self.broken)


@dataclass(frozen=True)
class Fault:
    """A fault that fires.

    Attributes:
        given: The answer of a script.
        calls: Calls of the control surface that another client makes right before or after the request.
    """

    name: str
    position: str
    seconds: float | None = None
    given: Answer | None = None
    calls: tuple[Json, ...] = ()

    @property
    def kind(self) -> Kind:
        """The row of the table."""
        return KINDS[self.name]

    @property
    def wait(self) -> float:
        """Seconds of this fault."""
        return self.kind.seconds if self.seconds is None else self.seconds

    @property
    def postpones(self) -> bool:
        """Whether the request is carried out later."""
        return self.kind.late and not self.kind.replaced and self.position == BEFORE

    def answer(self, vendor: Vendor, call: Call, carry_out: Callable[[Call], Answer]) -> Answer:
        """The answer that is sent; `carry_out` is called unless the fault stands before the commit."""
        kind = self.kind
        settings = {name: self.wait if value == _SECONDS else value for name, value in kind.settings.items()}
        real = None
        if (self.position == AFTER and not kind.unsent) or not (kind.replaced or self.given):
            call.tx.run("SAVEPOINT fault")
            real = carry_out(replace(call, settings={**call.settings, **settings}))
            if kind.undone:
                call.tx.run("ROLLBACK TO fault")
            call.tx.run("RELEASE fault")
        if self.given:
            return self.given
        sent = self._replacement(vendor, call, real) if kind.replaced else real
        assert sent is not None
        return replace(sent, broken=kind.broken, delay=self.wait if kind.late else 0.0)

    def _replacement(self, vendor: Vendor, call: Call, real: Answer | None) -> Answer:
        kind = self.kind
        if not kind.status:
            # Nothing is sent, or the first half of the real answer where there is one.
            return real or Answer(text=_UNFINISHED + "x" * 80)
        made = _SHAPES[kind.shape](vendor, call, kind, real)
        return replace(made, status=kind.status, headers={**made.headers, **kind.headers(self.wait, call.now)})


def _echo(vendor: Vendor, call: Call, kind: Kind, _real: Answer | None) -> Answer:
    request = call.request
    words = f"Invalid: {request.headers.get('authorization', '')} {request.body.decode('utf-8', 'replace')}"
    return vendor.refused(Refusal(kind.status, words), call.settings)


def _cut(_vendor: Vendor, _call: Call, _kind: Kind, real: Answer | None) -> Answer:
    text = real.payload()[1].decode() if real else _UNFINISHED
    return Answer(text=text[: len(text) * 2 // 3], headers={"Content-Type": JSON_TYPE})


_HTML = {"Content-Type": "text/html; charset=utf-8"}
_SHAPES: dict[str, Callable[[Vendor, Call, Kind, Answer | None], Answer]] = {
    "error": lambda vendor, call, kind, _real: vendor.refused(Refusal(kind.status, kind.words), call.settings),
    "echo": _echo,
    "failure": lambda vendor, call, _kind, _real: vendor.unsuccessful(call.operation.name),
    "cut": _cut,
    "empty": lambda *_: Answer(text=""),
    "html": lambda _vendor, _call, kind, _real: Answer(text=_PAGE.format(status=kind.status), headers=_HTML),
    "text": lambda *_: Answer(text="OK"),
    "list": lambda *_: Answer(body=[]),
}
_SECONDS = "seconds"
_STATUSES = (400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504)
_VARIANTS = (("", "error", "the vendor's error body"), ("-empty", "empty", "no body"), ("-html", "html", "a web page"))


def _wait(header: str, form: str) -> Callable[[float, float], dict[str, str]]:
    """Headers that ask for a wait: a number of seconds, a Unix time ("epoch") or a date."""

    def headers(seconds: float, now: float) -> dict[str, str]:
        until = math.ceil(now + seconds)
        values = {"seconds": str(math.ceil(seconds)), "epoch": str(until), "date": formatdate(until, usegmt=True)}
        return {"Date": formatdate(now, usegmt=True), header: values[form]}

    return headers


_RESET = "x-ratelimit-reset"
_REFUSED = "no connection, so nothing is sent (over TCP an open connection is reset before anything is carried out)"
KINDS: dict[str, Kind] = {
    **{
        f"{status}{suffix}": Kind(f"{status} with {words}", status, shape)
        for status in _STATUSES
        for suffix, shape, words in _VARIANTS
    },
    "429-retry-after": Kind("429 with Retry-After in seconds", 429, headers=_wait("Retry-After", "seconds"), seconds=7),
    "429-retry-date": Kind("429 with Retry-After as a date", 429, headers=_wait("Retry-After", "date"), seconds=7),
    "429-reset": Kind("429 with x-ratelimit-reset in seconds", 429, headers=_wait(_RESET, "seconds"), seconds=7),
    "429-reset-epoch": Kind("429 with x-ratelimit-reset as a time", 429, headers=_wait(_RESET, "epoch"), seconds=7),
    "503-retry-after": Kind("503 with Retry-After in seconds", 503, headers=_wait("Retry-After", "seconds"), seconds=7),
    "400-echo": Kind("400 whose words repeat the request, credentials included", 400, "echo"),
    "expired-token": Kind("401, the token has expired", 401, words="The token has expired."),
    "wrong-scope": Kind("403, the token is for another endpoint", 403, words="The token is for another endpoint."),
    "delay": Kind("the answer is late; before the commit: the request is carried out late", late=True, seconds=2),
    "timeout": Kind("nothing comes, and the connection stays open", broken="timeout", late=True, seconds=60),
    "refused": Kind(_REFUSED, broken="refused", unsent=True),
    "reset": Kind("the connection is reset in place of an answer", broken="reset"),
    "closed": Kind("the connection is closed in place of an answer", broken="closed"),
    "half": Kind("the connection is closed in the middle of the body", broken="half"),
    "200-cut": Kind("200 with JSON that ends in the middle", 200, "cut"),
    "200-empty": Kind("200 with no body", 200, "empty"),
    "200-html": Kind("200 with a web page", 200, "html"),
    "200-text": Kind("200 with plain text", 200, "text"),
    "200-list": Kind("200 with JSON of another shape", 200, "list"),
    "unsuccessful": Kind("200 with a failure inside", 200, "failure"),
    "unchanged": Kind("200 although nothing is changed", settings={"telnyxIgnoreUpdates": True}, undone=True),
    "list-lag": Kind("the list is as old as this", settings={"telegentListLagSeconds": _SECONDS}, seconds=5),
    "stale-read": Kind(
        "the read is as old as this",
        settings={"telegentStaleReadSeconds": _SECONDS, "telnyxStaleReadSeconds": _SECONDS},
        seconds=5,
    ),
    "none": Kind("nothing fails; for a plan of calls"),
    "scripted": Kind("an answer of /_emulator/answers"),
}
PLANNED = tuple(name for name in KINDS if name not in ("none", "scripted"))
POSITIONS = (BEFORE, AFTER)
