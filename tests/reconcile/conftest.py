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
