"""The local engine's own errors."""

from __future__ import annotations


class EngineError(Exception):
    """The run cannot start or go on; the text is one line for the user."""


class UnsupportedError(EngineError):
    """The program or the project asks for something only the Pulumi CLI does."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not supported by the local engine: use the Pulumi CLI")


class StepError(Exception):
    """A step failed; its diagnostics have been reported already."""


class ClosedError(Exception):
    """No new step is started, because an earlier one failed or the run was interrupted."""
