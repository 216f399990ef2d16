"""The numbers of one vendor as resources, a single number or a group of numbers alike, whoever the vendor is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pulumi_messaging.core.declared import Declared, field, table
from pulumi_messaging.core.diff import Change, differences, has_unknown
from pulumi_messaging.core.fields import UNKNOWN, Kind, Table, Value, Values
from pulumi_messaging.core.members import canonical, changed, labelled, one_a_line, shown, there, unlabelled, unpacked
from pulumi_messaging.text import brief

ON_DESTROY: Final = "onDestroy"  # an argument of every resource
GROUP_ID: Final = "__group"  # hidden input: the automatic id of a group
MEMBERS: Final = "__numbers"  # hidden output: the numbers with what is remembered of each, packed


@dataclass(frozen=True, eq=False)
class NumberResources:
    """The two resources that one vendor's numbers have, and what differs between vendors without a request.

    Attributes:
        single: The table of a single number.
        group: The table of a group.
        vendor: Its name.
        credentials: The configuration key that an error names.
        settings: What a resource sets, in messages: ``messaging settings``.
        present: What a number must be to be found, in messages; ``{account}`` stands for the key.
        number: State name of a number's E.164.
        number_id: State name of the id that the vendor knows it by.
        numbers: State name of a group's numbers.
        volatile: State names of the settings whose accepted values the vendor changes by itself.
        identity: State name of an id that a number gets anew when it is bought again under the same ``number_id``.
    """

    single: Table
    group: Table
    vendor: str
    credentials: str
    settings: str
    present: str
    number: str
    number_id: str
    numbers: str
    volatile: frozenset[str] = frozenset()
    identity: str = ""

    def names_of_row(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The names of a vendor's row: id and E.164, ``""`` where the row lacks it."""
        return row.get(self.wires[self.number_id], ""), row.get(self.wires[self.number], "")

    def name_of(self, number: Values) -> str:
        """A number in messages: its E.164, else its id."""
        return brief(number.get(self.number) or number[self.number_id])

    def full_name(self, number: Values) -> str:
        """A number in messages with the id that was sent: ``+15550100001 (1293384261075731501)``."""
        name, number_id = self.name_of(number), number[self.number_id]
        return name if name == number_id else f"{name} ({number_id})"

    def reset_by_write(self, wish: Values, seen: Values) -> tuple[Change, ...]:
        """The settings that an answer shows with another value than the wish; one that it lacks is not known."""
        changes = differences(self.single, wish, seen)
        return tuple(change for change in changes if seen.get(change.field.state) is not None)

    def bought_again(self, held: Values, found: Values) -> bool:
        """Whether the number left the account since, and was bought again: it has another id of the same kind."""
        ids = [str(values.get(self.identity) or "") for values in (held, found)]
        kinds = {one.partition("-")[0] for one in ids}
        return len(kinds) == 1 and ids[0] != ids[1]

    @cached_property
    def wires(self) -> dict[str, str]:
        """State name → the vendor's key, of all that a single number has."""
        fields = {row.state: row.wire for row in self.single.fields if row.wire is not None}
        return fields | {row.state: row.wire for row in self.single.outputs}


def group_numbers(kind: Kind) -> Any:
    """The row of a group's numbers."""
    return field(
        kind,
        "numbers",
        "The numbers; order and repetition mean nothing. Leaving one out does what `on_destroy` states.",
        held=MEMBERS,
        lines=one_a_line,
        form=lambda value: unlabelled(value if isinstance(value, str) else shown(unpacked(value))),
    )


def group_table(declared: type[Declared], numbers: str, resource: str, page: str, assignment: str) -> Table:
    """The table of a group; ``numbers`` is the state name of its numbers, the rest as for ``Table``."""
    return table(
        declared,
        resource=resource,
        page=page,
        memory=MEMBERS,
        hidden=(GROUP_ID,),
        complete=_completion(numbers),
        assignment=assignment,
    )


def _completion(name: str) -> Callable[[Values, Values], dict[str, Value]]:
    def completed(old: Values, new: Values) -> dict[str, Value]:
        """The numbers as one text, each once; the automatic id stays."""
        settled = dict(new) | ({GROUP_ID: old[GROUP_ID]} if GROUP_ID in old else {})
        numbers = settled.get(name)
        if isinstance(numbers, list | tuple):
            if has_unknown(numbers):
                numbers = UNKNOWN
            elif all(isinstance(number, str) for number in numbers):  # others are refused, as they are
                numbers = canonical(numbers)
        settled[name] = _as_text(name, numbers, old, settled) if isinstance(numbers, str) else numbers
        return settled

    return completed


def _as_text(name: str, numbers: str, old: Values, new: Values) -> str:
    """The text of the numbers whose difference from the former text is the one that a preview is to show."""
    lines, former = there(numbers), old.get(name)
    if not isinstance(former, str) or former == labelled(lines):
        return labelled(lines)
    if unlabelled(former) != canonical(lines):
        return changed(lines)
    # Equal numbers in another form: the last run changed them, or an earlier version did. Nothing else is shown now?
    return labelled(lines) if _without(name, old) == _without(name, new) else former


def _without(name: str, values: Values) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key != name and not key.startswith("__")}
