"""A provider process that does not come up: one line, in bounded time, and nothing of it is left."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from pulumi_messaging_engine import plugin as module
from pulumi_messaging_engine.plugin import Plugin, ProviderError

STUCK = '#!/bin/sh\necho "$$" >> started\necho "looking for a license" >&2\nsleep 600\n'


def _plugin(folder: Path, said: list[str]) -> Plugin:
    python = folder / "python"
    python.write_text(STUCK)
    python.chmod(0o700)
    return Plugin(str(python), str(folder), os.environ, "proj", said.append)


def _reason(plugin: Plugin) -> str:
    with pytest.raises(ProviderError) as failed:
        plugin.check("urn", {}, {}, unknowns=False)
    return failed.value.text


def test_a_process_that_does_not_listen_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for all calls of the run, with what it started; its own words are shown."""
    monkeypatch.setattr(module, "_START_SECONDS", 0.3)
    said: list[str] = []
    plugin = _plugin(tmp_path, said)

    begun = time.monotonic()
    texts = [_reason(plugin) for _ in range(2)]

    assert time.monotonic() - begun < 4  # else what it started still held its output open
    process = "the provider process (python -m pulumi.dynamic)"
    assert texts == [f"{process} did not listen within 0 s and was ended: check `virtualenv` in Pulumi.yaml"] * 2
    assert said == ["looking for a license"]
    assert (tmp_path / "started").read_text().count("\n") == 1


def test_an_interrupt_ends_the_wait_for_a_process(tmp_path: Path) -> None:
    """The first Ctrl-C, too."""
    plugin = _plugin(tmp_path, [])
    threading.Timer(0.3, plugin.cancel).start()

    begun = time.monotonic()
    assert _reason(plugin) == "the run was interrupted: run the command again"
    assert time.monotonic() - begun < 3
