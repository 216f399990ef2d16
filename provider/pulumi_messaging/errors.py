"""The errors of this package, split by what the caller can do about them.

::

    MessagingError                 one line: what was attempted, on what, what was said, what to do
    ├── ConfigurationError         a setting is missing or wrong; nothing was sent
    ├── InvalidInput               a declared value cannot be accepted; nothing was sent
    ├── Refused                    carrying it out would harm what exists; no write was sent
    ├── Unfinished                 of several objects of one resource some are not as declared; the others are
    └── ApiError                   the vendor was asked
        ├── NoAnswer               no HTTP answer came back
        ├── UnreadableAnswer       an answer came back that is not what the vendor documents
        ├── NotApplied             the vendor said yes and the value is not there
        └── ErrorAnswer            the vendor said no
            ├── AccessDenied       401, 403
            ├── NotFound           404
            ├── Conflict           409
            └── RateLimited        429

Texts hold no secret, no request body and no raw answer: vendor words are cut to one short line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


class MessagingError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigurationError(MessagingError):
    """A setting is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one property of a resource: the property in camelCase, and what is wrong and allowed."""

    property: str
    reason: str


class InvalidInput(MessagingError):
    """One or more declared values cannot be accepted; ``problems`` holds all of them."""

    def __init__(self, resource: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{resource}: {problem.property} {problem.reason}" for problem in problems))
        self.problems = problems


class Refused(MessagingError):
    """What was asked for would harm what exists; the text says how to go on."""


class Unfinished(MessagingError):
    """Of the objects of one resource some are not as declared; what was done stays done and is kept in the state.

    Args:
        summary: What was attempted and how far it came.
        object_id: The resource.
        outputs: What the state is to keep.
        reasons: One line for each reason, with the objects it is about.
    """

    def __init__(self, summary: str, object_id: str, outputs: dict[str, Any], reasons: tuple[str, ...]) -> None:
        super().__init__(f"{summary}: {'; '.join(reasons)}")
        self.summary = summary
        self.object_id = object_id
        self.outputs = outputs
        self.reasons = reasons


class ApiError(MessagingError):
    """A request to a vendor failed.

    Args:
        action: What was attempted on which object, in the infinitive (``update message route MRID-1``).
        reason: What came back, in one line.
        advice: What to do now.
        unclear: Whether the vendor may have carried out what was asked all the same: a request was sent, and nothing
            that came back says what became of it.
    """

    def __init__(self, action: str, reason: str, advice: str, *, unclear: bool = False) -> None:
        super().__init__(f"cannot {action}: {reason}; {advice}")
        self.action = action
        self.reason = reason
        self.advice = advice
        self.unclear = unclear

    def during(self, action: str) -> Self:
        """The same failure as a new error, told of another action: several callers may have waited for one request."""
        return self._told(action, self.reason)

    def unsettled(self, why: str) -> Self:
        """The same failure of unclear outcome, with what kept it from being found out."""
        return self._told(self.action, f"{self.reason}, and what became of it could not be read: {why}")

    def _told(self, action: str, reason: str) -> Self:
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        ApiError.__init__(other, action, reason, self.advice, unclear=self.unclear)
        return other


class NoAnswer(ApiError):
    """No HTTP answer came back. ``sent`` tells whether the vendor may have received the request."""

    def __init__(self, action: str, reason: str, advice: str, *, sent: bool, unclear: bool | None = None) -> None:
        super().__init__(action, reason, advice, unclear=sent if unclear is None else unclear)
        self.sent = sent


class UnreadableAnswer(ApiError):
    """The answer is not what the vendor documents. ``text`` holds its beginning for a search, never for display."""

    def __init__(self, action: str, reason: str, advice: str, *, text: str = "", unclear: bool = True) -> None:
        super().__init__(action, reason, advice, unclear=unclear)
        self.text = text


class NotApplied(ApiError):
    """The vendor answered success, and the value is not the one that was sent."""


class ErrorAnswer(ApiError):
    """The vendor refused.

    Args:
        action: As of every ApiError.
        reason: Likewise.
        advice: Likewise.
        status: The HTTP status.
        code: The vendor's own code, where it gives one.
        unclear: As of every ApiError.
        of_another: Whether it answers another request, which this one needed before it could be sent (a token).
    """

    def __init__(
        self,
        action: str,
        reason: str,
        advice: str,
        *,
        status: int,
        code: str | None = None,
        unclear: bool = False,
        of_another: bool = False,
    ) -> None:
        super().__init__(action, reason, advice, unclear=unclear)
        self.status = status
        self.code = code
        self.of_another = of_another


class AccessDenied(ErrorAnswer):
    """401 or 403: the credentials are wrong, or not allowed to do this."""


class NotFound(ErrorAnswer):
    """404: missing, or owned by another account."""


class Conflict(ErrorAnswer):
    """409: another change is being processed, or the object is in use."""


class RateLimited(ErrorAnswer):
    """429: too many requests, and waiting as told did not help in time."""
