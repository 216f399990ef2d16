"""One emulator and one provider process for the tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.emulator import Server, serve
from tests.support.emulator.config import config_of
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
    config = config_of(emulator)
    return lambda: Plugin(config)


@pytest.fixture(scope="module")
def plugin(another_process: Callable[[], Plugin]) -> Iterator[Plugin]:
    """A provider process that talks to the emulator."""
    with another_process() as running:
        yield running
