"""The local engine's own errors."""

from __future__ import annotations


class EngineError(Exception):
    """A run cannot start or go on; the text is one line for the user."""


class UnsupportedError(EngineError):
    """The program or the project needs the Pulumi CLI."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported by the local engine: use the Pulumi CLI")


class SecretError(EngineError, ValueError):
    """A secret or a salt is malformed, or belongs to another stack; pydantic adds the field where it occurs."""


class StepError(Exception):
    """A step failed; its diagnostics have been reported."""


class ClosedError(Exception):
    """No new step may start, because an earlier one failed or the run was interrupted."""
