"""The user's cache folder: what the processes of one user on one machine share; and what is for this user alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO


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


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone, whatever the umask.

    Raises:
        OSError: It cannot be made.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was faster
            each.mkdir(mode=0o700)


def open_private(path: Path, mode: str = "w") -> IO[str]:
    """Open a UTF-8 file to write; a new one is for this user alone, whatever the umask."""
    return open(path, mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600))
