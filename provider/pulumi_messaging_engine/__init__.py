"""The local engine: runs a Pulumi Python program with dynamic providers, without the Pulumi CLI, to try and to test it.

    project = Project.load("path/to/project")
    result = Engine(project, "dev").up()
    assert result.ok, result.error

It runs the unmodified program over Pulumi's own protocols, starts the real provider process and keeps its state in
Pulumi's format. It refuses what it does not know with one line (`EngineError`). It needs the extra `[local]`, the
pytest fixture the extra `[testing]`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pulumi_messaging_engine.display import Display
    from pulumi_messaging_engine.engine import Engine
    from pulumi_messaging_engine.errors import EngineError, UnsupportedError
    from pulumi_messaging_engine.events import Diagnostic, Event, Operation, Result, Started, Step
    from pulumi_messaging_engine.preview_json import PreviewJson
    from pulumi_messaging_engine.project import Project
    from pulumi_messaging_engine.pytest_plugin import MessagingStack, MessagingStacks, StackFailed

__all__ = [
    "Diagnostic",
    "Display",
    "Engine",
    "EngineError",
    "Event",
    "MessagingStack",
    "MessagingStacks",
    "Operation",
    "PreviewJson",
    "Project",
    "Result",
    "StackFailed",
    "Started",
    "Step",
    "UnsupportedError",
]

_MODULES: Final = {
    "Display": "display",
    "Engine": "engine",
    "EngineError": "errors",
    "MessagingStack": "pytest_plugin",
    "MessagingStacks": "pytest_plugin",
    "PreviewJson": "preview_json",
    "Project": "project",
    "StackFailed": "pytest_plugin",
    "UnsupportedError": "errors",
}


def __getattr__(name: str) -> Any:
    # Lazy: the program's process imports this package, and needs none of these.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pulumi_messaging_engine.errors import needs_extra  # noqa: PLC0415

    module = _MODULES.get(name, "events")
    with needs_extra("testing" if module == "pytest_plugin" else "local"):
        return getattr(importlib.import_module(f"{__name__}.{module}"), name)
