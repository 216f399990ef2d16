"""Every message of the package to its user, read from its source, and every message that a page quotes.

A message is a string of the source with words in it: an error, a part of one, or a notice. Its template has ``…`` for
each value. Other strings are left out by their kind, named below with the reason; so an error made in a new way, in a
table or a helper, counts as well.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GAP = "…"

# Modules and folders without messages of the package.
SILENT_MODULES = {
    "pulumi_messaging_emulator": "plays the vendors: its texts come back as the vendors' words",
    "pulumi_messaging_engine/display.py": "shows what a run does",
    "pulumi_messaging/core/reference.py": "writes README.md",
    "pulumi_messaging/schema.py": "writes the JSON schema of a stack's settings file",
}
# Calls whose arguments are no messages.
OTHER_CALLS = {
    "field": "the reference in README.md",
    "like": "the reference in README.md",
    "output": "the reference in README.md",
    "table": "the reference in README.md",
    "parameter": "a signature",
    "Typer": "the help of the command",
    "Option": "the help of the command",
    "Vendor": "configuration keys, filled into the advice",
    "echo": "standard output of the command",
    "segment": "what was attempted, filled into a text",
    "checked_id": "what was attempted, filled into a text",
    "AttributeError": "Python's own words",
    "info": "a line of Python's logging, which is silent unless somebody listens",
    "compile": "a pattern, looked for",
}
# Functions whose results are no messages.
OTHER_FUNCTIONS = {
    "_type_name": "the kinds of values, filled into a text",
}
# Single strings that are no messages.
OTHER_TEXTS = {
    "%m/%d/%Y %I:%M:%S %p": "a format of times",
    "Traceback (most recent call last)": "Python's own words, looked for",
    "Resource monitor has terminated, shutting down": "words of Pulumi's SDK",
    "read settings": "the name of an endpoint",
    "update settings": "the name of an endpoint",
    "list numbers": "the name of an endpoint",
    "list settings": "the name of an endpoint",
    "bulk update": "the name of an endpoint",
    "bulk status": "the name of an endpoint",
    "numbers of a profile": "the name of an endpoint",
    "nested too deeply": "never shown: the answer is not JSON then",
    "the answer takes too long": "never shown: the vendor did not answer in time then",
    "not a host name": "the reason in brackets behind: no connection to",
    "changes must name at least one setting, and none as None": "never shown: a mistake of ours, told as such",
}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN)\b.*", re.DOTALL)
ENUMS = {"Enum", "StrEnum"}


@dataclass(frozen=True)
class Message:
    """A message and its place in the source."""

    place: str
    template: str

    @property
    def chunks(self) -> list[str]:
        """The texts between the gaps."""
        return [chunk for chunk in self.template.split(GAP) if chunk]


def of_package(package: Path) -> Iterator[Message]:
    """Every message of the package."""
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package).as_posix()
        if not any(path == name or path.startswith(f"{name}/") for name in SILENT_MODULES):
            yield from of_module(file.read_text(), path)


def of_module(source: str, path: str) -> Iterator[Message]:
    """Every message of one module."""
    yield from _texts(ast.parse(source), path)


def _texts(node: ast.AST, path: str) -> Iterator[Message]:
    if _is_no_message(node):
        return
    text = template(node)
    if text is not None and _has_words(text) and text not in OTHER_TEXTS and not SQL.fullmatch(text):
        yield Message(f"{path}:{node.lineno}", text)
    for child in _children(node):
        yield from _texts(child, path)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below; of an f-string its values only, because its own text has been read."""
    if isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
    else:
        yield from ast.iter_child_nodes(node)


def _is_no_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.ClassDef):
        return any(_name(base) in ENUMS for base in node.bases)
    if isinstance(node, ast.FunctionDef):
        return node.name in OTHER_FUNCTIONS
    return isinstance(node, ast.Call) and _name(node.func) in OTHER_CALLS


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def template(node: ast.AST) -> str | None:
    """The template of a node that is a string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _template(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
        return _template("".join(parts))
    return None


def literals_of(package: Path) -> set[str]:
    """Everything between the gaps of any string of the package; single letters would fit anywhere."""
    texts = (template(node) for file in package.rglob("*.py") for node in ast.walk(ast.parse(file.read_text())))
    chunks = {chunk for text in texts if text is not None for chunk in text.split(GAP)}
    return {chunk for chunk in chunks if len(chunk) > 1 or (chunk and not chunk.isalnum())}


def _template(text: str) -> str:
    """One line, with a gap for each placeholder of ``str.format``; what stands beside each other is one gap."""
    text = " ".join(re.sub(r"\{\w+\}", GAP, text).split())
    return re.sub(f"{GAP}+", GAP, text)


def _has_words(template: str) -> bool:
    """Two words or more, apart from each other: less is a name."""
    words = [word for word in template.replace(GAP, " ").split() if re.search("[a-zA-Z]", word)]
    return len(words) > 1 and " " in template


def quoted_on(page: str) -> dict[str, int]:
    """The texts that a page quotes, blockquotes and the first cells of tables, as templates, with their lines."""
    lines = page.splitlines()
    quotes = {line.removeprefix("> "): number for number, line in enumerate(lines, 1) if line.startswith("> ")}
    cells = {
        line.split(" |")[0].removeprefix("| "): number
        for number, (line, after) in enumerate(zip(lines, [*lines[1:], ""], strict=True), 1)
        if line.startswith("| ") and not line.startswith("| ---") and not after.startswith("| ---")
    }
    return {_plain(text): number for text, number in (quotes | cells).items()}


def _plain(markdown: str) -> str:
    """Markdown as a template: italics are values, a backslash escapes a character."""
    kept = re.sub(r"\\(.)", lambda found: f"\0{ord(found[1])}\0", markdown)
    kept = re.sub(r"\*([^*]+)\*", GAP, kept)
    return _template(re.sub("\0(\\d+)\0", lambda found: chr(int(found[1])), kept))


def is_quoted(message: Message, shown: str) -> bool:
    """True when a quoted text holds the message, with any values, and no words of another text beside it."""
    text = ".*".join(map(re.escape, message.chunks))
    before = r"(?:^|[^\w\s])\s*" if message.chunks[0][0].isalnum() else ""
    after = r"\s*(?:$|[^\w\s])" if message.chunks[-1][-1].isalnum() else ""
    return re.search(before + text + after, shown) is not None


def is_in_source(shown: str, literals: set[str]) -> bool:
    """True when a quoted text consists of literals of the source and gaps."""
    return all(_consists(chunk, literals) for chunk in shown.split(GAP))


def _consists(text: str, literals: set[str]) -> bool:
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached |= {start + len(one) for one in literals if text.startswith(one, start)}
            if text[start] == " ":
                reached.add(start + 1)
    return len(text) in reached


def markdown(template: str) -> str:
    """A template as a page would quote it."""
    return re.sub(r"([*<>|\\])", r"\\\1", template)
