"""Checks of this machine: Python, the Pulumi CLI, and the Python that Pulumi starts for the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from pulumi_messaging._version import __version__
from pulumi_messaging.cli.doctor_findings import Finding
from pulumi_messaging.settings import PROJECT_FILES
from pulumi_messaging.text import brief
from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.files import read_yaml

OLDEST_CLI: Final = (3, 150)
PYTHONS: Final = ((3, 11), (3, 13))
SECONDS: Final = 15.0  # of each program that is asked
ENVIRONMENT: Final = "virtual environment"
_ANOTHER_PYTHON: Final = "make the environment with Python 3.11, 3.12 or 3.13"
_ONE_PLACE: Final = "remove main from Pulumi.yaml, and let a __main__.py beside it import the program"
_VERSIONS: Final = (
    "import sys, importlib.metadata as m; print(*sys.version_info[:2], m.version('pulumi'), m.version('{package}'))"
)
_PACKAGE: Final = "pulumi-messaging"


def machine(folder: Path, environ: Mapping[str, str]) -> list[Finding]:
    """The findings about this machine and the project in a folder, where there is one."""
    cli = shutil.which("pulumi", path=environ.get("PATH"))
    return [python(sys.version_info[:2]), pulumi_cli(cli, environ), environment(folder, environ, has_cli=bool(cli))]


def python(version: Sequence[int]) -> Finding:
    """Whether a version of Python is supported."""
    oldest, newest = PYTHONS
    ok = oldest <= tuple(version) <= newest
    return Finding("python", ok, f"Python {version[0]}.{version[1]}", "" if ok else _ANOTHER_PYTHON)


def pulumi_cli(command: str | None, environ: Mapping[str, str]) -> Finding:
    """Whether the Pulumi CLI is one of those that this package works with. None is needed for the local engine."""
    check, install = "pulumi", f"install Pulumi {'.'.join(map(str, OLDEST_CLI))} or newer"
    if command is None:
        return Finding(check, True, "no Pulumi CLI on PATH: `pulumi-messaging local` runs the stack")
    said = output([command, "version"], {**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    version = re.match(r"v?(\d{1,6})\.(\d{1,6})[\w.+-]*", said or "")
    if version is None:
        return Finding(check, False, f"{brief(command)} does not tell its version", install)
    ok = (int(version[1]), int(version[2])) >= OLDEST_CLI
    return Finding(check, ok, f"Pulumi CLI {brief(version[0])}", "" if ok else install)


def environment(folder: Path, environ: Mapping[str, str], *, has_cli: bool) -> Finding:
    """Whether Pulumi finds, for program and provider, one Python that has this package."""
    file = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    if file is None:
        return Finding(ENVIRONMENT, True, "no Pulumi.yaml in this folder")
    try:
        content = read_yaml(file)
    except EngineError as error:
        return Finding(ENVIRONMENT, False, str(error), f"correct {file.name}")
    options = _mapping(_mapping(content.get("runtime")).get("options"))
    named = str(options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else ""))
    if named and (main := _folder_of_main(folder, content)) and not Path(named).is_absolute():
        # The language host looks below Pulumi.yaml, the launcher of the provider below its working directory.
        places = f"the program's Python is looked for in {named}, the provider's in {main}/{named}"
        return Finding(ENVIRONMENT, False, brief(f"main: {main} and virtualenv: {named}: {places}"), _ONE_PLACE)
    if not named and options.get("toolchain") == "poetry":
        return Finding(ENVIRONMENT, False, "toolchain: poetry without virtualenv", "name the environment in virtualenv")
    return _interpreter(_python_of(folder, named, environ, has_cli=has_cli), named, environ)


def _folder_of_main(folder: Path, content: Mapping[str, Any]) -> str:
    """The folder of `main`, relative to Pulumi.yaml; empty where it is the same one."""
    main = folder / str(content.get("main") or ".")
    place = os.path.relpath(main.parent if main.is_file() else main, folder)
    return "" if place == os.curdir else place


def _python_of(folder: Path, named: str, environ: Mapping[str, str], *, has_cli: bool) -> str | None:
    """The interpreter that Pulumi starts, as `pulumi-resource-pulumi-python` does; None where there is none."""
    if named:
        return shutil.which(str(folder / named / "bin" / "python"))
    if has_cli:
        return shutil.which(environ.get("PULUMI_PYTHON_CMD") or "python3", path=environ.get("PATH"))
    return sys.executable


def _interpreter(command: str | None, named: str, environ: Mapping[str, str]) -> Finding:
    place = brief(named or command or "python3")
    make = f"run `python3 -m venv {named} && {named}/bin/python -m pip install -r requirements.txt`" if named else ""
    name = f"activate the environment that has {_PACKAGE}, or name it in Pulumi.yaml: runtime.options.virtualenv"
    if command is None:
        return Finding(ENVIRONMENT, False, f"{place} has no Python", make or name)
    said = (output([command, "-c", _VERSIONS.format(package=_PACKAGE)], environ) or "").split()
    if len(said) != 4:  # noqa: PLR2004
        return Finding(ENVIRONMENT, False, f"{place} has no pulumi or no {_PACKAGE}", make or name)
    version = python((int(said[0]), int(said[1])))
    if not version.ok:
        return Finding(ENVIRONMENT, False, f"{place} is {version.detail}", version.advice)
    if said[3] != __version__:
        other = f"{place} has {_PACKAGE} {brief(said[3])}, this command is {__version__}"
        return Finding(ENVIRONMENT, False, other, "run the command of that environment, or install one version in both")
    return Finding(ENVIRONMENT, True, f"{place}: {version.detail}, pulumi {brief(said[2])}, {_PACKAGE} {said[3]}")


def output(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """What a program prints; None where it fails or does not end in time."""
    with TemporaryFile() as printed:  # of a pipe, a child of the program could keep the other end
        try:
            subprocess.run(  # noqa: S603 - the programs that Pulumi would start
                command,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                env=dict(environ),
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        printed.seek(0)
        return printed.read().decode(errors="replace")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
