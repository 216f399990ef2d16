"""Reading Python source in tests."""

from __future__ import annotations

import ast
import gc


def parsed(source: str) -> ast.Module:
    """The syntax tree, made without a garbage collection.

    Python 3.11.7 and older fail with a SystemError where a collection during a parse ends a coroutine, such as those
    that Pulumi leaves behind after a test of a program.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collects:
            gc.enable()
