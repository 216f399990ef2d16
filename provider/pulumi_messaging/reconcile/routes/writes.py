"""Writing fields of a message route, and comparing the vendor's answers with everything that is declared.

Vendor page: docs.telegent.com, "Update Message Route".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

from pulumi_messaging.core.diff import Change, alike, observe, patch
from pulumi_messaging.core.fields import Field, Kind, Value, Values
from pulumi_messaging.core.message_route import DIRECTIONS, MESSAGE_ROUTE, SPELLED, WITH_CREDENTIALS, MessageRouteFields
from pulumi_messaging.errors import AccessDenied, ApiError, NotApplied, RateLimited

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.routes.reads import RouteReads

Changes = tuple[Change, ...]
Answer = Mapping[str, Any]

# Seconds before a further read where an answer does not show what was sent: it may be stale. Where there is no answer,
# the first read waits for nothing.
_WAITS: Final = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Declared:
    """The values that the vendor is to show.

    Attributes:
        values: State name → declared value.
        spelled: State name → the vendor's text for the declared one, where it keeps another spelling.
    """

    values: Values = dataclasses.field(repr=False)
    spelled: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)

    def observe(self, answer: Answer) -> dict[str, Value]:
        """The values of an answer, with the declared spelling of those that the vendor is known to spell otherwise."""
        return respelled(self.values, self.spelled, observe(MESSAGE_ROUTE, answer))

    def contradicted(self, shown: Values) -> list[Field]:
        """The settings that are shown with another value."""
        pairs = ((field, self.values.get(field.state), shown.get(field.state)) for field in MESSAGE_ROUTE.settings)
        return [field for field, value, found in pairs if None not in (value, found) and not alike(field, value, found)]


@dataclass(frozen=True, slots=True)
class Written:
    """A route after a write.

    Attributes:
        shown: Its values as the vendor showed them last; empty if nothing showed them.
        sent: The changes that were sent.
        error: Why it is not certainly as declared; None where it is.
        spelled: As in ``Declared``, after this write.
    """

    shown: Values = dataclasses.field(default_factory=dict, repr=False)
    sent: Changes = ()
    error: ApiError | None = None
    spelled: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class RouteWrites:
    """Writes of fields, each with a comparison of its answer."""

    client: TelegentClient
    reads: RouteReads
    clock: Clock
    say: Callable[[str], None]  # writes one line for the user (stderr of the provider process)

    def update(self, route_id: str, changes: Changes, declared: Declared) -> Written:
        """Send the changes, or nothing if there is none.

        Raises:
            ApiError: The vendor refused the update, and did not apply it.
        """
        sent = _with_credentials((change for change in changes if not change.handed_back), declared.values)
        spelled = dict(declared.spelled)
        for change in changes:
            spelled.pop(change.field.state, None)
        declared = Declared(declared.values, spelled)
        body = patch(sent)
        if not body:
            return Written(spelled=spelled)
        answer, lost = None, None
        try:
            answer = self._send(route_id, body)
        except (AccessDenied, RateLimited) as error:  # a gateway may answer so for an update that took effect
            if error.of_another:
                raise
            return Written({}, sent, error, spelled)
        except ApiError as error:
            if not error.unclear:
                raise
            lost = error
        return self._compared(f"update message route {route_id}", route_id, answer, declared, Written({}, sent, lost))

    def created(self, route_id: str, answer: Answer | None, values: Values) -> Written:
        """Compare the answer to a create, or what a read shows where there was none."""
        given = ((field, values.get(field.state)) for field in MESSAGE_ROUTE.settings)
        sent = tuple(Change(field, None, value) for field, value in given if value not in (None, ""))
        action = f"create message route {values[MessageRouteFields.route_name.state]}"
        return self._compared(action, route_id, answer, Declared(values), Written({}, sent))

    def _compared(
        self, action: str, route_id: str, answer: Answer | None, declared: Declared, written: Written
    ) -> Written:
        """Compare the answer to a write with the declared values; what it does not show so is read again for a while.

        A field that was not sent and is not as declared was reset by the write, or changed by somebody else meanwhile:
        it is written once more.
        """
        settled = self._with_spelling(route_id, declared, self._settled(action, route_id, answer, declared, written))
        wrong = declared.contradicted(settled.shown)
        if (
            settled.error is None
            or settled.error.unclear
            or not wrong
            or {one.field for one in written.sent} & {*wrong}
        ):
            return settled
        reset = (Change(field, settled.shown[field.state], declared.values[field.state]) for field in wrong)
        again = _with_credentials(reset, declared.values)
        self.say(f"message route {route_id}: {_names(wrong)} changed with the update; written once more")
        sent = (*written.sent, *again)
        try:
            answer = self._send(route_id, patch(again))
        except ApiError as error:
            return Written(settled.shown, sent, error, settled.spelled)
        declared = Declared(declared.values, settled.spelled)
        return self._settled(action, route_id, answer, declared, Written({}, sent))

    def _send(self, route_id: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.client.update_message_route(route_id, body)
        finally:
            self.reads.wrote(route_id)

    def _settled(
        self, action: str, route_id: str, answer: Answer | None, declared: Declared, written: Written
    ) -> Written:
        """The route as the answer or a further read shows it, with an error unless that is as declared."""
        # An answer without the route's id may confirm a write, and shows nothing.
        shows = answer is not None and answer.get("MessageRouteId") == route_id
        shown = declared.observe(answer) if answer is not None and shows else {}
        for wait in _WAITS if shows else (0.0, *_WAITS):
            if shows and not _unproved(declared, shown, written):
                break
            self.clock.sleep(wait)
            try:
                shown, shows = declared.observe(self.client.get_message_route(route_id)), True
            except ApiError as error:
                failed = written.error or _not_applied(action, "but without the declared values", unclear=True)
                return Written(shown, written.sent, failed.unsettled(error.reason), declared.spelled)
        wrong = _unproved(declared, shown, written)
        if written.error and {change.field for change in written.sent} & {*wrong}:
            return Written(shown, written.sent, written.error, declared.spelled)
        not_applied = _not_applied(action, f"but not as declared: {_names(wrong)}") if wrong else None
        return Written(shown, written.sent, not_applied, declared.spelled)

    def _with_spelling(self, route_id: str, declared: Declared, written: Written) -> Written:
        """Accept texts that were sent and are kept in another spelling, and say so once."""
        other: dict[Field, str] = {}
        for change in written.sent:
            text = written.shown.get(change.field.state)
            if text != change.new and _spelling_of(change, text):
                other[change.field] = str(text)
        if not other:
            return written
        self.say(f"message route {route_id}: Telegent keeps {_names(other)} in another spelling, which counts as equal")
        spelled = {
            field.state: text for field, text in other.items() if not alike(field, declared.values[field.state], text)
        }
        shown = respelled(declared.values, spelled, written.shown)
        error = None if written.error and not declared.contradicted(shown) else written.error
        return Written(shown, written.sent, error, {**written.spelled, **spelled})


def respelled(declared: Values, spelled: Mapping[str, str], observed: Values) -> dict[str, Value]:
    """Observed values, with the declared one where the vendor shows the text that it keeps for it."""
    same = {name: declared[name] for name, text in spelled.items() if name in declared and observed.get(name) == text}
    return {**observed, **same}


def spelled_in(held: Values) -> dict[str, str]:
    """The vendor's spellings that a state remembers."""
    spelled = held.get(SPELLED)
    return {name: str(text) for name, text in spelled.items()} if isinstance(spelled, dict) else {}


