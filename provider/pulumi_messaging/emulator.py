"""The emulator of both vendors' APIs: public import path of the package ``pulumi_messaging_emulator``."""

from pulumi_messaging_emulator.app import Emulator, application
from pulumi_messaging_emulator.server import Server, serve
from pulumi_messaging_emulator.store import ForeignFileError
from pulumi_messaging_emulator.wire import ConnectionDropped

__all__ = ["ConnectionDropped", "Emulator", "ForeignFileError", "Server", "application", "serve"]
