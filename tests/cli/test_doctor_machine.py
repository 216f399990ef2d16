"""`doctor`: what it finds on this machine and in the project's folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging import __version__
from pulumi_messaging.cli import doctor_machine, doctor_secrets
from pulumi_messaging.cli.doctor_machine import environment, pulumi_cli, python
from pulumi_messaging.cli.doctor_secrets import secret_files, secrets_in_use

KEY = "KEY" + "0123456789ABCDEF" * 2 + "_aBcDeFgHiJkLmNoPqRsTuV"


def program(path: Path, script: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(("version", "ok"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_the_supported_pythons(version: tuple[int, int], ok: bool) -> None:
    assert python(version).ok == ok


@pytest.mark.parametrize(
    ("script", "ok", "detail"),
    [
        ("echo v3.149.0", False, "Pulumi CLI v3.149.0"),
        ("echo v3.150.0", True, "Pulumi CLI v3.150.0"),
        ("echo 3.260.0-dev.1", True, "Pulumi CLI 3.260.0-dev.1"),
        ("echo v4.0.0; exit 1", False, "does not tell its version"),
        ("sleep 20; :", False, "does not tell its version"),
    ],
)
def test_the_version_of_the_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, ok: bool, detail: str
) -> None:
    monkeypatch.setattr(doctor_machine, "SECONDS", 1.0)

    found = pulumi_cli(str(program(tmp_path / "pulumi", script)), os.environ)

    assert found.ok == ok
    assert found.detail.endswith(detail)


def test_no_cli_is_needed() -> None:
    assert pulumi_cli(None, {}).ok


HAS_ALL = f"echo 3 12 3.272.0 {__version__}"


@pytest.mark.parametrize(
    ("file", "script", "detail"),
    [
        ("runtime: {name: python, options: {virtualenv: env}}", HAS_ALL, ""),
        ("runtime: python", HAS_ALL, ""),
        ("main: ./\nruntime: {name: python, options: {virtualenv: env}}", HAS_ALL, ""),
        ("main: __main__.py\nruntime: {name: python, options: {virtualenv: env}}", HAS_ALL, ""),
        ("main: stacks\nruntime: {name: python, options: {virtualenv: env}}", HAS_ALL, "the provider's in stacks/env"),
        ("runtime: {name: python, options: {virtualenv: gone}}", HAS_ALL, "gone has no Python"),
        ("runtime: {name: python, options: {toolchain: uv}}", HAS_ALL, ".venv has no Python"),
        ("runtime: {name: python, options: {toolchain: poetry}}", HAS_ALL, "toolchain: poetry without virtualenv"),
        ("runtime: {name: python, options: {virtualenv: env}}", "exit 1", "env has no pulumi or no pulumi-messaging"),
        ("runtime: python", "exit 1", "env/bin/python has no pulumi or no pulumi-messaging"),
        ("runtime: {name: python, options: {virtualenv: env}}", "echo 3 14 3.272.0 0.1.0", "env is Python 3.14"),
        ("runtime: {name: python, options: {virtualenv: env}}", "echo 3 12 3.272.0 9.9", "this command is"),
        ("runtime: [", HAS_ALL, "Pulumi.yaml cannot be read"),
    ],
)
def test_program_and_provider_need_one_python_with_the_package(
    tmp_path: Path, file: str, script: str, detail: str
) -> None:
    """The trap: with `main`, the two look for a relative environment in different folders."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: estate\n{file}\n")
    (tmp_path / "__main__.py").touch()
    command = program(tmp_path / "env" / "bin" / "python", script)

    found = environment(tmp_path, {**os.environ, "PULUMI_PYTHON_CMD": str(command)}, has_cli=True)

    assert found.ok == (not detail)
    assert detail in found.detail


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: estate\nruntime: python\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "held"),
    [
        (".env", f"TELNYX_API_KEY={KEY}", "a Telnyx API key"),
        (".env", "export TELEGENT_EU_ACCOUNT_SECRET='abc-def'", "TELEGENT_EU_ACCOUNT_SECRET"),
        ("prod.env", "A=1\nPULUMI_CONFIG_PASSPHRASE=correct horse", "PULUMI_CONFIG_PASSPHRASE"),
        (".env.example", "TELNYX_API_KEY=<your key>\nPULUMI_CONFIG_PASSPHRASE=\nTELEGENT_ACCOUNT_SECRET=...", ""),
        ("notes.md", "TELNYX_API_KEY=$KEY", ""),
        ("notes.md", "the secret is s3cr3t-in-use", "a secret of the settings in use"),
        ("state.json", '{"deployment": {"x": {"plaintext": "a"}}}', "a state with its secrets in clear"),
        ("state.json", '{"deployment": {"x": {"ciphertext": "a"}}}', ""),
        ("Pulumi.prod.yaml", "config: {telnyx:apiKey: KEYabc}", "telnyx:apiKey in clear"),
        ("Pulumi.prod.yaml", "config: {telnyx-eu:apiKey: KEYabc}", "telnyx-eu:apiKey in clear"),
        ("Pulumi.prod.yaml", "config: {telnyx:apiKey: {secure: abc}, telegent:accountSecret: emulator-secret}", ""),
        (
            *("Pulumi.prod.yaml", "config: {messaging:routes: {a: {messagePasswordToken: abc}}}"),
            "messaging:routes.a.messagePasswordToken in clear",
        ),
        (".emulator.db-wal", "", "the passwords of the emulator's routes"),
        (".emulator.db.eu", "", "the passwords of the emulator's routes"),
    ],
)
@pytest.mark.parametrize("repository", [True, False])
def test_a_file_with_a_secret_that_git_does_not_ignore(
    project: Path, name: str, content: str, held: str, repository: bool
) -> None:
    """Also where the folder is no repository yet: then its .gitignore alone decides."""
    if repository:
        subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    (project / name).write_text(content)

    found = secret_files(project, {"s3cr3t-in-use", "short"})

    shown = [each.detail for each in found if not each.ok]
    assert shown == ([f"{name} holds {held}, and git does not ignore it"] if held else [])
    assert not any(secret in str(found) for secret in (KEY, "abc", "horse", "s3cr3t"))

    (project / ".gitignore").write_text(f"{name}\n")
    assert [each.ok for each in secret_files(project, {"s3cr3t-in-use"})] == [True]


def test_the_secrets_in_use_are_those_of_all_accounts() -> None:
    config = {"telnyx:apiKey": "a", "telegent-eu:accountSecret": "b", "telegent:accountKey": "c", "estate:apiKey": "d"}
    environ = {"TELNYX_EU_API_KEY": "e", "TELEGENT_ACCOUNT_SECRET": "f", "TELEGENT_ACCOUNT_KEY": "g"}

    assert secrets_in_use(config, environ) == {*"abef"}


def test_the_search_is_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (project / f"{number}.env").write_text("TELNYX_API_KEY=KEYabc")
    bounds: dict[str, Any] = {"SHOWN": 2}
    for name, value in bounds.items():
        monkeypatch.setattr(doctor_secrets, name, value)

    assert secret_files(project, ())[-1].detail == "3 more files hold secrets"

    monkeypatch.setattr(doctor_secrets, "MOST_FILES", 0)
    assert secret_files(project, ())[0].detail == (
        "no secret in the files of the first 0 of 6 that git does not ignore"
    )


def test_without_git_or_a_project_nothing_is_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project / "nothing"))
    assert secret_files(project, ())[0].ok
    assert secret_files(project / "nothing", ())[0].ok
