"""Notes of creates on this machine: what a killed process leaves of a create, and what that is evidence of."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.hidden import SECRETS
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.errors import ApiError, ErrorAnswer, NoAnswer, Refused
from pulumi_messaging.reconcile.named.create_notes import Attempt, NoteOfCreate, PendingCreates
from pulumi_messaging.reconcile.named.idempotent_create import SETTLED
from pulumi_messaging.reconcile.process_lock import ProcessLock
from tests.support.clock import VirtualClock

LOST = NoAnswer("create message route orders", "no answer", "run it again", sent=True)
NO = ErrorAnswer("create message route orders", "no", "change it", status=400)
URL = "https://hooks.example.com/in?token=t0k3n"
DECLARED = {
    "routeName": "orders",
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageRouteEnabled": True,
    "messageAuthenticationType": "Basic",
    "messageUsername": "us3r",
    "messagePasswordToken": "p4ssw0rd",
    "callbackMessageUrl": "",
    "inboundBypass": False,
    "accountId": "AID-1",
    "onDestroy": "delete",
}
ROW: dict[str, Any] = {
    "MessageRouteId": "MRID-1",
    "RouteName": "orders",
    "MessageUrl": URL,
    "MessageUrlMethod": "POST",
    "MessageRouteEnabled": "true",
    "MessageAuthenticationType": "Basic",
    "MessageUsername": "us3r",
    "MessagePasswordToken": "****",
    "CallbackMessageUrl": None,
}
HOLDER = """
import sys, time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.reconcile.process_lock import leave_behind
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
pending = PendingCreates(ROUTES, Path(sys.argv[1]))
with pending.noted("account", "orders") as attempt:
    attempt.sending(pending.note_of({"messageUrlMethod": "POST"}))
    print("holding", flush=True)
    time.sleep(float(sys.argv[2]))
if sys.argv[4] != "in its call":
    pending.returned("account", "orders")
if sys.argv[4] == "left":
    leave_behind()
print("made", flush=True)
time.sleep(float(sys.argv[3]))
"""


def attempt(pending: PendingCreates, ends: ApiError | None = None, taken: bool = False) -> Attempt:
    """An attempt of one process at one name; nothing is sent where the name is taken."""
    try:
        with pending.noted("account", "orders", taken=taken) as made:
            if not taken:
                made.sending(pending.note_of(DECLARED))
            if ends:
                raise ends
        pending.returned("account", "orders")
    except (ErrorAnswer, NoAnswer):
        pass
    return made


def test_an_attempt_that_ended_is_accounted_for(tmp_path: Path) -> None:
    """A clear refusal leaves nothing behind; an unclear end does, and so does success until the list must show it."""
    time = VirtualClock()
    pending = PendingCreates(ROUTES, tmp_path, time.now, time.sleep)
    assert not attempt(pending, NO).uncertain
    assert not attempt(pending, LOST).uncertain
    assert attempt(pending).uncertain
    assert time.elapsed == pytest.approx(SETTLED), "the list had the time to settle"
    # Made, and perhaps nobody has recorded it: the engine was killed.
    assert attempt(pending).uncertain
    assert time.elapsed == pytest.approx(2 * SETTLED)
    time.sleep(SETTLED)
    assert not attempt(pending).uncertain
    pending.forget("account", "orders")
    assert not attempt(pending).uncertain, "what was deleted is made anew at once"
    assert time.elapsed == pytest.approx(3 * SETTLED)


def test_attempts_at_other_names_do_not_meet(tmp_path: Path) -> None:
    """What is unaccounted for concerns one name of one account."""
    time = VirtualClock()
    pending = PendingCreates(ROUTES, tmp_path, time.now, time.sleep)
    attempt(pending, LOST)

    with pending.noted("account", "support") as other:
        assert not other.uncertain
        assert other.noted is None


def test_the_folder_of_the_notes_is_made_when_one_is_written(tmp_path: Path) -> None:
    """Again too when somebody has cleared the cache meanwhile; nobody else may look into it."""
    folder = tmp_path / "cache" / "creates"
    pending = PendingCreates(ROUTES, folder)
    assert pending.nothing_known
    pending.forget("account", "orders")
    assert not folder.exists()

    for _ in range(2):
        assert not attempt(pending).uncertain
        (note,) = (path for path in folder.iterdir() if path.is_file())
        assert [path.stat().st_mode & 0o077 for path in (folder, note)] == [0, 0]
        assert not PendingCreates(ROUTES, folder).nothing_known
        shutil.rmtree(folder.parent)


def test_where_a_note_cannot_be_written_nothing_is_noted(tmp_path: Path) -> None:
    """A create does not fail because of the note of it."""
    time = VirtualClock()
    pending = PendingCreates(ROUTES, tmp_path, time.now, time.sleep)
    attempt(pending)
    (note,) = (path for path in tmp_path.iterdir() if path.is_file())
    note.unlink()
    note.mkdir()  # a folder cannot be opened as a file, not by root either

    assert not attempt(pending).uncertain


def test_without_a_folder_nothing_is_noted(tmp_path: Path) -> None:
    """A machine without a home, or with one that cannot be written, creates all the same, and knows of no runs."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    for folder in (None, blocked / "below"):
        pending = PendingCreates(ROUTES, folder)
        assert pending.nothing_known
        assert not attempt(pending).uncertain


