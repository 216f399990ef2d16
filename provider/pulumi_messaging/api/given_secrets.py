"""What the program gave as a secret, kept out of every line, error and reason of a process.

The inputs and outputs of a resource name the arguments that were given as secrets (``core.hidden.SECRETS``). Each
operation shows them its values first, and each text passes ``without`` last, whoever wrote it. A phone number becomes
its numeric id where that is known, which is no secret: the state has it in clear. Any other text becomes ``[secret]``.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import quote

from pulumi_messaging.core.fields import NUMBER, NUMBERS, Field, Kind, Table, Values, normal, whole
from pulumi_messaging.core.hidden import secrets_of
from pulumi_messaging.core.members import unpacked
from pulumi_messaging.core.number_messaging import NumberMessagingFields
from pulumi_messaging.core.numbers import MEMBERS
from pulumi_messaging.text import HIDDEN, SHORT, one_blank

_NUMBERS: Final = (*NUMBER, *NUMBERS)
# Values out of few, which any sentence may have; so are numbers of fewer characters.
_OF_FEW: Final = frozenset({Kind.BOOLEAN, Kind.CHOICE, Kind.CHOICES})
_SHORTEST_AMOUNT: Final = 4
_NUMBER, _NUMBER_ID = NumberMessagingFields.phone_number.state, NumberMessagingFields.phone_number_id.state
_E164: Final = re.compile(r"\+([0-9]{7,15})(?![0-9])")
_LONGEST_NUMBER: Final = 15
_ID: Final = re.compile("[0-9]{16,32}")  # no E.164 is as long
_DIGITS: Final = re.compile(r"[0-9]+")
_MAYBE_NUMBERS: Final = re.compile(r"\+?[0-9](?:[ ().-]{0,2}[0-9])+")
_NAMED_TWICE: Final = re.compile(r"\b([0-9]{16,32}) \(\1\)")
_ALL: Final = re.compile(r".+", re.DOTALL)
# Where our own texts have values; the action of a create has a name without quotation marks.
_VALUES: Final = re.compile(r'"[^"]*"|(?:(?<=create message route )|(?<=create messaging profile ))[^:(]*')
_CUT: Final = re.compile(r"(…|\.\.\.)")
_LONGEST_COUNTRY_CODE: Final = 3
_SHORTEST_NATIONAL: Final = 8
_SHORTEST_CUT: Final = 4
_LONG_WORD: Final = 16


class GivenSecrets:
    """The secrets of one program, for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._long: frozenset[str] = frozenset()  # replaced everywhere
        self._words: frozenset[str] = frozenset()  # may be words of any sentence: replaced where values stand
        self._numbers: dict[str, str] = {}  # digits, with and without a country code → all digits
        self._secret_ids: frozenset[str] = frozenset()  # of numbers that were given by them: their E.164 is secret too
        self._ids: dict[str, str] = {}  # digits of every number that was seen → its id; "": it has several

    def sent(self, body: Mapping[str, Any]) -> Iterator[str]:
        """The secrets in the body of a request, which the vendor's words may repeat in any form; numbers apart."""
        return (text for text in _texts(body) if text in self._long or text in self._words)

    def learn(self, table: Table, *values: Values) -> None:
        """Learn the secrets of one resource from its inputs and outputs, with the values from before ours."""
        names = frozenset().union(*map(secrets_of, values))
        fields = (row for row in table.fields if row.kind not in _OF_FEW and not _names_the_object(row))
        rows = [row for row in fields if row.secret or row.state in names]
        given = " ".join(text for row in rows if row.kind in _NUMBERS for text in _of(row, values))
        numbers, ids = set(_E164.findall(given)), set(_ID.findall(given))
        texts = {
            form for row in rows if row.kind not in _NUMBERS for text in _of(row, values) for form in _forms(row, text)
        }
        words = {text for text in texts if _is_word(text)}
        with self._lock:
            if not texts <= self._long | self._words:
                self._long |= texts - words
                self._words |= words
            if new := ids - self._secret_ids:
                self._secret_ids |= new  # before the search: another thread may get to know a number meanwhile
                numbers |= {number for number, number_id in tuple(self._ids.items()) if number_id in new}
            self._hide_numbers(numbers)
        for number, number_id in _pairs(values) if given else ():
            self.known_as(number, number_id)

    def _hide_numbers(self, numbers: Collection[str]) -> None:
        if any(self._numbers.get(number) != number for number in numbers):
            national = {form: number for number in numbers for form in _national(number)}
            self._numbers = national | self._numbers | {number: number for number in numbers}

    def known_as(self, number: str, number_id: str) -> None:
        """Record the numeric id of a number."""
        digits = number.removeprefix("+")
        if not _ID.fullmatch(number_id):
            return
        self._ids[digits] = number_id if self._ids.get(digits, number_id) == number_id else ""
        if number_id in self._secret_ids:
            with self._lock:
                self._hide_numbers((digits,))

    def without(self, text: str, *, in_quotes: bool = False) -> str:
        """The text without the secrets; all of it stands in quotes where it is the vendor's."""
        if self._numbers:
            text = _MAYBE_NUMBERS.sub(lambda found: self._named(found[0]), text)
            text = _NAMED_TWICE.sub(r"\1", text)
        text = _replaced(text, self._long)
        if self._words:
            values = _ALL if in_quotes else _VALUES
            text = values.sub(lambda found: _replaced(found[0], self._words), text)
        if not _CUT.search(text):
            return text
        return _without_beginnings(text, self._long | self._words | set(self._numbers.values()))

    def _named(self, text: str) -> str:
        """Digits in groups, with each secret number among them replaced by its name."""
        groups = [found.span() for found in _DIGITS.finditer(text)]
        named, done = "", 0
        for first, (start, _) in enumerate(groups):
            for last in groups[first : first + _LONGEST_NUMBER] if start >= done else ():
                digits = "".join(_DIGITS.findall(text[start : last[1]])).lstrip("0")
                if number := self._numbers.get(digits):
                    named += text[done:start].removesuffix("+") + (self._ids.get(number) or HIDDEN)
                    done = last[1]
                    break
        return named + text[done:]


