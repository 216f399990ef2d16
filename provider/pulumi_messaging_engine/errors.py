"""The local engine's own errors, and the one for a missing extra."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class EngineError(Exception):
    """A run cannot start or go on; the text is one line for the user."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))  # a key or a name that the text quotes may hold line breaks


class UnsupportedError(EngineError):
    """The program or the project needs the Pulumi CLI."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(f"{feature} is not supported by the local engine: use the Pulumi CLI")


class SecretError(EngineError, ValueError):
    """A secret or a salt is malformed, or belongs to another stack; pydantic adds the field where it occurs."""


class StepError(Exception):
    """A step failed; its diagnostics have been reported."""


class ClosedError(Exception):
    """No new step may start, because an earlier one failed or the run was interrupted."""


class MissingExtraError(ImportError):
    """A package of an extra is not installed."""


@contextlib.contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Turn an import that fails for a missing package into a `MissingExtraError` that names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "pulumi_messaging").startswith("pulumi_messaging"):
            raise
        raise MissingExtraError(
            f"the module {error.name!r} is not installed: run pip install 'pulumi-messaging[{extra}]'"
        ) from None
