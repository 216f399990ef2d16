"""The subcommands: emulator over TCP, JSON schema, inventory, and the local engine for machines without Pulumi's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_messaging import __version__
from pulumi_messaging.cli.adopt import adopt
from pulumi_messaging.cli.doctor import doctor
from pulumi_messaging.cli.estate_map.command import draw
from pulumi_messaging.cli.failure import ending, fail
from pulumi_messaging.cli.filter_options import TEXT
from pulumi_messaging.cli.impact import impact
from pulumi_messaging.cli.inventory import inventory
from pulumi_messaging.settings import EMULATOR_STORE
from pulumi_messaging_engine.options import RunOptions, UpdateOptions

if TYPE_CHECKING:
    from pulumi_messaging_engine import Engine, Result

app = typer.Typer(
    name="pulumi-messaging",
    help="Telegent message routes and Telnyx number messaging with Pulumi: looks, takes over, checks, and runs trials.",
    epilog="Exit status: 0 for success, 1 for an error, 2 for a wrong command line; a command with more says so.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(impact)
local = typer.Typer(
    help="The local engine: runs the program in this folder without the Pulumi CLI. State is kept in .pulumi-local/.",
    no_args_is_help=True,
)
app.add_typer(local, name="local")
app.command()(inventory)
app.command()(doctor)
app.command("map")(draw)
app.command()(adopt)
state = typer.Typer(help="Edit the state of a stack.", no_args_is_help=True)
local.add_typer(state, name="state")

Stack = Annotated[
    str,
    typer.Option(
        "--stack", "-s", envvar="PULUMI_STACK", help="Name of the stack; it has a file Pulumi.<stack>.yaml or a state."
    ),
]
Diff = Annotated[bool, typer.Option("--diff", help="Show every property that changes.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Read every resource first.")]
RunProgram = Annotated[
    bool, typer.Option("--run-program", help="Refresh or destroy with the program's configuration and options.")
]
Create = Annotated[
    bool, typer.Option("--create", help="Make the stack if it has neither a file Pulumi.<stack>.yaml nor a state.")
]
_NAMES = "a resource's URN or name, or a pattern with * and **; may be given several times."
Target = Annotated[list[str] | None, typer.Option("--target", metavar=TEXT, help=f"Touch only these: {_NAMES}")]
Replace = Annotated[
    list[str] | None,
    typer.Option("--replace", metavar=TEXT, help=f"Replace these though nothing demands it: {_NAMES}"),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pulumi-messaging {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of the command itself."""


@app.command()
def emulator(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free one.")] = 4020,
    store: Annotated[Path, typer.Option(help="File that keeps the state.")] = Path(EMULATOR_STORE),
) -> None:
    """Serve both vendors' APIs over TCP until Ctrl-C.

    Examples:
        pulumi-messaging emulator

        pulumi-messaging emulator --port 0 --store trial.db
    """
    import sqlite3  # noqa: PLC0415 - the other commands need no emulator

    from pulumi_messaging.emulator import ForeignFileError, serve  # noqa: PLC0415

    try:
        server = serve(store, host, port)
    except ForeignFileError as error:
        fail(f"cannot keep the emulator's state: {error}; give another --store (nothing was changed)")
    except sqlite3.Error as error:
        fail(f"cannot keep the emulator's state in {store}: {error}; give another --store")
    except OSError as error:
        if error.filename is not None:  # of the file; an address has none
            fail(f"cannot keep the emulator's state in {store}: {error.strerror}; give another --store")
        fail(f"cannot serve the emulator on {host}:{port}: {error.strerror}; give another --port (0: any) or --host")
    typer.echo(f"Emulator: telegent:baseUrl {server.telegent_url}  telnyx:baseUrl {server.telnyx_url}")
    typer.echo(f"Page: {server.url}/")
    typer.echo("\n".join(server.emulator.describe()))
    sys.stdout.flush()
    server.serve_forever()


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="File to write; without it the schema is printed.")] = None,
) -> None:
    """Write the JSON schema of a stack's settings file, for editors.

    Examples:
        pulumi-messaging schema --out stacks/schema.json
    """
    from pulumi_messaging.schema import text  # noqa: PLC0415 - likewise

    if out is None:
        typer.echo(text(), nl=False)
        return
    try:
        out.write_text(text(), encoding="utf-8")
    except OSError as error:
        fail(f"cannot write the schema to {out}: {error.strerror}")


@local.command()
def preview(
    *,
    stack: Stack = "dev",
    diff: Diff = False,
    refresh: Refresh = False,
    run_program: RunProgram = False,
    target: Target = None,
    replace: Replace = None,
    create: Create = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, as `pulumi preview --json` does.")
    ] = False,
) -> None:
    """Show what an update would do.

    Examples:
        pulumi-messaging local preview -s dev --diff

        pulumi-messaging local preview -s dev --json
    """
    options = UpdateOptions(refresh=refresh, run_program=run_program, targets=target or (), replace=replace or ())
    _run(stack, diff, lambda engine: engine.preview(**options), create=create, json=json)


@local.command()
def up(
    *,
    stack: Stack = "dev",
    diff: Diff = False,
    refresh: Refresh = False,
    run_program: RunProgram = False,
    target: Target = None,
    replace: Replace = None,
    create: Create = False,
) -> None:
    """Show what changes, then change it, without asking.

    Examples:
        pulumi-messaging local up -s dev

        pulumi-messaging local up -s dev --target "orders*"
    """
    options = UpdateOptions(refresh=refresh, run_program=run_program, targets=target or (), replace=replace or ())
    _run(stack, diff, lambda engine: engine.preview(**options), lambda engine: engine.up(**options), create=create)


@local.command()
def refresh(
    stack: Stack = "dev",
    diff: Diff = False,
    run_program: RunProgram = False,
    target: Target = None,
) -> None:
    """Read every resource and record what is there.

    Examples:
        pulumi-messaging local refresh -s dev --diff
    """
    _run(stack, diff, lambda engine: engine.refresh(run_program=run_program, targets=target or ()))


@local.command()
def destroy(
    stack: Stack = "dev",
    diff: Diff = False,
    run_program: RunProgram = False,
    target: Target = None,
) -> None:
    """Show what is deleted, then carry out each on_destroy, without asking.

    Examples:
        pulumi-messaging local destroy -s dev
    """
    options = RunOptions(run_program=run_program, targets=target or ())
    _run(stack, diff, lambda engine: engine.destroy(preview=True, **options), lambda engine: engine.destroy(**options))


@state.command()
def taint(name: Annotated[str, typer.Argument(help="URN or name of a resource.")], stack: Stack = "dev") -> None:
    """Let the next update replace a resource.

    Examples:
        pulumi-messaging local state taint orders -s dev
    """
    from pulumi_messaging_engine import Engine, Project  # noqa: PLC0415 - likewise

    with ending():
        engine = Engine(Project.load(Path.cwd()), stack)
        engine.ensure()
        engine.taint(name)
    typer.echo(f"{name} is replaced by the next update")


def _run(
    stack: str, diff: bool, *actions: Callable[[Engine], Result], create: bool = False, json: bool = False
) -> None:
    """Run actions on the stack of this folder's project in turn, until one fails."""
    from pulumi_messaging_engine import Display, Engine, PreviewJson, Project  # noqa: PLC0415 - likewise

    display = PreviewJson(sys.stdout.write) if json else Display(diff=diff)
    with ending():
        engine = Engine(Project.load(Path.cwd()), stack, on_event=display)
        engine.ensure(create=create)
        for action in actions:
            if not action(engine).ok:
                raise typer.Exit(1)
