"""The reconciler of named objects: creates, takes over and reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pulumi_messaging.core.diff import creation, managed
from pulumi_messaging.core.fields import Value, Values, normal
from pulumi_messaging.core.hidden import ACCOUNT, AUTOMATIC_NAME, written_in
from pulumi_messaging.core.named import Named
from pulumi_messaging.errors import MessagingError, NotFound, Refused, Unfinished, UnreadableAnswer
from pulumi_messaging.reconcile.named.delete import Deletion
from pulumi_messaging.reconcile.named.former import Former
from pulumi_messaging.reconcile.named.idempotent_create import Candidate, create_once
from pulumi_messaging.reconcile.named.names import Names
from pulumi_messaging.reconcile.named.outputs import outputs_after, reading_of
from pulumi_messaging.reconcile.named.reads import Reads
from pulumi_messaging.reconcile.named.restore import Restore
from pulumi_messaging.reconcile.named.take_over import TakeOvers, is_as_declared
from pulumi_messaging.reconcile.named.update import Updates
from pulumi_messaging.reconcile.named.writes import Answer, Writes, Written
from pulumi_messaging.reconcile.reconciler import Reading

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.named.calls import AccountId, Calls
    from pulumi_messaging.reconcile.named.create_notes import PendingCreates
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.reconcile.takeover import TakeOverLines


class NamedObjects:
    """The objects of one kind, of one set of credentials, for all threads of a process.

    Args:
        calls: The vendor's calls.
        ownership: Which objects the resources of this run hold.
        pending: The notes of creates on this machine.
        say: Writes one line for the user (stderr of the provider process).
        evidence: The account behind the credentials.
        lines: Says what take-overs overwrite.
        memory: What is remembered of objects that change hands.
    """

    def __init__(
        self,
        calls: Calls,
        ownership: Ownership,
        pending: PendingCreates,
        say: Callable[[str], None],
        evidence: AccountEvidence,
        *,
        lines: TakeOverLines,
        memory: Memory,
    ) -> None:
        self._calls = calls
        self._kind: Named = calls.kind
        self._ownership = ownership
        self._say = say
        self.evidence = evidence
        self._memory = memory
        self._reads = Reads(calls)
        self._names = Names(calls, self._reads, pending, say)
        self._writes = Writes(calls, self._reads, say)
        self._updates = Updates(calls, self._reads, self._names, self._writes, memory)
        self._take_overs = TakeOvers(calls, self._reads, self._updates, ownership, memory, lines)
        restore = Restore(calls, self._updates, say)
        self._deletion = Deletion(calls, self._reads, self._names, self._writes, restore, evidence)

    def create(self, declared: Values) -> tuple[str, dict[str, Value]]:
        """Make the object, or take over the one that ``adopt`` or the automatic name points to: id and outputs.

        Raises:
            Refused: An object has the declared name, several have the automatic one, one has it without evidence that
                it is ours, or another resource has the object.
            Unfinished: The object exists, and is not certainly as declared; or another one of its name has appeared.
            ApiError: The vendor refused, or cannot be asked.
        """
        adopt, account_id = normal(self._kind.adopt, declared.get(self._kind.adopt.state)), self._account_id(declared)
        if adopt is not None:
            written, former = self._take_overs.by_argument(adopt, declared, account_id)
            return adopt, self._finished(adopt, declared, written, former)
        return self._create(declared, account_id)

    def read(self, object_id: str, held: Values) -> Reading | None:
        """Read the object; None when the account's list confirms that it is gone.

        Raises:
            Refused: The object was made with other credentials, or the list contradicts or cannot confirm the 404.
            ApiError: The vendor cannot be asked.
        """
        account_id = self._account_id(held)
        try:
            answer = self._reads.one(object_id, account_id, managed(self._kind.table, held))
        except NotFound:
            self._deletion.confirm_gone(object_id, held, account_id)
            return None
        self._names.forget(account_id, held.get(self._kind.name.state))  # the state has it
        self.evidence.found(object_id)
        return reading_of(self._kind, object_id, self._remembered(object_id, held), answer)

    def update(self, object_id: str, held: Values, declared: Values) -> dict[str, Value]:
        """Send the changed managed fields, or nothing if none differs: the outputs.

        Raises:
            Refused: The new name is another object's, or the declared account is not the object's.
            Unfinished: The update was sent, and the object is not certainly as declared.
            ApiError: The vendor refused, or cannot be asked.
        """
        held = self._remembered(object_id, held)
        written, former = self._updates.update(object_id, held, declared, self._account_id(declared))
        return self._finished(object_id, declared, written, former, held=held)

    def delete(self, object_id: str, held: Values) -> None:
        """Carry out ``on_destroy``, unless another resource of the program has taken the object over.

        Raises:
            Refused: Numbers still use the object, or the vendor does not delete it, or does not take its former values.
            ApiError: The vendor cannot be asked; nothing is deleted when the numbers cannot be read.
        """
        with self._ownership.alone((object_id,)):
            self._end(object_id, held)

    def _end(self, object_id: str, held: Values) -> None:
        owned, table = self._owned_by_another(object_id, held), self._kind.table
        secret = {field.state for field in table.fields if field.secret}
        ours = [
            {name: value for name, value in managed(table, values).items() if name not in secret}
            for values in written_in(held)
        ]
        held = self._remembered(object_id, held, *(ours if owned else ()))
        former = Former.of(self._kind, held)
        if owned:
            kept = self._memory.hand_over((object_id,), former.values, *ours).value if former.remembered else ""
            self._say(f"{self._kind.word} {object_id}: left as it is for another resource of this program{kept}")
            return
        self._ownership.release(object_id, (object_id,))
        found = self._deletion.delete(object_id, held, self._account_id(held))
        if former.remembered:
            self._memory.put_back((object_id,), former.values, found, *ours)

    def _owned_by_another(self, object_id: str, held: Values) -> bool:
        """Whether another resource of the program has the object: it took it over in this run, or in an earlier one.

        After the latter, two resources of the state have it, which remember different values from before.
        """
        recorded = self._ownership.recorded(object_id)
        return self._ownership.claimed(object_id) or recorded not in (None, Former.of(self._kind, held).values)

    def _remembered(self, object_id: str, held: Values, *ours: Values) -> Values:
        """What the state holds, with what other resources have handed on. ``ours`` as for ``Memory.corrected``."""
        return {**held, **Former.of(self._kind, held).corrected(self._memory, object_id, *ours).outputs()}

    def _account_id(self, values: Values) -> AccountId:
        return self._kind.account_id_of(values) or self._calls.place.account_id

    def _create(self, declared: Values, account_id: AccountId) -> tuple[str, dict[str, Value]]:
        """Make the object, or take over the one that a cut-off run of this resource made."""
        name = declared[self._kind.name.state]
        answers: dict[str, Answer] = {}

        def look() -> list[Candidate]:
            rows = {str(row[self._kind.id_key]): row for row in self._names.look_again(account_id, name)}
            answers.update(rows)
            return [Candidate(one, is_as_declared(self._kind, declared, row)) for one, row in rows.items()]

        with self._names.reserved(account_id, name) as reserved:
            if found := reserved.others:
                object_id = self._own_or_refuse_taken_name(found, declared)
                written, former = self._take_overs.by_name(object_id, declared, account_id, reserved.noted)
            else:
                send = partial(
                    self._send, self._body(declared, account_id), partial(reserved.sending, declared), answers
                )
                object_id = create_once(send, look, self._calls.clock)
                self._names.created(account_id, name, object_id)
                self._ownership.claim(object_id, object_id)
        twins: tuple[str, ...] = ()
        if not found:
            written = self._writes.created(object_id, answers.get(object_id), declared)
            former, twins = Former(self._kind), self._names.look_after(account_id, name, object_id)
        self._names.returned(account_id, name)
        return object_id, self._finished(object_id, declared, written, former, twins=twins)

    def _body(self, declared: Values, account_id: AccountId) -> dict[str, Any]:
        body, its = creation(self._kind.table, declared), self._kind.account_id
        return body if account_id is None or its is None else {**body, str(its.wire): account_id}

    def _send(self, body: Mapping[str, Any], before: Callable[[], None], answers: dict[str, Answer]) -> str:
        """Send the create: the new id, whose answer goes to ``answers``."""
        try:
            answer = self._calls.create(body, before)
        except UnreadableAnswer as error:
            readable = self._calls.ids_in(error.text)
            if len(readable) != 1:  # several ids: a list, and only the account's list shows which of them was made
                raise
            return str(readable.pop())
        object_id = str(answer[self._kind.id_key])
        answers[object_id] = answer
        return object_id

    def _finished(
        self,
        object_id: str,
        declared: Values,
        written: Written,
        former: Former,
        *,
        held: Values | None = None,
        twins: tuple[str, ...] = (),
    ) -> dict[str, Value]:
        """The outputs, also where the object is not as declared: then an error keeps them for the state."""
        held = held or {}
        outputs = outputs_after(object_id, declared, written, former, held)
        mark = self.evidence
        outputs |= mark.state_mark(held, object_id) if held else {ACCOUNT: str(mark.mark_of(object_id))}
        errors: list[MessagingError] = [written.error] if written.error else []
        if twins:
            errors.append(self._two_of_one_name(declared, object_id, twins))
        if errors:
            summary, _, reason = str(errors[0]).partition(": ")
            raise Unfinished(summary, object_id, outputs, (reason, *map(str, errors[1:])))
        return outputs

    def _own_or_refuse_taken_name(self, found: tuple[str, ...], declared: Values) -> str:
        """Of the objects with the declared name, the one that a cut-off run of this resource made."""
        kind, ids = self._kind, ", ".join(found)
        name = declared[kind.name.state]
        if self._ownership.claimed(found[0]):
            raise Refused(
                f'cannot create {kind.word} "{name}": another resource of this program has just made one of this '
                f"name ({ids}); give one of them another {kind.name.name}"
            )
        if self._ownership.renamed(found[0]):
            raise Refused(
                f'cannot create {kind.word} "{name}": {ids} has this name until this run has renamed it; '
                f"run `pulumi up` again"
            )
        if declared.get(AUTOMATIC_NAME) != name:
            raise Refused(
                f'cannot create {kind.word} "{name}": the account has a {kind.noun} of this name already ({ids}); '
                f'to manage that one, add adopt="{found[0]}"; else give another {kind.name.name}'
            )
        if len(found) > 1:
            raise Refused(
                f'cannot create {kind.word} "{name}": {len(found)} {kind.noun}s have this automatic name ({ids}); '
                f'keep one with adopt="{kind.example}" and delete the others'
            )
        return found[0]

    def _two_of_one_name(self, declared: Values, object_id: str, twins: tuple[str, ...]) -> Refused:
        return Refused(
            f'cannot create {self._kind.word} "{declared[self._kind.name.state]}" alone: {", ".join(twins)} of the '
            f"same name appeared at the same time, and this resource keeps {object_id}; nothing was deleted: find out "
            f"who made the other one, and delete or rename one of them"
        )
