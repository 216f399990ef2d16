"""The provider's process ends when its engine is gone, after the calls under way; its waits end with the run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pulumi_messaging.engine_watch import EngineWatch
from tests.support.plugin import NUMBER, ROUTE, Failed, Plugin


@pytest.fixture
def engine() -> socket.socket:
    """A socket that listens as an engine does."""
    return socket.create_server(("127.0.0.1", 0))


def address(listening: socket.socket) -> str:
    return f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_provider_ends_after_its_call_when_the_engine_is_gone(engine: socket.socket) -> None:
    interrupted, ended = threading.Event(), threading.Event()
    watch = EngineWatch(interrupted.set, ended.set, seconds=0.01)
    with watch.call():
        watch.start(["main", address(engine)])
        time.sleep(0.1)
        engine.close()
        assert interrupted.wait(5)
        assert not ended.wait(0.3)
    assert ended.wait(5)


def test_a_provider_stays_while_the_engine_listens_or_has_no_address(engine: socket.socket) -> None:
    """Also where the address never answered: it may be that of another network."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        never = address(unused)
    for arguments in (
        ["main", address(engine)],
        ["main"],
        ["main", never],
    ):
        EngineWatch(ended.set, ended.set, seconds=0.01).start(arguments)

    assert not ended.wait(0.5)
    engine.close()


def test_the_real_process_ends_with_its_parent() -> None:
    """A parent that is killed leaves the process of ``pulumi.dynamic`` behind; it ends within seconds."""
    parent = (
        "import subprocess, sys, time\n"
        "plugin = subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=subprocess.PIPE, text=True)\n"
        "print(plugin.pid, plugin.stdout.readline(), flush=True)\n"
        "time.sleep(60)\n"
    )
    plugin = (
        "import time\n"
        "from pulumi_messaging.dynamic import MessageRouteProvider\n"
        "MessageRouteProvider.watch.start()\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent, plugin], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        pid, ready = started.stdout.readline().split()
        assert ready == "ready"
        started.kill()
    until = time.monotonic() + 20
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.kill(int(pid), 0)
            time.sleep(0.1)
        os.kill(int(pid), signal.SIGKILL)
        pytest.fail("the provider's process outlived its engine")


def test_a_cancelled_run_ends_all_waits_though_no_thread_is_free(tmp_path: Path) -> None:
    """For a turn, and for a number just bought: within 2 s after the engine's call, which the SDK keeps waiting."""
    store = f"emulator:{tmp_path / 'emulator.db'}"
    config = {"telegent:baseUrl": store, "telegent:requestsPerMinute": "1", "telnyx:baseUrl": store}
    route = {"messageUrl": "https://hooks.example.com/", "messageUrlMethod": "POST"}
    number = {"phoneNumber": "+15550109999", "messagingProfileId": "", "onDestroy": "restore"}
    with Plugin(config) as plugin, ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(plugin.create, ROUTE, {**route, "routeName": name}) for name in "abc"]
        calls.append(threads.submit(plugin.create, NUMBER, number))
        until = time.monotonic() + 30
        while not all(any(words in line for line in plugin.said) for words in ("; waiting ", "just bought")):
            assert time.monotonic() < until, plugin.said
            time.sleep(0.02)

        plugin.cancel()
        errors = [call.exception(2) for call in calls]

    assert [type(error) for error in errors] == [Failed] * 4
    assert all("interrupted; run the command again" in str(error) for error in errors)
