"""The limiter's store: what it holds and for how long, and what becomes of the limit when it is lost or useless."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_messaging.api.limiter import BOOT_ID, TooLate, account_of
from pulumi_messaging.api.limiter_store import FILE
from tests.support.api.limiter import Machine


def rows(machine: Machine, account: str = "a") -> int:
    """How many there are in the store, of an account."""
    with machine.opened() as store:
        (count,) = store.execute("SELECT count(*) FROM requests WHERE account = ?", (account,)).fetchone()
    return int(count)


@pytest.mark.parametrize(
    "change",
    [
        "boot = 'another', at = at + 500",
        *(f"at = at + {seconds}" for seconds in ("301", "3600", "1e6", "9e999")),
        "at = 'tomorrow'",
        f"number = {2**63 - 1}",
        "number = 'first'",
    ],
)
def test_what_another_boot_noted_holds_nobody_up(machine: Machine, change: str) -> None:
    """Its clock began again since. Without a boot id its rows lie further ahead than an operation may wait."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    limiter.close()
    with machine.opened() as store:
        store.execute(f"UPDATE requests SET {change}")

    assert machine.request(machine.limiter(1)) == 0


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("ahead", [70, 150, 299])
def test_rows_that_nobody_can_have_planned_cost_one_window(machine: Machine, limit: int, ahead: float) -> None:
    """A restored file may hold moments that lie ahead, though no request that waits could account for them."""
    limiter = machine.limiter(limit)
    for _ in range(limit):
        machine.request(limiter)
    with machine.opened() as store:
        store.execute("UPDATE requests SET at = at + ? WHERE number = 1", (ahead,))

    assert machine.request(machine.limiter(limit)) <= (121 if limit == 1 else 60.5)


@pytest.mark.skipif(not BOOT_ID.exists(), reason="this system has no boot id")
def test_the_boot_is_noted_with_each_request(machine: Machine) -> None:
    """A moment of CLOCK_MONOTONIC says nothing without the boot it counts from."""
    machine.request(machine.limiter(1))

    with machine.opened() as store:
        assert store.execute("SELECT DISTINCT boot FROM requests").fetchall() == [(BOOT_ID.read_text().strip(),)]


def test_the_table_does_not_grow(machine: Machine) -> None:
    """Rows that no longer count go with the next ones; those of accounts out of use with the next process."""
    limiter = machine.limiter(50)
    for _ in range(500):
        machine.request(limiter)
    machine.request(machine.limiter(50, "b"))
    assert 50 <= rows(machine, "a") <= 100

    machine.time.elapsed += 2 * 86_400
    machine.request(machine.limiter(50, "b"))

    assert rows(machine, "a") == 0


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_the_table_holds_what_counts_and_a_few_rows(machine: Machine, limit: int) -> None:
    """The requests of two neighbouring windows, and what two sweeps take; a table that got long gets short again."""
    limiter = machine.limiter(limit)
    most = 0
    for number in range(400):
        machine.request(limiter)
        machine.time.elapsed += number % 3
        most = max(most, rows(machine))
    assert most <= 2 * (limit + 8)

    machine.time.elapsed += 100
    many = machine.limiter(1000)
    for _ in range(400):
        machine.request(many)
    machine.time.elapsed += 100
    for _ in range(400):
        machine.request(limiter)
    assert rows(machine) <= 2 * (limit + 8)


def test_a_store_that_cannot_be_written_is_said_once_and_the_limit_kept_by_the_process(tmp_path: Path) -> None:
    """With a file where the folder should be, one line is said, and this process keeps the limit."""
    (tmp_path / "file").write_text("")
    machine = Machine(tmp_path / "file" / "pulumi-messaging")
    limiter = machine.limiter(2)

    assert [machine.request(limiter) for _ in range(3)] == pytest.approx([0, 0, 60.5])
    limiter.close()
    assert len(machine.said) == 1
    assert machine.said[0].startswith(f"{tmp_path}/file/pulumi-messaging/{FILE} cannot be used: ")
    assert machine.said[0].endswith(
        "; the limit of requests a minute is kept by this process alone, and another one at the same time may exceed it"
    )


def test_a_machine_without_a_place_for_the_store_says_so() -> None:
    """Without HOME and XDG_CACHE_HOME the limit is kept by the process alone."""
    machine = Machine(None)
    limiter = machine.limiter(1)

    assert [machine.request(limiter) for _ in range(2)] == pytest.approx([0, 60.5])
    limiter.close()
    assert machine.said == [
        (
            "neither XDG_CACHE_HOME nor HOME is set; the limit of requests a minute is kept by this process alone, "
            "and another one at the same time may exceed it"
        )
    ]


@pytest.mark.parametrize("content", [b"no database at all, " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_made_anew(machine: Machine, content: bytes) -> None:
    """A file that is no store, as after a power cut, is replaced, and shared again."""
    machine.store.mkdir(parents=True)
    (machine.store / FILE).write_bytes(content)

    assert machine.request(machine.limiter(1)) == 0
    assert machine.request(machine.limiter(1)) == pytest.approx(60.5)
    assert machine.said == []


def test_a_store_that_is_removed_is_made_anew(machine: Machine) -> None:
    """Whoever clears the cache in the middle of a run loses the memory of a minute, and nothing else."""
    limiter = machine.limiter(1)
    machine.request(limiter)
    for file in machine.store.iterdir():
        file.unlink()

    machine.request(limiter)
    with pytest.raises(TooLate):
        machine.limiter(1).ask(machine.time.elapsed + 60)
    assert machine.said == []


def test_the_store_holds_no_name_of_an_account(machine: Machine) -> None:
    """Neither host nor key stand in the file."""
    machine.request(machine.limiter(1, account_of("https://api.telegent.com/v1.0", "DID-canary")))

    written = b"".join(file.read_bytes() for file in machine.store.iterdir())

    assert b"canary" not in written
    assert b"telegent" not in written


def test_the_folder_is_the_users_own(machine: Machine) -> None:
    """Nobody else may look into it."""
    machine.request(machine.limiter(1))

    assert machine.store.stat().st_mode & 0o077 == 0
    assert {path.name for path in machine.store.iterdir() if path.stat().st_mode & 0o077} == set()
