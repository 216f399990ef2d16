from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.account import Account


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account whose credentials are in the environment; the current folder is no project."""
    account = Account(tmp_path / "emulator.db")
    account.environ(monkeypatch)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    yield account
    account.close()
