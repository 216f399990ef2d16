"""Where the processes of one user on one machine share what they must know of each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def machine_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's cache folder for this package, or None where the environment names none. It is not created here."""
    cache, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    if cache.startswith("/"):
        return Path(cache) / "pulumi-messaging"
    return Path(home) / ".cache" / "pulumi-messaging" if home.startswith("/") else None
