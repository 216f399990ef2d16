"""Whatever an account holds: the first `up` of what `adopt` writes for it sends no write.

`ESTATES` in the environment says how many random estates (8): `make estates` tries 200.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.account import VARIABLES
from tests.support.cli.adopting import READS, adopt, create, registered
from tests.support.cli.estates import ESTATES, build, requests

COUNT = int(os.environ.get("ESTATES", "8"))


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what programs of other tests left behind: in the middle of a parse that would crash Python 3.11."""
    gc.collect()
    yield
    gc.collect()


@settings(
    max_examples=COUNT,
    database=None,
    derandomize=COUNT == 8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(ESTATES)
def test_the_first_up_writes_nothing(estate: Any) -> None:
    """Every resource is created over its object; the program and its names are the same in a second run."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        store, out = Path(folder) / "emulator.db", Path(folder) / "messaging.py"
        urls = build(store, estate)
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        patch.setenv("TELEGENT_BASE_URL", urls["telegent:baseUrl"])
        patch.setenv("TELNYX_BASE_URL", urls["telnyx:baseUrl"])
        for file in (out, out.with_suffix(".again")):
            result = adopt(file)
            assert result.exit_code == 0, result.stderr
        code = out.read_text(encoding="utf-8") if out.exists() else ""
        assert code == (out.with_suffix(".again").read_text(encoding="utf-8") if out.exists() else "")
        assert "geheim" not in code + result.output

        resources = registered(code)
        create(resources, urls, [])

        assert [each for each in requests(store) if not each.startswith(READS)] == []
        assert len({(each.resource, each.name) for each in resources}) == len(resources)
