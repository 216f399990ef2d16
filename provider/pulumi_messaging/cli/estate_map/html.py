"""The map as one page that loads nothing: its style and its script stand in it, and its policy allows just these."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Final

from pulumi_messaging.cli.estate_map.model import BAD, Entry, Group, Map, counted
from pulumi_messaging.cli.estate_map.plain import MADE_BY, TITLE, facts, heading, summary

_BLOCK: Final = 100  # numbers that open together
_OF_RECEIVER: Final = ("id", "account")  # facts beside its name; the others are beside the URL
_PAGE: Final = """<!doctype html>
<!-- {made_by} -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}: {source}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#receivers">Skip to the receivers</a>
<header>
<h1>{title}</h1>
<p>{source}</p>
<p class="summary">{summary}</p>
</header>
<div id="tools" role="search" hidden>
<label>Search <input id="query" type="search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"
 placeholder="number, name, id or URL"></label>
<label>Show <select id="mark"><option value="">all</option>{marks}</select></label>
<button type="button" id="open">Open all</button>
<button type="button" id="close">Close all</button>
<output id="found" aria-live="polite"></output>
</div>
<main id="receivers" tabindex="-1">
{sections}
<p id="nothing" hidden>Nothing fits. <kbd>Esc</kbd> clears the search.</p>
</main>
<script>{script}</script>
</body>
</html>
"""


def as_html(drawn: Map) -> str:
    """The page; URLs in it are no links, because a click would call a webhook."""
    style, script = (files(__package__).joinpath(f"page.{each}").read_text("utf-8") for each in ("css", "js"))
    return _PAGE.format(
        made_by=MADE_BY,
        title=TITLE,
        source=escape(drawn.source),
        summary=escape(summary(drawn)),
        policy=escape(_policy(style, script)),
        style=style,
        script=script,
        marks="".join(f"<option>{escape(mark)}</option>" for mark in drawn.marked()),
        sections="\n".join(_sections(drawn)) or "<p>There are no routes, profiles and numbers.</p>",
    )


def _policy(style: str, script: str) -> str:
    """A policy under which nothing but these two texts takes effect."""
    allowed = f"style-src {_source(style)}; script-src {_source(script)}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _sections(drawn: Map) -> Iterator[str]:
    for kind, entries in groupby(drawn.entries, lambda entry: entry.receiver.kind):
        items = [_entry(entry) for entry in entries]
        yield _section(f"{kind.capitalize()}s", len(items), items)
    if drawn.groups:
        numbers = sum(len(group.numbers) for group in drawn.groups)
        yield _section("Numbers without a receiver", numbers, [_group(group) for group in drawn.groups])


def _section(title: str, count: int, items: Sequence[str]) -> str:
    name = title.replace(" ", "-").lower()
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title} <span class="count">{count:,}</span></h2>\n'
        f'<ul class="entries">\n{"".join(items)}</ul>\n</section>'
    )


def _entry(entry: Entry) -> str:
    known = facts(entry)
    who = f"<h3>{escape(entry.receiver.title)}</h3>{_marks(entry.marks)}{_list(known, of_receiver=True)}"
    to = _list(known, of_receiver=False) or '<p class="none">without URL</p>'
    return (
        f'<li class="entry" data-marks="{escape(",".join(entry.marks))}">'
        f'<div class="who">{who}</div>\n<div class="numbers">{_numbers(entry)}</div>\n<div class="to">{to}</div></li>\n'
    )


def _group(group: Group) -> str:
    return (
        f'<li class="entry" data-marks=""><div class="who"><h3>{escape(heading(group))}</h3></div>\n'
        f'<div class="numbers">{_numbers(group)}</div></li>\n'
    )


def _marks(marks: Sequence[str]) -> str:
    spans = (f'<span class="mark{" bad" if mark in BAD else ""}">{escape(mark)}</span>' for mark in marks)
    return f'<p class="marks">{" ".join(spans)}</p>' if marks else ""


def _list(known: Sequence[tuple[str, str]], *, of_receiver: bool) -> str:
    rows = [
        f"<div><dt>{label}</dt><dd>{escape(value).replace('/', '/<wbr>')}</dd></div>"
        for label, value in known
        if (label in _OF_RECEIVER) is of_receiver
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _numbers(part: Entry | Group) -> str:
    found = part.numbers
    blocks = [found[at : at + _BLOCK] for at in range(0, len(found), _BLOCK)]
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in part.notes)
    if not blocks:
        return notes
    title = counted(len(found), "number")
    if len(blocks) == 1:
        return _block(title, found) + notes
    inside = "".join(_block(f"{each[0]} to {each[-1]} ({len(each)})", each) for each in blocks)
    return f'<details class="all"><summary>{title}</summary>{inside}</details>{notes}'


def _block(title: str, numbers: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(number)}</li>" for number in numbers)
    return f'<details class="block"><summary>{escape(title)}</summary><ul>{items}</ul></details>'
