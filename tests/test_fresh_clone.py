"""A fresh clone is set up from the lock files alone, whatever newer versions the package index offers."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
TOOL_LOCKS = ("requirements-release.lock", "requirements-site.lock")
PIN = re.compile(r"[a-z0-9-]+==[0-9a-z.]+( ; [a-z_'!=<>.0-9A-Z ()]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, Requirement]:
    """Return the requirements of a lock file by package name."""
    lines = (ROOT / lock).read_text().splitlines()
    pinned = [Requirement(line.removesuffix(" \\")) for line in lines if not line.startswith(" ")]
    return {requirement.name: requirement for requirement in pinned}


def applies(requirement: Requirement) -> bool:
    """Return whether a requirement applies to this interpreter and platform, without any extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def version(requirement: Requirement) -> str:
    """Return the version that a pinned requirement names."""
    return str(requirement.specifier).removeprefix("==")


def closure(name: str) -> set[str]:
    """Return a package and all that it needs, by name."""
    needed = [Requirement(line) for line in distribution(name).requires or ()]
    return {name}.union(
        *(closure(canonicalize_name(requirement.name)) for requirement in needed if applies(requirement))
    )


def add_wheel(index: Path, name: str, *, with_code: bool) -> str:
    """Pack the metadata of an installed package, on request with its code, as a wheel; return the wheel's hash."""
    package = distribution(name)
    wheel = index / f"{name.replace('-', '_')}-{package.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files or ():
            is_metadata = file.parts[0].endswith(".dist-info")
            if file.suffix != ".pyc" and ".." not in file.parts and (is_metadata or with_code):
                archive.write(file.locate(), str(file))
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


class Clone:
    """A checkout without `.venv`, and a package index with the locked versions and a broken newer one of each package.

    The locked wheels are packed from the running environment, without the code that the set-up does not run; so the
    lock files of the clone have the hashes of those.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.index = folder / "index"
        self.home = folder / "home"
        for made in (self.root, self.index, self.home):
            made.mkdir()
        for path in ROOT.iterdir():
            if not path.name.startswith(".") and path.name not in LOCKS:
                (self.root / path.name).symlink_to(path)
        build_backend = closure("hatchling") | closure("editables")
        self.hashes = {}
        for name, requirement in pins(LOCKS[1]).items():
            (self.index / f"{name.replace('-', '_')}-9999.0-py3-none-any.whl").write_bytes(b"newer than the locks")
            if applies(requirement):
                self.hashes[name] = add_wheel(self.index, name, with_code=name in build_backend)
        for lock in LOCKS:
            self.write_lock(lock)

    def write_lock(self, lock: str, without: str = "") -> None:
        """Write a lock file of the clone, on request without one of its packages."""
        pinned = [item for item in pins(lock).items() if item[0] in self.hashes and item[0] != without]
        lines = [f"{requirement} --hash=sha256:{self.hashes[name]}" for name, requirement in pinned]
        (self.root / lock).write_text("\n".join(lines) + "\n")

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """Run all that `make test` does before its checks; `make up` does the first part of it."""
        command = ["make", f"PYTHON={sys.executable}", ".venv/.test-ready"]
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), **pip}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    @property
    def site(self) -> Path:
        """The folder of the installed packages."""
        (site,) = (self.root / ".venv" / "lib").glob("python*/site-packages")
        return site


@pytest.mark.parametrize("lock", [*LOCKS, *TOOL_LOCKS])
def test_locks_hold_names_versions_and_hashes_only(lock: str) -> None:
    """No address of a package index, no local path, no option."""
    for line in (ROOT / lock).read_text().splitlines():
        assert PIN.fullmatch(line) or HASH.fullmatch(line), line


def test_the_locks_agree() -> None:
    """The development lock has every package of the other one in the same version."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_set_up(tmp_path: Path) -> None:
    """It installs the locked versions, silently; it refuses an incomplete lock, and names what is missing."""
    clone = Clone(tmp_path)
    done = clone.set_up()
    assert not done.stderr
    assert done.returncode == 0
    assert done.stdout == "Setting up .venv ...\nSetting up the development tools ...\n"
    locked = {name: version(pin) for name, pin in pins("requirements-dev.lock").items() if applies(pin)}
    installed = {canonicalize_name(package.name): package.version for package in distributions(path=[str(clone.site)])}
    assert locked.items() <= installed.items()

    (pytest_needs_it,) = clone.site.glob("iniconfig-*.dist-info")
    shutil.rmtree(pytest_needs_it)
    clone.write_lock("requirements-dev.lock", without="iniconfig")
    incomplete = clone.set_up()
    assert incomplete.returncode != 0
    assert "requires iniconfig, which is not installed" in incomplete.stderr


def test_no_test_asks_an_index(tmp_path: Path) -> None:
    """Under test pip finds no package: nothing that a test installs or builds is looked up."""
    command = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--dest", str(tmp_path), "hatchling"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "No matching distribution found for hatchling" in done.stderr


@pytest.mark.parametrize(
    ("cli", "engine"),
    [(True, "v3.150.0, the Pulumi CLI on PATH"), (False, "the local engine (no Pulumi CLI on PATH)")],
    ids=["with the CLI", "without it"],
)
def test_up_says_first_which_engine_runs(tmp_path: Path, cli: bool, engine: str) -> None:
    """Before it installs anything."""
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "pulumi").exists()]
    if cli:
        (tmp_path / "pulumi").write_text("#!/bin/sh\necho v3.150.0\n")
        (tmp_path / "pulumi").chmod(0o700)
    command = ["make", "--dry-run", f"VENV={tmp_path / 'venv'}", "up"]
    environment = {"PATH": os.pathsep.join([str(tmp_path), *folders])}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[0] == f'echo "Engine: {engine}"'
