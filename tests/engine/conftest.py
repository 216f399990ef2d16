from __future__ import annotations

import sys
from pathlib import Path

import pytest
from engine_support import FIXTURES, World

sys.path.insert(0, str(FIXTURES))  # as PYTHONPATH does for the children


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A project of its own with the test provider."""
    return World(tmp_path)
