"""Whatever the vendors answer, errors of ours come out: bodies, headers and statuses with something wrong in them.

The operations, the answers and what must hold stand in `peers_fuzz` and `peers_mutations`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ANSWERS = 50_000
PARTS = 4
FUZZ = Path(__file__).with_name("peers_fuzz.py")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("vendor", ["telegent", "telnyx"])
def test_whatever_a_vendor_answers(vendor: str, part: int) -> None:
    """50,000 spoilt answers of each vendor: results that can be kept, or our errors; a create that tells its id works.

    In processes of their own: where coverage is measured, it would take twice as long.
    """
    command = [sys.executable, str(FUZZ), vendor, str(part), str(ANSWERS // PARTS)]

    environment = {**os.environ, "PYTHONPATH": str(FUZZ.parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 0, done.stderr[-6000:]
    came_out = json.loads(done.stdout)
    assert came_out["spoilt answers"] >= ANSWERS // PARTS
    # It was neither all too easy nor all in vain.
    kinds = {"NoneType", "UnreadableAnswer", "ErrorAnswer", "NotFound", "AccessDenied", "RateLimited", "Refused"}
    assert not [kind for kind in kinds if came_out.get(kind, 0) < 10], came_out
