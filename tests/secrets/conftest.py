"""What other tests work with is used here too: the faults' world, the plugin, the peers, the scenarios' engines."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in ("adapter", "faults", "peers", "scenarios"):
    sys.path.append(str(Path(__file__).parents[1] / _folder))
