"""Which processes count: those that live, and those that their engine left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.process_lock import ProcessLock

PROGRAM = """
import sys
from pathlib import Path
from pulumi_messaging.engine_watch import _end
from pulumi_messaging.reconcile.process_lock import ProcessLock
from pulumi_messaging.wiring import Wiring

lock = ProcessLock(Path(sys.argv[1]))
before = lock.name()
if "cancel" in sys.argv[2]:
    Wiring(print).interrupt()
if "call" in sys.argv[2]:
    lock.hold("another")
    lock.hold("note")
    lock.release("another")
if "after its call" in sys.argv[2]:
    lock.release("note")
print(before if sys.argv[2] == "before a cancellation" else lock.name(), flush=True)
sys.stdin.readline()
if sys.argv[2] == "engine gone":
    _end()
"""


@pytest.mark.parametrize(
    ("end", "counts"),
    [
        ("engine gone", True),
        ("under way when cancelled", True),
        ("before a cancellation", False),
        ("ended", False),
        ("killed", False),
        ("killed in a call", True),
        ("killed after its call", False),
    ],
)
def test_a_process_counts_if_it_was_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, counts: bool
) -> None:
    """An engine that ends normally ends its provider, whose notes are done then; one that is gone leaves it behind.

    One that is cancelled has stored the results so far, and after a second Ctrl-C not those of calls under way. Nor has
    one that is killed together with its provider.
    """
    monkeypatch.setattr("pulumi_messaging.reconcile.process_lock.PATIENCE", 0.3)
    here = ProcessLock(tmp_path)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), end]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert here.left_behind(name, "note") is (end == "under way when cancelled")
        if "killed" in end:
            other.kill()
    assert here.name() != name  # making a name drops those of processes that have ended

    assert here.left_behind(name, "note") is counts
    assert here.left_behind(name, "another") is (counts and "call" not in end)
    file = tmp_path / "processes" / name
    os.utime(file, (time.time() - 90,) * 2)
    ProcessLock(tmp_path).name()
    assert file.exists() is counts, "the files of processes that left nothing behind go"
    if counts:
        os.utime(file, (0, 0))
        assert not here.left_behind(name, "note")
    assert not here.left_behind(here.name())


NOTING = """
import sys
from pathlib import Path
from pulumi_messaging.engine_watch import _end
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.wiring import Wiring

files = NoteFiles(Path(sys.argv[1]))
for number in ("1", "2", "3"):
    files.write({"former": {"tags": []}}, "numbers", number)
files.done("numbers", "3")
if sys.argv[2] == "cancelled":
    Wiring(print).interrupt()
files.done("numbers", "1")
if sys.argv[2] == "engine gone":
    _end()
"""


@pytest.mark.parametrize(("end", "left"), [("engine gone", 3), ("cancelled", 2), ("ended", 1)])
def test_a_note_that_is_done_ends_with_its_process(tmp_path: Path, end: str, left: int) -> None:
    """An engine that ends normally has stored the result. What was cut off stays, and so does all of a process left.

    So does what was under way at a cancellation; what was done before it does not.
    """
    subprocess.run([sys.executable, "-c", NOTING, str(tmp_path), end], check=True)

    notes = list((tmp_path / "numbers").iterdir())
    assert len(notes) == left
    assert {note.stat().st_mode & 0o777 for note in notes} == {0o600}
    assert (NoteFiles(tmp_path).read("numbers", "1") != {}) == (end != "ended")
