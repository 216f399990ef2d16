"""What reading and writing one number's messaging settings is made of, for resources of one number and of many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import Change, managed, observe, patch
from pulumi_messaging.core.fields import Clear, Table, Value, Values, normal
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.errors import ApiError, NotApplied
from pulumi_messaging.reconcile.shown import shown

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.number_reads import NumberReads

Observed = dict[str, Value]

# A number that was just bought has no messaging settings for a while; public clients wait about this long.
PURCHASE_WAITS: Final = (2.0, 4.0, 6.0, 8.0)


def observed(answer: dict[str, Any]) -> Observed:
    """A vendor's settings object as state values."""
    found = observe(NUMBER_MESSAGING, answer)
    if isinstance(found.get("type"), str):
        # Both "long-code" and "longcode" are legal spellings of the same type.
        found["type"] = found["type"].replace("-", "").replace("_", "")
    return found


def name_of(number: Values) -> str:
    """How a number is named in texts."""
    return shown(number.get("phoneNumber") or number["phoneNumberId"])


def _full_name(number: Values) -> str:
    """A number with its id, which is what the vendor was sent: ``+15550100001 (1293384261075731501)``."""
    name, number_id = name_of(number), number["phoneNumberId"]
    return name if name == number_id else f"{name} ({number_id})"


def send(client: TelnyxClient, reads: NumberReads, current: Observed, changes: tuple[Change, ...]) -> Observed:
    """Send the changes of one number, if there are any, and compare the answer with the wish: the settings now.

    Raises:
        NotApplied: The vendor said yes and the settings are not as wished.
        ApiError: The vendor could not be asked, or refused.
    """
    if not changes:
        return current
    number_id = current["phoneNumberId"]
    try:
        answer = client.update_messaging(number_id, patch(changes), _full_name(current))
        complete = all(change.field.wire in answer for change in changes)
    except ApiError as error:
        if not error.unclear:
            raise
        lost: ApiError | None = error
        complete = False
    else:
        lost = None
    finally:
        reads.wrote(number_id)
    if not complete:  # what the answer does not tell, a read does
        try:
            answer = client.retrieve_messaging(number_id)
        except ApiError as error:
            alone = error.during(f"read messaging settings of number {_full_name(current)}")
            raise lost.unsettled(error.reason) if lost else alone from None
    after = observed(answer)
    for change in changes:
        seen = after.get(change.field.state, "")
        if normal(change.field, seen) != normal(change.field, change.new):
            raise lost or _not_applied(current, change, seen)
    return current | after


def ineligible(current: Values, changes: Iterable[Change]) -> str | None:
    """Why the number may not have the product that the changes give it, if it may not."""
    eligible = current.get("eligibleMessagingProducts")
    for change in changes:
        if change.field.state == "messagingProduct" and eligible and change.new not in eligible:
            return (
                f'cannot set messaging_product "{change.new}" of number {name_of(current)}: '
                f"eligible are {shown(', '.join(eligible))} (decided by Telnyx from the number's traffic); "
                f"declare one of these, or remove messaging_product"
            )
    return None


def still_ours(table: Table, held: Values, found: Values, goal: Values) -> Iterable[Change]:
    """What is to be put back: the managed settings that nobody else has changed since and that ``goal`` names."""
    for name, value in managed(table, held).items():
        field = table.row(name)
        if field not in table.settings or name not in goal:
            continue
        if normal(field, found.get(name)) != normal(field, value):
            continue  # changed by somebody since
        wished = goal[name]
        if normal(field, wished) != normal(field, value) and not (wished == "" and field.clear is Clear.NO):
            yield Change(field, value, wished)


def _not_applied(current: Values, change: Change, seen: Value) -> NotApplied:
    return NotApplied(
        f"update messaging settings of number {_full_name(current)}",
        f'Telnyx answered success, but {change.field.name} is "{shown(seen)}" and not "{change.new}"',
        "run `pulumi up` again, and ask Telnyx if it stays so",
    )
