"""The vendor's calls for one kind of named objects, which a kind's own package makes from its client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from pulumi_messaging.text import brief

if TYPE_CHECKING:
    from pulumi_messaging.api.clock import Clock
    from pulumi_messaging.core.named import Named

_SHOWN: Final = 10

Row = dict[str, Any]  # an object as an answer shows it
AccountId = str | None  # an id of the vendor, where one key sees several accounts; None: the only one, or its default


@dataclass(frozen=True, slots=True)
class Rows:
    """The objects of an account, each once and with its id. ``complete`` is False where the vendor counts others."""

    rows: tuple[Row, ...] = field(repr=False)
    complete: bool
    account_ids: frozenset[str] = frozenset()  # that the answers show


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects are: the API, the account that its key stands for, and the limits of the settings."""

    base_url: str
    emulator_store: str | None
    account_id: AccountId  # the default one
    key_mark: str  # digest of base URL and key
    timeout_seconds: float
    equal_only: str  # the key that refuses take-overs with a write, where it is set


@dataclass(frozen=True, slots=True)
class Users:
    """The numbers that use an object, which must not be deleted then."""

    named: tuple[str, ...] = ()  # the first of them at least
    count: int = 0

    @property
    def shown(self) -> str:
        """The first of them, and how many more there are."""
        first = [brief(name) for name in self.named[:_SHOWN]]
        rest = self.count - len(first)
        return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


class Calls(Protocol):
    """The calls of one kind, for any thread. Every method raises ApiError where the vendor refuses or cannot be asked.

    Attributes:
        kind: The kind of objects.
        clock: The time that waits go by.
        place: Where the objects are.
    """

    kind: Named

    clock: Clock
    place: Place

    def check_access(self) -> None:
        """Have what a list request needs, so that no wait for a vendor that refuses the key is in vain."""

    def create(self, body: Mapping[str, Any], before: Callable[[], None]) -> Row:
        """Make an object; never sent again after an unclear outcome. ``before`` is called when it may leave."""

    def get(self, object_id: str, deadline: float | None = None) -> Row:
        """Read an object."""

    def list(self, account_id: AccountId, deadline: float | None, before: Callable[[], object]) -> Rows:
        """List an account's objects. ``before`` is called when the first request may leave."""

    def update(self, object_id: str, changes: Mapping[str, Any]) -> Row:
        """Change the settings of ``changes``, which have the vendor's keys."""

    def delete(self, object_id: str) -> None:
        """Delete an object."""

    def ids_in(self, text: str) -> set[str]:
        """The ids in an answer to a create that could not be read."""

    def users(self, object_id: str) -> Users:
        """The numbers that use an object, as they are now.

        Raises:
            Refused: The answer does not show whether there are any.
        """
