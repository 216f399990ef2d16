"""Tries the wheel with the oldest and the newest allowed dependencies: `python -m tests.release.bounds`.

The oldest are the lower bounds of pyproject.toml, with the oldest Python that is here; the newest are those of the
package index, with the newest Python. The command, the fixture and the tests below run with both. Exit status 1:
something did not install or work.
"""

# ruff: noqa: T201 - a script speaks by printing

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.release.environment import ROOT, Environment, Failed
from tests.support.release.versions import declared, oldest, on_path

# What meets the dependencies: Pulumi's protocol and process, the HTTP client, the locks, the engine.
_TESTS: Final = ("tests/adapter", "tests/api", "tests/engine/test_runs.py", "tests/engine/test_state_and_secrets.py")
# The tests of the checkout's own packaging, which need the build backend.
_NOT: Final = "tests/adapter/test_wheel.py"
# The tests' own tools; pytest is the newest here, because its options in pyproject.toml are.
_TOOLS: Final = ("pytest>=9", "hypothesis", "pytest-socket")


def main() -> int:
    """Try both ends; return the exit status."""
    pythons = list(on_path())
    if not pythons:
        print("no supported Python on PATH")
        return 1
    (wheel,) = (ROOT / "dist").glob("*.whl")
    old = _works("oldest", pythons[0], wheel, oldest(declared()))
    new = _works("newest", pythons[-1], wheel, [each.name for each in declared()])
    return int(not (old and new))


def _works(title: str, python: str, wheel: Path, dependencies: list[str]) -> bool:
    print(f"{title}, {python}: {' '.join(dependencies)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            environment = Environment(python, Path(folder))
            environment.install(f"pulumi-messaging[testing] @ {wheel.as_uri()}", *dependencies)
            print(environment.versions(), flush=True)
            environment.use_command()
            environment.use_fixture()
            environment.install(*_TOOLS)
            environment.run("python", "-m", "pytest", "-q", *_pytest())
        except (Failed, subprocess.TimeoutExpired) as error:
            print(f"FAILED: {error}", flush=True)
            return False
    print(f"{title}: ok", flush=True)
    return True


def _pytest() -> list[str]:
    """The arguments of pytest: the package under test is the installed one, because `provider/` is on no path."""
    options = ["-p", "no:cacheprovider", f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}"]
    return [*options, f"--ignore={ROOT / _NOT}", *(str(ROOT / each) for each in _TESTS)]


if __name__ == "__main__":
    sys.exit(main())
