"""The subcommand `map`: who receives what, written to a file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pulumi_messaging.cli.failure import ending, fail, need_folder
from pulumi_messaging.cli.filter_options import Account, Stack

if TYPE_CHECKING:
    from pulumi_messaging.cli.estate_map.model import Map

# By the ending of the file: module and function that write it.
_FORMS: Final = {
    ".html": ("html", "as_html"),
    ".svg": ("svg", "as_svg"),
    ".txt": ("plain", "as_text"),
    ".json": ("plain", "as_json"),
}
_BEGINNING: Final = 400  # characters in which each form names what made it


def draw(
    *,
    out: Annotated[
        Path, typer.Option(help="File to write: .html, .svg, .txt or .json. An earlier map is replaced, no other file.")
    ],
    state: Annotated[
        Path | None, typer.Option(help="Draw this state: a file with the output of pulumi stack export.")
    ] = None,
    stack: Stack = None,
    account: Account = None,
) -> None:
    """Draw who receives what: numbers, the routes and profiles they are on, and their URLs.

    Without --state, the accounts are read whose credentials are in the environment (TELEGENT_ACCOUNT_KEY,
    TELEGENT_ACCOUNT_SECRET, TELNYX_API_KEY), or with -s in the settings of a stack. No secret is written.

    Examples:
        pulumi-messaging map --out map.html

        pulumi-messaging map --state state.json --out map.svg
    """
    from pulumi_messaging.cli.estate_map.plain import summary  # noqa: PLC0415 - the other commands need none of these

    if state and (stack or account):
        raise typer.BadParameter("--state shows all its accounts, and takes neither --stack nor --account")
    write = _form(out)
    with ending():
        drawn = _read(state, stack, account)
    try:
        out.write_text(write(drawn), encoding="utf-8")
    except OSError as error:
        fail(f"cannot write the map to {out}: {error.strerror}")
    typer.echo(f"{out}: {summary(drawn)}")


def _form(out: Path) -> Callable[[Map], str]:
    """What makes the text of a file; checked before anything is read."""
    form = _FORMS.get(out.suffix.lower())
    if form is None:
        fail(f"cannot write a map to {out}: the ending chooses its form, and must be one of {', '.join(_FORMS)}")
    from pulumi_messaging.cli.estate_map.plain import MADE_BY  # noqa: PLC0415 - likewise

    try:
        with out.open(encoding="utf-8", errors="replace") as file:
            if MADE_BY not in file.read(_BEGINNING):
                fail(f"{out} exists, and is no map: it was left as it is; give another --out, or remove it")
    except FileNotFoundError:
        need_folder(out)
    except OSError as error:
        fail(f"cannot write the map to {out}: {error.strerror}")
    write: Callable[[Map], str] = getattr(import_module(f"pulumi_messaging.cli.estate_map.{form[0]}"), form[1])
    return write


def _read(state: Path | None, stack: str | None, account: str | None) -> Map:
    if state:
        from pulumi_messaging.cli.estate_map.of_state import map_of_state  # noqa: PLC0415 - likewise

        return map_of_state(state)
    from pulumi_messaging.cli.estate_map.of_accounts import map_of_accounts  # noqa: PLC0415 - likewise
    from pulumi_messaging.cli.filters import Filters  # noqa: PLC0415
    from pulumi_messaging.cli.inventory import accounts  # noqa: PLC0415
    from pulumi_messaging.estate.reading import Estate  # noqa: PLC0415

    with accounts(Filters(), stack, account) as read:
        estate = Estate.read(read.telegent, read.telnyx, read.progress)
        return map_of_accounts(read.vendors, estate, account or "")
