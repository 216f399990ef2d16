"""A machine whose processes share a rate limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api.limiter import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with a folder for the store; each of its limiters is closed in the end."""
    machine = Machine(tmp_path / "cache" / "pulumi-messaging")
    yield machine
    for limiter in machine.limiters:
        limiter.close()
