"""An emulator of both vendors' APIs, strict as far as their contracts are known.

It shares no code with the clients, needs the standard library only, and keeps its state in one SQLite file. In process
it is a WSGI application (`application`), over TCP a threaded server (`serve`).
"""

from __future__ import annotations

from pulumi_messaging.emulator.app import Emulator, application
from pulumi_messaging.emulator.server import Server, serve
from pulumi_messaging.emulator.wire import ConnectionDropped

__all__ = ["ConnectionDropped", "Emulator", "Server", "application", "serve"]
