"""The account and the stack of tests of groups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.reconcile.groups import MANY, Account, Stack


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path, MANY)
    yield made
    made.close()


@pytest.fixture
def stack(account: Account) -> Stack:
    return Stack(account)


@pytest.fixture(autouse=True)
def _runs_of_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of these tests are in one process, which lives: nobody waits for one of them to find its engine gone."""
    monkeypatch.setattr("pulumi_messaging.reconcile.process_lock.PATIENCE", 0.0)
