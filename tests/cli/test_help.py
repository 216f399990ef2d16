"""The command's own help: examples that the command line takes, exit statuses, completion in a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app

PROGRAM = "pulumi-messaging"


def leaves(path: tuple[str, ...], group: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    for name, each in group.commands.items():
        inner = (*path, name)
        yield from leaves(inner, each) if hasattr(each, "commands") else [(inner, each)]


COMMANDS = dict(leaves((PROGRAM,), typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_has_examples_that_it_takes(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    _, _, examples = command.help.partition("Examples:\n")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    assert lines, f"{' '.join(words)} has no examples in its help"
    for line in lines:
        given = shlex.split(line)
        assert tuple(given[: len(words)]) == words
        command.make_context(words[-1], given[len(words) :], resilient_parsing=False)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_option_that_repeats_shows_the_type_of_one(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words[1:], "--help"], env={"COLUMNS": "200"}).output
    assert "list[" not in shown.lower()


def test_exit_statuses_are_told() -> None:
    runner = CliRunner()
    assert "Exit status: 0 for success, 1 for an error, 2 for a wrong command line" in " ".join(
        runner.invoke(app, ["--help"], env={"COLUMNS": "200"}).output.split()
    )
    for command, statuses in {"impact": "2 also if", "doctor": "1 if", "adopt": "2 if"}.items():
        told = " ".join(runner.invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output.split())
        assert statuses in told.lower().partition("exit status")[2], command


def test_a_shell_completes_commands() -> None:
    asked = {"_PULUMI_MESSAGING_COMPLETE": "complete_bash", "COMP_WORDS": f"{PROGRAM} do", "COMP_CWORD": "1"}
    assert CliRunner().invoke(app, [], prog_name=PROGRAM, env=asked).output.split() == ["doctor"]
