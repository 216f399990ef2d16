"""The composition root: settings → clients, over the network or over the embedded emulator → reconcilers."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_messaging.cache_folder import cache_folder
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.settings import telegent_settings, telnyx_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from pulumi_messaging.api.limiter import Limiter
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.reconcile.numbers.group import NumberGroups
    from pulumi_messaging.reconcile.numbers.notes import GroupNotes
    from pulumi_messaging.reconcile.numbers.reads import NumberReads
    from pulumi_messaging.reconcile.numbers.single import NumberMessagings
    from pulumi_messaging.reconcile.routes.idempotent_create import PendingCreates
    from pulumi_messaging.reconcile.routes.message_routes import MessageRoutes
    from pulumi_messaging.settings import Get, TelegentSettings, TelnyxSettings
    from pulumi_messaging_emulator.app import Emulator

C = TypeVar("C")


class Wiring:
    """Clients, embedded emulators and ownership, shared by all resources of a process.

    There is one client for equal settings, so that connections, tokens and waits are common to all resources and
    threads. Nothing is read, made or imported before it is asked for: a run without a request needs neither
    credentials nor httpx nor a reconciler.

    Args:
        say: Writes one line for the user.

    Attributes:
        route_ownership: Which routes the resources of this run hold.
        number_ownership: Which numbers they hold.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.route_ownership = Ownership()
        self.number_ownership = Ownership()
        self._say = say
        self._lock = threading.RLock()
        self._clients: dict[TelegentSettings | TelnyxSettings, Any] = {}
        self._number_reads: dict[TelnyxClient, NumberReads] = {}
        self._emulators: dict[str, Emulator] = {}

    def message_routes(self, get: Get, environ: Mapping[str, str]) -> MessageRoutes:
        """The reconciler of message routes, for the account that configuration and environment name.

        Raises:
            ConfigurationError: A setting is missing or wrong.
        """
        from pulumi_messaging.reconcile.routes.idempotent_create import PendingCreates  # noqa: PLC0415

        client = self.telegent_client(get, environ)
        pending = PendingCreates(cache_folder(environ), client.clock.now, client.clock.sleep)
        return routes_of(client, self.route_ownership, pending, self._say)

    def number_messagings(self, get: Get, environ: Mapping[str, str]) -> NumberMessagings:
        """The reconciler of single numbers, as ``message_routes``."""
        client = self.telnyx_client(get, environ)
        return numbers_of(client, self.number_ownership, self._say, self._reads(client))

    def number_groups(self, get: Get, environ: Mapping[str, str]) -> NumberGroups:
        """The reconciler of groups of numbers, as ``message_routes``."""
        from pulumi_messaging.reconcile.numbers.notes import GroupNotes  # noqa: PLC0415

        client = self.telnyx_client(get, environ)
        notes = GroupNotes(cache_folder(environ))
        return groups_of(client, self.number_ownership, notes, self._say, self._reads(client))

    def telegent_client(self, get: Get, environ: Mapping[str, str]) -> TelegentClient:
        """The client of the Telegent account that configuration and environment name.

        Raises:
            ConfigurationError: A setting is missing or wrong.
        """
        settings = telegent_settings(get, environ)

        def make(transport: httpx.BaseTransport | None) -> TelegentClient:
            from pulumi_messaging.api.telegent import TelegentClient  # noqa: PLC0415

            return TelegentClient(settings, transport, limiter=_limiter(settings, environ))

        return self._client(settings, make)

    def telnyx_client(self, get: Get, environ: Mapping[str, str]) -> TelnyxClient:
        """The client of the Telnyx account, as ``telegent_client``."""
        settings = telnyx_settings(get, environ)

        def make(transport: httpx.BaseTransport | None) -> TelnyxClient:
            from pulumi_messaging.api.telnyx import TelnyxClient  # noqa: PLC0415

            return TelnyxClient(settings, transport)

        return self._client(settings, make)

    def close(self) -> None:
        """Close all clients and emulators. Calls that wait for a retry fail; the next request makes new clients."""
        with self._lock:
            for each in (*self._clients.values(), *self._emulators.values()):
                each.close()
            self._clients.clear()
            self._number_reads.clear()
            self._emulators.clear()

    def _client(
        self, settings: TelegentSettings | TelnyxSettings, make: Callable[[httpx.BaseTransport | None], C]
    ) -> C:
        with self._lock:
            if settings not in self._clients:
                _import_httpx()
                self._clients[settings] = make(self._embedded_transport(settings.emulator_store))
            client: C = self._clients[settings]
            return client

    def _reads(self, client: TelnyxClient) -> NumberReads:
        """The reads that single numbers and groups share."""
        return self._number_reads.setdefault(client, number_reads_of(client))

    def _embedded_transport(self, store: str | None) -> httpx.BaseTransport | None:
        """The embedded emulator of a file, one for both vendors; None for the network."""
        if store is None:
            return None
        import sqlite3  # noqa: PLC0415

        from pulumi_messaging.api.in_process import InProcess  # noqa: PLC0415
        from pulumi_messaging_emulator.app import application  # noqa: PLC0415

        if store not in self._emulators:
            emulator = application(store)
            try:
                emulator.describe()  # opens the file, so that a file that cannot be used is an error here
            except (OSError, sqlite3.Error) as error:
                raise ConfigurationError(
                    f"the embedded emulator cannot keep its state in {store} ({error}): "
                    f"name another file with baseUrl emulator:PATH, or remove this one to begin anew"
                ) from None
            self._emulators[store] = emulator
        return InProcess(self._emulators[store])


