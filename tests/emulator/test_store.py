"""One store, several processes: nothing lost, nothing double, and a fresh one after its file is deleted."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.emulator import Emulator, ForeignFileError, application, serve

if TYPE_CHECKING:
    from pathlib import Path

BASE = "http://emulator.localhost"
KEY = {"Authorization": "Bearer KEYemulator"}
# A process that uses the store in its own way; what it prints is judged here.
WORKER = """
import collections, json, sys, httpx
from pulumi_messaging.emulator import application
emulator = application(sys.argv[1])
http = httpx.Client(transport=httpx.WSGITransport(emulator), base_url="http://emulator.localhost")
"""
CREATE = """
body = {"AccountKey": "DID-emulator", "AccountSecret": "emulator-secret",
        "ApiEndpoint": "https://api.telegent.com/v1.0/message/routes"}
statuses = collections.Counter()
token = http.post("/v1.0/oauth2/tokens", json=body).json().get("token", "")
for index in range(int(sys.argv[2])):
    route = {"RouteName": f"{sys.argv[3]}-{index}", "MessageUrl": "https://x.example/", "MessageUrlMethod": "POST"}
    answer = http.post("/v1.0/message/routes", json=route, headers={"Authorization": f"Bearer {token}"})
    statuses[answer.status_code] += 1
print(json.dumps(statuses))
"""
FOREVER = """
print("ready", flush=True)
while True:
    http.patch("/v2/phone_numbers/+15550100001/messaging", json={"tags": ["a"] * 50},
               headers={"Authorization": "Bearer KEYemulator"})
    http.patch("/v2/phone_numbers/+15550100001/messaging", json={"tags": []},
               headers={"Authorization": "Bearer KEYemulator"})
"""


def _start(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER + program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _control(emulator: Emulator, method: str, path: str, body: object = None) -> Any:
    with httpx.Client(transport=httpx.WSGITransport(emulator)) as http:
        return http.request(method, f"{BASE}/_emulator/{path}", json=body).raise_for_status().json()


def _read(emulator: Emulator) -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(emulator)) as http:
        return http.get(f"{BASE}/v2/phone_numbers/+15550100001/messaging", headers=KEY)


def test_a_store_of_an_older_version_keeps_its_objects(tmp_path: Path) -> None:
    """What is new in the layout is made; objects stay, also in what they were changed to, and get the new fields."""
    path = tmp_path / "emulator.db"
    emulator = application(path)
    _control(emulator, "POST", "routes", {"RouteName": "kept"})
    _control(emulator, "DELETE", "numbers/+15550100002")
    emulator.close()
    with contextlib.closing(sqlite3.connect(path)) as old:
        for key in ("telegent", "telnyx"):
            old.execute(f"DROP TABLE {key}_keys")
        old.execute("UPDATE numbers SET doc = json_remove(doc, '$.status'), status = NULL")
        old.execute("PRAGMA user_version = 1")
        old.commit()

    assert _read(emulator).status_code == 200
    state = _control(emulator, "GET", "state")
    emulator.close()
    assert [route["RouteName"] for route in state["routes"]] == ["kept"]
    assert [row["phone_number"][-1] for row in state["numbers"]] == list("13456")
    assert {row["status"] for row in state["numbers"]} == {"active"}


def test_processes_share_objects_and_limits(tmp_path: Path) -> None:
    """Three processes open a store that is not there yet: together they get 50 requests, no more."""
    store = tmp_path / "folder" / "emulator.db"
    workers = [_start(CREATE, store, 30, name) for name in "abc"]
    statuses = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]

    emulator = application(store)
    routes = _control(emulator, "GET", "state")["routes"]
    log = _control(emulator, "GET", "requests")
    emulator.close()
    made = sum(status.get("200", 0) for status in statuses)
    assert len(log) == 93
    assert sum(entry["status"] == 200 for entry in log) == 50
    assert made == sum(entry["status"] == 200 and entry["operation"] == "createMessageRoute" for entry in log)
    assert len({route["MessageRouteId"] for route in routes}) == len({route["RouteName"] for route in routes}) == made


def test_a_killed_process_leaves_a_whole_store(tmp_path: Path) -> None:
    """A kill -9 in the middle of writes: the store opens, and holds one state or the other."""
    store = tmp_path / "emulator.db"
    emulator = application(store)
    _control(emulator, "PATCH", "settings", {"telnyxRequestsPerMinute": 0})
    for _ in range(3):
        worker = _start(FOREVER, store)
        assert worker.stdout is not None
        worker.stdout.readline()
        _wait_for_a_request(emulator)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()

        tags = _read(emulator).json()["data"]["tags"]
        assert tags in ([], ["a"] * 50)
        assert _control(emulator, "DELETE", "requests")
    emulator.close()


def _wait_for_a_request(emulator: Emulator) -> None:
    while not _control(emulator, "GET", "requests?operation=updateMessaging"):
        time.sleep(0.01)


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal", "-shm")])
def test_a_deleted_file_is_a_fresh_store(tmp_path: Path, suffixes: tuple[str, ...]) -> None:
    """Also for a process that has it open, and for two of them at once."""
    store = tmp_path / "emulator.db"
    first, second = application(store), application(store)
    for emulator in (first, second):
        _control(emulator, "PATCH", "numbers/+15550100001", {"tags": ["kept"]})
    assert _read(second).json()["data"]["tags"] == ["kept"]

    for suffix in suffixes:
        store.with_name(store.name + suffix).unlink(missing_ok=True)

    assert _read(first).json()["data"]["tags"] == []
    _control(first, "PATCH", "numbers/+15550100001", {"tags": ["new"]})
    assert _read(second).json()["data"]["tags"] == ["new"]
    assert _control(second, "GET", "settings") == _control(first, "GET", "settings")
    first.close()
    second.close()


def test_a_reset_reaches_other_processes(tmp_path: Path) -> None:
    """Tables that were made anew are found by a connection that knew the former ones."""
    first, second = application(tmp_path / "e.db"), application(tmp_path / "e.db")
    _control(second, "PATCH", "numbers/+15550100001", {"tags": ["old"]})
    _control(first, "POST", "reset")

    assert _read(second).json()["data"]["tags"] == []
    first.close()
    second.close()


def test_the_store_survives_closing(tmp_path: Path) -> None:
    """What one emulator stored, the next one finds; a closed one opens again by itself."""
    emulator = application(tmp_path / "e.db")
    _control(emulator, "PATCH", "numbers/+15550100001", {"tags": ["kept"]})
    emulator.close()

    for each in (application(str(tmp_path / "e.db")), emulator):
        assert _read(each).json()["data"]["tags"] == ["kept"]
        each.close()


def test_a_store_in_memory() -> None:
    """`:memory:` keeps everything in the object."""
    emulator = application(":memory:")
    _control(emulator, "PATCH", "numbers/+15550100001", {"tags": ["kept"]})

    assert _read(emulator).json()["data"]["tags"] == ["kept"]
    emulator.close()


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """Another program's file is an error, not a fresh store."""
    other = tmp_path / "notes.txt"
    other.write_text("something dear to somebody, and longer than a header of a database file" * 20)
    before = other.read_bytes()

    with pytest.raises(ForeignFileError, match="another program's file"):
        _read(application(other))

    assert other.read_bytes() == before


