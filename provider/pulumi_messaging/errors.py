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

from dataclasses import dataclass
from typing import Any, Self


class MessagingError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigurationError(MessagingError):
    """A setting is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one property of a resource: the property in camelCase, and the reason with the accepted values."""

    property: str
    reason: str


class InvalidInput(MessagingError):
    """One or more declared values cannot be accepted; ``problems`` holds all of them."""

    def __init__(self, resource: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{resource}: {problem.property} {problem.reason}" for problem in problems))
        self.problems = problems


class Refused(MessagingError):
    """The change would harm existing objects; the text says how to go on."""


class Unfinished(MessagingError):
    """Partial failure: some objects of one resource are not as declared; successful changes are kept in the state.

    Args:
        summary: The attempt, and how much of it succeeded.
        object_id: The id of the resource.
        outputs: The outputs for the state.
        reasons: One line for each reason, with its objects.
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
        action: The operation and its object, in the infinitive (``update message route MRID-1``).
        reason: The answer, or its absence, in one line.
        advice: The next step for the user.
        unclear: Whether the vendor may have carried out the request: it was sent, and no answer gives its outcome.
    """

    def __init__(self, action: str, reason: str, advice: str, *, unclear: bool = False) -> None:
        super().__init__(f"cannot {action}: {reason}; {advice}")
        self.action = action
        self.reason = reason
        self.advice = advice
        self.unclear = unclear

    def during(self, action: str) -> Self:
        """The same failure as a new error of another action: several callers may have waited for one request."""
        return self._copy(action, self.reason)

    def unsettled(self, why: str) -> Self:
        """The same failure of unclear outcome, with the reason why the outcome could not be read."""
        return self._copy(self.action, f"{self.reason}, and what became of it could not be read: {why}")

    def _copy(self, action: str, reason: str) -> Self:
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        ApiError.__init__(other, action, reason, self.advice, unclear=self.unclear)
        return other


class NoAnswer(ApiError):
    """No HTTP answer came back. ``sent``: whether the vendor may have received the request."""

    def __init__(self, action: str, reason: str, advice: str, *, sent: bool, unclear: bool | None = None) -> None:
        super().__init__(action, reason, advice, unclear=sent if unclear is None else unclear)
        self.sent = sent


class UnreadableAnswer(ApiError):
    """The answer is not what the vendor documents. ``text``: its beginning, for a search, never for display."""

    def __init__(self, action: str, reason: str, advice: str, *, text: str = "", unclear: bool = True) -> None:
        super().__init__(action, reason, advice, unclear=unclear)
        self.text = text


class NotApplied(ApiError):
    """The vendor answered success, but did not apply the value that was sent."""


class ErrorAnswer(ApiError):
    """The vendor refused.

    Args:
        action: As for every ApiError.
        reason: As for every ApiError.
        advice: As for every ApiError.
        status: The HTTP status.
        code: The vendor's own code, where it gives one.
        unclear: As for every ApiError.
        of_another: Whether it answers another request that this one needed first (a token).
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
    """404: the object is missing, or belongs to another account."""


class Conflict(ErrorAnswer):
    """409: another change is being processed, or the object is in use."""


class RateLimited(ErrorAnswer):
    """429: too many requests, even after the waits that the vendor asked for."""
