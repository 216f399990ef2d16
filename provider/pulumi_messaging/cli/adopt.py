"""The subcommand ``adopt``: a program or a settings file for what exists, such that its first `up` writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from pulumi_messaging.cli.estate_map.urls import shown_url
from pulumi_messaging.cli.failure import ending, fail, need_folder
from pulumi_messaging.cli.filter_options import Account, Name, Number, Profile, Route, Stack, Tag, Unassigned
from pulumi_messaging.core.fields import Kind
from pulumi_messaging.text import HIDDEN, brief

if TYPE_CHECKING:
    from pulumi_messaging.cli.filters import Filters
    from pulumi_messaging.cli.state_file import StateFile
    from pulumi_messaging.estate.declarations import Declaration, Declarations
    from pulumi_messaging.estate.reading import Estate

# A parameter of a query or fragment that is likely to authenticate whoever sends it.
_CREDENTIAL: Final = re.compile(
    r"[?&#][^=&#]*(token|secret|passw|api-?_?key|auth|signature)[^=&#]*=[^&#]|[?&#](key|sig|pw|code)=[^&#]",
    re.IGNORECASE,
)
_ADVICE: Final = "before you commit the file, read it from a secret of the configuration there"
CANNOT_TELL: Final = 2  # exit status


class Format(StrEnum):
    """What is written."""

    PROGRAM = "program"
    SETTINGS = "settings"


def adopt(
    *,
    out: Annotated[Path | None, typer.Option(help="File to write, which must not exist.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="A Python program, or a settings file for stackfile.")
    ] = Format.PROGRAM,
    state: Annotated[
        Path | None,
        typer.Option(help="Leave out what this state holds: a file with the output of pulumi stack export."),
    ] = None,
    stack: Stack = None,
    account: Account = None,
    name: Name = None,
    profile: Profile = None,
    route: Route = None,
    number: Number = None,
    tag: Tag = None,
    unassigned: Unassigned = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing: tell whether an `up` of the program in this folder would (with -s).",
        ),
    ] = False,
    local: Annotated[
        bool, typer.Option("--local", help="With --check: use the local engine although `pulumi` is on PATH.")
    ] = False,
) -> None:
    """Write code for what exists. The first `up` of it takes everything over and writes nothing to the vendors.

    Passwords are never shown: the code reads them from the configuration, and leaves them as they are while unset.

    With --check the exit status is 0 if an `up` would write nothing, 1 if it would, and 2 if that cannot be told.

    Examples:
        pulumi-messaging adopt --out messaging.py

        pulumi-messaging adopt --out team_a.py --name "team-a-*" --state state.json

        pulumi-messaging adopt --check -s prod
    """
    from pulumi_messaging.cli.filters import Filters  # noqa: PLC0415 - the other commands need none of these

    if check:
        if out or state or account or not stack:
            raise typer.BadParameter("--check takes -s STACK, and neither --out nor --state nor --account")
        _check(stack, local=local)
    if out is None:
        raise typer.BadParameter("give --out FILE, or --check")
    if out.exists() or out.is_symlink():
        _exists(out)
    need_folder(out)
    with ending():
        filters = Filters(name or (), profile or (), route or (), number or (), tag or (), unassigned)
        found = _declarations(filters, stack, account, state)
    if found.resources:
        _hand_out(out, form, found)
    else:
        typer.echo(f"Nothing to adopt{_left_out(found)}: no file is written.", err=True)


def _hand_out(out: Path, form: Format, found: Declarations) -> None:
    """Write the file, print the commands that it needs, and say what is in it."""
    _write(out, _text(form, found.resources))
    for line in _passwords(form, found.resources):
        typer.echo(line)
    for line in _report(out, found):
        typer.echo(line, err=True)


def _check(stack: str, *, local: bool) -> NoReturn:
    """Print what an `up` would write, and exit with the status that says it."""
    from pulumi_messaging.cli.adopt_check import verdict  # noqa: PLC0415 - likewise

    with ending(CANNOT_TELL):
        told = verdict(stack, local=local)
    for line in told.writes:
        typer.echo(line)
    for line in told.unsure:
        typer.echo(f"cannot tell: {line}", err=True)
    if told.writes:
        fail(f"an `up` of stack {stack} would write what is listed on stdout")
    if told.unsure:
        fail(f"cannot tell whether an `up` of stack {stack} would write", CANNOT_TELL)
    typer.echo(f"An `up` of stack {stack} would write nothing.")
    raise typer.Exit


def _declarations(filters: Filters, stack: str | None, account: str | None, state: Path | None) -> Declarations:
    from pulumi_messaging.cli.inventory import accounts  # noqa: PLC0415 - likewise
    from pulumi_messaging.cli.state_file import StateFile  # noqa: PLC0415
    from pulumi_messaging.estate.declarations import declared  # noqa: PLC0415
    from pulumi_messaging.estate.reading import Estate, with_details  # noqa: PLC0415

    held = None if state is None else StateFile.read(state, account or "")
    with accounts(filters, stack, account) as read:
        whole = Estate.read(read.telegent, read.telnyx, read.progress)
        shown = filters.of(whole) if held is None else _new(filters.of(whole), held)
        rows = dict(whole.rows)
        if read.telegent and shown.routes:
            routes = {route.message_route_id: rows[route.message_route_id] for route in shown.routes}
            rows |= with_details(read.telegent, routes, read.progress)
    return declared(shown, whole, rows, held.names if held else {}, account or "")


def _new(shown: Estate, held: StateFile) -> Estate:
    """The part of an estate that a state does not hold."""
    return replace(
        shown,
        routes=tuple(each for each in shown.routes if not held.has(each)),
        profiles=tuple(each for each in shown.profiles if not held.has(each)),
        numbers=tuple(each for each in shown.numbers if not held.has(each)),
    )


def _text(form: Format, resources: Sequence[Declaration]) -> str:
    if form is Format.PROGRAM:
        from pulumi_messaging.cli.adopt_program import program  # noqa: PLC0415 - likewise

        return program(resources)
    from pulumi_messaging.cli.adopt_settings import settings  # noqa: PLC0415 - likewise

    return settings(resources)


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        _exists(out)
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}")


def _exists(out: Path) -> NoReturn:
    fail(f"cannot write {out}: it exists already; name another file with --out, or remove it")


def _passwords(form: Format, resources: Sequence[Declaration]) -> Iterator[str]:
    """The commands that set the passwords, which are not managed before."""
    for resource in resources:
        for password in () if resource.problem else resource.passwords:
            if form is Format.PROGRAM:
                yield f"pulumi config set --secret {resource.key(password)}"
            else:
                from pulumi_messaging.cli.adopt_settings import password_key  # noqa: PLC0415 - likewise

                yield f"pulumi config set --secret {password_key(resource, password)} --path"


def _report(out: Path, found: Declarations) -> Iterator[str]:
    usable = [each for each in found.resources if not each.problem]
    yield f"{out}: {len(usable)} resource{'' if len(usable) == 1 else 's'}{_left_out(found)}."
    if any(each.passwords for each in usable):
        yield "Passwords are not managed until the commands above have set them."
    for each in found.resources:
        named = f"{each.table.resource} {each.name}{f' ({each.object_id})' if each.object_id else ''}"
        if each.problem:
            yield f"{named} is commented out: {brief(each.problem)}"
            continue
        for state, part in each.left_out.items():
            yield f"{named}: {each.table.row(state).name} is commented out: {brief(part.reason)}"
        for row, value in each.rows:
            if row.kind is Kind.URL and _holds_credential(value):
                what = f"{row.name} seems to hold a credential"
                yield f"{named}: {what}, which {out} has in clear: {_ADVICE}"


def _holds_credential(url: str) -> bool:
    """Whether a parameter is called like one, or a part of the path looks like one."""
    return bool(_CREDENTIAL.search(url)) or HIDDEN in shown_url(re.split("[?#]", url)[0])


def _left_out(found: Declarations) -> str:
    return (
        f"; numbers left out, because they are on no route or profile: {found.unassigned}" if found.unassigned else ""
    )
