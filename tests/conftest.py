"""A cache folder of the tests' own, and Ctrl-C that works."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_messaging.api.limiter_store import Store
from tests.support.cache import prepared_cache

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Close the store of each client that the test left open: Python 3.13 warns whenever such a one is collected."""
    stores: list[Store] = []
    opened = Store.__init__

    def noted(store: Store, *arguments: Any, **options: Any) -> None:
        stores.append(store)
        opened(store, *arguments, **options)

    monkeypatch.setattr(Store, "__init__", noted)
    yield
    for store in stores:
        store.close()