def test_a_killed_process_leaves_its_attempt_unaccounted_for(tmp_path: Path) -> None:
    """SIGKILL frees the lock and keeps the note, which is evidence."""
    with holding(tmp_path, 60) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    waited: list[float] = []

    with PendingCreates(ROUTES, tmp_path, time.time, waited.append).noted("account", "orders") as cut_off:
        assert cut_off.uncertain
        assert cut_off.noted is not None
        assert cut_off.noted.matches(ROUTES, ROW)
    assert waited == [pytest.approx(SETTLED, abs=5)]


def test_an_interruption_ends_the_wait_for_another_create(tmp_path: Path) -> None:
    """Nothing is sent after it, so the note need not be locked."""
    with (
        PendingCreates(ROUTES, tmp_path).noted("orders"),
        PendingCreates(ROUTES, tmp_path, pause=lambda _: True).noted("orders") as attempt,
    ):
        assert attempt.uncertain


def test_an_orphan_that_still_creates_is_waited_for(tmp_path: Path) -> None:
    """A provider process outlives its engine; what it makes is looked for, not made again, and is ours meanwhile."""
    slept: list[float] = []
    with holding(tmp_path, 0.7, 60):
        began = time.monotonic()

        with PendingCreates(ROUTES, tmp_path, time.time, slept.append).noted("account", "orders") as later:
            assert later.uncertain
            assert later.noted is not None
            assert time.monotonic() - began > 0.3
            assert slept == [pytest.approx(SETTLED, abs=5)], "what it made a moment ago may not be in the list yet"


@pytest.mark.parametrize(
    ("end", "counts"), [("left", True), ("running", False), ("ended", False), ("in its call", True)]
)
def test_a_create_that_is_done_is_evidence_if_its_process_was_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, counts: bool
) -> None:
    """An engine that runs, or has ended normally, stores the route: it is not ours, though the note is this machine's.

    Two stacks of two backends may have the same names.
    """
    monkeypatch.setattr("pulumi_messaging.reconcile.process_lock.PATIENCE", 0.3)
    with holding(tmp_path, 0, 60, end) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "made\n"
        if end in ("ended", "in its call"):
            holder.kill()
            holder.wait()
        assert (evidence(tmp_path) is not None) == counts

    assert attempt(PendingCreates(ROUTES, tmp_path, time.time, lambda _: None)).uncertain, (
        "its list may not have settled"
    )


def test_a_taken_name_is_not_waited_for(tmp_path: Path) -> None:
    """What another process is just making is not ours."""
    with holding(tmp_path, 60):
        began = time.monotonic()
        assert evidence(tmp_path) is None
        assert time.monotonic() - began < 5


def test_evidence_that_has_served_is_none_for_the_next(tmp_path: Path) -> None:
    """The run that takes the route over leaves the note of a create that returned."""
    time = VirtualClock()
    attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep), LOST)
    assert attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep), taken=True).noted is not None
    assert attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep), taken=True).noted is None
    assert time.elapsed == 0


def test_evidence_of_last_week_is_none(tmp_path: Path) -> None:
    """The run that follows one that was cut off does not come so late."""
    time = VirtualClock()
    attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep), LOST)
    time.sleep(8 * 24 * 3600)
    assert attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep), taken=True).noted is None


@pytest.mark.parametrize(
    ("text", "settles"),
    [
        ("", False),
        (" " * 24, False),
        ("18000", True),
        ("{", True),
        ("{}", True),
        ('{"at": 1800000000, "made": false, "process": "", "key": "00", "sent": 3}', True),
        ("\xff\xfe", True),
    ],
)
def test_a_note_without_values_is_no_evidence(tmp_path: Path, text: str, settles: bool) -> None:
    """Blanks and torn files: they can settle a list, and prove nothing."""
    time = VirtualClock()
    attempt(PendingCreates(ROUTES, tmp_path, time.now, time.sleep))
    (note,) = (path for path in tmp_path.iterdir() if path.is_file())
    note.write_text(text, encoding="latin-1")

    with PendingCreates(ROUTES, tmp_path, time.now, time.sleep).noted("account", "orders") as found:
        assert found.uncertain is settles
        assert found.noted is None


