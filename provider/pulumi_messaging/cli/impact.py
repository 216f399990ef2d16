"""`pulumi-messaging impact`: which numbers a pending change touches, and what it puts back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pulumi_messaging.cli.failure import ending, fail

if TYPE_CHECKING:
    from pulumi_messaging.cli.sides import Numbers

CANNOT_TELL: Final = 2
TOO_MANY: Final = 3


def impact(
    file: Annotated[
        Path,
        typer.Argument(help="Output of `pulumi preview --json` or of `pulumi-messaging local preview --json`."),
    ],
    state: Annotated[Path | None, typer.Option(help="Output of `pulumi stack export`.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a comment.")] = False,
    most: Annotated[
        int | None, typer.Option("--max", min=0, help="Exit with status 3 if more numbers are touched.")
    ] = None,
) -> None:
    """Show which numbers a pending change touches, and what it puts back.

    The numbers of a message route are those of Telegent's inventory where the environment has credentials
    (TELEGENT_ACCOUNT_KEY, TELEGENT_ACCOUNT_SECRET), else those of the state.

    Exit status 2 also if the numbers cannot be told, and 3 if more are touched than --max allows, or may be.

    Examples:
        pulumi-messaging impact preview.json --state state.json

        pulumi-messaging impact preview.json --state state.json --markdown --max 100
    """
    from pulumi_messaging.api.announce import say  # noqa: PLC0415 - the other commands need none of these
    from pulumi_messaging.cli import impact_report  # noqa: PLC0415
    from pulumi_messaging.cli.impacts import impacts_of, total  # noqa: PLC0415

    if json and markdown:
        raise typer.BadParameter("--json and --markdown exclude each other")
    with ending(CANNOT_TELL):
        impacts = impacts_of(file, state, os.environ, say)
    if json:
        typer.echo(impact_report.as_json(impacts))
    elif markdown:
        typer.echo(impact_report.as_markdown(impacts))
    else:
        impact_report.show(impacts)
    _keep(most, total(impacts))


def _keep(most: int | None, numbers: Numbers) -> None:
    """End with a status of its own where more numbers are touched than ``--max`` allows, or may be."""
    if most is None or (numbers.known and numbers.count <= most):
        return
    what = f"{numbers.count} numbers are touched" if numbers.known else "not all numbers that are touched are known"
    fail(f"{what}; --max {most} is not kept", TOO_MANY)
