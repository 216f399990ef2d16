"""A cache folder of the tests' own, and Ctrl-C that works."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.api import limiter_store
from pulumi_messaging_emulator import store
from tests.support.cache import prepared_cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CACHE = tempfile.mkdtemp(prefix="pulumi-messaging-tests-")


def pytest_configure() -> None:
    """Keep tests' requests out of the user's own counts; make Ctrl-C work wherever the tests are started."""
    os.environ["XDG_CACHE_HOME"] = prepared_cache(Path(_CACHE))
    # No test depends on what a package index offers on the day.
    os.environ.update(PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    # A shell starts background jobs with Ctrl-C ignored, and children inherit that: tests of Ctrl-C need it back.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(_CACHE, ignore_errors=True)


@pytest.fixture(autouse=True)
def _stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the databases of clients and emulators that the test left open: Python 3.13 warns of those it collects."""
    made: list[limiter_store.Store | store.Store] = []

    def noting(opened: Callable[..., None]) -> Callable[..., None]:
        def note(one: Any, *arguments: Any, **options: Any) -> None:
            made.append(one)
            opened(one, *arguments, **options)

        return note

    for kind in (limiter_store.Store, store.Store):
        monkeypatch.setattr(kind, "__init__", noting(kind.__init__))
    yield
    for one in made:
        one.close()
