"""Hook of mkdocs: links to files of the repository that are no pages become their paths, because no host has them."""

from __future__ import annotations

import re
from typing import Any, Final

_OUTSIDE: Final = re.compile(r"\[([^\]]+)\]\(\.\./([^)\s#]+)[^)\s]*\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The text of a page for the website: ``[figures](../README.md)`` becomes ``figures (`README.md`)``."""
    return _OUTSIDE.sub(_as_path, markdown)


def _as_path(link: re.Match[str]) -> str:
    text, path = link.groups()
    return text if path.rstrip("/") in text else f"{text} (`{path}`)"
