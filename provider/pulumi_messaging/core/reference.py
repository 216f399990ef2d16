"""The reference documentation of the resources, made from their field tables.

It stands in docs/reference.md between ``<!-- reference: NAME -->`` and ``<!-- end reference: NAME -->``, where NAME is
a resource's class name; ``make docs`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Final

from pulumi_messaging.core.fields import Clear, Echo, Field, Kind, Table

_CLEARED: Final = {Clear.NULL: '`""` clears it (sends `null`)', Clear.EMPTY: '`""` clears it (sends `""`)'}
_COMPARED: Final = {Echo.MAYBE: "compared only when returned", Echo.NEVER: "not compared with what is returned"}


def reference(table: Table) -> str:
    """The reference of a resource in Markdown: its arguments, its outputs and the vendor page."""
    arguments = ((f"`{row.name}`", _accepted(row), _nature(row), row.doc) for row in table.fields)
    outputs = [(f"`{output.name}`", output.doc + " Secret." * output.secret) for output in table.outputs]
    parts = (
        markdown_table(("argument", "accepted", "nature", "what it is"), arguments),
        markdown_table(("output", "what it is"), outputs) if outputs else "",
        f"Vendor page: {table.page}",
    )
    return "\n\n".join(filter(None, parts))


def docstring(table: Table) -> str:
    """The end of a resource class's docstring: vendor page, arguments, errors."""
    arguments = ["resource_name: Name of the resource in the program."]
    for row in table.fields:
        nature = _nature(row).replace("**", "")
        text = f"{row.name} ({_accepted(row)}): {row.doc} {nature[0].upper()}{nature[1:]}."
        arguments.append(text.replace("`", ""))
    arguments.append("opts: Resource options; import_ cannot work with a dynamic provider.")
    lines = (fill(text, 116, initial_indent=" " * 4, subsequent_indent=" " * 8) for text in arguments)
    errors = "pulumi.RunError: Constants that cannot be accepted, one line each, or two resources that want one object."
    return "\n".join([f"Vendor page: {table.page}.", "", "Args:", *lines, "", "Raises:", f"    {errors}"])


def replace_section(text: str, name: str, body: str) -> str:
    """The text with ``body`` between the two markers of the section ``name``, which it must have once."""
    begin, end = f"<!-- reference: {name} -->", f"<!-- end reference: {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise ValueError(f'the text needs one "{begin}" and after it one "{end}"')
    before, after = text.partition(begin)[0], text.partition(end)[2]
    return f"{before}{begin}\n\n{body.strip()}\n\n{end}{after}"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a ``|`` in a cell is escaped."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _accepted(row: Field) -> str:
    choices = ", ".join(f'`"{choice}"`' for choice in row.choices)
    if row.keys:
        return f"{row.kind} with {', '.join(f'`{key.name}` ({_accepted(key)})' for key in row.keys)}"
    return {Kind.CHOICE: choices, Kind.CHOICES: f"{row.kind} {choices}"}.get(row.kind, row.kind.value)


def _nature(row: Field) -> str:
    """The special facts of a field, in the order a reader asks for them."""
    another = "naming another object replaces the resource" if row.same_as else "a change replaces the resource"
    facts = (
        "**required**" if row.required else "",
        f'default `"{row.default}"`' if row.default is not None else "",
        _CLEARED.get(row.clear, ""),
        "secret" if row.secret else "",
        another if row.replaces else "",
        _COMPARED.get(row.echo, "") if row.wire is not None else "never sent",
    )
    return "; ".join(filter(None, facts)) or "optional"
