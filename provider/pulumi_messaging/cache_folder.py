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


def notes_of_creates(cache: Path) -> Path:
    """The folder of the notes of creates, which the first create makes: without it, this machine has made no route."""
    return cache / "creates"
