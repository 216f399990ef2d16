"""The versions that pyproject.toml allows, as the pages and the Makefile have them."""

from __future__ import annotations

import re

import pytest

from tests.states.recorded_stack import VERSIONS
from tests.support.release.environment import ROOT
from tests.support.release.versions import PROJECT, declared, oldest, supported


def test_every_dependency_has_a_lower_bound() -> None:
    """It is what `make bounds` tries."""
    pins = oldest(declared())

    assert [pin.partition("==")[0] for pin in pins] == [each.name for each in declared()]
    assert "httpx==0.27" in pins


def test_the_classifiers_name_the_supported_pythons() -> None:
    listed = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if line.startswith("Programming Language")]

    assert listed == supported()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_pages_name_the_supported_pythons(page: str) -> None:
    (first, last), *_ = re.findall(r"Python (3\.\d+) to (3\.\d+)", (ROOT / page).read_text())

    assert [first, last] == [supported()[0], supported()[-1]]


def test_the_matrix_has_the_supported_pythons() -> None:
    (pythons,) = re.findall(r"for python in (.*); do", (ROOT / "Makefile").read_text())

    assert pythons.split() == [f"python{version}" for version in supported()]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_page_says_what_changed_since_each_recorded_version(version: str) -> None:
    assert f"## Changed defaults since `{version}`\n" in (ROOT / "docs" / "upgrading.md").read_text()
