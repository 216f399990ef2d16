"""Packages of an extra: a missing one is an error of one line that names the `pip install`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class MissingExtraError(ImportError):
    """A package of an extra is not installed."""


@contextlib.contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Name the extra where an import fails for a missing package.

    Raises:
        MissingExtraError: A package is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "pulumi_messaging").startswith("pulumi_messaging"):
            raise
        raise MissingExtraError(
            f"the module {error.name!r} is not installed: run pip install 'pulumi-messaging[{extra}]'"
        ) from None
