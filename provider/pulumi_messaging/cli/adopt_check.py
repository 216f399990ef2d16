"""`pulumi-messaging adopt --check`: whether an `up` of the program in this folder would write anything.

A preview of the program tells the steps. The provider compares with what is there, and writes what each new or changed
resource would send into a file (``reconcile/plan.py``). What a removal puts back follows from the state.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pulumi_messaging.cli.impacts import Impact, impacts_of
from pulumi_messaging.cli.pending import Step
from pulumi_messaging.cli.touches import PutBack
from pulumi_messaging.reconcile.plan import VARIABLE
from pulumi_messaging.text import brief, one_blank
from pulumi_messaging_engine.errors import EngineError

_NOT_LOOKED_AT: Final = "the provider did not look at it: its id or number may be an output that is not known yet"
_MAKES: Final = ("create", "update", "replace")
_ENDS: Final = {"delete": ("delete",), "disable": ("message_route_enabled",)}  # policies that write in any case


_Key = tuple[str, str, str]  # class, account, and name or id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an `up` would do.

    Attributes:
        writes: The writes, in words.
        unsure: What cannot be told, in words.
    """

    writes: tuple[str, ...]
    unsure: tuple[str, ...]


def verdict(stack: str, *, local: bool) -> Verdict:
    """Preview the program of this folder, and tell what an `up` would write.

    Args:
        stack: The stack.
        local: Whether the local engine runs it although a Pulumi CLI is on PATH.

    Raises:
        EngineError: The preview or the state cannot be read, or the preview failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan, preview, state = (folder / each for each in ("plan", "preview.json", "state.json"))
        plan.touch(0o600)
        run = _local if local or shutil.which("pulumi") is None else _cli
        run(stack, preview, state, {VARIABLE: str(plan)})
        impacts = impacts_of(preview, state, {}, lambda _line: None)
        lines = [json.loads(line) for line in plan.read_text(encoding="utf-8").splitlines()]
    return _verdict(impacts, lines)


def _cli(stack: str, preview: Path, state: Path, environment: Mapping[str, str]) -> None:
    """Let the Pulumi CLI write preview and state."""
    own = {**os.environ, **environment}
    for file, arguments in (
        (state, ["stack", "export", "--stack", stack]),
        (preview, ["preview", "--json", "--stack", stack, "--non-interactive"]),
    ):
        command = [shutil.which("pulumi") or "pulumi", *arguments]
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own
        if done.returncode:
            raise _failed(["pulumi", *arguments], _errors(done.stdout) or done.stderr)
        file.write_text(done.stdout, encoding="utf-8")


def _local(stack: str, preview: Path, state: Path, environment: Mapping[str, str]) -> None:
    """Let the local engine write preview and state."""
    from pulumi_messaging_engine import Engine, PreviewJson, Project  # noqa: PLC0415 - the CLI does not need them

    display = PreviewJson(lambda text: preview.write_text(text, encoding="utf-8"))
    engine = Engine(Project.load(Path.cwd()), stack, environment=environment, on_event=display)
    engine.ensure()
    state.write_text(json.dumps(engine.export()), encoding="utf-8")
    if not engine.preview().ok:
        raise _failed(
            ["pulumi-messaging", "local", "preview", "-s", stack], _errors(preview.read_text(encoding="utf-8"))
        )


def _errors(preview: str) -> str:
    """The errors of a preview's JSON; empty where it is none."""
    try:
        diagnostics = json.loads(preview)["diagnostics"]
        return " ".join(each["message"] for each in diagnostics if each["severity"] == "error")
    except (ValueError, LookupError, TypeError):
        return ""


def _failed(command: Sequence[str], reason: str) -> EngineError:
    return EngineError(f"`{' '.join(command)}` failed: {one_blank(reason) or 'it gave no reason'}")


def _verdict(impacts: Sequence[Impact], lines: Sequence[Mapping[str, Any]]) -> Verdict:
    steps = {key: impact.step for impact in impacts for key in _keys(impact.step)}
    writes: list[str] = []
    unsure: list[str] = []
    planned: set[_Key] = set()
    for line in lines:
        key = (line["resource"], line["account"], line["name"] or line["id"])
        if (step := steps.get(key)) is None:
            continue  # only compared
        planned.add(key)
        if "unsure" in line:
            unsure.append(f"{_title(step)}: {one_blank(line['unsure'])}")
        elif line["fields"]:
            fields = ", ".join(line["fields"])
            writes += (f"{_title(step)}: {name}: {fields}" for name in _objects(step, line["object"]))
    for impact in impacts:
        if impact.step.op in _MAKES and planned.isdisjoint(_keys(impact.step)):
            unsure.append(f"{_title(impact.step)}: {_NOT_LOOKED_AT}")
        writes += (f"{_title(impact.step)}: {text}" for text in _ended(impact))
    return Verdict(tuple(dict.fromkeys(writes)), tuple(dict.fromkeys(unsure)))


def _keys(step: Step) -> Iterator[_Key]:
    """What lines of the plan may call the resource; components may have children of one name."""
    side = step.new or step.old
    for name in filter(None, (step.name, step.id)):
        yield step.table.resource, side.account if side else "", name


def _title(step: Step) -> str:
    return f"{step.table.resource} {brief(step.name)}"


def _objects(step: Step, named: str) -> Sequence[str]:
    """The objects that a line of the plan means: that of a resource of numbers means all its numbers."""
    if named == step.id and step.new and step.new.has_numbers:
        return step.new.shown(step.new.numbers.names) or (f"{step.new.numbers.count} numbers",)
    return (brief(named),)


def _ended(impact: Impact) -> Iterator[str]:
    """What is written to the object or the numbers that a program no longer declares."""
    end, object_id = impact.touch.end, impact.step.id
    if end.writes and end.policy in _ENDS and not end.put_back:
        yield f"{object_id}: {', '.join(_ENDS[end.policy])}"
    for part in end.put_back:
        yield from (f"{name}: {_former(part)}" for name in part.numbers or (object_id,))


def _former(part: PutBack) -> str:
    return f"{part.field}, which gets its former value"
