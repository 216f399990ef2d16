"""The provider's process ends when its engine is gone, after the calls under way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from pulumi_messaging.engine_watch import EngineWatch


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
