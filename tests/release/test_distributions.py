"""Wheel and sdist: the same bytes from every folder; the sdist has all that the tests need."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UMASK = 0o077
MOMENT = "1767225600"


@dataclass(frozen=True)
class Built:
    """What hatchling made of a folder."""

    wheel: Path
    sdist: Path


def build(source: Path, folder: Path, umask: int = -1) -> Built:
    """Build both without an index, as `make dist` does."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": MOMENT}
    subprocess.run(command, cwd=source, env=environment, umask=umask, check=True, capture_output=True, timeout=120)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Built(wheel, sdist)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Wheel and sdist of this checkout."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def test_the_bytes_do_not_depend_on_the_folder(built: Built, tmp_path: Path) -> None:
    """The unpacked sdist, elsewhere and with another umask, makes the same wheel and the same sdist."""
    with tarfile.open(built.sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.3 and older have none
        archive.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    for file in source.rglob("*"):
        file.chmod(file.stat().st_mode & 0o700)
        os.utime(file, (0, 0))

    again = build(source, tmp_path / "dist", UMASK)

    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_sdist_has_the_whole_repository(built: Built) -> None:
    """Every tracked file: tests, locks and pages included, so that `make test` runs from it."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: there is no list of files to compare with")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert set(listed.splitlines()) - names == set()
