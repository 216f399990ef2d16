"""Check of the declared URLs: does anybody answer there? Each host is asked once, and without any path.

A request to the path itself could be taken for a message.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import httpx

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.network import UNTIL, network
from pulumi_messaging.api.transport import HEADERS
from pulumi_messaging.api.words import one_line
from pulumi_messaging.cli.doctor_findings import Finding, at_once, failed
from pulumi_messaging.cli.exported import TOKEN, Resource
from pulumi_messaging.core.fields import Kind
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.text import brief

SECONDS: Final = 10.0  # of one host
AT_ONCE: Final = 20
_RESERVE: Final = 3.0  # of a thread, whose look-up of a name nothing interrupts
_FIELDS: Final = frozenset(row.state for table in TABLES for row in table.fields if row.kind is Kind.URL)
_OUR_SETTINGS: Final = ("telegent", "telnyx")
# What a proxy answers that finds nobody behind it.
_NOBODY: Final = frozenset({502, 503, 504})
_SERVE: Final = "start what answers there, or correct the URL"


def urls(origins: Mapping[str, str]) -> list[Finding]:
    """A finding for each origin (``https://host:port``), which comes with one of the places that declare it."""
    if not origins:
        return [Finding("url", True, "none is declared in clear in the stack's settings or state")]
    found: list[Finding] = []
    for start in range(0, len(origins), AT_ONCE):
        batch = list(origins.items())[start : start + AT_ONCE]
        answers = at_once([partial(_origin, *each) for each in batch], SECONDS + _RESERVE)
        found += [answer or _hung(*each) for each, answer in zip(batch, answers, strict=True)]
    return found


def declared(config: Mapping[str, Any], resources: Iterable[Resource]) -> dict[str, str]:
    """The origins of the URLs in a stack's settings and state, each with a place that declares it; secrets are not.

    A URL of the settings is any text that is one, whatever its key: programs read theirs, too.
    """
    found: dict[str, str] = {}
    for resource in resources:
        if resource.type.startswith(TOKEN):
            name = resource.urn.rpartition("::")[2]
            held = resource.inputs or {}
            for url, place in ((held.get(field), f"{field} of {name}") for field in sorted(_FIELDS & held.keys())):
                found.setdefault(_origin_of(url), place)
    for key, value in config.items():
        if key.partition(":")[0].partition("-")[0] not in _OUR_SETTINGS:
            for text, place in _texts(value, key):
                found.setdefault(_origin_of(text), place)
    found.pop("", None)
    return dict(sorted(found.items()))


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, place
    for key, each in value.items() if isinstance(value, dict) and "secure" not in value else ():
        yield from _texts(each, f"{place}.{key}")
    for each in value if isinstance(value, list) else ():
        yield from _texts(each, place)


def _origin_of(text: object) -> str:
    """Scheme, host and port of a URL; empty for anything else. User name, path and query may hold secrets."""
    try:
        url = urlsplit(text) if isinstance(text, str) else SplitResult("", "", "", "", "")
        host, port = url.hostname or "", url.port
    except ValueError:
        return ""
    if url.scheme not in {"http", "https"} or not host:
        return ""
    return f"{url.scheme}://{f'[{host}]' if ':' in host else host}{'' if port is None else f':{port}'}"


def _origin(origin: str, place: str) -> Finding:
    """Ask one host for its address, its certificate and a status."""
    said = partial(_finding, origin, place)
    parts, clock = urlsplit(origin), Clock()
    try:
        socket.getaddrinfo(parts.hostname, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return said(False, "its name has no address", "correct the host, or add it to the DNS")
    try:
        with network(origin, clock) as transport:
            request = httpx.Request("HEAD", origin, headers=HEADERS)
            phases = ("connect", "read", "write", "pool")
            request.extensions |= {"timeout": dict.fromkeys(phases, SECONDS), UNTIL: clock.monotonic() + SECONDS}
            status = transport.handle_request(request).status_code
    except ConfigurationError as error:
        return failed(f"url {origin}", error)
    except httpx.TransportError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            detail = f"its certificate is not accepted ({one_line(str(error))})"
            return said(False, detail, "renew it, or install the certificates between it and its authority")
        return said(False, f"nobody answers ({one_line(str(error)) or type(error).__name__})", _SERVE)
    if status in _NOBODY:
        return said(False, f"it answers {status}: nobody is behind its proxy", _SERVE)
    return said(True, f"it answers {status}{'' if parts.scheme == 'https' else ', without encryption'}", "")


def _finding(origin: str, place: str, ok: bool, detail: str, advice: str) -> Finding:
    return Finding(f"url {brief(origin)}", ok, f"{detail} ({brief(place)})", advice)


def _hung(origin: str, place: str) -> Finding:
    return _finding(origin, place, False, f"no answer within {SECONDS:.0f} s", _SERVE)
