"""The form of a bug."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One bug.

    Attributes:
        name: What it does.
        edits: Texts of the package and what stands in their place; each text occurs once in the whole package, so that
            a bug moves along with the code.
        tests: What is run.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
