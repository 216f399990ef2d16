"""One emulator and one provider process for the tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.emulator import Server, serve
from tests.support.plugin import Plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh emulator over TCP."""
    with serve(tmp_path_factory.mktemp("emulator") / "emulator.db") as running:
        yield running


@pytest.fixture(scope="module")
def another_process(emulator: Server) -> Callable[[], Plugin]:
    """Starts a further provider process that talks to the emulator, as the engine does for every run."""
    config = {
        "telegent:baseUrl": emulator.url,
        "telegent:accountKey": "DID-emulator",
        "telegent:accountSecret": "emulator-secret",
        "telegent:requestsPerMinute": "1000000",
        "telnyx:baseUrl": emulator.telnyx_url,
        "telnyx:apiKey": "KEYemulator",
    }
    return lambda: Plugin(config)


@pytest.fixture(scope="module")
def plugin(another_process: Callable[[], Plugin]) -> Iterator[Plugin]:
    """A provider process that talks to the emulator."""
    with another_process() as running:
        yield running
