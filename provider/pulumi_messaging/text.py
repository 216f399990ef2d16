"""Text in messages: printable, on one line, of bounded length. Standard library only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import IO, Final

# Stands in place of a secret.
HIDDEN: Final = "[secret]"
# A shorter secret may be part of a common word: it is replaced only where it stands as a whole word.
SHORT: Final = 6
# Letters and marks that no font shows: fillers and joiners.
_IGNORED: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """The text with white space as blanks, and without control, format, surrogate and unassigned characters."""
    # Format characters hide and reorder text: only the reader would find a secret that is split by one.
    blanks = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in blanks if unicodedata.category(char)[0] != "C")


def is_unseen(char: str) -> bool:
    """Whether nothing shows a character, or it looks like a blank without being one."""
    return (unicodedata.category(char)[0] in "CZ" and char != " ") or char in _IGNORED


def code_points(text: str) -> list[str]:
    """The code points of the unseen characters of a text, each once: ``U+200B``."""
    return [_code_point(char) for char in dict.fromkeys(filter(is_unseen, text))]


def visible(text: str) -> str:
    """The text with each unseen character as its code point: ``+1555<U+200B>0100001``."""
    return "".join(f"<{_code_point(char)}>" if is_unseen(char) else char for char in text)


def _code_point(char: str) -> str:
    return f"U+{ord(char):04X}"


def one_blank(text: str) -> str:
    """The printable text with one blank wherever there are several, and none at its ends."""
    return " ".join(printable(text).split())


def cut(text: str, longest: int) -> str:
    """At most ``longest`` characters of a text; an ellipsis replaces the rest."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def brief(value: object) -> str:
    """A value on one line of at most 200 characters: white space as one blank, other unseen ones as code points."""
    return cut(visible(" ".join(str(value)[:400].split())), 200)


def encodable(text: str, stream: IO[str]) -> str:
    """The text as a stream can write it: a character that its encoding lacks becomes an escape."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def listed(items: Sequence[str], most: int, separator: str = ", ", last: str = " and ") -> str:
    """At most ``most`` items, and the number of the others: ``a, b and 3 more``."""
    rest = len(items) - most
    return separator.join(items[:most]) + (f"{last}{rest} more" if rest > 0 else "")
