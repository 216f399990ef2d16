"""The reference documentation of the resources, made from their field tables.

``python -m pulumi_messaging.core.reference README.md`` rewrites the sections of a file that stand between
``<!-- reference: NAME -->`` and ``<!-- end reference: NAME -->``, NAME being a resource's class name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill
from typing import Final

from pulumi_messaging.core.fields import Clear, Echo, Field, Kind, Table
from pulumi_messaging.core.tables import TABLES

_CLEARED: Final = {Clear.NULL: '`""` clears it (sends `null`)', Clear.EMPTY: '`""` clears it (sends `""`)'}
_COMPARED: Final = {Echo.MAYBE: "compared only when returned", Echo.NEVER: "not compared with what is returned"}


def reference(table: Table) -> str:
    """The reference of a resource in Markdown: its arguments, its outputs and the vendor page."""
    arguments = ((f"`{row.name}`", _accepted(row), _nature(row), row.doc) for row in table.fields)
    outputs = [(f"`{output.name}`", output.doc + " Secret." * output.secret) for output in table.outputs]
    parts = (
        _markdown_table(("argument", "accepted", "nature", "what it is"), arguments),
        _markdown_table(("output", "what it is"), outputs) if outputs else "",
        f"Vendor page: {table.page}",
    )
    return "\n\n".join(filter(None, parts))


def docstring(table: Table) -> str:
    """The end of a resource class's docstring: vendor page, arguments, errors."""
    rows = ((f"{row.name} ({_accepted(row)})", f"{row.doc} {_sentence(_nature(row))}") for row in table.fields)
    arguments = (
        ("resource_name", "Name of the resource in the program."),
        *((name.replace("`", ""), text.replace("`", "")) for name, text in rows),
        ("opts", "Resource options; import_ cannot work with a dynamic provider."),
    )
    lines = (
        fill(f"{name}: {text}", 116, initial_indent=" " * 4, subsequent_indent=" " * 8) for name, text in arguments
    )
    errors = "pulumi.RunError: Constants that cannot be accepted, one line each, or two resources that want one object."
    return "\n".join([f"Vendor page: {table.page}.", "", "Args:", *lines, "", "Raises:", f"    {errors}"])


def replace_section(text: str, name: str, body: str) -> str:
    """The text with ``body`` between the markers of the section ``name``.

    Raises:
        ValueError: The text does not have the two markers exactly once, in this order.
    """
    begin, end = f"<!-- reference: {name} -->", f"<!-- end reference: {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise ValueError(f'the text needs one "{begin}" and after it one "{end}"')
    before, after = text.partition(begin)[0], text.partition(end)[2]
    return f"{before}{begin}\n\n{body.strip()}\n\n{end}{after}"


def current(text: str) -> str:
    """The text with the reference of every resource as the field tables have it now."""
    for table in TABLES:
        text = replace_section(text, table.resource, reference(table))
    return text


def main(arguments: Sequence[str]) -> int:
    """Rewrite each file in place; the exit status."""
    for argument in arguments:
        file = Path(argument)
        file.write_text(current(file.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _sentence(facts: str) -> str:
    plain = facts.replace("**", "")
    return f"{plain[0].upper()}{plain[1:]}."


def _accepted(row: Field) -> str:
    choices = ", ".join(f'`"{choice}"`' for choice in row.choices)
    if row.keys:
        return f"{row.kind} with {', '.join(f'`{key.name}` ({_accepted(key)})' for key in row.keys)}"
    return {Kind.CHOICE: choices, Kind.CHOICES: f"{row.kind} {choices}"}.get(row.kind, row.kind.value)


def _nature(row: Field) -> str:
    """What is special about a field, in the order a reader asks for it."""
    facts = (
        "**required**" if row.required else "",
        f'default `"{row.default}"`' if row.default is not None else "",
        _CLEARED.get(row.clear, ""),
        "secret" if row.secret else "",
        _replacement(row) if row.replaces else "",
        _COMPARED.get(row.echo, "") if row.wire is not None else "never sent",
    )
    return "; ".join(fact for fact in facts if fact) or "optional"


def _replacement(row: Field) -> str:
    return "naming another object replaces the resource" if row.same_as else "a change replaces the resource"


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
