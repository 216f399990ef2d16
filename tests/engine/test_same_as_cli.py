from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.testing import EngineError, PreviewJson, Result
from tests.support.engine.scenarios import SCENARIOS, Phase, Scenario
from tests.support.engine.world import PULUMI, CliWorld, World, comparable, steps_of, urn
from tests.support.pulumi_values import SALT, SECURE

pytestmark = pytest.mark.skipif(PULUMI is None, reason="no Pulumi CLI on PATH to compare with")


def _prepare(world: World, phase: Phase) -> None:
    if phase.program is not None:
        world.program(phase.program)
    for id_, values in phase.change.items():
        world.change(id_, **values)
    if phase.config is not None:
        world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\n{phase.config}")
    if phase.taint:
        world.taint(phase.taint)


def _options(phase: Phase) -> tuple[dict[str, Any], list[str]]:
    """The options of a run for the local engine, and as flags of the CLI."""
    switches = {name: True for name in ("refresh", "run_program") if getattr(phase, name)}
    lists = {name: [urn(each) for each in getattr(phase, name)] for name in ("targets", "replace")}
    flags = [f"--{name.replace('_', '-')}" for name in switches]
    flags += [f"--{name.removesuffix('s')}={each}" for name, urns in lists.items() for each in urns]
    return {**switches, **{name: urns for name, urns in lists.items() if urns}}, flags


def _sequences(calls: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The calls for each thing in their order; independent things are handled at the same time."""
    sequences: dict[str, list[str]] = {}
    for call in calls:
        props = call.get("news") or call.get("props") or {}
        label = props.get("label") or str(call.get("id", "")).rpartition("-")[0]
        sequences.setdefault(label, []).append(json.dumps(call, sort_keys=True))
    return sequences


def _steps(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    # Reading is a step of its own for the CLI even where nothing differs.
    return sorted(step for step in steps if step[0] != "refresh" and step[1] != "proj-dev")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_local_engine_and_cli_make_the_same_calls_take_the_same_steps_and_leave_the_same_state(
    scenario: Scenario, tmp_path: Path
) -> None:
    """Run after run, both engines agree on success, provider calls with their arguments, steps, and recorded state."""
    local, cli = World(tmp_path / "local"), CliWorld(tmp_path / "cli").start()

    for number, phase in enumerate(scenario.phases):
        _prepare(local, phase)
        _prepare(cli, phase)
        options, flags = _options(phase)
        try:
            result = getattr(local.engine(), phase.action)(**options)
        except EngineError as error:
            result = Result(False, (), (), str(error), 0.0)
        succeeded, steps, text = cli.run(phase.action, *flags)

        where = f"run {number} ({phase.action})\n{result.error}\n{result.text}\n{text}"
        assert result.ok is succeeded, where
        ours, theirs = local.calls(), cli.calls()
        assert _sequences(ours) == _sequences(theirs), where
        if phase.action != "refresh":
            assert _steps(steps_of(result.operations)) == _steps(steps), where
        if local.engine().state_file.exists():
            assert comparable(local.state()) == comparable(cli.state()), where


def test_cli_takes_over_the_state_and_has_nothing_to_do(tmp_path: Path) -> None:
    """`pulumi stack import --file` accepts the state file, and the preview after it is empty."""
    world = CliWorld(tmp_path)
    world.program(
        """
        box = Box("box")
        a = Thing("a", color=pulumi.Output.secret("red"), key="1", first=False, opts=Opts(parent=box, protect=True))
        b = Thing("b", color=a.made, size=5, opts=Opts(depends_on=[box], ignore_changes=["size"]))
        pulumi.export("made", b.made)
        """
    )
    engine = world.engine(on_event=None)
    assert engine.up().ok
    world.start()

    imported = world.pulumi("stack", "import", "--file", str(engine.state_file), "--stack", "dev")
    assert imported.returncode == 0, imported.stderr
    preview = world.pulumi("preview", "--diff", "--expect-no-changes", "--stack", "dev")

    assert preview.returncode == 0, preview.stdout + preview.stderr


def test_state_of_the_cli_is_taken_over_by_the_local_engine(tmp_path: Path) -> None:
    """An exported deployment, put where the local engine keeps its state, previews without a change."""
    world = CliWorld(tmp_path).start()
    world.program(
        "a = Thing('a', color=pulumi.Output.secret('red'))\nThing('b', color=a.made)\npulumi.export('made', a.made)"
    )
    succeeded, _, text = world.run("up")
    assert succeeded, text
    engine = world.engine(on_event=None)
    engine.state_file.parent.mkdir(parents=True)

    world.pulumi("stack", "export", "--file", str(engine.state_file), "--stack", "dev")
    result = engine.preview()

    assert result.ok
    assert not result.changed
    assert engine.outputs(show_secrets=True) == {"made": "red!"}


_BEFORE = """
box = Box("box")
a = Thing("a", color=pulumi.Output.secret("red"), size=1, opts=Opts(parent=box, protect=True))
b = Thing("b", color=a.made, key="1", opts=Opts(depends_on=[box]))
Thing("c", color="red")
Thing("d", color="red", key="1", first=False)
pulumi.export("made", b.made)
"""
_AFTER = """
box = Box("box")
a = Thing("a", color=pulumi.Output.secret("blue"), opts=Opts(parent=box, protect=True))
b = Thing("b", color=a.made, key="2", opts=Opts(depends_on=[box]))
Thing("d", color="red", key="2", first=False)
Thing("e", color=b.made, opts=Opts(additional_secret_outputs=["made"]))
pulumi.export("made", b.made)
pulumi.log.warn("careful")
"""


def test_local_engine_and_cli_print_the_same_json_of_a_preview(tmp_path: Path) -> None:
    """Of secrets, unknown values, deletes, replacements and the configuration, too; source positions are the CLI's."""
    local, cli = World(tmp_path / "local"), CliWorld(tmp_path / "cli").start()
    printed: list[str] = []
    for world in (local, cli):
        world.write(
            "stacks/Pulumi.dev.yaml",
            f"encryptionsalt: {SALT}\nconfig:\n  proj:word: {{secure: {SECURE}}}\n  proj:tree: {{a: [1]}}\n",
        )
        world.program(_BEFORE)
    result = local.engine().up()
    assert (result.ok, cli.run("up")[0]) == (True, True), result.text

    for world in (local, cli):
        world.program(_AFTER)
    local.engine(on_event=PreviewJson(printed.append)).preview()
    printed.append(cli.pulumi("preview", "--json", "--stack", "dev").stdout)

    ours, theirs = ({**_in_order(json.loads(text)), "duration": 0} for text in printed)
    assert ours == theirs
    assert [step["op"] for step in ours["steps"]] == ["update", "replace", "delete", "replace", "create", "same"]


_POSITIONS = ("sourcePosition", "stackTrace", "created", "modified")
_OF_A_PROVIDER = re.compile(r"(providers:pulumi-python::default::)[0-9a-f-]+")


def _in_order(value: Any) -> Any:
    """The value without positions and times, with the steps in the order of their resources' names."""
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    if not isinstance(value, dict):
        return _OF_A_PROVIDER.sub(r"\1…", value).rstrip("\n") if isinstance(value, str) else value
    items = {name: _in_order(item) for name, item in value.items() if name not in _POSITIONS}
    if "steps" in items:
        items["steps"].sort(key=lambda step: str(step["urn"].rpartition("::")[2]))
    return items
