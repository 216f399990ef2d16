"""Texts of messages: printable, on one line, of bounded length."""

from __future__ import annotations

import pytest

from pulumi_messaging.text import brief, cut, listed, one_blank, visible


def test_one_blank() -> None:
    """Control and format characters go, and all white space becomes one blank."""
    assert one_blank("  a\u200bb\r\n\tc\x1b[0m ") == "ab c[0m"


def test_visible() -> None:
    """A character that nothing shows, or that looks like a blank, is its code point; a text without one stays."""
    assert visible("+1555\u200b010\ufeff\u00a0") == "+1555<U+200B>010<U+FEFF><U+00A0>"
    assert visible("Bücher, 例え +1 😀") == "Bücher, 例え +1 😀"


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("abcd", "abcd"), ("abcde", "abc…")])
def test_cut(text: str, shown: str) -> None:
    """A text that is too long ends with an ellipsis, and is as long as it may be."""
    assert cut(text, 4) == shown


def test_brief() -> None:
    """A value of any type, on one line and of bounded length; what cannot be seen is shown as its code point."""
    assert brief(5) == "5"
    assert brief("a\n\x1bb" + "c" * 1000) == "a <U+001B>b" + "c" * 188 + "…"


@pytest.mark.parametrize(
    ("items", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c", "d"], "a, b and 2 more")]
)
def test_listed(items: list[str], shown: str) -> None:
    """The first items, and the number of the others."""
    assert listed(items, 2) == shown


def test_listed_reasons() -> None:
    """Reasons, which may hold commas, stand between semicolons."""
    assert listed(["a, b", "c", "d"], 2, "; ", "; and ") == "a, b; c; and 1 more"
