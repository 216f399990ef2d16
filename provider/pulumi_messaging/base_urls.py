"""Base URLs of APIs: their plain form, and whether they mean this machine."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

TELEGENT_VERSION: Final = "/v1.0"
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")


def is_loopback(host: str) -> bool:
    """Whether a host name certainly means this machine: ``localhost``, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def base_url(text: str) -> str:
    """An API's base URL in its plain form, without a slash at the end.

    Raises:
        ValueError: The problem, without the URL: it may hold credentials.
    """
    # Checked first: urlsplit drops some of these silently, and a backslash is a slash to some parsers only.
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("holds a blank, a backslash or a character outside printable ASCII: write https://host")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a URL (host or port cannot be read): write https://host") from None
    if parts.scheme not in {"https", "http"}:
        raise ValueError("is not an https URL: write https://host, or emulator for the embedded emulator")
    if "@" in parts.netloc:
        raise ValueError("holds credentials: they have keys of their own")
    if "?" in text or "#" in text:
        raise ValueError("holds a query or a fragment: write scheme, host and path only")
    if not host:
        raise ValueError("has no host: write https://host")
    is_ipv6 = ":" in host
    if not is_ipv6 and _HOST.fullmatch(host) is None:
        raise ValueError("has a host that is not a host name: write https://host")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"sends credentials over plain http to {host}: use https (http is for loopback hosts only)")
    where = f"[{host}]" if is_ipv6 else host
    return f"{parts.scheme}://{where}{'' if port is None else f':{port}'}{parts.path.rstrip('/')}"


def with_version(url: str) -> str:
    """A Telegent base URL with ``/v1.0`` once: the vendor's own description carries it twice."""
    while url.endswith(TELEGENT_VERSION):
        url = url.removesuffix(TELEGENT_VERSION).rstrip("/")
    return url + TELEGENT_VERSION
