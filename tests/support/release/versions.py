"""The versions that pyproject.toml allows: of Python, and of the dependencies."""

from __future__ import annotations

import subprocess
import tomllib
from typing import TYPE_CHECKING, Any, Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.support.release.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final[dict[str, list[str]]] = PROJECT["optional-dependencies"]
_MINORS: Final = range(100)


def supported() -> list[str]:
    """The versions of Python that pip installs the package with, as "3.11"."""
    allowed = SpecifierSet(PROJECT["requires-python"])
    return [f"3.{minor}" for minor in _MINORS if f"3.{minor}" in allowed]


def declared() -> list[Requirement]:
    """The dependencies on other packages, those of all extras included."""
    texts = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    return [each for each in map(Requirement, texts) if each.name != PROJECT["name"]]


def oldest(requirements: Iterable[Requirement]) -> list[str]:
    """Each requirement pinned to its lower bound."""
    return [
        f"{each.name}=={bound.version}" for each in requirements for bound in each.specifier if bound.operator == ">="
    ]


def on_path() -> Iterator[str]:
    """The commands of the supported Pythons that start; prints which ones are missing."""
    for python in (f"python{version}" for version in supported()):
        try:
            subprocess.run([python, "-c", ""], check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):  # a shim on PATH may lead nowhere
            print(f"{python}: not on PATH, skipped", flush=True)  # noqa: T201 - for the scripts of tests/release
        else:
            yield python
