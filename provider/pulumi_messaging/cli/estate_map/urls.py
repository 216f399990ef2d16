"""Webhook URLs as a map shows them: who receives, without what may let somebody in."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from pulumi_messaging.text import HIDDEN

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#\\]*)(?P<path>(?:/[^?#]*)?)(?P<query>\?[^#]*)?(?P<end>#.*)?",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_BETWEEN_WORDS: Final = re.compile(r"[-_.~+ ]")
# "orders", "inboundSms", "SMS", "v2", "2010": letters as words have them, then a short number.
_WORD: Final = re.compile(r"(?:[A-Za-z][a-z]{0,15}(?:[A-Z][a-z]{1,15}){0,3}|[A-Z]{1,8})?[0-9]{0,4}")
_MOST_DIGITS: Final = 8  # of one part of a path: a date has as many


def shown_url(url: str) -> str:
    """Scheme, host, port, and the parts of the path that are words; the rest is ``[secret]``.

    User name, password, query and fragment are hidden whole, and so is a part of the path with other characters, long
    numbers, or letters in an order that no word has: many services put their tokens there.
    """
    found = _URL.fullmatch(url)
    if found is None:
        return HIDDEN
    user, at, host = found["authority"].rpartition("@")
    if not _HOST.fullmatch(host):
        return HIDDEN
    path = "/".join(part if _is_words(part) else HIDDEN for part in found["path"].split("/"))
    query, end = (mark + HIDDEN if len(found[name] or "") > 1 else "" for name, mark in (("query", "?"), ("end", "#")))
    return f"{found['scheme'].lower()}://{HIDDEN if user else ''}{at}{host}{path}{query}{end}"


def _is_words(part: str) -> bool:
    text = unquote(part)
    few_digits = sum(char.isdigit() for char in text) <= _MOST_DIGITS
    return few_digits and all(map(_WORD.fullmatch, _BETWEEN_WORDS.split(text)))