def _with_credentials(changes: Iterable[Change], declared: Values) -> Changes:
    """The changes, and the declared credentials beside an authentication type of a route that had none.

    Answers do not show passwords: one that was lost with the type is no difference.
    """
    complete = {change.field: change for change in changes}
    for direction in DIRECTIONS:
        kind = complete.get(direction.authentication)
        if kind and kind.new in WITH_CREDENTIALS and kind.old not in WITH_CREDENTIALS:
            for field in (direction.user, direction.password):
                if declared.get(field.state):
                    complete.setdefault(field, Change(field, None, declared[field.state]))
    return tuple(complete.values())


def _unproved(declared: Declared, shown: Values, written: Written) -> list[Field]:
    """The fields that are not shown as declared; after a lost answer also those sent that are not shown."""
    unseen = [change.field for change in written.sent if written.error and change.field.state not in shown]
    return [*declared.contradicted(shown), *unseen]


def _spelling_of(change: Change, text: Value) -> bool:
    """Whether a text spells what was sent in another way: it has the same letters and digits, whatever their case."""
    field, sent = change.field, change.new
    if field.kind not in (Kind.STRING, Kind.URL) or not (isinstance(sent, str) and isinstance(text, str)):
        return False
    return alike(field, sent, text) or (_letters(sent) == _letters(text) != "" and not alike(field, change.old, text))


def _letters(text: str) -> str:
    return "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())


def _not_applied(action: str, words: str, *, unclear: bool = False) -> NotApplied:
    advice = "run the command again, and ask Telegent if it stays so"
    return NotApplied(action, f"Telegent answered success, {words}", advice, unclear=unclear)


def _names(fields: Iterable[Field]) -> str:
    return ", ".join(field.name for field in fields)
