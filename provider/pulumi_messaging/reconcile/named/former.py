"""An object from before this program's first write: what ``on_destroy="restore"`` puts back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_messaging.core.fields import Field, Value, Values
from pulumi_messaging.core.hidden import ADOPTED, BY_ARGUMENT, BY_EQUALITY, FORMER, NOT_KNOWN
from pulumi_messaging.core.named import Named

if TYPE_CHECKING:
    from pulumi_messaging.reconcile.memory import Memory

_REMEMBERED: Final = (BY_ARGUMENT, BY_EQUALITY)


@dataclass(frozen=True, slots=True)
class Former:
    """How an object was taken over, and its values before that.

    Attributes:
        kind: The kind of the object.
        adopted: A value of the hidden output ``ADOPTED``; empty for one that the resource made.
        values: State name → value, ``""`` for an empty one; NOT_KNOWN for one that was not shown, so for passwords.
    """

    kind: Named
    adopted: str = ""
    values: Values = dataclasses.field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, kind: Named, held: Values) -> Former:
        """What a state remembers."""
        values = held.get(FORMER)
        return cls(kind, str(held.get(ADOPTED) or ""), dict(values) if isinstance(values, dict) else {})

    @property
    def remembered(self) -> bool:
        """Whether the object was taken over by a version that remembers former values."""
        return self.adopted in _REMEMBERED

    def known(self, field: Field) -> Value:
        """The former value of a field; None where it is not known."""
        value = self.values.get(field.state)
        return None if value == NOT_KNOWN else value

    def lacks(self, fields: Iterable[Field]) -> tuple[Field, ...]:
        """Those of the fields whose values have to be remembered before they are written for the first time."""
        written = (field for field in fields if field in self.kind.table.settings and not field.replaces)
        return tuple(field for field in written if self.remembered and field.state not in self.values)

    def remembering(self, fields: Iterable[Field], observed: Values) -> Former:
        """With the values of further fields, as observed before our first write of them."""
        values = dict(self.values)
        for field in self.lacks(fields):
            values[field.state] = NOT_KNOWN if field.secret else observed.get(field.state, NOT_KNOWN)
        for direction in self.kind.directions:
            # Whether there was authentication decides whether a direction with our password can be put back.
            if direction.password.state in values:
                kind = direction.authentication.state
                values.setdefault(kind, observed.get(kind, NOT_KNOWN))
        return Former(self.kind, self.adopted, values)

    def corrected(self, memory: Memory, object_id: str, *ours: Values) -> Former:
        """Without values of ours that the resource found when it took the object over from another one."""
        if not self.remembered:
            return self
        return self._with(memory, object_id, memory.corrected((object_id,), self.values, *ours))

    def settled(self, memory: Memory, object_id: str) -> Former:
        """As the state gets it now."""
        return self._with(memory, object_id, memory.settle((object_id,), self.values)) if self.remembered else self

    def _with(self, memory: Memory, object_id: str, values: Values) -> Former:
        """These values, and the knowledge that another resource wrote a password."""
        known = dict(values)
        for former in memory.with_secrets(object_id):
            for direction in self.kind.directions:
                if direction.password.state in former:
                    known.setdefault(direction.password.state, NOT_KNOWN)
                    kind = direction.authentication.state
                    known.setdefault(kind, former.get(kind, NOT_KNOWN))
        return Former(self.kind, self.adopted, known)

    def outputs(self) -> dict[str, Value]:
        """The hidden outputs that keep this."""
        if not self.adopted:
            return {}
        return {ADOPTED: self.adopted, **({FORMER: dict(self.values)} if self.remembered else {})}
