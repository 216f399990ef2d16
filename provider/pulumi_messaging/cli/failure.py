"""The end of a command that cannot do what it was asked."""

from __future__ import annotations

from typing import NoReturn

import typer


def fail(text: object, status: int = 1) -> NoReturn:
    """Print one line to stderr, and exit; the status is the Pulumi CLI's unless told."""
    typer.secho(f"error: {text}", fg="red", err=True)
    raise typer.Exit(status)
