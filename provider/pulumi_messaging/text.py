"""Text in messages: printable, on one line, of bounded length. Standard library only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import IO, Final

# Stands in place of a secret.
HIDDEN: Final = "[secret]"
# A shorter secret may be part of a common word: it is replaced only where it stands as a whole word.
SHORT: Final = 6


def printable(text: str) -> str:
    """The text with white space as blanks, and without control, format, surrogate and unassigned characters."""
    # Format characters hide and reorder text: only the reader would find a secret that is split by one.
    blanks = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in blanks if unicodedata.category(char)[0] != "C")


def one_blank(text: str) -> str:
    """The printable text with one blank wherever there are several, and none at its ends."""
    return " ".join(printable(text).split())


def cut(text: str, longest: int) -> str:
    """At most ``longest`` characters of a text; an ellipsis replaces the rest."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def brief(value: object) -> str:
    """A value on one line of at most 200 characters."""
    return cut(one_blank(str(value)[:400]), 200)


def encodable(text: str, stream: IO[str]) -> str:
    """The text as a stream can write it: a character that its encoding lacks becomes an escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def listed(items: Sequence[str], most: int, separator: str = ", ", last: str = " and ") -> str:
    """At most ``most`` items, and the number of the others: ``a, b and 3 more``."""
    rest = len(items) - most
    return separator.join(items[:most]) + (f"{last}{rest} more" if rest > 0 else "")
