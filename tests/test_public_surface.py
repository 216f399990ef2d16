"""What the package exports, and what importing it loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

import pulumi_messaging
from tests.support.source import parsed

CLASSES = {
    "MessageRoute",
    "MessagingProfile",
    "NumberMessaging",
    "NumberMessagingGroup",
    "NumberRoute",
    "NumberRouteGroup",
}
FUNCTIONS = {"get_message_routes", "get_messaging_profiles", "get_numbers"}
PUBLIC = {*CLASSES, *FUNCTIONS, "__version__"}


def fresh(program: str) -> list[str]:
    """The words a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_all_names_what_is_exported() -> None:
    """`__all__` has the public names and no other, and each of them is there."""
    assert set(pulumi_messaging.__all__) == PUBLIC
    assert len(pulumi_messaging.__all__) == len(PUBLIC)
    assert all(isinstance(getattr(pulumi_messaging, name), type) for name in CLASSES)
    assert all(isinstance(getattr(pulumi_messaging, name), FunctionType) for name in FUNCTIONS)


def test_a_star_import_gives_the_public_names() -> None:
    """`from pulumi_messaging import *` binds exactly the public names."""
    program = "before = set(dir()); from pulumi_messaging import *; print(*set(dir()) - before - {'before'})"

    assert set(fresh(program)) == PUBLIC


def test_other_names_do_not_exist() -> None:
    """A name that is not exported is an AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Webhook'"):
        _ = pulumi_messaging.Webhook


@pytest.mark.parametrize(
    "module",
    [
        "pulumi_messaging",
        "pulumi_messaging.core.check",
        "pulumi_messaging.core.diff",
        "pulumi_messaging.core.reference",
        "pulumi_messaging.errors",
        "pulumi_messaging.settings",
    ],
)
def test_pure_modules_load_neither_the_engine_nor_a_client(module: str) -> None:
    """A pure module in a fresh interpreter loads no Pulumi, no gRPC, no HTTP client and no other foreign package."""
    loaded = fresh(f"import sys, {module}; print(*sys.modules)")

    foreign = {"pulumi", "httpx", "grpc", "google", "pydantic", "rich", "typer", "yaml", "cryptography"}
    assert foreign & {name.partition(".")[0] for name in loaded} == set()
    assert not {"pulumi_messaging.api", "pulumi_messaging.dynamic", "pulumi_messaging.program"} & set(loaded)


def test_only_the_adapter_knows_dynamic_providers() -> None:
    """`pulumi.dynamic` is imported by the adapter and the base of the program's classes, and by nothing else."""
    package = Path(pulumi_messaging.__file__).parent
    knowing = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(parsed(path.read_text()))
        if "pulumi.dynamic" in ast.unparse(node) and isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert knowing == {"dynamic.py", "resource.py"}
