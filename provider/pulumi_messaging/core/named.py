"""Kinds of objects that have a name at the vendor: the facts by which one code manages all of them.

A name tells one object from another where a create has to be found again, so no two may have the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pulumi_messaging.core.fields import Field, Output, Table, Value, Values
from pulumi_messaging.core.hidden import ADOPTED, AUTOMATIC_NAME

WITH_CREDENTIALS: Final = ("Basic", "Bearer")  # authentication types of directions


@dataclass(frozen=True, slots=True)
class Direction:
    """The fields of one webhook: URL and method, and the authentication with which the vendor calls it."""

    url: Field
    method: Field
    authentication: Field
    user: Field
    password: Field

    @property
    def fields(self) -> tuple[Field, ...]:
        """All of them."""
        return (self.url, self.method, self.authentication, self.user, self.password)


@dataclass(frozen=True, eq=False)
class Named:
    """One kind of objects with a name, each made, listed, read, updated and deleted by the vendor."""

    table: Table
    word: str  # what messages call an object (``message route``)
    vendor: str  # as people write it
    credentials: str  # the configuration key that an error names
    example: str  # an id, for advice
    id_key: str  # the vendor's key of the id
    name: Field
    adopt: Field
    on_destroy: Field
    keeping: str  # the values of ``on_destroy`` that neither delete nor put back, for advice
    leaving: str = ""  # how a number that was on no such object before leaves it again, for advice
    id_output: Output | None = None  # where the id is an output of a name of its own
    account_id: Field | None = None  # where one key may see several accounts
    directions: tuple[Direction, ...] = ()
    disables: Field | None = None  # the setting that `on_destroy="disable"` makes false

    @property
    def noun(self) -> str:
        """The last word of ``word``, where a line has said all of it."""
        return self.word.rpartition(" ")[2]

    @cached_property
    def compared(self) -> Mapping[str, Field]:
        """State name → setting that answers show."""
        return {row.state: row for row in self.table.settings if row.shown}

    @cached_property
    def later(self) -> frozenset[str]:
        """The state names of the settings that creates do not take."""
        return frozenset(row.state for row in self.table.settings if row.update_only)

    def account_id_of(self, values: Values) -> str | None:
        """The account id of inputs or outputs; None where they have none, and for a kind without."""
        return values.get(self.account_id.state) if self.account_id else None

    def policy(self, held: Values) -> str:
        """The value of ``on_destroy`` that holds for an object of the state."""
        return str(held.get(self.on_destroy.state) or ("restore" if held.get(ADOPTED) else "delete"))


def completed_name(name: str, adopt: str, old: Values, new: Values) -> dict[str, Value]:
    """Inputs with the object's name: the declared one, else the one it was created with, else the automatic one.

    ``AUTOMATIC_NAME`` comes in as the name that a new resource would get, and is kept as the name that it got: neither
    an alias nor a dropped name renames an object. An adopted one without a declared name is not renamed either.

    Args:
        name: State name of the name.
        adopt: State name of ``adopt``.
        old: The inputs of the last run.
        new: The inputs of this one.
    """
    named = dict(new)
    automatic = named.pop(AUTOMATIC_NAME, None)
    if name in named:
        return dict(new) if automatic == named[name] else named  # a name that was filled in before stays
    first = None if adopt in named else automatic  # an adopted object keeps the name that it has
    kept = (old.get(AUTOMATIC_NAME) or old.get(name)) if old else first
    return named | {name: kept, AUTOMATIC_NAME: kept} if kept else named
