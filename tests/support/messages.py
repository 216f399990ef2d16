"""Texts of the package's errors and notices, read from its source, and texts that a page quotes.

A text is collected where it is raised, announced or reported as a problem. It is kept as a template: one line, with
``…`` for each value.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_messaging import errors
from tests.support.source import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GAP = "…"
PACKAGES = ("pulumi_messaging", "pulumi_messaging_engine")  # the emulator's texts reach users as the vendors' words
# Calls that raise, announce or report their text.
REPORTING = {name for name, value in vars(errors).items() if isinstance(value, type)} | {
    *("say", "_say", "report", "fail", "_fail", "_refuse", "during", "unsettled"),
}
# Modules whose texts are all reasons of errors or advice.
REASONS = ("pulumi_messaging/core/check.py", "pulumi_messaging/api/failures.py")
# Texts that no user sees, with the reason.
UNSEEN = {
    "nested too deeply": "the answer is not JSON then",
    "the answer takes too long": "the vendor did not answer in time then",
    "not a regular file": "stands in the brackets behind: PULUMI_MESSAGING_LOG names …, which cannot be written",
    "not a host name": "stands in the brackets behind: no connection to",
    "encrypted with another key": "a note is not known then",
    "changes must name at least one setting, and none as None": "a mistake of ours, reported by its place",
    'the text needs one "…" and after it one "…"': "a developer's command",
}
KINDS = re.compile("an? (string|boolean|number|list|object|value of another type)")  # fill a gap


@dataclass(frozen=True)
class Message:
    """A message and its place in the source."""

    place: str
    template: str

    @property
    def chunks(self) -> list[str]:
        """The texts between the gaps."""
        return [chunk for chunk in self.template.split(GAP) if chunk]


def of_packages(root: Path) -> Iterator[Message]:
    """Every message of the packages below a folder."""
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            yield from of_module(file.read_text(), file.relative_to(root).as_posix())


def of_module(source: str, path: str) -> Iterator[Message]:
    """Every message of one module."""
    yield from _messages(parsed(source), path, reports=path in REASONS)


def _messages(node: ast.AST, path: str, *, reports: bool) -> Iterator[Message]:
    text = template(node)
    if reports and text is not None and _has_words(text) and text not in UNSEEN and not KINDS.fullmatch(text):
        yield Message(f"{path}:{node.lineno}", text)
    for child in _children(node):
        yield from _messages(child, path, reports=reports or _reports(child))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without docstrings; of an f-string the values only, because its own text has been read."""
    if isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield from ast.iter_child_nodes(node)


def _reports(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in REPORTING
    return isinstance(node, ast.Raise) and not ast.unparse(node).startswith("raise AttributeError")  # Python's words


def template(node: ast.AST) -> str | None:
    """The template of a node that is a string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _template(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
        return _template("".join(parts))
    return None


def literals_of(root: Path) -> set[str]:
    """Everything between the gaps of any string below a folder; single letters would fit anywhere."""
    texts = (template(node) for file in root.rglob("*.py") for node in ast.walk(parsed(file.read_text())))
    chunks = {chunk for text in texts if text is not None for chunk in text.split(GAP)}
    return {chunk for chunk in chunks if len(chunk) > 1 or (chunk and not chunk.isalnum())}


def _template(text: str) -> str:
    """One line, with a gap for each placeholder of ``str.format``; adjacent gaps are one."""
    text = " ".join(re.sub(r"\{\w+\}", GAP, text).split())
    return re.sub(f"{GAP}+", GAP, text)


def _has_words(template: str) -> bool:
    """Two words or more: less is a name."""
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
