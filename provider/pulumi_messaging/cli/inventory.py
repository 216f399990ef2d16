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
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from pulumi_messaging.cli.failure import ending
from pulumi_messaging.cli.filter_options import Account, Name, Number, Profile, Route, Stack, Tag, Unassigned
from pulumi_messaging.text import printable

if TYPE_CHECKING:
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.cli.filters import Filters
    from pulumi_messaging.cli.state_file import StateFile
    from pulumi_messaging.estate.objects import Vendor
    from pulumi_messaging.estate.reading import Estate, Progress

Row = dict[str, Any]

OR_ENVIRONMENT: Final = "or give the credentials in the environment, without -s"


def inventory(
    *,
    stack: Stack = None,
    account: Account = None,
    name: Name = None,
    profile: Profile = None,
    route: Route = None,
    number: Number = None,
    tag: Tag = None,
    unassigned: Unassigned = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    state: Annotated[
        Path | None, typer.Option(help="Tell what this state holds: a file with the output of pulumi stack export.")
    ] = None,
) -> None:
    """List message routes, messaging profiles and numbers of the vendors that have credentials. Writes nothing.

    Examples:
        pulumi-messaging inventory

        pulumi-messaging inventory -s prod --name "orders*"

        pulumi-messaging inventory -s prod --json --state state.json
    """
    from pulumi_messaging.cli.filters import Filters  # noqa: PLC0415 - the other commands need none of these
    from pulumi_messaging.cli.state_file import StateFile  # noqa: PLC0415
    from pulumi_messaging.estate.reading import Estate  # noqa: PLC0415

    with ending():
        filters = Filters(name or (), profile or (), route or (), number or (), tag or (), unassigned)
        held = None if state is None else StateFile.read(state, account or "")
        with accounts(filters, stack, account) as read:
            estate = Estate.read(read.telegent, read.telnyx, read.progress)
    shown = rows(filters.of(estate), estate, held)
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
    else:
        _print_tables(shown, read.vendors)


class Accounts(NamedTuple):
    """The vendors that are read, with their clients, and what shows the progress."""

    vendors: Sequence[Vendor]
    telegent: TelegentClient | None
    telnyx: TelnyxClient | None
    progress: Progress


@contextmanager
def accounts(filters: Filters, stack: str | None, name: str | None = None) -> Iterator[Accounts]:
    """Connect to the vendors that the filters speak of and that have credentials.

    Args:
        filters: What is wanted.
        stack: The stack of this folder's project whose settings count; None: the environment's.
        name: The name of the accounts; None: the default ones.

    Raises:
        ConfigurationError: Settings are missing or wrong.
        EngineError: The stack's settings cannot be read.
    """
    from pulumi_messaging.api.announce import say  # noqa: PLC0415 - likewise
    from pulumi_messaging.estate.reading import vendors_with_credentials  # noqa: PLC0415
    from pulumi_messaging.wiring import Wiring  # noqa: PLC0415

    account, get, environ = _checked(name), configuration(stack).get, os.environ
    vendors = vendors_with_credentials(get, environ, filters.vendors, account)
    with closing(Wiring(say)) as wiring, _progress() as progress:
        yield Accounts(
            vendors,
            wiring.telegent_client(get, environ, account) if "telegent" in vendors else None,
            wiring.telnyx_client(get, environ, account) if "telnyx" in vendors else None,
            progress,
        )


def rows(shown: Estate, whole: Estate, held: StateFile | None) -> dict[str, list[Row]]:
    """The lists as JSON has them; ``numbers`` counts all numbers of a route or profile, also those not shown."""
    from pulumi_messaging.core.inventory_row import folded_id  # noqa: PLC0415 - likewise

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
