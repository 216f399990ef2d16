"""The errors of this package, split by what the caller can do about them.

::

    MessagingError                 one line: the attempt, the object, the reason, the advice
    ├── ConfigurationError         a setting is missing or wrong; nothing was sent
    ├── InvalidInput               a declared value cannot be accepted; nothing was sent
    ├── Refused                    the change would harm existing objects; no write was sent
    ├── Unfinished                 partial failure: some objects of one resource are not as declared, the others are
    └── ApiError                   the vendor was asked
        ├── NoAnswer               no HTTP answer came back
        ├── UnreadableAnswer       the answer is not what the vendor documents
        ├── NotApplied             the vendor answered success, but did not apply the value
        └── ErrorAnswer            the vendor refused
            ├── AccessDenied       401, 403
            ├── NotFound           404
            ├── Conflict           409
            └── RateLimited        429

Texts hold no secret, no request body and no raw answer: the vendor's words are cut to one short line.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

_ANY: Final = range(1000)  # statuses


class MessagingError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigurationError(MessagingError):
    """A setting is missing or wrong; ``short`` names it without the way out."""

    def __init__(self, text: str, short: str = "") -> None:
        super().__init__(text)
        self.short = short or text


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one property of a resource: the property in camelCase, and the reason with the accepted values.

    A problem of the whole resource has an empty property.
    """

    property: str
    reason: str


class InvalidInput(MessagingError):
    """One or more declared values cannot be accepted; ``problems`` holds all of them."""

    def __init__(self, resource: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{resource}: {problem.property} {problem.reason}" for problem in problems))
        self.problems = problems


class Refused(MessagingError):
    """The change would harm existing objects; the text names the next step."""


@dataclass(eq=False, repr=False)
class Unfinished(MessagingError):
    """Partial failure: some objects of one resource are not as declared; successful changes are kept in the state."""

    summary: str  # the attempt, and how much of it succeeded
    object_id: str
    outputs: dict[str, Any]  # for the state
    reasons: tuple[str, ...]  # one line each, with its objects

    def __post_init__(self) -> None:
        super().__init__(f"{self.summary}: {'; '.join(self.reasons)}")


@dataclass(eq=False, repr=False)
class ApiError(MessagingError):
    """A request to a vendor failed."""

    action: str  # the operation and its object, in the infinitive (``update message route MRID-1``)
    reason: str  # the answer, or its absence, in one line
    advice: str  # the next step for the user
    # The vendor may have carried out the request: it was sent, and no answer gives its outcome.
    unclear: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__init__(f"cannot {self.action}: {self.reason}; {self.advice}")

    def refuses(self, statuses: Container[int] = _ANY) -> bool:  # noqa: ARG002
        """Whether the vendor refused the request itself, none that it needed first, with one of these statuses."""
        return False

    def during(self, action: str) -> Self:
        """The same failure as a new error of another action: several callers may have waited for one request."""
        return replace(self, action=action)

    def unsettled(self, why: str) -> Self:
        """The same failure of unclear outcome, with the reason why the outcome could not be read."""
        if why == self.reason:
            return replace(self, reason=f"{self.reason}, and what became of it could not be read for the same reason")
        return replace(self, reason=f"{self.reason}, and what became of it could not be read: {why}")


@dataclass(eq=False, repr=False, init=False)
class NoAnswer(ApiError):
    """No HTTP answer came back; the outcome is unclear where the vendor may have received the request (``sent``)."""

    sent: bool

    def __init__(self, action: str, reason: str, advice: str, *, sent: bool, unclear: bool | None = None) -> None:
        super().__init__(action, reason, advice, unclear=sent if unclear is None else unclear)
        self.sent = sent


@dataclass(eq=False, repr=False)
class UnreadableAnswer(ApiError):
    """The answer is not what the vendor documents."""

    text: str = field(default="", kw_only=True)  # the beginning of the answer, for a search, never for display
    unclear: bool = field(default=True, kw_only=True)


class NotApplied(ApiError):
    """The vendor answered success, but did not apply the value that was sent."""


@dataclass(eq=False, repr=False)
class ErrorAnswer(ApiError):
    """The vendor refused."""

    status: int = field(kw_only=True)  # of HTTP
    code: str | None = field(default=None, kw_only=True)  # the vendor's own
    # The refused request is one that this one needed first (a token).
    of_another: bool = field(default=False, kw_only=True)

    def refuses(self, statuses: Container[int] = _ANY) -> bool:
        """Whether this answer is about the request itself, and has one of these statuses."""
        return not self.of_another and self.status in statuses


class AccessDenied(ErrorAnswer):
    """401 or 403: the credentials are wrong, or not allowed to do this."""


class NotFound(ErrorAnswer):
    """404: the object is missing, or belongs to another account."""


class Conflict(ErrorAnswer):
    """409: another change is being processed, or the object is in use."""


class RateLimited(ErrorAnswer):
    """429: too many requests, even after the waits that the vendor asked for."""
