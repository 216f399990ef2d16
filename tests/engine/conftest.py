from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.engine.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A project of its own with the test provider."""
    return World(tmp_path)
