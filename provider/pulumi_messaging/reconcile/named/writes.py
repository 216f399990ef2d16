"""Writing fields of a named object, and comparing the vendor's answers with everything that is declared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize

from pulumi_messaging.core.diff import Change, alike, observe, patch
from pulumi_messaging.core.fields import Field, Kind, Value, Values
from pulumi_messaging.core.hidden import SPELLED
from pulumi_messaging.core.named import WITH_CREDENTIALS, Named
from pulumi_messaging.errors import AccessDenied, ApiError, NotApplied, NotFound, RateLimited

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.named.calls import Calls
    from pulumi_messaging.reconcile.named.reads import Reads

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

    def observe(self, kind: Named, answer: Answer) -> dict[str, Value]:
        """The values of an answer, with the declared spelling of those that the vendor is known to spell otherwise."""
        return respelled(self.values, self.spelled, observe(kind.table, answer))

    def contradicted(self, kind: Named, shown: Values) -> list[Field]:
        """The settings that are shown with another value."""
        pairs = ((field, self.values.get(field.state), shown.get(field.state)) for field in kind.table.settings)
        return [field for field, value, found in pairs if None not in (value, found) and not alike(field, value, found)]


@dataclass(frozen=True, slots=True)
class Written:
    """An object after a write.

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
class Writes:
    """Writes of fields, each with a comparison of its answer."""

    calls: Calls
    reads: Reads
    say: Callable[[str], None]  # writes one line for the user (stderr of the provider process)

    @property
    def _kind(self) -> Named:
        return self.calls.kind

    def update(self, object_id: str, changes: Changes, declared: Declared, *, proves: bool = False) -> Written:
        """Send the changes, or nothing if there is none; ``proves``: a read decides what became of a refused update.

        Raises:
            ApiError: The vendor refused the update, and did not apply it as far as that is known.
        """
        sent = _with_credentials(self._kind, (change for change in changes if not change.handed_back), declared.values)
        spelled = dict(declared.spelled)
        for change in changes:
            spelled.pop(change.field.state, None)
        declared = Declared(declared.values, spelled)
        body = patch(sent)
        if not body:
            return Written(spelled=spelled)
        answer, lost = None, None
        try:
            answer = self._send(object_id, body)
        except (AccessDenied, RateLimited) as error:  # a gateway may answer so for an update that took effect
            if not (error.unclear or error.refuses()):  # it was not sent
                raise
            return Written({}, sent, error, spelled)
        except ApiError as error:
            if not error.unclear:
                return self._refused(object_id, declared, sent, error, proves=proves)
            lost = error
        return self._compared(
            f"update {self._kind.word} {object_id}", object_id, answer, declared, Written({}, sent, lost)
        )

    def _refused(self, object_id: str, declared: Declared, sent: Changes, error: ApiError, *, proves: bool) -> Written:
        """A refused update that took effect all the same, or may have; raises its error where it did not."""
        if not proves or not error.refuses():
            raise error
        try:
            shown = declared.observe(self._kind, self.calls.get(object_id))
        except ApiError as unread:
            if isinstance(unread, NotFound):
                raise error from None
            return Written({}, sent, error.unsettled(unread.reason), declared.spelled)
        told = [change for change in sent if change.field.state in shown]  # no answer tells a password
        if told and not any(alike(change.field, change.new, shown[change.field.state]) for change in told):
            raise error
        return Written(shown, sent, error, declared.spelled)

    def created(self, object_id: str, answer: Answer | None, values: Values) -> Written:
        """Compare the answer to a create, or what a read shows where there was none; then send what creates lack."""
        given = ((field, values.get(field.state)) for field in self._kind.table.settings)
        sent = tuple(Change(field, None, value) for field, value in given if value not in (None, ""))
        later = tuple(change for change in sent if change.field.update_only)
        action = f"create {self._kind.word} {values[self._kind.name.state]}"
        declared = Declared({name: value for name, value in values.items() if name not in self._kind.later})
        first = tuple(change for change in sent if change not in later)
        written = self._compared(action, object_id, answer, declared, Written({}, first))
        if not later or written.error:
            return dataclasses.replace(written, sent=sent)
        try:
            return self.update(object_id, later, Declared(values, written.spelled))
        except ApiError as error:
            return Written(written.shown, sent, error, written.spelled)

    def _compared(
        self, action: str, object_id: str, answer: Answer | None, declared: Declared, written: Written
    ) -> Written:
        """Compare the answer to a write with the declared values; what it does not show so is read again for a while.

        A field that was not sent and is not as declared was reset by the write, or changed by somebody else meanwhile:
        it is written once more. A name is not: another object may have it by now.
        """
        settled = self._with_spelling(object_id, declared, self._settled(action, object_id, answer, declared, written))
        wrong = declared.contradicted(self._kind, settled.shown)
        if (
            settled.error is None
            or settled.error.unclear
            or not wrong
            or self._kind.name in wrong
            or {one.field for one in written.sent} & {*wrong}
        ):
            return settled
        reset = (Change(field, settled.shown[field.state], declared.values[field.state]) for field in wrong)
        again = _with_credentials(self._kind, reset, declared.values)
        self.say(f"{self._kind.word} {object_id}: {_names(wrong)} changed with the update; written once more")
        sent = (*written.sent, *again)
        try:
            answer = self._send(object_id, patch(again))
        except ApiError as error:
            return Written(settled.shown, sent, error, settled.spelled)
        declared = Declared(declared.values, settled.spelled)
        return self._settled(action, object_id, answer, declared, Written({}, sent))

    def _send(self, object_id: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.calls.update(object_id, body)
        finally:
            self.reads.wrote(object_id)

    def _settled(
        self, action: str, object_id: str, answer: Answer | None, declared: Declared, written: Written
    ) -> Written:
        """The object as the answer or a further read shows it, with an error unless that is as declared."""
        # An answer without the object's id may confirm a write, and shows nothing.
        shows = answer is not None and answer.get(self._kind.id_key) == object_id
        shown = declared.observe(self._kind, answer) if answer is not None and shows else {}
        for wait in _WAITS if shows else (0.0, *_WAITS):
            if shows and not self._unproved(declared, shown, written):
                break
            self.calls.clock.sleep(wait)
            try:
                shown, shows = declared.observe(self._kind, self.calls.get(object_id)), True
            except ApiError as error:
                failed = written.error or self._not_applied(action, "but without the declared values", unclear=True)
                return Written(shown, written.sent, failed.unsettled(error.reason), declared.spelled)
        wrong = self._unproved(declared, shown, written)
        if written.error and {change.field for change in written.sent} & {*wrong}:
            return Written(shown, written.sent, written.error, declared.spelled)
        not_applied = self._not_applied(action, f"but not as declared: {_names(wrong)}") if wrong else None
        return Written(shown, written.sent, not_applied, declared.spelled)

    def _with_spelling(self, object_id: str, declared: Declared, written: Written) -> Written:
        """Accept texts that were sent and are kept in another spelling, and say so once."""
        other: dict[Field, str] = {}
        for change in written.sent:
            text = written.shown.get(change.field.state)
            if text != change.new and _spelling_of(change, text):
                other[change.field] = str(text)
        if not other:
            return written
        self.say(
            f"{self._kind.word} {object_id}: {self._kind.vendor} keeps {_names(other)} in another spelling, which "
            f"counts as equal"
        )
        spelled = {
            field.state: text for field, text in other.items() if not alike(field, declared.values[field.state], text)
        }
        shown = respelled(declared.values, spelled, written.shown)
        error = None if written.error and not declared.contradicted(self._kind, shown) else written.error
        return Written(shown, written.sent, error, {**written.spelled, **spelled})

    def _unproved(self, declared: Declared, shown: Values, written: Written) -> list[Field]:
        """The fields that are not shown as declared; after a lost answer also those sent that are not shown."""
        unseen = [change.field for change in written.sent if written.error and change.field.state not in shown]
        return [*declared.contradicted(self._kind, shown), *unseen]

    def _not_applied(self, action: str, words: str, *, unclear: bool = False) -> NotApplied:
        vendor = self._kind.vendor
        advice = f"run the command again, and ask {vendor} if it stays so"
        return NotApplied(action, f"{vendor} answered success, {words}", advice, unclear=unclear)


def respelled(declared: Values, spelled: Mapping[str, str], observed: Values) -> dict[str, Value]:
    """Observed values, with the declared one where the vendor shows the text that it keeps for it."""
    same = {name: declared[name] for name, text in spelled.items() if name in declared and observed.get(name) == text}
    return {**observed, **same}


def spelled_in(held: Values) -> dict[str, str]:
    """The vendor's spellings that a state remembers."""
    spelled = held.get(SPELLED)
    return {name: str(text) for name, text in spelled.items()} if isinstance(spelled, dict) else {}


def _with_credentials(kind: Named, changes: Iterable[Change], declared: Values) -> Changes:
    """The changes, and the declared credentials beside an authentication type of an object that had none.

    Answers do not show passwords: one that was lost with the type is no difference.
    """
    complete = {change.field: change for change in changes}
    for direction in kind.directions:
        its = complete.get(direction.authentication)
        if its and its.new in WITH_CREDENTIALS and its.old not in WITH_CREDENTIALS:
            for field in (direction.user, direction.password):
                if declared.get(field.state):
                    complete.setdefault(field, Change(field, None, declared[field.state]))
    return tuple(complete.values())


def _spelling_of(change: Change, text: Value) -> bool:
    """Whether a text spells what was sent in another way: it has the same letters and digits, whatever their case."""
    field, sent = change.field, change.new
    if field.kind not in (Kind.STRING, Kind.URL) or not (isinstance(sent, str) and isinstance(text, str)):
        return False
    return alike(field, sent, text) or (_letters(sent) == _letters(text) != "" and not alike(field, change.old, text))


def _letters(text: str) -> str:
    return "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())


def _names(fields: Iterable[Field]) -> str:
    return ", ".join(field.name for field in fields)
