"""The subcommand ``doctor``: does everything that a run needs work here? One line for each check, with what to do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pulumi_messaging.cli.doctor_findings import Finding
    from pulumi_messaging.cli.exported import Resource


def doctor(
    *,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="Check this stack's settings; absent: the environment's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
    urls: Annotated[
        bool, typer.Option("--urls", help="Ask the host of each declared URL for its address, certificate and status.")
    ] = False,
) -> None:
    """Check what a run needs: this machine, the project, the stack's settings, the vendors' accounts.

    Reads only, and prints no secret. Exit status 0 if all is well, 1 if something must be done.

    Examples:
        pulumi-messaging doctor

        pulumi-messaging doctor -s prod --urls
    """
    findings = []
    for finding in _findings(stack, urls=urls):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        typer.echo(json.dumps(list(map(asdict, findings)), indent=2))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _print(finding: Finding) -> None:
    mark = typer.style("ok  ", fg="green") if finding.ok else typer.style("FAIL", fg="red")
    typer.echo(f"{mark}  {finding.check}: {finding.detail}{f'; {finding.advice}' if finding.advice else ''}")


def _findings(stack: str | None, *, urls: bool) -> Iterator[Finding]:
    from pulumi_messaging.cli import doctor_machine, doctor_secrets  # noqa: PLC0415 - the other commands need none
    from pulumi_messaging.cli.doctor_findings import Finding  # noqa: PLC0415
    from pulumi_messaging.cli.inventory import OR_ENVIRONMENT, configuration  # noqa: PLC0415
    from pulumi_messaging_engine.errors import EngineError  # noqa: PLC0415

    folder, environ = Path.cwd(), os.environ
    yield from doctor_machine.machine(folder, environ)
    config: Mapping[str, str] | None = {}
    try:
        config = configuration(stack)
    except EngineError as error:
        config = None
        yield Finding("settings", False, str(error).removesuffix(f", {OR_ENVIRONMENT}"), OR_ENVIRONMENT)
    if stack is not None and config is not None:
        yield Finding("settings", True, f"those of the stack {stack} can be read")
        yield from _keys(config)
    yield from doctor_secrets.secret_files(folder, doctor_secrets.secrets_in_use(config or {}, environ))
    if config is not None:  # else another account than the stack's might be asked
        yield from _vendors(config, environ)
    if urls:
        yield from _urls(folder, stack, environ)


def _keys(config: Mapping[str, str]) -> Iterator[Finding]:
    from pulumi_messaging.cli.doctor_findings import Finding  # noqa: PLC0415 - likewise
    from pulumi_messaging.settings_lines import unknown_keys  # noqa: PLC0415

    check, lines = "configuration keys", list(unknown_keys(config))
    for line in lines:
        detail, _, advice = line.removeprefix("warning: ").partition("; ")
        yield Finding(check, False, detail, advice)
    if not lines:
        yield Finding(check, True, "each key of telegent: and telnyx: is a setting")


def _vendors(config: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[Finding]:
    from pulumi_messaging.api.announce import say  # noqa: PLC0415 - likewise
    from pulumi_messaging.cli.doctor_vendors import vendors  # noqa: PLC0415

    yield from vendors(config, environ, say)


def _urls(folder: Path, stack: str | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    from pulumi_messaging.cli import doctor_urls  # noqa: PLC0415 - likewise
    from pulumi_messaging.cli.doctor_findings import Finding  # noqa: PLC0415
    from pulumi_messaging_engine.errors import EngineError  # noqa: PLC0415

    if stack is None:
        yield Finding("url", False, "no stack is named whose URLs could be asked", "give it with -s")
        return
    try:
        config, resources = _declared(folder, stack, environ)
    except EngineError as error:
        yield Finding("url", False, str(error), "correct it")
        return
    yield from doctor_urls.urls(doctor_urls.declared(config, resources))


def _declared(folder: Path, stack: str, environ: Mapping[str, str]) -> tuple[Mapping[str, Any], list[Resource]]:
    """The stack's settings as its file has them, secrets encrypted, and its resources."""
    from pulumi_messaging.cli.doctor_machine import output  # noqa: PLC0415 - likewise
    from pulumi_messaging.cli.exported import read_export, resources_of  # noqa: PLC0415
    from pulumi_messaging_engine import Engine, Project  # noqa: PLC0415

    project = Project.load(folder)
    config = project.stack_settings(stack).values
    state = Engine(project, stack).state_file
    resources = read_export(state) if state.is_file() else []
    if cli := shutil.which("pulumi", path=environ.get("PATH")):
        export = output([cli, "stack", "export", "--stack", stack, "--cwd", str(folder)], environ)
        resources += [] if export is None else resources_of(export, "pulumi stack export")
    return config, resources
