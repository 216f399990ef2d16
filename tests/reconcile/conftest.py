"""The accounts of these tests: of both vendors (`world`), or the numbers of one (`account`: Telnyx, and `telegent`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.faults.world import World
from tests.support.reconcile.groups import MANY, Account, Stack
from tests.support.reconcile.number_routes import NUMBER, THEIRS
from tests.support.reconcile.previews import Preview
from tests.support.reconcile.routes import Profile, Resource
from tests.support.reconcile.telegent_numbers import TelegentAccount


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path, MANY)
    yield made
    made.close()


@pytest.fixture
def telegent(tmp_path: Path) -> Iterator[TelegentAccount]:
    """Two numbers, of which the first is on a route of somebody else."""
    with closing(TelegentAccount(tmp_path, 2, routes=(THEIRS,))) as made:
        made.edit(NUMBER, MessageRouteId=THEIRS)
        yield made


@pytest.fixture
def stack(account: Account) -> Stack:
    return Stack(account)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(notes=tmp_path)) as made:
        made.control("PATCH", "settings", {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0})
        yield made


@pytest.fixture
def route(world: World) -> Resource:
    return Resource(world)


@pytest.fixture
def profile(world: World) -> Profile:
    return Profile(world)


@pytest.fixture
def preview(world: World) -> Preview:
    return Preview(world)


@pytest.fixture(autouse=True)
def _runs_of_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of these tests are in one process, which lives: nobody waits for one of them to find its engine gone."""
    monkeypatch.setattr("pulumi_messaging.reconcile.process_lock.PATIENCE", 0.0)
