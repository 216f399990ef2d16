"""A bug is put into a copy of the source tree, never into the tree itself, and its tests run there."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutants.mutant import Mutant

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("provider/pulumi_messaging")
CAUGHT, SURVIVED, STALE, BROKEN = "caught", "survived", "stale", "broken"
PASSED, FAILED = 0, 1  # pytest's own: other ones mean that it could not run the tests
LONGEST = 300


@dataclass(frozen=True)
class Verdict:
    """What became of a bug; ``told`` says more."""

    what: str
    told: str
    seconds: float


def mutated(package: Path, mutant: Mutant) -> dict[Path, str]:
    """The files of a package that the bug changes, with their new text.

    Raises:
        ValueError: A text of the bug does not occur exactly once, or what comes of it is no Python.
    """
    sources = {file: file.read_text() for file in sorted(package.rglob("*.py"))}
    changed: dict[Path, str] = {}
    for old, new in mutant.edits:
        places = [file for file, text in sources.items() for _ in range(text.count(old))]
        if len(places) != 1:
            raise ValueError(f"occurs {len(places)} times in the package: {old.strip().splitlines()[-1]}")
        (file,) = places
        changed[file] = sources[file] = sources[file].replace(old, new)
        try:
            ast.parse(changed[file])
        except SyntaxError as error:
            raise ValueError(f"makes {file.name} no Python: {error}") from None
    return changed


def copy_of(root: Path, folder: Path) -> Path:
    """The source tree without what is made from it."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "node_modules")
    return Path(shutil.copytree(root, folder, ignore=ignored))


def passes(tree: Path, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """Run tests of a copy on the copy's package, which provider processes import as well."""
    environment = {**os.environ, "PYTHONPATH": str(tree / PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def put_in(tree: Path, mutant: Mutant) -> Verdict:
    """Put a bug into a copy, run its tests, and take it out again."""
    started = time.monotonic()
    try:
        changed = mutated(tree / PACKAGE, mutant)
    except ValueError as error:
        return Verdict(STALE, str(error), 0.0)
    before = {file: file.read_text() for file in changed}
    try:
        for file, text in changed.items():
            file.write_text(text)
        done = passes(tree, mutant.tests)
    finally:
        for file, text in before.items():
            file.write_text(text)
    last = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    # Without a test that failed, the run was ended because a test hung.
    what = {PASSED: SURVIVED, FAILED: CAUGHT if last else BROKEN}.get(done.returncode, BROKEN)
    told = last[0].partition(" - ")[0].removeprefix("FAILED ") if last else done.stdout[-500:] + done.stderr[-500:]
    return Verdict(what, told if what in {CAUGHT, BROKEN} else " ".join(mutant.tests), time.monotonic() - started)
