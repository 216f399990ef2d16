"""The impact of a preview: what each of its changes touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from pulumi_messaging.cli.exported import malformed
from pulumi_messaging.cli.pending import Step, read_preview, read_state
from pulumi_messaging.cli.route_users import ObjectNumbers
from pulumi_messaging.cli.sides import Numbers
from pulumi_messaging.cli.touches import Touch, touched
from pulumi_messaging_engine.errors import EngineError


@dataclass(frozen=True, slots=True)
class Impact:
    """One change, and what it touches."""

    step: Step
    touch: Touch


def impacts_of(
    file: Path, state: Path | None, environ: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Impact, ...]:
    """What each change of a preview touches and puts back, in the order of the preview.

    Args:
        file: The preview.
        state: The stack's state, if there is one.
        environ: Environment variables, which may hold credentials.
        say: Writes one line for the user.

    Raises:
        EngineError: A file cannot be read.
        MessagingError: The inventory cannot be read.
    """
    held = read_state(state) if state else {}
    steps = read_preview(file, held)
    if state and {_stack(step.urn) for step in steps}.isdisjoint(map(_stack, held)) and steps and held:
        raise EngineError(f"{state}: it is the state of another stack than that of {file}; export the preview's")
    sides = {**held, **{step.urn: step.old for step in steps if step.old}}
    claimed = Counter((step.new.account, name) for step in steps if step.new for name in step.new.names)
    with closing(ObjectNumbers(sides.values(), environ, say, has_state=state is not None)) as numbers:
        return tuple(Impact(step, _touched(file, step, claimed, numbers)) for step in steps)


def _stack(urn: str) -> tuple[str, ...]:
    """Stack and project of a URN."""
    return tuple(urn.split("::", 2)[:2])


def _touched(file: Path, step: Step, claimed: Mapping[tuple[str, str], int], numbers: ObjectNumbers) -> Touch:
    """What one step touches; ``claimed`` counts the new sides that name an object of an account."""
    old, new = step.old, step.new
    own = new.names if old and new and new.account == old.account else frozenset()
    try:
        elsewhere = {name for name in old.names if claimed[old.account, name] > (name in own)} if old else ()
        return touched(step.op, old, new, frozenset(elsewhere), numbers)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise malformed(file, step.urn) from None


def total(impacts: Iterable[Impact]) -> Numbers:
    """The numbers of all changes; one that several of them touch counts once."""
    return reduce(lambda one, other: one | other, (impact.touch.numbers for impact in impacts), Numbers())