def test_a_path_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    """A folder is no store, and a file is no folder; nobody waits for that to change."""
    started = time.monotonic()
    with pytest.raises(IsADirectoryError):
        application(tmp_path).open()
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        serve(tmp_path / "file" / "e.db")

    assert time.monotonic() - started < 5


def test_the_emulator_describes_itself(tmp_path: Path) -> None:
    """Accounts, profile ids and numbers, for the command line to print."""
    emulator = application(tmp_path / "e.db")
    text = "\n".join(emulator.describe())
    emulator.close()

    for word in ("DID-emulator", "emulator-secret", "AID-emulator", "KEYemulator", "1293384261075731506"):
        assert word in text
    assert "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22 (default)" in text


def _sqlite_of_another_program(path: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE meta (name TEXT)")
        other.execute("CREATE TABLE settings (name TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
        other.commit()


@pytest.mark.parametrize("kind", ["sqlite", "versioned", "text", "short"])
def test_a_file_of_another_program_is_refused_and_left_byte_for_byte(tmp_path: Path, kind: str) -> None:
    """A slip in a path must not cost a database; a version number alone is no mark."""
    path = tmp_path / "app.db"
    if kind in ("sqlite", "versioned"):
        _sqlite_of_another_program(path, 2 if kind == "versioned" else 0)
    else:
        path.write_bytes(b"x" if kind == "short" else b"no database " * 100)
    path.chmod(0o644)
    before = path.read_bytes()

    with pytest.raises(ForeignFileError, match=r"app\.db is another program's file"):
        application(path).open()

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["app.db"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_nobody_else_reads_the_store(tmp_path: Path) -> None:
    """File, journal and shared memory, whatever the umask; and the folder that is made for them."""
    before = os.umask(0)
    try:
        emulator = application(tmp_path / "folder" / "emulator.db")
        _control(emulator, "POST", "routes", {"RouteName": "kept"})
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "folder").iterdir()}
        emulator.close()
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(("emulator.db", "emulator.db-shm", "emulator.db-wal"), 0o600)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
