"""The numbers of a Telnyx account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_messaging.core.diff import observe
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING, NumberMessagingFields
from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.errors import NotFound
from pulumi_messaging.reconcile.numbers.reports import plain

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.api.telnyx_answers import Page
    from pulumi_messaging.core.diff import Change
    from pulumi_messaging.core.fields import Values
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.numbers.vendor import Observed, Row

_TYPE = NumberMessagingFields.type.state
_PRODUCT = NumberMessagingFields.messaging_product.state
_ELIGIBLE = NumberMessagingFields.eligible_messaging_products.state


@dataclass(frozen=True, slots=True, repr=False)
class TelnyxNumbers:
    """A ``NumberApi``."""

    client: TelnyxClient
    resources: ClassVar[NumberResources] = TELNYX_NUMBERS
    filters: ClassVar[bool] = True

    def read(self, number: str, deadline: float | None = None) -> Row:
        """As for ``NumberApi``, as all of these."""
        return self.client.retrieve_messaging(number, deadline)

    def page(self, page: int = 1, numbers: Collection[str] = (), *, deadline: float | None = None) -> Page:
        """Some numbers' settings."""
        return self.client.list_messaging(page, numbers, deadline=deadline)

    def write(self, number_id: str, changes: Mapping[str, Any], named: str) -> Row:
        """The answer is the whole settings object."""
        return self.client.update_messaging(number_id, changes, named)

    def listed(self, number: str) -> Sequence[Row]:
        """The account's list has other rows than that of the settings."""
        return self.client.list_phone_numbers(number)

    def knows(self, assignment: str) -> bool:
        """A messaging profile."""
        try:
            self.client.count_profile_numbers(assignment)
        except NotFound:
            return False
        return True

    @staticmethod
    def observed(row: Row) -> Observed:
        """With one spelling of the type."""
        found = observe(NUMBER_MESSAGING, row)
        if isinstance(found.get(_TYPE), str):
            # The vendor spells a type in two ways, "long-code" and "longcode".
            found[_TYPE] = found[_TYPE].replace("-", "").replace("_", "")
        return found

    def refusal(self, current: Values, changes: Iterable[Change]) -> str | None:
        """A product that is not among the number's eligible ones."""
        eligible = current.get(_ELIGIBLE)
        for change in changes:
            if change.field.state == _PRODUCT and eligible and change.new not in eligible:
                return (
                    f'cannot set messaging_product "{change.new}" of number {self.resources.name_of(current)}: '
                    f"eligible are {plain(eligible)} (decided by Telnyx from the number's traffic); "
                    f"declare one of these, or remove messaging_product"
                )
        return None
