"""Every scenario runs on the local engine; with a Pulumi CLI on PATH in step on both engines, compared."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scenarios.engines import PulumiCli
from tests.support.scenarios.pair import Worlds
from tests.support.scenarios.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL, CLI, BOTH = "local engine", "Pulumi CLI", "local engine and Pulumi CLI"
HAS_CLI = shutil.which("pulumi") is not None


@pytest.fixture(params=[BOTH] if HAS_CLI else [LOCAL, BOTH])
def engine(request: pytest.FixtureRequest) -> str:
    """The engines of a scenario; where there is no Pulumi CLI, the comparison says so and is skipped."""
    if request.param == BOTH and not HAS_CLI:
        pytest.skip("no Pulumi CLI (`pulumi`) on PATH: the scenario ran on the local engine only")
    return str(request.param)


@pytest.fixture
def world(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A project, an emulator and an engine: a `World`, or a `Pair` of them."""
    with Worlds(tmp_path_factory.mktemp("world"), engine) as worlds:
        yield worlds()


@pytest.fixture(params=[LOCAL, CLI])
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Makes the worlds of one scenario on one engine: several backends, and what a `Pair` cannot compare."""
    if request.param == CLI and not HAS_CLI:
        pytest.skip("no Pulumi CLI (`pulumi`) on PATH: the scenario ran on the local engine only")
    with Worlds(tmp_path_factory.mktemp("world"), request.param) as made:
        yield made


@pytest.fixture
def cli_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A `World` on the Pulumi CLI alone, for what only it can show."""
    if not HAS_CLI:
        pytest.skip("no Pulumi CLI (`pulumi`) on PATH")
    world = World(tmp_path_factory.mktemp("world"), PulumiCli)
    yield world
    world.close()
