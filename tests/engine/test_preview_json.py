from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pulumi_messaging.testing import Diagnostic, Event, Operation, PreviewJson, Result, Started, Step
from pulumi_messaging_engine.resources import Resource
from pulumi_messaging_engine.values import UNKNOWN, Secret
from tests.support.pulumi_values import UNKNOWN as MARKER

URN = "urn:pulumi:dev::proj::pulumi-python:dynamic/test:Thing::"
STARTED = Started("update", preview=True, stack="dev", stack_urn="", config={"proj:word": "[secret]", "proj:n": "3"})
OLD = Resource(
    urn=f"{URN}a",
    custom=True,
    id="a-1",
    type="pulumi-python:dynamic/test:Thing",
    inputs={"color": Secret("canary"), "tags": [{"deep": Secret("canary")}]},
    outputs={"color": Secret("canary"), "made": "red"},
    replacement_trigger=Secret("canary"),
)
NEW = replace(OLD, id="", inputs={"color": Secret("canary"), "made": UNKNOWN}, outputs={"color": "not yet"})


def _printed(*events: Event) -> dict[str, Any]:
    printed: list[str] = []
    show = PreviewJson(printed.append)
    for event in events:
        show(event)
    assert "canary" not in "".join(printed)
    (text,) = printed
    digest: dict[str, Any] = json.loads(text)
    return digest


def _result(ok: bool = True, *diagnostics: Diagnostic) -> Result:
    done = (Operation("update", OLD.urn, OLD.type, OLD.name), Operation("refresh", OLD.urn, OLD.type, OLD.name))
    return Result(ok, done, diagnostics, None, 1.5)


def test_secrets_are_masked_and_unknown_values_are_marked_at_any_depth() -> None:
    digest = _printed(STARTED, Step("begin", "update", OLD, NEW), _result())

    (step,) = digest["steps"]
    assert (step["op"], step["urn"], step["detailedDiff"]) == ("update", OLD.urn, None)
    assert step["oldState"] == {
        "urn": OLD.urn,
        "custom": True,
        "id": "a-1",
        "type": OLD.type,
        "inputs": {"color": "[secret]", "tags": [{"deep": "[secret]"}]},
        "outputs": {"color": "[secret]", "made": "red"},
        "replacementTrigger": "[secret]",
    }
    assert step["newState"]["inputs"] == {"color": "[secret]", "made": MARKER}
    assert "outputs" not in step["newState"]
    assert digest["config"] == STARTED.config
    assert digest["changeSummary"] == {"update": 1}
    assert digest["duration"] == 1_500_000_000


def test_what_does_not_change_and_the_parts_of_a_replacement_are_left_out() -> None:
    steps = [
        Step("begin", "same", OLD, NEW),
        Step("begin", "delete-replaced", OLD, None),
        Step("begin", "replace", OLD, NEW, replaces=("key",)),
        Step("begin", "create-replacement", OLD, NEW),
        Step("end", "update", OLD, NEW),
        Step("end", "refresh", OLD, replace(OLD, outputs={"color": "green"})),
    ]

    digest = _printed(STARTED, *steps, _result())

    assert [step["op"] for step in digest["steps"]] == ["replace", "refresh"]
    assert digest["steps"][0]["replaceReasons"] == ["key"]
    assert digest["steps"][1]["newState"]["outputs"] == {"color": "green"}


def test_diagnostics_have_severity_prefix_and_urn() -> None:
    """A failed preview prints its object too; empty parts of it are left out, as the CLI leaves them out."""
    diagnostics = (Diagnostic("warning", "careful"), Diagnostic("error", "no", OLD.urn), Diagnostic("info", "hello"))

    digest = _printed(Started("update", preview=True, stack="dev", stack_urn=""), _result(False, *diagnostics))

    assert digest["diagnostics"] == [
        {"message": "warning: careful\n", "severity": "warning"},
        {"urn": OLD.urn, "message": "error: no\n", "severity": "error"},
        {"message": "hello\n", "severity": "info"},
    ]
    assert not {"config", "steps"} & digest.keys()
