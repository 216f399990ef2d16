"""The emulator behind a wire on virtual time is that of the faults' tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "faults"))
