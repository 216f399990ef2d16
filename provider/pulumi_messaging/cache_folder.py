"""The user's cache folder: what the processes of one user on one machine share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of this package in the user's cache folder; None where the environment names none.

    The folder is not created.
    """
    cache, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    if cache.startswith("/"):
        return Path(cache) / "pulumi-messaging"
    return Path(home) / ".cache" / "pulumi-messaging" if home.startswith("/") else None


def notes_of_creates(cache: Path, resource: str = "MessageRoute") -> Path:
    """The folder of the notes of creates of a class, which the first create makes: without it, there was none here."""
    # Versions that made routes alone named it so; a note that is not found again would be a second route.
    return cache / ("creates" if resource == "MessageRoute" else f"creates-{resource}")
