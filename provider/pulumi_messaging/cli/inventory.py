"""The subcommand ``inventory``: what exists in the vendors' accounts, as tables or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from pulumi_messaging.cli.failure import fail
from pulumi_messaging.text import printable

if TYPE_CHECKING:
    from pulumi_messaging.cli.filters import Filters
    from pulumi_messaging.cli.state_file import StateFile
    from pulumi_messaging.estate.objects import Vendor
    from pulumi_messaging.estate.reading import Estate, Progress

Row = dict[str, Any]

_AGAIN: Final = "may be given several times."
OR_ENVIRONMENT: Final = "or give the credentials in the environment, without -s"


def inventory(
    *,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="Use this stack's settings; absent: the environment's.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Read the accounts of this name, as resources name them; absent: the default.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help=f"Routes and profiles of this name, or pattern with * and ?; {_AGAIN}")
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(help=f"This messaging profile, by id or name, and its numbers; {_AGAIN}")
    ] = None,
    route: Annotated[
        list[str] | None, typer.Option(help=f"This message route, by id or name, and its numbers; {_AGAIN}")
    ] = None,
    number: Annotated[
        list[str] | None, typer.Option(help=f"Numbers with these digits, or of a pattern with * and ?; {_AGAIN}")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help=f"Telnyx numbers with this tag; {_AGAIN}")] = None,
    unassigned: Annotated[bool, typer.Option("--unassigned", help="Numbers on no route or profile.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    state: Annotated[
        Path | None, typer.Option(help="Tell what this state holds: a file with the output of pulumi stack export.")
    ] = None,
) -> None:
    """List message routes, messaging profiles and numbers of the vendors that have credentials. Writes nothing."""
    from pulumi_messaging.api.failures import without_rotation  # noqa: PLC0415 - the other commands need none of these
    from pulumi_messaging.cli.filters import Filters  # noqa: PLC0415
    from pulumi_messaging.cli.state_file import StateFile  # noqa: PLC0415
    from pulumi_messaging.errors import MessagingError  # noqa: PLC0415
    from pulumi_messaging_engine import EngineError  # noqa: PLC0415

    try:
        filters = Filters(name or (), profile or (), route or (), number or (), tag or (), unassigned)
        held = None if state is None else StateFile.read(state)
        vendors, estate = read(filters, stack, _checked(account))
    except (MessagingError, EngineError) as error:
        fail(without_rotation(error))
    shown = rows(filters.of(estate), estate, held)
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
    else:
        _print_tables(shown, vendors)


def read(filters: Filters, stack: str | None, account: str = "") -> tuple[Sequence[Vendor], Estate]:
    """Read the vendors that the filters speak of and that have credentials.

    Args:
        filters: What is wanted.
        stack: The stack of this folder's project whose settings count; None: the environment's.
        account: The name of the accounts; "" is the default.

    Raises:
        ConfigurationError: Settings are missing or wrong.
        EngineError: The stack's settings cannot be read.
        ApiError: A list could not be read whole.
    """
    from pulumi_messaging.api.announce import say  # noqa: PLC0415 - likewise
    from pulumi_messaging.estate.reading import Estate, vendors_with_credentials  # noqa: PLC0415
    from pulumi_messaging.wiring import Wiring  # noqa: PLC0415

    get, environ = configuration(stack).get, os.environ
    vendors = vendors_with_credentials(get, environ, filters.vendors, account)
    with closing(Wiring(say)) as wiring, _progress() as progress:
        return vendors, Estate.read(
            wiring.telegent_client(get, environ, account) if "telegent" in vendors else None,
            wiring.telnyx_client(get, environ, account) if "telnyx" in vendors else None,
            progress,
        )


def rows(shown: Estate, whole: Estate, held: StateFile | None) -> dict[str, list[Row]]:
    """The lists as JSON has them; ``numbers`` counts all numbers of a route or profile, also those not shown."""
    from pulumi_messaging.reconcile.routes.in_use import folded_id  # noqa: PLC0415 - likewise

    counts = Counter(folded_id(number.assigned_to) for number in whole.numbers if number.assigned_to)

    def row(found: Any, object_id: str | None = None) -> Row:
        count = {} if object_id is None else {"numbers": counts[folded_id(object_id)]}
        return asdict(found) | count | ({} if held is None else {"in_state": held.has(found)})

    return {
        "routes": [row(route, route.message_route_id) for route in shown.routes],
        "profiles": [row(profile, profile.id) for profile in shown.profiles],
        "numbers": [row(number) for number in shown.numbers],
    }


def _checked(account: str | None) -> str:
    """The name of an account; "" where none is given."""
    from pulumi_messaging.account_names import FORM, NAME  # noqa: PLC0415 - likewise
    from pulumi_messaging.errors import ConfigurationError  # noqa: PLC0415

    if account is not None and not NAME.fullmatch(account):
        raise ConfigurationError(f'--account {FORM}, not "{printable(account)}"')
    return account or ""


def configuration(stack: str | None) -> Mapping[str, str]:
    """The configuration of a stack of this folder's project, secrets in clear; without a stack there is none.

    Raises:
        EngineError: It cannot be read.
    """
    if stack is None:
        return {}
    from pulumi_messaging_engine import Engine, EngineError, Project  # noqa: PLC0415 - likewise

    try:
        return Engine(Project.load(Path.cwd()), stack).configuration()
    except EngineError as error:
        raise EngineError(f"{error}, {OR_ENVIRONMENT}") from None


@contextmanager
def _progress() -> Iterator[Progress]:
    """Shows on stderr what is being read, where that is a terminal."""
    from pulumi_messaging.estate.reading import silent  # noqa: PLC0415 - likewise

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - likewise

    with Console(stderr=True).status("reading") as status:
        yield lambda what, read, total: status.update(
            f"reading {what}: {read}{'' if total is None else f' of {total}'}"
        )


def _print_tables(lists: dict[str, list[Row]], vendors: Sequence[Vendor]) -> None:
    tables = []
    if "telegent" in vendors:
        tables.append(_table("Message routes", lists["routes"]))
    if "telnyx" in vendors:
        tables.append(_table("Messaging profiles", lists["profiles"]))
    tables.append(_table("Numbers", lists["numbers"]))
    typer.echo("\n\n".join(tables))


def _table(title: str, listed: list[Row]) -> str:
    """A table with a line for each row, whatever the width of the terminal; rich needs 0.5 ms a row for one."""
    from rich.cells import cell_len  # noqa: PLC0415 - the other commands do not need it

    if not listed:
        return f"{title}: none"
    head = [column.replace("_", " ").upper() for column in listed[0]]
    cells = [head, *(list(map(_cell, row.values())) for row in listed)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "\n".join([typer.style(f"{title}: {len(listed)}", bold=True), *lines])


def _cell(value: Any) -> str:
    """A value in a table: printable, "-" for null."""
    if value is None or isinstance(value, bool):
        return {None: "-", True: "yes", False: "no"}[value]
    return printable(", ".join(value) if isinstance(value, tuple) else str(value)) or "-"