def test_a_note_holds_nothing_in_clear(tmp_path: Path) -> None:
    """The time, the state names, and digests that differ from note to note; what is secret has none at all."""
    pending = PendingCreates(ROUTES, tmp_path, lambda: 1_800_000_000.0)
    first, second = pending.note_of(DECLARED), pending.note_of(DECLARED)
    attempt(pending, LOST)
    (file,) = (path for path in tmp_path.iterdir() if path.is_file())
    text = file.read_text()

    assert json.loads(text)["at"] == 1_800_000_000.0
    assert first.sent.keys() == {
        *("messageUrl", "messageUrlMethod", "messageRouteEnabled", "messageAuthenticationType", "messageUsername"),
        "inboundBypass",
    }
    assert not set(first.sent.values()) & set(second.sent.values())
    assert not [value for value in DECLARED.values() if isinstance(value, str) and f'"{value}"' in text]
    secret = pending.note_of({**DECLARED, SECRETS: ("messageUrl", "messageUsername")})
    assert secret.sent.keys() == first.sent.keys() - {"messageUrl", "messageUsername"}


@pytest.mark.parametrize(
    ("changed", "equal"),
    [
        ({}, True),
        ({"MessageRouteEnabled": True}, True),
        ({"CallbackMessageUrl": "https://theirs.example/"}, True),  # nothing was sent for it
        ({"InboundBypass": False}, True),
        ({"InboundBypass": True}, False),
        ({"MessageUrl": "https://theirs.example/"}, False),
        ({"MessageUrl": None}, False),
        ({"MessageRouteEnabled": False}, False),
        ({"MessageAuthenticationType": None}, False),
        ({"MessageUsername": "theirs"}, False),
    ],
)
def test_a_note_matches_a_route_that_has_what_was_sent(changed: dict[str, Any], equal: bool) -> None:
    """Fields that an answer does not show are not compared; the name is the key of the note."""
    assert NoteOfCreate.of(ROUTES, DECLARED, 0.0, "").matches(ROUTES, ROW | changed) is equal


def test_a_note_matches_numbers_in_another_form() -> None:
    """An engine makes every number a float, and the vendor gives an amount with its cents."""
    pool = {"tollFreeWeight": 10.0, "longCodeWeight": 1.5, "skipUnhealthy": True}
    shown = {"toll_free_weight": 10, "long_code_weight": 1.5, "skip_unhealthy": True}
    note = NoteOfCreate.of(PROFILES, {"dailySpendLimit": 10.0, "numberPoolSettings": pool}, 0.0, "")

    assert note.matches(PROFILES, {"daily_spend_limit": "10.00", "number_pool_settings": shown})
    assert not note.matches(PROFILES, {"daily_spend_limit": "10.01", "number_pool_settings": shown})


def test_a_note_of_secrets_alone_matches_nothing() -> None:
    """There is nothing to compare; nor is there in the note of a later version, whose fields are not known here."""
    assert not NoteOfCreate.of(ROUTES, {**DECLARED, SECRETS: tuple(DECLARED)}, 0.0, "").matches(ROUTES, ROW)
    assert not NoteOfCreate(0.0, sent={"aLaterField": "00"}).matches(ROUTES, ROW)


def test_a_name_that_is_never_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is bounded, and the error says what to do."""
    monkeypatch.setattr("pulumi_messaging.reconcile.named.create_notes._LONGEST_CREATE", 0.1)
    message = "another process of this machine has been creating one of its name"

    with holding(tmp_path, 60), pytest.raises(Refused, match=message):
        attempt(PendingCreates(ROUTES, tmp_path))


def test_processes(tmp_path: Path) -> None:
    """A process is no witness for itself, and nobody is where nothing can be locked."""
    first, second = ProcessLock(tmp_path), ProcessLock(tmp_path)
    name = first.name()
    assert name
    assert first.name() == name
    first.leave_behind()
    assert second.left_behind(name)
    assert not first.left_behind(name)
    assert not any(second.left_behind(other) for other in ("", "nobody"))
    assert ProcessLock(None).name() == ""
    assert not ProcessLock(None).left_behind(name)


def evidence(folder: Path) -> NoteOfCreate | None:
    """The evidence that another run of this machine has for a name that is taken; it changes nothing."""
    with pytest.raises(Refused), PendingCreates(ROUTES, folder).noted("account", "orders", taken=True) as found:
        raise Refused
    return found.noted


@contextmanager
def holding(folder: Path, seconds: float, longer: float = 0.0, end: str = "left") -> Iterator[subprocess.Popen[str]]:
    """A process that creates for some seconds, and lives longer; then it is "left" by its engine, or "running"."""
    command = [sys.executable, "-c", HOLDER, str(folder), str(seconds), str(longer), end]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        yield holder
        holder.kill()
