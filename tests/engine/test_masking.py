"""What the local engine masks: exactly what the Pulumi CLI does, so that a leak of the CLI is seen here too."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from pulumi_messaging.testing import Display
from pulumi_messaging_engine.values import UNKNOWN, Secret, in_go
from tests.support.engine.masking import PROPERTIES, TEXTS, VALUES, masked, settings
from tests.support.engine.world import PULUMI, CliWorld, World

if TYPE_CHECKING:
    from pathlib import Path

# The configuration's secrets are masked everywhere: values, leaves and items of at least three bytes, but not true and
# false; also as they stand in JSON. A secret of the program is masked only as the value of a property, and not beside a
# failed check.
CONFIGURED = {"config", "leaf", "item", "three", "quoted"}
MASKED = {
    **dict.fromkeys((*TEXTS, *PROPERTIES), CONFIGURED),
    "input": CONFIGURED | {"output", "nested"},
    "stack output": CONFIGURED | {"output", "nested"},
}


def test_local_engine(tmp_path: Path) -> None:
    """The table: kind of text, and the origins whose values are masked in it."""
    world = World(tmp_path)
    world.write("stacks/Pulumi.dev.yaml", json.dumps(settings()))

    def run(program: str | None, action: str) -> str:
        text = io.StringIO()
        if program is not None:
            world.program(program)
        console = Console(file=text, soft_wrap=True, highlight=False)
        result = getattr(world.engine(on_event=Display(console, diff=True)), action)()
        assert not any(VALUES[name] in str(result.error) for name in CONFIGURED)
        return text.getvalue()

    assert masked(run) == MASKED


@pytest.mark.skipif(PULUMI is None, reason="no Pulumi CLI on PATH to compare with")
def test_pulumi_cli(tmp_path: Path) -> None:
    """The same table."""
    world = CliWorld(tmp_path)
    world.write("stacks/Pulumi.dev.yaml", json.dumps(settings()))
    world.start()

    def run(program: str | None, action: str) -> str:
        if program is not None:
            world.program(program)
        return world.run(action, "--diff")[2]

    assert masked(run) == MASKED


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Secret("s"), "{&{{s}}}"),
        (
            {"b": [Secret("s"), 1, 1.5, 1e21, 123456789, True, None, "z z"], "a": {}},
            "{map[a:{map[]} b:{[{&{{s}}} {1} {1.5} {1e+21} {1.23456789e+08} {true} {<nil>} {z z}]}]}",
        ),
        (UNKNOWN, "output<string>{}"),
        (None, "{<nil>}"),
        (0, "{0}"),
        (-100000, "{-100000}"),
        (0.00012, "{0.00012}"),
        (1e-5, "{1e-05}"),
    ],
)
def test_the_value_beside_a_failed_check(value: object, shown: str) -> None:
    """The CLI prints it in the manner of Go: these texts are its own."""
    assert in_go(value) == shown
