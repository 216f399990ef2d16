"""Names of the hidden inputs and outputs that several resources have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

# Inputs.
SECRETS: Final = "__secrets"  # the state names of the arguments that the program gave as secrets
PREVIEW: Final = "__preview"  # the resource's name, in a preview; check removes it, so that no state has it
ELSEWHERE: Final = "__elsewhere"  # numbers of other resources of the program, one a line; check removes it
TWICE: Final = "__twice"  # why an object given as an output is refused: another resource has it; check removes it
AUTOMATIC_NAME: Final = "__autoname"  # the automatic name
# Outputs.
ACCOUNT: Final = "__account"  # mark of the account that has the object (``reconcile/accounts.py``)
FORMER: Final = "__former"  # the values before our first write, by state name; ``""`` for an empty one
ADOPTED: Final = "__adopted"  # how an existing object was taken over; absent or MADE_HERE: the resource made it
SPELLED: Final = "__spelled"  # the vendor's text for a declared one that it keeps in another spelling
SENT: Final = "__sent"  # values of a failed write that the object may have, although no answer showed them
ORDER: Final = "__order"  # sets as declared, by state name, where the outputs have them in another order

# Values of ADOPTED.
MADE_HERE: Final = ""  # not taken over: the resource made the object that its `adopt` names
BY_ARGUMENT: Final = "adopt"
BY_EQUALITY: Final = "equal"  # the automatic name and every declared value were equal
UNKNOWN_PAST: Final = "unknown"  # in a state of a version that kept no former values

# In ``FORMER``, in place of a value that nobody knows any more.
NOT_KNOWN: Final = {"unknown": True}


def secrets_of(values: Mapping[str, Any]) -> frozenset[str]:
    """The state names of the arguments that the program gave as secrets, as inputs and outputs have them."""
    names = values.get(SECRETS)
    return frozenset(map(str, names)) if isinstance(names, list | tuple) else frozenset()


def marked(held: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """A state with the names of the arguments that were given as secrets.

    A state of the first version has none, and no whole mark of its account: each of ``names`` counts as a secret.
    """
    return held if " " in str(held.get(ACCOUNT) or "") else {**held, SECRETS: tuple(names)}


def written_in(held: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The values that a resource gave its object: those in the state, or those of a write of unknown outcome."""
    return (held, {**held, **held[SENT]}) if SENT in held else (held,)
