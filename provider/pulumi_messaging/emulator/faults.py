"""Faults: what can go wrong with a request, and what it comes to then. Which requests is said by `fault_plan`.

A fault stands before the commit (the request is not carried out) or after it (it is carried out, and the answer is lost
or replaced). A kind is a row of a table. A scripted answer (`/_emulator/answers`) is a fault whose answer is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import TYPE_CHECKING

from pulumi_messaging.emulator.wire import Answer, Refusal

if TYPE_CHECKING:
    from types import ModuleType

    from pulumi_messaging.emulator.wire import Call, Json

BEFORE, AFTER = "before", "after"
_WORDS = "A fault was asked for (/_emulator/faults)."
_PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1><p>A gateway speaks.</p></body></html>"
_UNFINISHED = '{"unfinished": "'


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        meaning: What happens, for a reader.
        status: The status of the answer that is sent in place of the real one; 0 = the real one is sent.
        shape: What stands in its body, a key of `_SHAPES`.
        words: What its error body says.
        headers: Its headers, from `seconds` and the time.
        broken: How the connection ends without a whole answer, as in `Answer`.
        late: The answer comes `seconds` late; before the commit: the request is carried out that much later.
        settings: Switches for this one request; `seconds` stands for its value.
        undone: What the request did is taken back, and its answer is sent all the same.
        unsent: The request is never carried out, wherever the fault stands.
        seconds: Unless the plan says another number.
    """

    meaning: str
    status: int = 0
    shape: str = "error"
    words: str = _WORDS
    headers: Callable[[float, float], dict[str, str]] = lambda *_: {}
    broken: str = ""
    late: bool = False
    settings: Json = field(default_factory=dict)
    undone: bool = False
    unsent: bool = False
    seconds: float = 0.0

    @property
    def replaced(self) -> bool:
        """Whether nothing or something else is sent in place of the real answer, so that the commit may be left out."""
        return bool(self.status or self.broken)


@dataclass(frozen=True)
class Fault:
    """One fault at the moment it fires; `given` is the answer of a script."""

    name: str
    position: str
    seconds: float | None = None
    given: Answer | None = None

    @property
    def kind(self) -> Kind:
        """The row of the table."""
        return KINDS[self.name]

    @property
    def wait(self) -> float:
        """What `seconds` is for this fault."""
        return self.kind.seconds if self.seconds is None else self.seconds

    @property
    def postpones(self) -> bool:
        """Whether the request is to be carried out later."""
        return self.kind.late and not self.kind.replaced and self.position == BEFORE

    def answer(self, vendor: ModuleType, call: Call, carry_out: Callable[[Call], Answer]) -> Answer:
        """What the request comes to; `carry_out` is called unless the fault stands before the commit."""
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

    def _replacement(self, vendor: ModuleType, call: Call, real: Answer | None) -> Answer:
        kind = self.kind
        if not kind.status:
            # Nothing at all is sent, or a half: of the real answer where there is one.
            return real or Answer(text=_UNFINISHED + "x" * 80)
        made = _SHAPES[kind.shape](vendor, call, kind, real)
        return replace(made, status=kind.status, headers={**made.headers, **kind.headers(self.wait, call.now)})


def _error(vendor: ModuleType, call: Call, kind: Kind, real: Answer | None) -> Answer:  # noqa: ARG001 - as all shapes
    answer: Answer = vendor.refused(Refusal(kind.status, kind.words), call.settings)
    return answer


def _echo(vendor: ModuleType, call: Call, kind: Kind, real: Answer | None) -> Answer:  # noqa: ARG001 - as all shapes
    request = call.request
    words = f"Invalid: {request.headers.get('authorization', '')} {request.body.decode('utf-8', 'replace')}"
    answer: Answer = vendor.refused(Refusal(kind.status, words), call.settings)
    return answer


def _failure(vendor: ModuleType, call: Call, kind: Kind, real: Answer | None) -> Answer:  # noqa: ARG001 - as all shapes
    answer: Answer = vendor.unsuccessful(call.operation.name)
    return answer


def _cut(vendor: ModuleType, call: Call, kind: Kind, real: Answer | None) -> Answer:  # noqa: ARG001 - as all shapes
    text = real.payload()[1].decode() if real else _UNFINISHED
    return Answer(text=text[: len(text) * 2 // 3], headers=_JSON)


_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_SHAPES: dict[str, Callable[[ModuleType, Call, Kind, Answer | None], Answer]] = {
    "error": _error,
    "echo": _echo,
    "failure": _failure,
    "cut": _cut,
    "empty": lambda *_: Answer(text=""),
    "html": lambda _vendor, _call, kind, _real: Answer(text=_PAGE.format(status=kind.status), headers=_HTML),
    "text": lambda *_: Answer(text="OK"),
    "list": lambda *_: Answer(body=[]),
}
_SECONDS = "seconds"
_STATUSES = (400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504)
_VARIANTS = (("", "error", "the vendor's error body"), ("-empty", "empty", "no body"), ("-html", "html", "a web page"))


def _limited(seconds: float, now: float, **headers: str) -> dict[str, str]:
    at = {"seconds": str(math.ceil(seconds)), "epoch": str(math.ceil(now + seconds))}
    at["date"] = formatdate(math.ceil(now + seconds), usegmt=True)
    names = {"after": "Retry-After", "reset": "x-ratelimit-reset"}
    return {"Date": formatdate(now, usegmt=True), **{names[name]: at[form] for name, form in headers.items()}}


_REFUSED = "no connection, so nothing is sent (over TCP an open connection is reset before anything is carried out)"
KINDS: dict[str, Kind] = {
    **{
        f"{status}{suffix}": Kind(f"{status} with {words}", status, shape)
        for status in _STATUSES
        for suffix, shape, words in _VARIANTS
    },
    "429-retry-after": Kind(
        "429 with Retry-After in seconds", 429, headers=lambda *at: _limited(*at, after="seconds"), seconds=7
    ),
    "429-retry-date": Kind(
        "429 with Retry-After as a date", 429, headers=lambda *at: _limited(*at, after="date"), seconds=7
    ),
    "429-reset": Kind(
        "429 with x-ratelimit-reset in seconds", 429, headers=lambda *at: _limited(*at, reset="seconds"), seconds=7
    ),
    "429-reset-epoch": Kind(
        "429 with x-ratelimit-reset as a time", 429, headers=lambda *at: _limited(*at, reset="epoch"), seconds=7
    ),
    "503-retry-after": Kind(
        "503 with Retry-After in seconds", 503, headers=lambda *at: _limited(*at, after="seconds"), seconds=7
    ),
    "400-echo": Kind("400 whose words repeat the request, credentials included", 400, "echo"),
    "expired-token": Kind("401, the token has expired", 401, words="The token has expired."),
    "wrong-scope": Kind("403, the token is for another endpoint", 403, words="The token is for another endpoint."),
    "delay": Kind("the answer is late; before the commit: what is asked for is done late", late=True, seconds=2),
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
    "unchanged": Kind("200 as if it were done, and nothing is", settings={"telnyxIgnoreUpdates": True}, undone=True),
    "list-lag": Kind("the list is as old as this", settings={"telegentListLagSeconds": _SECONDS}, seconds=5),
    "stale-read": Kind(
        "the read is as old as this",
        settings={"telegentStaleReadSeconds": _SECONDS, "telnyxStaleReadSeconds": _SECONDS},
        seconds=5,
    ),
    "scripted": Kind("an answer of /_emulator/answers"),
}
PLANNED = tuple(name for name in KINDS if name != "scripted")
POSITIONS = (BEFORE, AFTER)
