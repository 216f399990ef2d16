"""The end of a command that cannot do what it was asked."""

from __future__ import annotations

from typing import NoReturn

import typer


def fail(text: str) -> NoReturn:
    """Print one line to stderr, and exit with the status of the Pulumi CLI."""
    typer.secho(f"error: {text}", fg="red", err=True)
    raise typer.Exit(1)
