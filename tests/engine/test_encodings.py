"""Output in an encoding that lacks a character: it is escaped, and nothing else changes."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from pulumi_messaging.api.announce import say
from pulumi_messaging.cli import main
from pulumi_messaging.testing import Display
from pulumi_messaging_engine.events import Diagnostic, Started
from tests.support.engine.world import World

ENCODINGS = {"ascii": b"Gr\\xf6\\xdfe \\u65e5", "cp1252": b"Gr\xf6\xdfe \\u65e5", "utf-8": "Größe 日".encode()}


def stream(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)


def written(text: io.TextIOWrapper) -> bytes:
    return bytes(text.buffer.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("encoding", "shown"), ENCODINGS.items())
def test_the_display_escapes_what_its_stream_lacks(encoding: str, shown: bytes) -> None:
    text = stream(encoding)
    display = Display(Console(file=text, soft_wrap=True, highlight=False))
    display(Started("update", preview=True, stack="dev", stack_urn="urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"))
    display(Diagnostic("warning", "Größe 日"))

    assert shown in written(text)


@pytest.mark.parametrize(("encoding", "shown"), ENCODINGS.items())
def test_a_line_of_the_provider_escapes_what_stderr_lacks(
    encoding: str, shown: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = stream(encoding)
    monkeypatch.setattr(sys, "stderr", text)
    say("Größe 日")

    assert written(text) == b"pulumi-messaging: " + shown + b"\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_escapes_what_stdout_lacks(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = stream(encoding)
    monkeypatch.setattr(sys, "stdout", text)
    monkeypatch.setattr(sys, "argv", ["pulumi-messaging", "--version"])
    with pytest.raises(SystemExit):
        main()
    text.write("日")

    assert written(text).startswith(b"pulumi-messaging ")


def test_an_output_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Full(), encoding="utf-8", write_through=True))
    monkeypatch.setattr(sys, "argv", ["pulumi-messaging", "schema"])

    with pytest.raises(SystemExit, match=r"^error: cannot write the output: No space left on device$"):
        main()


def test_a_run_shows_what_the_program_prints_as_far_as_the_terminal_can(world: World) -> None:
    """The program itself writes UTF-8: nothing is lost on the way."""
    world.program("print('Größe 日')\npulumi.export('größe', '日')")
    command = "from pulumi_messaging.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "local", "preview"], cwd=world.folder, check=False, capture_output=True,
        env={**os.environ, **world.environment, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, b"")
    assert ENCODINGS["cp1252"] + b"\n" in done.stdout
    assert '    größe: "\\u65e5"\n'.encode("cp1252") in done.stdout
