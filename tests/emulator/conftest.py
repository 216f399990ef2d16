"""Fresh emulators: every test that takes `client` runs in process and over TCP."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from pulumi_messaging.emulator import Server, application, serve
from tests.support.emulator.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A fresh emulator over TCP."""
    before = set(threading.enumerate())
    with serve(tmp_path / "emulator.db") as running:
        yield running
    assert not [thread for thread in threading.enumerate() if thread not in before and "emulator" in thread.name]


@pytest.fixture(params=["in process", "over TCP"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A client of a fresh emulator; every test that takes it runs both ways."""
    if request.param == "in process":
        emulator = application(tmp_path / "emulator.db")
        with httpx.Client(transport=httpx.WSGITransport(emulator)) as http:
            yield Client(http, "http://emulator.localhost")
        emulator.close()
    else:
        with serve(tmp_path / "emulator.db") as running, httpx.Client(verify=False) as http:
            yield Client(http, running.url)
