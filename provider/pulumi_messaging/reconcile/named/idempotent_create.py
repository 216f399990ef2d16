"""An idempotent create over an API that has no idempotency keys.

A create may have been applied although its answer was lost, or although a gateway in front of the vendor refused it
(429, 401, 403). The vendor's list decides: it is read until it has settled, and the create is sent again only if the
list does not show the object.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.errors import AccessDenied, ApiError, MessagingError, RateLimited, Refused

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock

# Seconds after a create in which the vendor's list may still lack the object, because the list lags or the create is
# applied late. No vendor page documents it; the last look is not made earlier.
SETTLED: Final = 15.0
_LOOKS: Final = (0.0, 1.0, 3.0, 7.0, SETTLED)
# Attempts before giving up, by kind of failure: a fresh token that was refused stays refused, while a rate limit that
# others have used up frees up within a minute.
_LOST, _DENIED, _LIMITED = 4, 2, 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that appeared since the create was sent; ``ours`` when its values are the declared ones."""

    object_id: str
    ours: bool


def create_once(send: Callable[[], str], look: Callable[[], Sequence[Candidate]], clock: Clock) -> str:
    """Send a create until it has certainly been applied once, and return the id of the object.

    Args:
        send: Sends the create and returns the new id.
        look: Reads the vendor's list.
        clock: The time that waits go by.

    Raises:
        Refused: Several objects appeared, or one with other values: none is certainly ours.
        ApiError: The create was refused, or its outcome cannot be read.
    """
    failures: Counter[int] = Counter()
    while True:
        try:
            return send()
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        allowed = _DENIED if isinstance(lost, AccessDenied) else _LIMITED if isinstance(lost, RateLimited) else _LOST
        failures[allowed] += 1
        try:
            found = _settled(look, clock)
        except MessagingError as error:
            raise lost.unsettled(error.reason if isinstance(error, ApiError) else str(error)) from None
        if len(found) == 1 and found[0].ours:
            return found[0].object_id
        if found:
            ids = ", ".join(candidate.object_id for candidate in found)
            raise Refused(
                f"cannot {lost.action}: {lost.reason}; {ids} appeared meanwhile and none is certainly ours: "
                f'keep one with adopt="{found[0].object_id}" and delete the others'
            )
        if failures[allowed] == allowed:
            raise lost


def _settled(look: Callable[[], Sequence[Candidate]], clock: Clock) -> Sequence[Candidate]:
    """The first objects that the list shows; none if it has settled without any."""
    begun = clock.monotonic()
    for moment, following in zip(_LOOKS, (*_LOOKS[1:], math.inf), strict=True):
        passed = clock.monotonic() - begun
        if passed >= following:  # a slow look: the next one replaces those it has overtaken
            continue
        clock.sleep(max(0.0, moment - passed))
        if found := look():
            return found
    return ()
