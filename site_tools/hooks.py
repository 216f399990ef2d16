r"""Hooks of mkdocs.

Links to files of the repository that are no pages become their paths, because no host has them; a `\<`, which the
site's Markdown does not know, becomes `&lt;`; and no page loads anything from another host.
"""

from __future__ import annotations

import re
from typing import Any, Final

_OUTSIDE: Final = re.compile(r"\[([^\]]+)\]\(\.\./([^)\s#]+)[^)\s]*\)")
_LOADS: Final = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?((?:https?:)?//[^\"\s>]+)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The text of a page for the website: ``[figures](../README.md)`` becomes ``figures (`README.md`)``."""
    return _OUTSIDE.sub(_as_path, markdown).replace(r"\<", "&lt;").replace(r"\>", "&gt;")


def _as_path(link: re.Match[str]) -> str:
    text, path = link.groups()
    return text if path.rstrip("/") in text else f"{text} (`{path}`)"


def on_post_page(output: str, **_: Any) -> str:
    """The page as it is, unless it would load something from another host.

    Raises:
        ValueError: It would.
    """
    if foreign := _LOADS.search(output):
        raise ValueError(f"the website would load {foreign[1]}")
    return output
