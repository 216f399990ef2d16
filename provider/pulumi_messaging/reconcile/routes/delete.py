"""The end of a message route by ``on_destroy``: delete, restore, disable or retain it; and confirming that one is gone.

Vendor pages: docs.telegent.com, "List Inventory"; the delete is documented in the specification only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Values
from pulumi_messaging.core.hidden import ACCOUNT, ADOPTED
from pulumi_messaging.core.message_route import MessageRouteFields
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.routes.restore import is_refusal, other_policies
from pulumi_messaging.reconcile.routes.writes import Declared
from pulumi_messaging.text import brief, listed

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.routes.names import RouteNames
    from pulumi_messaging.reconcile.routes.reads import Account, RouteReads
    from pulumi_messaging.reconcile.routes.restore import RouteRestore
    from pulumi_messaging.reconcile.routes.writes import RouteWrites

_NUMBERS_LISTED: Final = 10
_NO_SUCH_ROUTE: Final = (404, 405)  # 405: an account without the delete endpoint


@dataclass(frozen=True, slots=True, repr=False)
class RouteDeletion:
    """Ends routes. By ``evidence`` a 404 means that a route is gone, or another account's."""

    client: TelegentClient
    reads: RouteReads
    names: RouteNames
    writes: RouteWrites
    restore: RouteRestore
    evidence: AccountEvidence

    def delete(self, route_id: str, held: Values, account: Account) -> Values:
        """Carry out ``on_destroy``: what a restore found; a route that is gone is done."""
        policy = held.get(MessageRouteFields.on_destroy.state) or ("restore" if ADOPTED in held else "delete")
        if policy == "delete":
            self._refuse_in_use(route_id)
            self._delete(route_id, held, account)
        elif policy != "retain":
            try:
                if policy == "restore":
                    return self.restore.restore(route_id, held, account)
                self._disable(route_id)
            except NotFound:
                self.confirm_gone(route_id, held, account)
        return {}

    def _disable(self, route_id: str) -> None:
        disabled = Change(MessageRouteFields.message_route_enabled, None, new=False)
        try:
            written = self.writes.update(route_id, (disabled,), Declared({disabled.field.state: disabled.new}))
        except ErrorAnswer as error:
            raise _advising(error, '"retain"') from None
        if written.error:
            raise written.error

    def confirm_gone(self, route_id: str, held: Values, account: Account) -> None:
        """Return if the account's list lacks a route for which a single read answers 404; else raise an error."""
        if self._is_listed(route_id, held, account):
            raise Refused(
                f"cannot find message route {route_id}: Telegent answered 404 although the account's list has it; "
                f"run the same command again, and ask Telegent if it stays so"
            )
        self._gone(route_id, held, account)

    def _delete(self, route_id: str, held: Values, account: Account) -> None:
        """Delete; where the answer does not show whether it was done, the list decides."""
        try:
            self.client.delete_message_route(route_id)
        except ApiError as error:
            no_such_route = isinstance(error, ErrorAnswer) and not error.of_another and error.status in _NO_SUCH_ROUTE
            if not (no_such_route or error.unclear):
                raise _advising(error, '"disable" or "retain"') from None
            failure = error
        else:
            self.evidence.found(route_id)
            self._gone(route_id, held, account)
            return
        finally:
            self.reads.wrote(route_id)
        try:
            still_there = self._is_listed(route_id, held, account)
        except ApiError as error:
            raise failure.unsettled(error.reason) from None
        if still_there:
            if not no_such_route:
                raise failure
            raise Refused(
                f"cannot delete message route {route_id}: {failure.reason}, and the route still exists; "
                f'set on_destroy="disable" (or "retain"), run `pulumi up`, then destroy'
            )
        self._gone(route_id, held, account)

    def _is_listed(self, route_id: str, held: Values, account: Account) -> bool:
        """Whether the account's list has the route; where it has not, the account must be that of the route."""
        attempt = f"find message route {route_id}"
        try:
            if self.reads.is_listed(route_id, account):
                return True
        except NotFound:  # these credentials do not see the account that was asked for
            raise self.evidence.refused(attempt, _with_account(held)) from None
        self.evidence.confirm_gone(_with_account(held), attempt, route_id)
        return False

    def _gone(self, route_id: str, held: Values, account: Account) -> None:
        """Record that the route is gone: another one of its name may be made at once."""
        self.names.deleted(account, held.get(MessageRouteFields.route_name.state), route_id)

    def _refuse_in_use(self, route_id: str) -> None:
        users = self.reads.users.of(route_id)
        numbers = list(map(brief, users.certain))
        if numbers:
            raise Refused(
                f"cannot delete message route {route_id}: {len(numbers)} number(s) still use it "
                f"({listed(numbers, _NUMBERS_LISTED)}); move them to another route first, "
                f'or set on_destroy="disable" or "retain" and run `pulumi up`'
            )
        if users.possible:
            raise Refused(
                f"cannot delete message route {route_id}: the inventory does not show which route "
                f"{len(users.possible)} number(s) use ({listed(list(map(brief, users.possible)), _NUMBERS_LISTED)}); "
                f'ask Telegent about them, or set on_destroy="disable" or "retain" and run `pulumi up`'
            )


def _advising(error: ApiError, policies: str) -> ApiError:
    """The error, with other policies as its advice where Telegent does not take the request."""
    return replace(error, advice=other_policies(policies)) if is_refusal(error) else error


def _with_account(held: Values) -> Values:
    """The state of a route with its declared account as a part of its mark: it is an id of the account as well."""
    account = held.get(MessageRouteFields.account_id.state)
    return {**held, ACCOUNT: f"{held.get(ACCOUNT, '')} {account}"} if account else held
