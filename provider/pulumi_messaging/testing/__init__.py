"""The local engine: runs a Pulumi Python program with dynamic providers, without the Pulumi CLI, to try and to test it.

    project = Project.load("path/to/project")
    result = Engine(project, "dev").up()
    assert result.ok, result.error

It hosts the unmodified program over Pulumi's own protocols, starts the real provider process and keeps its state in
Pulumi's format. What it does not know it refuses with one line (`EngineError`), never ignores.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_messaging.testing.display import Display
    from pulumi_messaging.testing.engine import Engine
    from pulumi_messaging.testing.errors import EngineError, UnsupportedError
    from pulumi_messaging.testing.events import Diagnostic, Event, Operation, Result, Started, Step
    from pulumi_messaging.testing.project import Project

__all__ = [
    "Diagnostic",
    "Display",
    "Engine",
    "EngineError",
    "Event",
    "Operation",
    "Project",
    "Result",
    "Started",
    "Step",
    "UnsupportedError",
]

_HOMES = {
    "Display": "display",
    "Engine": "engine",
    "EngineError": "errors",
    "Project": "project",
    "UnsupportedError": "errors",
}


def __getattr__(name: str) -> Any:
    # Lazy: the program's and the provider's processes import this package and need none of these.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'events')}"), name)
