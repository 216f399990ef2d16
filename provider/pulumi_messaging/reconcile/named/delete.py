"""The end of a named object by ``on_destroy``: delete, restore, disable or retain; and confirming that one is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.diff import Change
from pulumi_messaging.core.fields import Field, Values
from pulumi_messaging.core.hidden import ACCOUNT
from pulumi_messaging.core.named import Named
from pulumi_messaging.errors import ApiError, ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.named.restore import is_refusal, other_policies
from pulumi_messaging.reconcile.named.writes import Declared

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls
    from pulumi_messaging.reconcile.named.names import Names
    from pulumi_messaging.reconcile.named.reads import Reads
    from pulumi_messaging.reconcile.named.restore import Restore
    from pulumi_messaging.reconcile.named.writes import Writes

_MISSING: Final = (404, 405)  # 405: an account without the delete endpoint


@dataclass(frozen=True, slots=True, repr=False)
class Deletion:
    """Ends objects. By ``evidence`` a 404 means that one is gone, or another account's."""

    calls: Calls
    reads: Reads
    names: Names
    writes: Writes
    restore: Restore
    evidence: AccountEvidence

    @property
    def _kind(self) -> Named:
        return self.calls.kind

    def delete(self, object_id: str, held: Values, account_id: AccountId) -> Values:
        """Carry out ``on_destroy``; an object that is gone is done. Returns what a restore found, else nothing."""
        policy = self._kind.policy(held)
        if policy == "delete":
            self._refuse_in_use(object_id)
            self._delete(object_id, held, account_id)
        elif policy != "retain":
            try:
                if policy == "restore":
                    return self.restore.restore(object_id, held, account_id)
                if self._kind.disables:
                    self._disable(object_id, self._kind.disables)
            except NotFound:
                self.confirm_gone(object_id, held, account_id)
        return {}

    def _disable(self, object_id: str, setting: Field) -> None:
        disabled = Change(setting, None, new=False)
        try:
            written = self.writes.update(object_id, (disabled,), Declared({disabled.field.state: disabled.new}))
        except ErrorAnswer as error:
            raise self._advising(error, '"retain"') from None
        if written.error:
            raise written.error

    def confirm_gone(self, object_id: str, held: Values, account_id: AccountId) -> None:
        """Return if the account's list lacks an object for which a single read answers 404; else raise an error."""
        if self._is_listed(object_id, held, account_id):
            raise Refused(
                f"cannot find {self._kind.word} {object_id}: {self._kind.vendor} answered 404 although the account's "
                f"list has it; run the same command again, and ask {self._kind.vendor} if it stays so"
            )
        self._gone(object_id, held, account_id)

    def _delete(self, object_id: str, held: Values, account_id: AccountId) -> None:
        """Delete; where the answer does not show whether it was done, the list decides."""
        try:
            self.calls.delete(object_id)
        except ApiError as error:
            missing = error.refuses(_MISSING)
            if not (missing or error.unclear):
                raise self._advising(error, self._kind.keeping) from None
            failure = error
        else:
            self.evidence.found(object_id)
            self._gone(object_id, held, account_id)
            return
        finally:
            self.reads.wrote(object_id)
        try:
            still_there = self._is_listed(object_id, held, account_id)
        except ApiError as error:
            raise failure.unsettled(error.reason) from None
        if still_there:
            if not missing:
                raise failure
            raise Refused(
                f"cannot delete {self._kind.word} {object_id}: {failure.reason}, and the {self._kind.noun} still "
                f"exists; set on_destroy={self._kind.keeping}, run `pulumi up`, then destroy"
            )
        self._gone(object_id, held, account_id)

    def _is_listed(self, object_id: str, held: Values, account_id: AccountId) -> bool:
        """Whether the account's list has the object; where it has not, the account must be its own."""
        attempt = f"find {self._kind.word} {object_id}"
        try:
            if self.reads.is_listed(object_id, account_id):
                return True
        except NotFound:  # these credentials do not see the account that was asked for
            raise self.evidence.refused(attempt, self._with_account(held)) from None
        self.evidence.confirm_gone(self._with_account(held), attempt, object_id)
        return False

    def _gone(self, object_id: str, held: Values, account_id: AccountId) -> None:
        """Record that the object is gone: another one of its name may be made at once."""
        self.names.deleted(account_id, held.get(self._kind.name.state), object_id)

    def _refuse_in_use(self, object_id: str) -> None:
        users = self.calls.users(object_id)
        if users.count:
            leaving = f"; {self._kind.leaving}" if self._kind.leaving else ""
            raise Refused(
                f"cannot delete {self._kind.word} {object_id}: {users.count} number(s) still use it "
                f"({users.shown}); move them to another {self._kind.noun} first, "
                f"or set on_destroy={self._kind.keeping} and run `pulumi up`{leaving}"
            )

    def _advising(self, error: ApiError, policies: str) -> ApiError:
        """The error, with other policies as its advice where the vendor does not take the request."""
        return replace(error, advice=other_policies(self._kind, policies)) if is_refusal(error) else error

    def _with_account(self, held: Values) -> Values:
        """The state of an object, whose mark has its declared account too: it is an id of the account as well."""
        account_id = self._kind.account_id_of(held)
        return {**held, ACCOUNT: f"{held.get(ACCOUNT, '')} {account_id}"} if account_id else held
