"""A preview as one JSON object: the shape that `pulumi preview --json` prints.

As there, a step shows the moment before it: `newState` has no id. Steps without a change are left out,
apart from the stack's own, and so are the parts of a replacement. A secret reads `[secret]`, and a value that is not
known yet is Pulumi's marker. Unlike the CLI, a refresh has a step only where it finds a difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from pulumi_messaging_engine.events import PARTS_OF_REPLACE, Diagnostic, Event, Result, Started, Step
from pulumi_messaging_engine.resources import STACK_TYPE, Resource
from pulumi_messaging_engine.secrets import Crypter
from pulumi_messaging_engine.values import plain

_HIDDEN: Final = "[secret]"
_PREFIX: Final = {"info": "", "warning": "warning: ", "error": "error: "}
_NANOSECONDS: Final = 1_000_000_000


class PreviewJson:
    """Prints one JSON object at the end of a preview; an `Engine` takes it as `on_event`."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """Give the text to `write`, in one call."""
        self._write = write
        self._config: dict[str, str] = {}
        self._steps: list[dict[str, Any]] = []

    def __call__(self, event: Event) -> None:
        """Record one event; with the result, write them all."""
        if isinstance(event, Started):
            self._config = dict(event.config)
        elif isinstance(event, Step):
            if _is_shown(event):
                self._steps.append(_step(event))
        elif isinstance(event, Result):
            self._write(json.dumps(self._digest(event), indent=4) + "\n")

    def _digest(self, result: Result) -> dict[str, Any]:
        digest = {
            "config": self._config,
            "steps": self._steps,
            "diagnostics": list(map(_diagnostic, result.diagnostics)),
            "duration": int(result.duration * _NANOSECONDS),
            "changeSummary": dict(sorted(result.changes.items())),
        }
        return {key: value for key, value in digest.items() if value}


def _is_shown(event: Step) -> bool:
    if event.op == "refresh":
        return event.phase == "end"
    if event.op == "same":
        return event.phase == "begin" and event.resource.type == STACK_TYPE
    return event.phase == "begin" and event.op not in PARTS_OF_REPLACE


def _step(event: Step) -> dict[str, Any]:
    new = event.new
    if new is not None and event.op != "refresh":
        # A replacement that is created first has been created when its `replace` begins.
        new = replace(new, id="", outputs=new.outputs if event.op == "replace" else {})
    step: dict[str, Any] = {"op": event.op, "urn": event.resource.urn}
    if event.resource.provider:
        step["provider"] = event.resource.provider
    if event.old is not None:
        step["oldState"] = _state(event.old)
    if new is not None:
        step["newState"] = _state(new)
    if event.replaces:
        step["replaceReasons"] = list(event.replaces)
    return {**step, "detailedDiff": None}


def _state(resource: Resource) -> dict[str, Any]:
    masked = {name: plain(getattr(resource, name), secret=_HIDDEN) for name in ("inputs", "outputs")}
    trigger = plain(resource.replacement_trigger, secret=_HIDDEN)
    # Without a secret in it, nothing is encrypted.
    return replace(resource, **masked, replacement_trigger=trigger).write(Crypter(None, None))


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    urn = {"urn": diagnostic.urn} if diagnostic.urn else {}
    message = f"{_PREFIX[diagnostic.severity]}{diagnostic.text}\n"
    return {**urn, "message": message, "severity": diagnostic.severity}
