"""The bugs of `make mutants` can be put in, and what puts them in tells caught from survived."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mutants.bugs import MUTANTS
from mutants.mutant import Mutant
from mutants.running import CAUGHT, PACKAGE, STALE, SURVIVED, copy_of, mutated, put_in

ROOT = Path(__file__).resolve().parents[1]
THROUGH_THE_PROVIDER_PROCESS = "tests/adapter/test_plugin.py::test_route_from_create_to_gone"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_can_still_be_put_in(mutant: Mutant) -> None:
    """Its text occurs once in the package, what comes of it is Python, and its tests exist."""
    assert mutated(ROOT / PACKAGE, mutant), "change the bug in mutants/ along with the code"
    assert all((ROOT / test).exists() for test in mutant.tests if test.startswith("tests/"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("this stands nowhere", "", "occurs 0 times"),
        ("from __future__ import annotations", "", "times in the package"),
        ("REDIRECTS = range(300, 400)", "REDIRECTS = range(", "no Python"),
    ],
)
def test_a_stale_bug_is_told(old: str, new: str, told: str) -> None:
    """A text that is gone, one that is not unique, and one that cannot be replaced so are no bugs that were caught."""
    with pytest.raises(ValueError, match=told):
        mutated(ROOT / PACKAGE, Mutant("", ((old, new),), ()))


def test_caught_and_survived_are_told_apart(tmp_path: Path) -> None:
    """The provider process runs the copy's code: a bug in it turns a test red, and what changes nothing does not."""
    tree = copy_of(ROOT, tmp_path / "tree")
    (bug,) = [replace(one, tests=(THROUGH_THE_PROVIDER_PROCESS,)) for one in MUTANTS if "provider process" in one.name]
    (old, new), *_ = bug.edits
    harmless = replace(bug, edits=((old, f"{old}  # {new!r}"),), tests=("tests/test_errors.py",))
    before = {file: file.read_bytes() for file in (ROOT / PACKAGE).rglob("*.py")}

    assert put_in(tree, bug).what == CAUGHT
    assert put_in(tree, harmless).what == SURVIVED
    assert put_in(tree, replace(bug, edits=(("this stands nowhere", ""),))).what == STALE

    assert {file: file.read_bytes() for file in (ROOT / PACKAGE).rglob("*.py")} == before
    assert all((tree / file.relative_to(ROOT)).read_bytes() == text for file, text in before.items())
