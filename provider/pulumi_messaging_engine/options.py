"""Options of a run: refresh first, run the program, and the resources that it is restricted to or replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict


class RunOptions(TypedDict, total=False):
    """Options of a refresh and of a destroy.

    `run_program`: the program runs too, so that its configuration and options count. `targets`: only these resources
    are read, changed or deleted; absent: all. A resource is named by its URN, its name, or a pattern in which `*`
    stands for any text without a colon and `**` for any text.
    """

    run_program: bool
    targets: Sequence[str]


class UpdateOptions(RunOptions, total=False):
    """Options of a preview and of an update.

    `refresh`: read every resource first; with `run_program` each one when the program declares it, with the current
    configuration. `replace`: replace these resources though nothing demands it; named as `targets` are.
    """

    refresh: bool
    replace: Sequence[str]


@dataclass(frozen=True)
class Selection:
    """Resources, by URN, name or pattern."""

    names: tuple[str, ...] = ()

    def __contains__(self, urn: str) -> bool:
        return any(_matches(name, urn) for name in self.names)

    def missing(self, urns: Iterable[str]) -> list[str]:
        """List the names that none of the resources has."""
        urns = list(urns)
        return [name for name in self.names if not any(_matches(name, urn) for urn in urns)]


def _matches(name: str, urn: str) -> bool:
    if name in {urn, urn.split("::", 3)[3]}:
        return True
    parts = re.split(r"(\*\*?)", name)
    pattern = "".join({"**": ".*", "*": "[^:]*"}.get(part, re.escape(part)) for part in parts)
    return len(parts) > 1 and re.fullmatch(pattern, urn, re.DOTALL) is not None


@dataclass(frozen=True)
class Options:
    """The options of one run."""

    refresh: bool = False
    run_program: bool = False
    targets: Selection = Selection()
    replace: Selection = Selection()

    def includes(self, urn: str) -> bool:
        """Whether the run may touch the resource."""
        return not self.targets.names or urn in self.targets
