"""Whatever the vendors answer, errors of ours come out: bodies, headers and statuses with something wrong in them.

The operations, the answers and what must hold stand in `support.peers.fuzz` and `support.peers.mutations`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ANSWERS = 50_000
PARTS = 4
ROOT = Path(__file__).parents[2]
FUZZ = "tests.support.peers.fuzz"
# What has to come out, or it was all too easy or all in vain. A number that is gone is a refusal with advice.
KINDS = {"NoneType", "UnreadableAnswer", "ErrorAnswer", "AccessDenied", "RateLimited", "Unfinished"}
REFUSALS = {"telegent": {"NotFound", "Refused"}, "telnyx": {"Refused after 404"}}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("vendor", ["telegent", "telnyx"])
def test_whatever_a_vendor_answers(vendor: str, part: int) -> None:
    """50,000 spoilt answers of each vendor: results that can be kept, or our errors; what is made is kept.

    In processes of their own: where coverage is measured, it would take twice as long.
    """
    command = [sys.executable, "-m", FUZZ, vendor, str(part), str(ANSWERS // PARTS)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-6000:]
    came_out = json.loads(done.stdout)
    assert came_out["spoilt answers"] >= ANSWERS // PARTS
    assert not [kind for kind in KINDS | REFUSALS[vendor] if came_out.get(kind, 0) < 10], came_out
