"""The histories of ``tests/stateful``, more of them and others."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.harness import ROOT, Figure, exactly

SIZE = 3000


def run(size: int, seed: int) -> Iterator[Figure]:
    """So many histories; what fails is printed by pytest."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-q", "tests/stateful"],
        cwd=ROOT,
        env={**os.environ, "HISTORIES": str(size), "HISTORIES_SEED": str(seed)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-8000:])
    yield Figure("histories", f"{size} in {time.monotonic() - began:.0f} s")
    yield exactly("parts that failed", done.returncode, 0)
