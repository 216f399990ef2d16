"""One write of a number's settings, and whether the number is then as declared.

The whole answer is compared with everything declared: a change of the profile was seen to reset the product. A field
that another write reset is written once more. An answer may be older than the write, so it is read again for some
seconds before it is believed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change, alike, patch
from pulumi_messaging.core.fields import Value, Values
from pulumi_messaging.errors import AccessDenied, ApiError, NotApplied, NotFound, RateLimited
from pulumi_messaging.reconcile.numbers.reports import quoted

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.vendor import NumberApi, Observed, Row

# Seconds before each further read of a number whose answer does not show the values that were sent.
LOOKS: Final = (0.5, 1.0, 2.0)
# The declared write, and one more for fields that it reset.
_WRITES: Final = 2

Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Result of a write.

    Attributes:
        settings: As last answered.
        error: Why the number is not as declared.
        sent: Values that were sent and may have been applied, although no answer shows them.
        unchanged: Whether nothing was changed: nothing was sent, or the vendor refused and a read shows it.
    """

    settings: Observed = field(repr=False)
    error: ApiError | None = None
    sent: dict[str, Value] = field(default_factory=dict, repr=False)
    unchanged: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class OneWrite:
    """Writes one number after the other, for any thread."""

    api: NumberApi
    reads: NumberReads
    clock: Clock
    secret: Collection[str] = ()  # the state names of the arguments that the program gives as secrets
    proves: bool = False  # whether a read decides what became of a refused update; else that is left open

    def write(self, current: Observed, changes: Changes, declared: Values) -> Written:
        """Send the changes, if there are any, and bring about everything that is declared.

        Args:
            current: The settings before, with the number's id.
            changes: The settings to send.
            declared: Further settings that must be as declared afterwards.
        """
        names = {field.state for field in self.api.resources.single.settings if declared.get(field.state) is not None}
        wish = {name: declared[name] for name in names} | {change.field.state: change.new for change in changes}
        now = Written(current)
        for attempt in range(_WRITES):
            if not changes:
                return now
            now = self._send(now.settings, changes)
            if now.error is not None:
                return replace(now, unchanged=now.unchanged and attempt == 0)
            changes = self.api.resources.reset_by_write(wish, now.settings)
        return Written(now.settings, self._not_applied(current, changes)) if changes else now

    def _send(self, current: Observed, changes: Changes) -> Written:
        """Send one update, and read until the sent values show, or for too long."""
        resources = self.api.resources
        number_id, named = current[resources.number_id], resources.full_name(current)
        failure: ApiError | None = None
        answer: Row = {}
        try:
            answer = self.api.write(number_id, patch(changes), named)
        except ApiError as error:
            if _unsent(error):
                return Written(current, error, unchanged=True)
            # A refused update may have taken effect. After these refusals a read would be refused as well.
            if not error.unclear and (not self.proves or isinstance(error, (AccessDenied, RateLimited))):
                return Written(current, error, _values(changes))
            failure = error
        finally:
            self.reads.wrote(number_id)
        try:
            shown = self._shown(number_id, answer, changes, look_again=failure is None)
        except ApiError as error:
            if failure is not None and isinstance(error, NotFound):  # the number is gone
                return Written(current, failure, unchanged=True)
            alone = error.during(f"read {resources.settings} of number {named}")
            return Written(current, failure.unsettled(error.reason) if failure else alone, _values(changes))
        return self._compared(current, shown, changes, failure)

    def _shown(self, number_id: str, answer: Row, changes: Changes, *, look_again: bool) -> Observed:
        """The settings once they show the sent values; as they are after some seconds, if they do not."""
        if not all(change.field.wire in answer for change in changes):
            answer = self.api.read(number_id)
        shown = self.api.observed(answer)
        for wait in LOOKS if look_again else ():
            if not _missing(shown, changes) or self.clock.sleep(wait):
                break
            shown = self.api.observed(self.api.read(number_id))
        return shown

    def _compared(self, current: Observed, shown: Observed, changes: Changes, failure: ApiError | None) -> Written:
        """The result of an update, from the settings that are shown after it and the error of the update itself."""
        after, missing = current | shown, _missing(shown, changes)
        if failure is not None and not failure.unclear:
            return Written(after, failure, unchanged=len(missing) == len(changes))
        if not missing:
            return Written(after)
        return Written(after, failure or self._not_applied(current, missing), _values(missing))

    def _not_applied(self, current: Observed, changes: Changes) -> NotApplied:
        field, seen, sent = changes[0].field, changes[0].old, changes[0].new
        shown, wished = (quoted(field, value, self.secret) for value in (seen, sent))
        resources = self.api.resources
        return NotApplied(
            f"update {resources.settings} of number {resources.full_name(current)}",
            f"{resources.vendor} answered success, but {field.name} is {shown} and not {wished}",
            f"run the command again, and ask {resources.vendor} if it stays so",
        )


def _unsent(error: ApiError) -> bool:
    """Whether the update itself never reached the vendor."""
    return not (error.unclear or error.refuses())


def _values(changes: Changes) -> dict[str, Value]:
    return {change.field.state: change.new for change in changes}


def _missing(shown: Observed, changes: Changes) -> Changes:
    """The changes that an answer does not show, each with the value that it has in its place."""
    seen = ((change, shown.get(change.field.state, "")) for change in changes)
    return tuple(Change(one.field, value, one.new) for one, value in seen if not alike(one.field, one.new, value))
