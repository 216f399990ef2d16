"""What an account of numbers can do, whoever its vendor is; each vendor has one implementation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.core.fields import Values
    from pulumi_messaging.core.numbers import NumberResources


Observed = dict[str, Any]  # a number's settings, under state names
Row = dict[str, Any]  # the same under the vendor's names


class Page(Protocol):
    """One page of the account's list."""

    @property
    def rows(self) -> list[Row]:
        """The settings of numbers."""

    @property
    def pages(self) -> int | None:
        """The count of all pages; None where the answer does not tell."""

    @property
    def full(self) -> bool:
        """Whether there may be another page."""


class NumberApi(Protocol):
    """The numbers of one account at one vendor; every method sends requests, unless it says otherwise."""

    @property
    def resources(self) -> NumberResources:
        """The two resources of these numbers. No request."""

    @property
    def filters(self) -> bool:
        """Whether the list can be filtered by numbers. No request."""

    @property
    def client(self) -> TelegentClient | TelnyxClient:
        """The client, with its clock. No request."""

    def read(self, number: str, deadline: float | None = None) -> Row:
        """Read the settings of a number, named by its id or E.164."""

    def page(self, page: int = 1, numbers: Collection[str] = (), *, deadline: float | None = None) -> Page:
        """One page of the settings of the account's numbers, or of these E.164 ones."""

    def write(self, number_id: str, changes: Mapping[str, Any], named: str) -> Row:
        """Change settings: those after the change; a setting that the answer lacks has to be read."""

    def listed(self, number: str) -> Sequence[Row]:
        """The rows of the account's list with this E.164, dead ones too: ``id``, ``phone_number``, ``status``."""

    def knows(self, assignment: str) -> bool:
        """Whether the account has what a number may be on (a messaging profile, a message route)."""

    def observed(self, row: Row) -> Observed:
        """A row as state values. No request."""

    def refusal(self, current: Values, changes: Iterable[Change]) -> str | None:
        """The reason why a number may not have what the changes give it; None where it may. No request."""


def account_key(api: NumberApi) -> str:
    """The configuration key that names the account, for errors."""
    return api.client.settings.key(api.resources.credentials)


def equal_only(api: NumberApi) -> str:
    """The configuration key that refuses take-overs with a write, where it is set; else empty."""
    return api.client.settings.equal_only


def present(api: NumberApi) -> str:
    """What a number must be to be found, in messages: it follows "the number is" or "they are"."""
    return api.resources.present.format(account=account_key(api))
