"""The map as a drawing: numbers, receivers and URLs from left to right; receivers with one URL stand together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Final

from rich.cells import cell_len, set_cell_size

from pulumi_messaging.cli.estate_map.model import BAD, Entry, Group, Map, counted
from pulumi_messaging.cli.estate_map.plain import MADE_BY, TITLE, facts, heading, in_rows, summary
from pulumi_messaging.text import HIDDEN

_CHAR: Final = 7.9  # pixels of a character of the 13 pixel font, no less than any monospaced font takes
_LINE: Final = 18
_PAD: Final = 10
_GAP: Final = 14  # between boxes
_LINK: Final = 70  # between columns
_WIDTHS: Final = (38, 48, 64)  # of the columns, in characters
_MOST_ROWS: Final = 5  # of numbers in a box
_STYLE: Final = """
text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #1b1f24; }
.page { fill: #f6f7f9; } .box { fill: #fff; stroke: #d0d7de; } .link { stroke: #57606a; fill: none; }
.soft { fill: #57606a; } .bad { fill: #9a1c13; } .name, .title { font-weight: 600; } .title { font-size: 18px; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .page { fill: #0d1117; } .box { fill: #161b22; stroke: #3d444d; } .link { stroke: #9aa4af; }
.soft { fill: #9aa4af; } .bad { fill: #ffb3ab; }
}
"""
_COLUMNS: Final = tuple(
    _PAD + sum(round(width * _CHAR) + 2 * _PAD + _LINK for width in _WIDTHS[:column]) for column in range(3)
)
_WIDTH: Final = _COLUMNS[2] + round(_WIDTHS[2] * _CHAR) + 3 * _PAD


@dataclass(slots=True)
class _Drawing:
    """Elements, and the first free place below them."""

    top: int = 0
    parts: list[str] = field(default_factory=list)

    def text(self, x: int, y: int, line: str, style: str, characters: int) -> None:
        """One line, cut where it is too long; a pointer over it shows it whole."""
        fits = cell_len(line) <= characters
        shown = line if fits else set_cell_size(line, characters - 1).rstrip() + "…"
        title = "" if fits else f"<title>{escape(line)}</title>"
        self.parts.append(f'<text x="{x}" y="{y}" class="{style}">{title}{escape(shown)}</text>')

    def box(self, column: int, top: int, height: int, lines: Sequence[tuple[str, str]]) -> None:
        """A box of a column with lines and their styles."""
        width = round(_WIDTHS[column] * _CHAR) + 2 * _PAD
        self.parts.append(
            f'<rect class="box" x="{_COLUMNS[column]}" y="{top}" width="{width}" height="{height}" rx="8"/>'
        )
        for at, (line, style) in enumerate(lines):
            self.text(_COLUMNS[column] + _PAD, top + _PAD + _LINE * at + 13, line, style, _WIDTHS[column])

    def link(self, column: int, y: int) -> None:
        """An arrow from a box to one of the next column."""
        end = _COLUMNS[column + 1]
        self.parts.append(f'<path class="link" d="M{end - _LINK} {y} H{end - 6}" marker-end="url(#arrow)"/>')


def as_svg(drawn: Map) -> str:
    """The drawing; it loads nothing, and holds no script."""
    drawing = _Drawing(top=3 * _PAD + 3 * _LINE)
    drawing.text(_PAD, 28, TITLE, "title", 60)
    drawing.text(_PAD, 50, drawn.source, "soft", sum(_WIDTHS))
    drawing.text(_PAD, 68, summary(drawn), "soft", sum(_WIDTHS))
    by_url = sorted(drawn.entries, key=lambda entry: (entry.receiver.url or "\uffff", entry.receiver.kind))
    for _, entries in groupby(by_url, _address):
        _draw(drawing, list(entries))
    for group in drawn.groups:
        lines = _numbers(group)
        height = _height(max(len(lines), 1))
        drawing.box(0, drawing.top, height, lines)
        drawing.box(1, drawing.top, height, [(heading(group), "soft")])
        drawing.top += height + _GAP
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {MADE_BY} -->\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{drawing.top}" '
        f'viewBox="0 0 {_WIDTH} {drawing.top}" role="img" aria-labelledby="what which">\n'
        f'<title id="what">{TITLE}: {escape(drawn.source)}</title>\n<desc id="which">{escape(summary(drawn))}</desc>\n'
        f"<style>{_STYLE}</style>\n"
        f'<defs><marker id="arrow" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path class="link" d="M1 1 L6 4 L1 7"/></marker></defs>\n'
        f'<rect class="page" width="100%" height="100%"/>\n' + "\n".join(drawing.parts) + "\n</svg>\n"
    )


def _draw(drawing: _Drawing, entries: Sequence[Entry]) -> None:
    """Draw the receivers of one URL, with arrows from their numbers to them and from them to it."""
    start, ends = drawing.top, []
    for entry in entries:
        numbers, who = _numbers(entry), list(_who(entry))
        height = _height(max(len(numbers), len(who)))
        drawing.box(0, drawing.top, height, numbers)
        drawing.box(1, drawing.top, height, who)
        middle = drawing.top + height // 2
        if entry.numbers or entry.notes:
            drawing.link(0, middle)
        ends.append(middle)
        drawing.top += height + _GAP
    url = entries[0].receiver.url
    height = drawing.top - _GAP - start
    drawing.box(2, start, height, [(url, "")] if url else [("not known" if url is None else "without URL", "soft")])
    for end in ends if url else ():
        drawing.link(1, end)


def _address(entry: Entry) -> str:
    """Alike for receivers of one URL; what is hidden may differ."""
    url = entry.receiver.url
    return url if url and HIDDEN not in url else f"{entry.receiver.kind} {entry.receiver.id}"


def _height(lines: int) -> int:
    return lines * _LINE + 2 * _PAD


def _who(entry: Entry) -> Iterator[tuple[str, str]]:
    yield entry.receiver.title, "name"
    yield entry.receiver.kind, "soft"
    if entry.marks:
        yield ", ".join(entry.marks), "bad" if {*BAD} & {*entry.marks} else "soft"
    yield from ((f"{label}: {value}", "soft") for label, value in facts(entry) if label != "messages to")


def _numbers(part: Entry | Group) -> list[tuple[str, str]]:
    rows = in_rows(part.numbers)
    more = len(rows) - _MOST_ROWS
    lines = [(counted(len(part.numbers), "number"), "name")] if rows or not part.notes else []
    lines += [(row, "") for row in rows[:_MOST_ROWS]]
    lines += [(f"and {counted(more, 'more row')}", "soft")] if more > 0 else []
    return lines + [(note, "soft") for note in part.notes]
