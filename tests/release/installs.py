"""Installs the package as users do, with each supported Python, and uses it: `python -m tests.release.installs`.

The wheel and the sdist in `dist/`, this checkout by its path, and its last commit by git, each into an environment with
nothing in it. Needs the package index. Exit status 1: something did not install or work.
"""

# ruff: noqa: T201 - a script speaks by printing

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.release.environment import ROOT, Environment, Failed
from tests.support.release.versions import on_path

_EXTRAS: Final = {
    "": Environment.use_resources,
    "[local]": Environment.use_command,
    "[testing]": Environment.use_fixture,
}


def main() -> int:
    """Try every source with the first Python that is here, and the wheel with the others; return the exit status."""
    (wheel,), (sdist,) = (ROOT / "dist").glob("*.whl"), (ROOT / "dist").glob("*.tar.gz")
    checkout = ROOT.as_uri()
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # pip before 24.1 wants the name of a host.
    git = f"git+file://localhost{ROOT.as_posix()}@{head.strip()}"
    sources = {"wheel": wheel.as_uri(), "sdist": sdist.as_uri(), "path": checkout, "git": git}
    pythons = list(on_path())
    failed = [
        f"{python} {name}"
        for number, python in enumerate(pythons)
        for name, source in sources.items()
        if (number == 0 or name == "wheel") and not _works(python, name, source)
    ]
    if not pythons:
        failed.append("no supported Python on PATH")
    print("\n".join(["", *(f"FAILED: {each}" for each in failed)]) if failed else "Everything installs and works.")
    return int(bool(failed))


def _works(python: str, name: str, source: str) -> bool:
    """Whether the package can be used after each of its extras is installed, in the order of their size."""
    print(f"{python}: {name}", end="", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            environment = Environment(python, Path(folder))
            for extra, use in _EXTRAS.items():
                environment.install(f"pulumi-messaging{extra} @ {source}")
                use(environment)
                print(f", {extra or 'resources'}", end="", flush=True)
        except (Failed, subprocess.TimeoutExpired) as error:
            print(f": {error}", flush=True)
            return False
    print(": ok", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
