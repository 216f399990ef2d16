"""The command ``pulumi-messaging``. It needs the extra ``[local]``."""

from __future__ import annotations

import sys

from pulumi_messaging_engine.errors import MissingExtraError, needs_extra


def main() -> None:
    """Run the command; without the extra, print one line that names it, and exit with status 1."""
    try:
        with needs_extra("local"):
            from pulumi_messaging.cli.commands import app  # noqa: PLC0415
        app()
    except MissingExtraError as error:
        sys.exit(f"error: {error}")
