"""The generated sections of docs/reference.md: ``python -m site_tools.reference docs/reference.md``.

The resources come from their field tables, the look-ups from their signatures and docstrings, the commands from the
command line itself. ``sections`` has the text of each by the name in its markers.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import typer

from pulumi_messaging import functions
from pulumi_messaging.cli.commands import app
from pulumi_messaging.core.reference import markdown_table, reference, replace_section
from pulumi_messaging.core.tables import TABLES

_LOOK_UPS: Final = (functions.get_message_routes, functions.get_messaging_profiles, functions.get_numbers)
_DOCUMENTED: Final = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def sections() -> dict[str, str]:
    """The text of each section, by its name."""
    return {
        **{table.resource: reference(table) for table in TABLES},
        "look-ups": "\n\n".join(look_up(each) for each in _LOOK_UPS),
        "commands": "\n\n".join(command(path, each) for path, each in commands(("pulumi-messaging",), _group(app))),
    }


def look_up(function: Callable[..., Any]) -> str:
    """A function: its arguments as the docstring has them, and the attributes of what it lists."""
    text = inspect.getdoc(function) or ""
    signature = inspect.signature(function, eval_str=True)
    (listed,) = signature.return_annotation.__args__
    rows = [(f"`{name}`", _one_line(what)) for name, what in _DOCUMENTED.findall(_part(text, "Args"))]
    attributes = ", ".join(f"`{each.name}`" for each in fields(listed))
    return "\n\n".join(
        [
            f"### `{function.__name__}`",
            text.partition("\n\nArgs:")[0],
            markdown_table(("argument, optional", "what it is"), rows),
            f"Returns a list of `{listed.__name__}`, with the attributes {attributes}. "
            + _one_line(_part(text, "Returns")),
        ]
    )


def commands(path: tuple[str, ...], group: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below a group, with the words that call it."""
    for name, each in group.commands.items():
        inner = (*path, name)
        yield from commands(inner, each) if hasattr(each, "commands") else [(inner, each)]


def command(path: Iterable[str], described: Any) -> str:
    """A command: what it does, its examples, and a table of its arguments and options."""
    rows = [(_names(each), _default(each), _plain(each.help or "")) for each in described.params]
    table = markdown_table(("option", "default", "what it is"), rows) if rows else ""
    told, _, examples = inspect.cleandoc(described.help or "").partition("Examples:\n")
    paragraphs = [_one_line(each) for each in told.split("\n\n")]
    shown = "\n".join(["```sh", *filter(None, map(str.strip, examples.splitlines())), "```"]) if examples else ""
    return "\n\n".join(filter(None, [f"### `{' '.join(path)}`", *paragraphs, shown, table]))


def main(file: Path, texts: Mapping[str, str]) -> None:
    """Write the sections into the file, between their markers."""
    page = file.read_text(encoding="utf-8")
    for name, text in texts.items():
        page = replace_section(page, name, text)
    file.write_text(page, encoding="utf-8")


def _group(application: typer.Typer) -> Any:
    return typer.main.get_command(application)


def _names(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    return ", ".join(f"`{name}`" for name in (parameter.opts if is_option else [parameter.name.upper()]))


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required:
        return "**required**"
    return "" if value is None or value is False or value == () else f"`{value}`"


def _part(text: str, name: str) -> str:
    """The lines of a docstring's section, with their indentation."""
    return text.partition(f"\n{name}:\n")[2].split("\n\n")[0]


def _plain(text: str) -> str:
    """A help text with no character that Markdown takes for markup."""
    return text.replace("<", "&lt;").replace("*", r"\*")


def _one_line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sections())
