"""Everything that ARCHITECTURE.md and CONTRIBUTING.md name exists."""

from __future__ import annotations

import ast
import builtins
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.support.source import parsed

ROOT = Path(__file__).parents[1]
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
PATH_ROOTS = (ROOT, ROOT / "provider/pulumi_messaging", ROOT / "provider")
SOURCES = (ROOT / "provider", ROOT / "tests", ROOT / "stacks")
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
NEW_FIELD = """
from pulumi_messaging.core.diff import creation
from pulumi_messaging.core.message_route import MESSAGE_ROUTE, MessageRouteFields
from pulumi_messaging_emulator.telegent.schemas import CREATE_ROUTE

name = MessageRouteFields.sender_label.state
print(name, creation(MESSAGE_ROUTE, {name: "a"}), "SenderLabel" in CREATE_ROUTE["properties"])
"""


def found(path: str) -> Path | None:
    """The file or folder of a path that a page names, which may leave out the folder of the package."""
    return next((root / path for root in PATH_ROOTS if (root / path).exists()), None)


@cache
def names_in(place: Path) -> frozenset[str]:
    """Modules, classes, functions, attributes and parameters of a file or folder; ``Class.method`` as well."""
    files = [place] if place.is_file() else place.rglob("*.py")
    return frozenset(
        name for file in files if file.suffix == ".py" for name in (file.stem, *_defined(parsed(file.read_text())))
    ) | {folder.name for folder in place.rglob("*") if folder.is_dir()}


def _defined(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{child.name}" for child in node.body if isinstance(child, ast.FunctionDef)}
        for attribute in ("name", "id", "attr", "arg"):
            names.add(getattr(node, attribute, None) or "")
    return names


def is_there(span: str, place: Path | None) -> bool:
    """Whether the code span of a page names something that exists: in a file that the line names, else anywhere."""
    if targets := re.findall(r"^make ([a-z]+)", span):
        return targets[0] in TARGETS
    if modules := re.findall(r"python -m ((?:tests|benchmarks|pulumi_messaging\w*)\S*)", span):
        return (
            found(modules[0].replace(".", "/")) is not None or found(f"{modules[0].replace('.', '/')}.py") is not None
        )
    if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(py|md|toml|lock|yaml)", span):
        return found(span) is not None
    if NAME.fullmatch(span) and not hasattr(builtins, span):
        return any(span in names_in(where) for where in ([place] if place else SOURCES))
    return True  # a value, a command line


def missing_on(text: str) -> list[str]:
    """The code spans of a page that name nothing; a name is looked for in the last path before it on its line."""
    missing = []
    for line in re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL).splitlines():
        place = None
        for span in re.findall(r"`([^`]+)`", line):
            missing += [] if is_there(span, place) else [span]
            place = found(span) if "/" in span or span.endswith(".py") else place
    return missing


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_a_page_names_exists(page: str) -> None:
    assert missing_on((ROOT / page).read_text()) == []


@pytest.mark.parametrize(
    "line", ["`core/paint.py`", "`make paint`", "`paint_number`", "`core/diff.py` `HttpApi`", "`HttpApi.paint`"]
)
def test_a_name_that_does_not_exist_is_found(line: str) -> None:
    assert len(missing_on(line)) == 1


def test_the_picture_has_the_layers_of_the_import_contract() -> None:
    (layers,) = (
        contract["layers"]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["pulumi_messaging"]
    )
    picture = (ROOT / "ARCHITECTURE.md").read_text().partition("## Layers of the provider")[2].split("```")[1]

    assert [re.split(r"\s{2,}", line)[0] for line in picture.splitlines()[1:]] == layers


def test_the_example_of_a_new_field_is_two_rows(tmp_path: Path) -> None:
    """In a copy, the two rows of CONTRIBUTING.md give the field its argument and its body; the emulator accepts it."""
    example = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add a field")[2]
    rows = [dedent(block) for block in re.findall(r"   ```python\n(.*?)   ```", example, re.DOTALL)]
    shutil.copytree(ROOT / "provider", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _insert(tmp_path / "pulumi_messaging/core/message_route.py", "    adopt: Argument[", indent(rows[0], "    "))
    _insert(
        tmp_path / "pulumi_messaging_emulator/telegent/schemas.py",
        '    "InboundBypass": FLAG,\n',
        indent(rows[1], "    "),
    )

    done = subprocess.run([sys.executable, "-c", NEW_FIELD], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["senderLabel", "{'SenderLabel':", "'a'}", "True"], done.stderr


def _insert(file: Path, before: str, text: str) -> None:
    file.write_text(file.read_text().replace(before, text + before, 1))
