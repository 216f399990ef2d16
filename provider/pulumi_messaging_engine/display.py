"""Display of a run as `pulumi` prints it: rows or property lines, then diagnostics, outputs and a summary."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from pulumi_messaging.text import encodable
from pulumi_messaging_engine.events import PARTS_OF_REPLACE, Diagnostic, Event, Result, Started, Step
from pulumi_messaging_engine.property_lines import Line, differences, properties
from pulumi_messaging_engine.resources import STACK_TYPE, Resource
from pulumi_messaging_engine.values import UNKNOWN, changed_keys, equal

_COLOURS: Final = {"+": "green", "-": "red", "~": "yellow", " ": ""}
_STEP_COLOURS: Final = {**_COLOURS, "+-": "magenta", "++": "magenta", "--": "magenta"}
# operation -> (sign; word in a preview, while it runs, when it is done)
_OPERATIONS: Final = {
    "same": (" ", "", "", ""),
    "create": ("+", "create", "creating", "created"),
    "update": ("~", "update", "updating", "updated"),
    "refresh": ("~", "refresh", "refreshing", "refresh"),
    "delete": ("-", "delete", "deleting", "deleted"),
    "replace": ("+-", "replace", "replacing", "replaced"),
    "create-replacement": ("++", "create replacement", "creating replacement", "created replacement"),
    "delete-replaced": ("--", "delete original", "deleting original", "deleted original"),
}
_SIGNS: Final = {op: row[0] for op, row in _OPERATIONS.items()}
_HEADERS: Final = {"update": "Updating", "refresh": "Refreshing", "destroy": "Destroying"}
_PREFIX: Final = {"info": "", "warning": "warning: ", "error": "error: "}
_STYLES: Final = {"info": "", "warning": "yellow", "error": "red"}


class Display:
    """Prints events; an `Engine` takes it as `on_event`."""

    def __init__(self, console: Console | None = None, *, diff: bool = False) -> None:
        """Print to `console` (absent: standard output); `diff` prints properties instead of one row a resource."""
        self._console = console or Console(soft_wrap=True, highlight=False)
        self._diff = diff
        self._started = Started("update", preview=True, stack="", stack_urn="")
        self._stack: Step | None = None

    def __call__(self, event: Event) -> None:
        """Print one event."""
        if isinstance(event, Started):
            self._header(event)
        elif isinstance(event, Step):
            self._step(event)
        elif isinstance(event, Diagnostic):
            if not self._diff:
                self._row(" ", self._label(event.urn), "", event.text.split("\n", 1)[0], _PREFIX[event.severity])
        else:
            self._finish(event)

    def _print(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(encodable(text, self._console.file), style=style), soft_wrap=True)

    def _lines(self, lines: Iterable[Line]) -> None:
        for sign, text in lines:
            self._print(text, _COLOURS[sign])

    def _header(self, event: Started) -> None:
        self._started, self._stack = event, None
        title = f"Previewing {event.action}" if event.preview else _HEADERS[event.action]
        self._print(f"{title} ({event.stack}):", "bold magenta")
        if not self._diff:
            self._print()

    # -- rows --------------------------------------------------------------------------------------------------------

    def _step(self, event: Step) -> None:
        if event.resource.type == STACK_TYPE and event.op != "delete":
            if event.op != "refresh":
                self._stack = event
            if self._diff and event.phase == "begin":
                self._detail(event)
            if event.op != "create" or event.phase != "begin" or self._diff:
                return
        if event.op in {"same", "remove-pending-replace"}:
            return
        if self._diff:
            self._step_detail(event)
        elif event.op == "refresh" or event.phase == "begin" or not self._started.preview:
            self._row(_SIGNS[event.op], self._label(event.resource.urn), self._status(event), _info(event))

    def _status(self, event: Step) -> str:
        _, planned, running, done = _OPERATIONS[event.op]
        if event.phase == "failed":
            return f"**{_failed(event.op)}**"
        if self._started.preview:
            return planned
        if event.op == "same":
            return done
        if event.phase == "begin":
            return f"{running} (0s)"
        seconds = f"{event.seconds:.2f}s" if event.seconds < 1 else f"{int(event.seconds)}s"
        return f"{done} ({seconds})"

    def _label(self, urn: str) -> str:
        _, _, kind, name = (urn or self._started.stack_urn).split("::", 3)
        return f"{kind.rpartition('$')[2]} {name}"

    def _row(self, sign: str, label: str, status: str, info: str = "", prefix: str = "") -> None:
        self._print(f" {sign:<2} {label} {status} {prefix}{info}".rstrip(), _STEP_COLOURS[sign])

    # -- property lines ----------------------------------------------------------------------------------------------

    def _step_detail(self, event: Step) -> None:
        if event.op in PARTS_OF_REPLACE or (event.op == "refresh" and event.phase == "begin"):
            return
        if event.phase == "begin" or event.op == "refresh" or self._started.action == "refresh":
            self._detail(event)
        if event.phase == "end" and event.op != "replace":
            self._output_lines(event)
        elif event.phase == "failed":
            self._print(f"{_depth(event.resource) * '    '}{_failed(event.op)}", "red")

    def _detail(self, event: Step) -> None:
        depth = _depth(event.resource)
        lock = " 🔒" if event.resource.protect else ""
        indent = "    " * depth
        retain = "[retain]" if event.old and event.old.retain_on_delete and event.op in {"delete", "replace"} else ""
        sign = _SIGNS[event.op]
        self._print(f"{indent}{sign:<2}{event.resource.type}: ({event.op}{retain}){lock}", _COLOURS[sign[0]])
        if event.old and event.old.id:
            self._print(f"{indent}    [id={event.old.id}]")
        self._print(f"{indent}    [urn={event.resource.urn}]")
        if event.op == "create" and event.new:
            self._lines(properties(event.new.inputs, depth + 1, "+"))
        elif event.op in {"update", "replace"} and event.old and event.new and self._started.action != "refresh":
            self._lines(differences(event.old.inputs, event.new.inputs, depth + 1))

    def _output_lines(self, event: Step) -> None:
        old, new = event.old, event.new
        is_read = event.op == "refresh" or self._started.action == "refresh"
        if old is None or new is None or (self._started.preview and not is_read):
            return
        shown = {
            key: value
            for key, value in new.outputs.items()
            if is_read or key not in new.inputs or not equal(value, new.inputs[key])
        }
        before = {key: value for key, value in old.outputs.items() if key in shown or key not in new.outputs}
        if changed_keys(before, shown):
            depth = _depth(event.resource) + 1
            self._print("    " * depth + "--outputs:--")
            self._lines(differences(before, shown, depth, same=False))

    # -- the end -----------------------------------------------------------------------------------------------------

    def _finish(self, result: Result) -> None:
        if not self._diff and self._stack is not None:
            step = self._stack
            status = "**failed**" if not result.ok and step.op == "same" else self._status(step)
            self._row(_SIGNS[step.op], self._label(self._started.stack_urn), status, _counts(result))
        self._diagnostics(result)
        if self._started.action != "destroy":
            self._outputs(result)
        self._summary(result)

    def _outputs(self, result: Result) -> None:
        new = dict(result.raw_outputs)
        old = self._stack.old.outputs if self._stack and self._stack.old else None
        if old is None:
            lines = list(properties(new, 1))
        else:
            if self._started.preview:  # an unknown value is no difference yet
                new = {key: old[key] if value is UNKNOWN and key in old else value for key, value in new.items()}
            lines = list(differences(old, new, 1, same=not self._started.preview))
        if lines:
            self._print("Outputs:", "bold magenta")
            self._lines(lines)
            self._print()

    def _diagnostics(self, result: Result) -> None:
        groups: dict[str, list[Diagnostic]] = {}
        for diagnostic in result.diagnostics:
            groups.setdefault(diagnostic.urn or self._started.stack_urn, []).append(diagnostic)
        if groups:
            self._print("Diagnostics:", "bold magenta")
        for urn, diagnostics in groups.items():
            kind, _, name = self._label(urn).partition(" ")
            self._print(f"  {kind} ({name}):", "bright_blue")
            for diagnostic in diagnostics:
                for line in f"{_PREFIX[diagnostic.severity]}{diagnostic.text}".splitlines():
                    self._print(f"    {line}".rstrip(), _STYLES[diagnostic.severity])
            self._print()

    def _summary(self, result: Result) -> None:
        self._print("Resources:", "bold magenta")
        changes = result.changes
        unchanged = changes.pop("same", 0)
        for op in ("create", "update", "delete", "replace"):
            if op in changes:
                word = f"to {op}" if self._started.preview else _OPERATIONS[op][3]
                self._print(f"    {_SIGNS[op]:<2}{changes[op]} {word}", _STEP_COLOURS[_SIGNS[op]])
        total = sum(changes.values())
        pieces = [f"{total} changes"] if len(changes) > 1 else []
        pieces += [f"{unchanged} unchanged"] if unchanged else []
        if pieces:
            self._print(f"    {'. '.join(pieces)}")
        errored = len({diagnostic.urn for diagnostic in result.diagnostics if diagnostic.severity == "error"})
        if errored:
            self._print(f"    {errored} errored", "red")
        self._print()
        if not self._started.preview:
            self._print(f"Duration: {math.ceil(result.duration)}s")
            self._print()


def _depth(resource: Resource) -> int:
    """Depth of a resource in the tree of components, whose types are in its URN."""
    return 0 if resource.type == STACK_TYPE else 1 + resource.urn.split("::", 3)[2].count("$")


def _failed(op: str) -> str:
    return f"{_OPERATIONS[op][2].partition(' ')[0]} failed".strip()


def _info(event: Step) -> str:
    signs: dict[str, list[str]] = {}
    for key in event.diffs:
        signs.setdefault(key[0], []).append(key[1:])
    text = "".join(f"{sign}{','.join(keys)}" for sign, keys in signs.items())
    return f"[diff: {text}]" if text else ""


def _counts(result: Result) -> str:
    words = {"error": "error", "warning": "warning", "info": "message"}
    counts = {
        word: sum(diagnostic.severity == severity and not diagnostic.urn for diagnostic in result.diagnostics)
        for severity, word in words.items()
    }
    return "; ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in counts.items() if count)