def _names_the_object(row: Field) -> bool:
    """Whether a value is the id that the state has in clear (``adopt``)."""
    return row.kind in (Kind.ROUTE_ID, Kind.UUID) and row.wire is None


def _of(row: Field, values: Iterable[Values]) -> Iterator[str]:
    """The texts of a field in inputs and outputs; hidden outputs have former values and other spellings."""
    for each in values:
        yield from _texts(each, {row.state, row.held})


def _texts(value: Any, below: Collection[str | None] | None = None) -> Iterator[str]:
    """The texts and amounts in a value; where names are given, those ``below`` one of them."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, None if below and key in below else below)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, below)
    elif below is not None or isinstance(value, bool):
        return
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and len(amount := str(whole(value))) >= _SHORTEST_AMOUNT:
        yield amount


def _forms(row: Field, text: str) -> set[str]:
    """A text as it may stand in a line."""
    folded = normal(row, text) if row.kind in (Kind.STRING, Kind.URL, Kind.UUID) else text
    forms = {form for form in (text, one_blank(text), str(folded), normalize("NFD", one_blank(text))) if form.strip()}
    if row.kind is Kind.UUID:
        forms |= {spelled for form in forms for spelled in (form.upper(), form.replace("-", ""))}
    return (
        forms | {json.dumps(form)[1:-1] for form in forms} | {quote(form, safe="", errors="replace") for form in forms}
    )


def _national(number: str) -> Iterator[str]:
    """What may be left of a number's digits without its country code, which has one to three."""
    codes = range(1, min(_LONGEST_COUNTRY_CODE, len(number) - _SHORTEST_NATIONAL) + 1)
    return (number[length:].lstrip("0") for length in codes)


def _is_word(text: str) -> bool:
    """Whether a text is short, or one or several words such as a sentence may have."""
    return len(text) < SHORT or all(word.isalpha() and len(word) < _LONG_WORD for word in text.split())


def _pairs(values: Iterable[Values]) -> Iterator[tuple[str, str]]:
    """The numbers of a state whose ids it has."""
    for each in values:
        if each.get(_NUMBER) and each.get(_NUMBER_ID):
            yield str(each[_NUMBER]), str(each[_NUMBER_ID])
        for member in unpacked(each.get(MEMBERS) or ()):
            if member.number_id:
                yield member.number, member.number_id


def _replaced(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret replaced, of two that overlap all of both; a short one only as a whole word."""
    shown = [True] * len(text)
    for secret in secrets:
        if secret in text:  # few are: a search for all of them at once would take longer to prepare
            pattern = re.escape(secret)
            for found in re.finditer(pattern if len(secret) >= SHORT else rf"(?<!\w){pattern}(?!\w)", text):
                shown[found.start() : found.end()] = [False] * len(secret)
    runs = groupby(zip(text, shown, strict=True), key=itemgetter(1))
    return "".join("".join(char for char, _ in run) if kept else HIDDEN for kept, run in runs)


def _without_beginnings(text: str, secrets: Iterable[str]) -> str:
    """The text without the beginning of a secret that is cut off by an ellipsis."""
    *parts, last = _CUT.split(text)  # each part is followed by its ellipsis
    return "".join((*(part if _CUT.fullmatch(part) else _without_end(part, secrets) for part in parts), last))


def _without_end(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        begins = secret[:_SHORTEST_CUT] in text  # seldom
        for length in range(min(len(secret), len(text)), _SHORTEST_CUT - 1, -1) if begins else ():
            if text.endswith(secret[:length]):
                return text[:-length].removesuffix("+") + HIDDEN
    return text
