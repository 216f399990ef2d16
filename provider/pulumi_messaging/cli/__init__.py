"""The command ``pulumi-messaging``. It needs the extra ``[local]``."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from pulumi_messaging_engine.errors import MissingExtraError, needs_extra


def main() -> None:
    """Run the command; without the extra, print one line that names it, and exit with status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # else a name that the terminal lacks would be a traceback
    try:
        with needs_extra("local"):
            from pulumi_messaging.cli.commands import app  # noqa: PLC0415
        app()
    except MissingExtraError as error:
        sys.exit(f"error: {error}")
    except OSError as error:  # the commands handle those of files
        sys.exit(f"error: cannot write the output: {error.strerror}")
