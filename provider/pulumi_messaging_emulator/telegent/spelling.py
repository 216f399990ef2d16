"""The spelling in which names and URLs of routes are kept, under the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pulumi_messaging_emulator.wire import Settings

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def kept(name: str, value: Any, settings: Settings) -> Any:
    """The value of a field as it is kept."""
    if name == "RouteName":
        return _name(value, settings["telegentNameSpelling"])
    return _url(value, settings["telegentUrlSpelling"]) if name.endswith("Url") else value


def _name(text: str, spelling: str) -> str:
    if spelling == "sent":
        return text
    folded = " ".join(text.split())
    return folded.lower() if spelling == "lower" else folded


def _url(text: str, spelling: str) -> str:
    if spelling == "sent" or not text:
        return text
    url = urlsplit(text)
    path = url.path or "/"
    if spelling == "slash" and not path.endswith("/"):
        path += "/"
    host = url.netloc.lower().removesuffix(_DEFAULT_PORTS[url.scheme])
    return url._replace(netloc=host, path=path).geturl()
