"""Looks for secrets in a text, however they are written: the judge of everything in this folder.

It shares no code with the package. The package writes each secret in the ways it knows and looks for those; this module
takes the ways off the text, one after the other, and looks for parts of the secrets in what comes out. Only base64 is
done both ways: what depends on the secret alone is looked for in each of the three alignments.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# Characters in a row that give a secret away.
PART = 12
# Enough to find a secret that was escaped for JSON, put into a URL and logged as JSON again.
LAYERS = 3

_ESCAPED = re.compile(r'\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbf])|(["\'\\/]))')
_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")


class Scanner:
    """Finds any part of `PART` characters of any of the secrets.

    Args:
        secrets: The secrets by name, each long enough to have parts.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._parts: dict[str, str] = {}
        for name, secret in secrets.items():
            assert len(secret) >= PART, f"{name} has no part"
            # One that is itself escaped for a URL is one without its escapes too.
            for written in {*_written(secret), *_written(unquote(secret))}:
                self._parts |= {written[at : at + PART]: name for at in range(len(written) - PART + 1)}

    def found(self, *texts: str) -> dict[str, str]:
        """The secrets of which a part stands in one of the texts, each with what stands around it."""
        found: dict[str, str] = {}
        for view in {view for text in texts for view in _views(text)}:
            for at, part in enumerate(_windows(view)):
                if part in self._parts:
                    found.setdefault(self._parts[part], view[max(0, at - 60) : at + 60])
        return found


def _windows(text: str) -> Iterator[str]:
    return (text[at : at + PART] for at in range(len(text) - PART + 1))


def _written(secret: str) -> Iterator[str]:
    yield secret
    content = secret.encode()
    for before in range(3):
        whole = base64.b64encode(b"?" * before + content)
        # Three bytes make four characters; those at both ends depend on the neighbours too.
        own = whole[(0, 2, 3)[before] : (before + len(content)) // 3 * 4].decode()
        yield own
        yield own.replace("+", "-").replace("/", "_")


def _views(text: str) -> set[str]:
    """The text, and what it becomes when ways of writing are taken off it."""
    views, new = {text}, {text}
    for _ in range(LAYERS):
        new = {view for one in new for undo in _UNDO for view in undo(one)} - views
        views |= new
    return views


def _unescaped(text: str) -> str:
    blanks = dict(zip("nrtbf", "\n\r\t\b\f", strict=True))
    return _ESCAPED.sub(lambda at: at[4] or blanks.get(at[3] or "") or chr(int(at[1] or at[2], 16)), text)


def _without_invisible(text: str) -> str:
    """Without what the reader does not see, and without the line breaks of base64."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")


def _hexadecimal(text: str) -> Iterable[str]:
    return (bytes.fromhex(run).decode("utf-8", "replace") for run in _HEXADECIMAL.findall(text))


_UNDO: tuple[Callable[[str], Iterable[str]], ...] = (
    lambda text: [unquote(text)] if "%" in text else [],
    lambda text: [unquote_plus(text)] if "%" in text or "+" in text else [],
    lambda text: [_unescaped(text)] if "\\" in text else [],
    lambda text: [html.unescape(text)] if "&" in text else [],
    lambda text: [] if text.isprintable() else [_without_invisible(text)],
    _hexadecimal,
)
