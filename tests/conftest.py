"""What all tests share."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

_CACHE = tempfile.mkdtemp(prefix="pulumi-messaging-tests-")


def pytest_configure() -> None:
    """Requests and creates are counted per user: what tests send is not counted among the user's own."""
    os.environ["XDG_CACHE_HOME"] = _CACHE


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(_CACHE, ignore_errors=True)
