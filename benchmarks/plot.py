"""A plot with logarithmic axes as SVG, readable on light and on dark ground: no ground of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Points = Sequence[tuple[float, float]]
Axis = tuple[int, int]  # the powers of ten at its ends

GUIDE = "in proportion"  # a line to compare with: thin, without points
_WIDTH, _HEIGHT = 340, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 34, 46
_LEGEND = 26
# Each is dark enough on white and bright enough on black (3 to 1 and more), and told apart by dashes too.
_LOOKS = (
    ("#0a7ea4", "none"),
    ("#c2571a", "7 3"),
    ("#8a5fd0", "2 3"),
    ("#c0447c", "9 3 2 3"),
    ("#2f8f4e", "5 5"),
    ("#85791f", "1 4"),
)
_GUIDE_LOOK = ("#888888", "none")
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .axis { stroke: #777; fill: none } .grid { stroke: #888; stroke-width: .4 } .title { font-weight: 600 }
  .series { fill: none; stroke-width: 2 } .guide { fill: none; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #999 } }
"""


def svg(panels: Mapping[str, Mapping[str, Points]], x_title: str, y_title: str) -> str:
    """Panels side by side on the same axes; a series looks alike in each, and the legend below names it."""
    everything = [point for panel in panels.values() for points in panel.values() for point in points]
    across, up = (_decades([point[index] for point in everything]) for index in (0, 1))
    names = [name for name in dict.fromkeys(name for panel in panels.values() for name in panel) if name != GUIDE]
    looks = {name: _LOOKS[index % len(_LOOKS)] for index, name in enumerate(names)}
    if any(GUIDE in panel for panel in panels.values()):
        looks[GUIDE] = _GUIDE_LOOK
    width, height = _WIDTH * len(panels), _HEIGHT + _LEGEND
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        f"<title>{escape(y_title)} by {escape(x_title)}: {escape(', '.join(names))}</title>",
        f"<style>{_STYLE}</style>",
    ]
    for index, (title, panel) in enumerate(panels.items()):
        lines.append(f'<g transform="translate({index * _WIDTH} 0)">')
        lines += _frame(title, x_title, y_title, across, up)
        for name, points in panel.items():
            lines += _series(name, [(_x(x, across), _y(y, up)) for x, y in points], *looks[name])
        lines.append("</g>")
    return "\n".join([*lines, *_legend(looks, width), "</svg>", ""])


def _decades(values: Sequence[float]) -> Axis:
    """The powers of ten that enclose the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _share(value: float, axis: Axis) -> float:
    return (math.log10(value) - axis[0]) / (axis[1] - axis[0])


def _x(value: float, axis: Axis) -> float:
    return round(_LEFT + _share(value, axis) * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(value: float, axis: Axis) -> float:
    return round(_HEIGHT - _BOTTOM - _share(value, axis) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _frame(title: str, x_title: str, y_title: str, across: Axis, up: Axis) -> list[str]:
    left, right, top, bottom = _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    lines = [
        _text(left, top - 14, title, 'class="title"'),
        _text((left + right) / 2, _HEIGHT - 8, x_title, 'text-anchor="middle"'),
        f'<g transform="translate(12 {(top + bottom) / 2}) rotate(-90)">',
        _text(0, 0, y_title, 'text-anchor="middle"') + "</g>",
    ]
    for power in range(across[0], across[1] + 1):
        x = _x(10.0**power, across)
        lines.append(f'<path class="grid" d="M{x} {top}V{bottom}"/>')
        anchor = "end" if power == across[1] else "middle"  # the last would reach into the next panel
        lines.append(_text(x, bottom + 16, _tick(power), f'text-anchor="{anchor}"'))
    for power in range(up[0], up[1] + 1):
        y = _y(10.0**power, up)
        lines.append(f'<path class="grid" d="M{left} {y}H{right}"/>')
        lines.append(_text(left - 6, y + 4, _tick(power), 'text-anchor="end"'))
    return [*lines, f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>']


def _text(x: float, y: float, words: str, attributes: str = "") -> str:
    return f'<text x="{x}" y="{y}" {attributes}>{escape(words)}</text>'


def _tick(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _series(name: str, dots: Points, colour: str, dashes: str) -> list[str]:
    path = "L".join(f"{x} {y}" for x, y in dots)
    kind = "guide" if name == GUIDE else "series"
    line = f'<path class="{kind}" data-series={quoteattr(name)} d="M{path}" {_stroke(colour, dashes)}/>'
    circles = [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in dots]
    return [line] if name == GUIDE else [line, *circles]


def _stroke(colour: str, dashes: str) -> str:
    return f'stroke="{colour}" stroke-dasharray="{dashes}"'


def _legend(looks: Mapping[str, tuple[str, str]], width: int) -> list[str]:
    """All names in a row below the panels, each beside a piece of its line."""
    lines = []
    room = (width - _LEFT) / len(looks)
    for index, (name, look) in enumerate(looks.items()):
        x, y = round(_LEFT + index * room, 1), _HEIGHT + _LEGEND - 8
        kind = "guide" if name == GUIDE else "series"
        lines.append(f'<path class="{kind}" d="M{x} {y - 4}h26" {_stroke(*look)}/>')
        lines.append(_text(x + 32, y, name))
    return lines
