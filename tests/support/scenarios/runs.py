"""A run of a scenario, with its requests to the vendors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.scenarios.engines import Ran
from tests.support.scenarios.expected import ordered


@dataclass(frozen=True)
class Run(Ran):
    """One run, and what it asked of the vendors: `(method and path, query, body)`, tokens apart."""

    requests: tuple[tuple[str, str, str], ...] = ()
    tokens: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()

    @property
    def writes(self) -> list[tuple[str, Any]]:
        """Method and path, and body, of everything that is not a read."""
        return ordered(*((what, json.loads(body)) for what, _, body in self.requests if not what.startswith("GET ")))

    @property
    def reads(self) -> list[str]:
        """Method, path and query of every read."""
        return [what + (f"?{query}" if query else "") for what, query, _ in self.requests if what.startswith("GET ")]

    @property
    def diffs(self) -> dict[str, tuple[str, ...]]:
        """Resource → the properties that the run names as changed, with their sign."""
        return {item.name: item.diff for item in self.operations if item.diff}

    @property
    def ops(self) -> dict[str, list[str]]:
        """Resource → the words of what was done to it; what stayed the same is left out."""
        words: dict[str, list[str]] = {}
        for item in self.operations:
            if item.op != "same":
                words.setdefault(item.name, []).append(item.op)
        return words