def routes_of(
    client: TelegentClient, ownership: Ownership, pending: PendingCreates, say: Callable[[str], None]
) -> MessageRoutes:
    """The reconciler of message routes over a client, with the client's settings and clock."""
    from pulumi_messaging.reconcile.routes.message_routes import MessageRoutes  # noqa: PLC0415

    return MessageRoutes(client, ownership, pending, say, settings=client.settings, clock=client.clock)


def numbers_of(
    client: TelnyxClient, ownership: Ownership, say: Callable[[str], None], reads: NumberReads | None = None
) -> NumberMessagings:
    """The reconciler of single numbers over a client, with the client's clock; ``reads`` are shared with groups."""
    from pulumi_messaging.reconcile.numbers.account import NumberAccount  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.single import NumberMessagings  # noqa: PLC0415

    account = NumberAccount(client, reads or number_reads_of(client), client.clock, say)
    return NumberMessagings(account, ownership)


def groups_of(
    client: TelnyxClient,
    ownership: Ownership,
    notes: GroupNotes,
    say: Callable[[str], None],
    reads: NumberReads | None = None,
) -> NumberGroups:
    """The reconciler of groups of numbers over a client, with the client's settings and clock."""
    from pulumi_messaging.reconcile.numbers.account import NumberAccount  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.group import NumberGroups  # noqa: PLC0415

    settings = client.settings
    account = NumberAccount(client, reads or number_reads_of(client), client.clock, say)
    orders = BulkOrders(account, settings.timeout_seconds, settings.bulk_limit)
    identity = f"{settings.base_url} {settings.emulator_store} {settings.api_key}"
    return NumberGroups(orders, ownership, notes, identity)


def number_reads_of(client: TelnyxClient) -> NumberReads:
    """The reads of numbers over a client, with the client's settings and clock."""
    from pulumi_messaging.reconcile.numbers.reads import NumberReads  # noqa: PLC0415

    return NumberReads(client, clock=client.clock, timeout_seconds=client.settings.timeout_seconds)


def _limiter(settings: TelegentSettings, environ: Mapping[str, str]) -> Limiter | None:
    """The rate limiter of an account, shared by all processes of this machine; None where it has no limit."""
    if settings.requests_per_minute is None:
        return None
    from pulumi_messaging.api.announce import say  # noqa: PLC0415
    from pulumi_messaging.api.clock import Clock  # noqa: PLC0415
    from pulumi_messaging.api.limiter import Limiter, account_of  # noqa: PLC0415

    account = account_of("telegent", settings.base_url, settings.account_key, settings.emulator_store or "")
    return Limiter(settings.requests_per_minute, account, cache_folder(environ), say, Clock())


def _import_httpx() -> None:
    """Import httpx without its command line, which loads click, rich and pygments where they are installed (0.05 s).

    httpx works without a command line that cannot be imported; None in ``sys.modules`` makes an import fail.
    """
    if "httpx" in sys.modules:
        return
    command_line = "httpx._main"
    sys.modules[command_line] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401, PLC0415
    finally:
        del sys.modules[command_line]
