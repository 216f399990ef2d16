"""Spellings that mean the same, of URLs (RFC 3986, section 6.2) and of names. They serve comparison only."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize
from urllib.parse import quote

_URL: Final = re.compile(
    r"""(?is) (https?) :// ( [^/?#]* @ )?  # scheme, user information
    ( \[ [^]/?#]* \] | [^:/?#]* ) (?: : ([0-9]*) )?  # host, port
    ( [/?#] .* )?""",
    re.VERBOSE,
)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_ESCAPE: Final = re.compile("%([0-9a-fA-F]{2})?")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_RESERVED: Final = ":/?#[]@!$&'()*+,;="
_DELIMITERS: Final = frozenset(":/?#[]@%")
_IDEOGRAPHIC_STOP: Final = "\u3002"  # separates the labels of a host name, as its half-width form does


def folded_name(text: str) -> str:
    """A name in NFC, without blanks at its ends, and with one blank wherever there are several. Its case stays."""
    return " ".join(normalize("NFC", text).split())


def folded_url(text: str) -> str:
    """A URL with scheme and host in lower case, the host in ASCII, and a path; without the default port.

    Only what has to be percent-encoded is, with upper-case digits. What is no http(s) URL is unchanged.
    """
    match = _URL.fullmatch(text)
    if match is None:
        return text
    scheme, user, host, port, rest = (part or "" for part in match.groups())
    scheme, port = scheme.lower(), port.lstrip("0")
    port = "" if port in ("", _DEFAULT_PORTS[scheme]) else f":{port}"
    path = "" if rest.startswith("/") else "/"
    return f"{scheme}://{_escaped(user)}{_host(host)}{port}{path}{_escaped(rest)}"


def _host(name: str) -> str:
    """A host name in lower case; labels of other scripts in Punycode, as IDNA 2008 has them (ß stays ß)."""
    name = _escaped_octets(name)
    compatible = normalize("NFKC", name)
    if not _DELIMITERS.isdisjoint(set(compatible) - set(name)):  # a letter that would end the host name
        compatible = name
    # Letter by letter: in a whole word, Python makes another letter of a capital sigma at its end.
    lower = normalize("NFC", "".join(letter.lower() for letter in compatible))
    labels = lower.replace(_IDEOGRAPHIC_STOP, ".").split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _escaped(text: str) -> str:
    """A part of a URL, percent-encoded where it needs to be and nowhere else."""
    return quote(_escaped_octets(text), safe=f"{_RESERVED}%", errors="surrogatepass")


def _escaped_octets(text: str) -> str:
    """The text with its percent-encoded octets in one form."""
    return _ESCAPE.sub(lambda escape: _octet(escape[1]), text)


def _octet(digits: str | None) -> str:
    if digits is None:  # a percent sign that encodes nothing
        return "%25"
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"
