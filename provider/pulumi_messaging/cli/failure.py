"""The end of a command that cannot do what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer


def fail(text: object, status: int = 1) -> NoReturn:
    """Print one line to stderr, and exit; the status is the Pulumi CLI's unless told."""
    typer.secho(f"error: {text}", fg="red", err=True)
    raise typer.Exit(status)


def need_folder(out: Path) -> None:
    """Exit where a file that shall be written has no folder: before anything is read."""
    if not out.parent.is_dir():
        fail(f"cannot write {out}: there is no folder {out.parent}; make it, or give another --out")


@contextmanager
def ending(status: int = 1) -> Iterator[None]:
    """End the command with the line of an error of this package, if there is one in the block."""
    from pulumi_messaging.errors import MessagingError  # noqa: PLC0415 - help and version need none of these
    from pulumi_messaging_engine.errors import EngineError  # noqa: PLC0415

    try:
        yield
    except (MessagingError, EngineError) as error:
        from pulumi_messaging.api.failures import without_rotation  # noqa: PLC0415
        from pulumi_messaging.text import one_blank  # noqa: PLC0415

        fail(one_blank(without_rotation(error)), status)
