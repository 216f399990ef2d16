"""Vendors and engines of the tests that look at whole processes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.secrets.processes import CliStack, LocalStack, Stack, Vendors, vendors_and_loggers

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    """Both vendors, and an environment in which every process logs everything."""
    with vendors_and_loggers(tmp_path_factory.mktemp("vendors")) as made:
        yield made


@pytest.fixture(params=[LocalStack, CliStack], ids=["local engine", "Pulumi CLI"])
def kind(request: pytest.FixtureRequest) -> type[Stack]:
    """Both engines, where there are both."""
    if request.param is CliStack and shutil.which("pulumi") is None:
        pytest.skip("no Pulumi CLI (`pulumi`) on PATH: the runs were made on the local engine only")
    made: type[Stack] = request.param
    return made
