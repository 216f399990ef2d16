"""The website of docs/: every page is in its menu and in the overview, and nothing comes from another host.

`make site` checks links and anchors with tools of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_tools.hooks import on_page_markdown, on_post_page

ROOT = Path(__file__).parents[1]
PAGES = {page.name for page in (ROOT / "docs").glob("*.md")}


def test_every_page_is_in_the_menu_and_in_the_overview() -> None:
    menu = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    overview = set(re.findall(r"\]\(([\w-]+\.md)[#)]", (ROOT / "docs/index.md").read_text()))

    assert sorted(menu) == sorted(PAGES)
    assert overview == PAGES - {"index.md"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[figures](../benchmarks/README.md)", "figures (`benchmarks/README.md`)"),
        ("[`policies/`](../policies/)", "`policies/`"),
        ("[limits](limits.md#requests)", "[limits](limits.md#requests)"),
        (r"v1:\<salt\>", "v1:&lt;salt&gt;"),
    ],
)
def test_what_only_the_repository_has_is_named(text: str, shown: str) -> None:
    assert on_page_markdown(text) == shown


def test_a_page_that_loads_something_is_refused() -> None:
    assert on_post_page('<script src="assets/a.js"></script><a href="https://example.com">')

    with pytest.raises(ValueError, match=r"the website would load https://fonts\.example/x\.css"):
        on_post_page('<link rel="stylesheet" href="https://fonts.example/x.css">')


def test_the_readers_system_chooses_the_colours() -> None:
    """Without an entry of its own for that, the browser keeps those of the first visit."""
    media = re.findall(r'- media: "([^"]+)"', (ROOT / "mkdocs.yml").read_text())
    assert media == ["(prefers-color-scheme)", "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]
