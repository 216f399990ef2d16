"""The composition root: settings → clients, over the network or over the embedded emulator → reconcilers."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_messaging.api.given_secrets import GivenSecrets
from pulumi_messaging.cache_folder import cache_folder, notes_of_creates
from pulumi_messaging.composition import (
    groups_of,
    named_look_ups_of,
    named_objects_of,
    number_account_of,
    number_look_ups_of,
    numbers_of,
)
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.reconcile.look_ups import LookUps
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.plan import VARIABLE as PLAN
from pulumi_messaging.settings import telegent_settings, telnyx_settings
from pulumi_messaging.settings_lines import emulator_notice, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import httpx

    from pulumi_messaging.api.limiter import Limiter
    from pulumi_messaging.api.request_log import RequestLog
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.api.transport import HttpApi
    from pulumi_messaging.core.named import Named
    from pulumi_messaging.core.numbers import NumberResources
    from pulumi_messaging.reconcile.named.create_notes import PendingCreates
    from pulumi_messaging.reconcile.named.objects import NamedObjects
    from pulumi_messaging.reconcile.notes import NoteFiles
    from pulumi_messaging.reconcile.numbers.account import NumberAccount
    from pulumi_messaging.reconcile.numbers.group import NumberGroups
    from pulumi_messaging.reconcile.numbers.look_up import NumberLookUps
    from pulumi_messaging.reconcile.numbers.single import SingleNumbers
    from pulumi_messaging.reconcile.reconciler import LookUp
    from pulumi_messaging.settings import Get, TelegentSettings, TelnyxSettings
    from pulumi_messaging_emulator.app import Emulator

C = TypeVar("C", bound="HttpApi")


class Wiring:
    """Clients, embedded emulators and ownership, shared by all resources of a process.

    There is one client for an account's settings, so that connections, tokens and waits are common to all resources and
    threads that use the account. Nothing is read, made or imported before it is asked for: a run without a request
    needs neither credentials nor httpx nor a reconciler.

    Args:
        say: Writes one line for the user.

    Attributes:
        look_ups: The look-ups of a preview.
        given_secrets: What the program gave as secrets; no line that is said has one of them.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.given_secrets = given_secrets = GivenSecrets()
        self._say: Callable[[str], None] = lambda line: say(given_secrets.without(line))
        self.look_ups = LookUps(self._say)
        self.look_ups.plan.without_secrets = given_secrets.without
        self._lock = threading.RLock()
        self._ownerships: dict[tuple[object, ...], Ownership] = {}  # by objects and account
        self._clients: dict[TelegentSettings | TelnyxSettings, Any] = {}
        self._number_accounts: dict[HttpApi, NumberAccount] = {}
        self._notes: NoteFiles | None = None
        self._log: RequestLog | None = None
        self._number_look_ups: dict[HttpApi, NumberLookUps] = {}
        self._emulators: dict[str, Emulator] = {}
        self._interrupted = threading.Event()

    def tell(self, get: Get, environ: Mapping[str, str], keys: Iterable[str]) -> None:
        """Say, once, which configuration keys are no settings, and which vendor is the embedded emulator.

        Where the environment asks for the plan of a preview, it is written from now on.
        """
        self.look_ups.plan.file = environ.get(PLAN, "")
        keys = list(keys)
        for line in filter(None, (*unknown_keys(keys), emulator_notice(get, environ, keys))):
            self.look_ups.say(line)

    def named_objects(self, kind: Named, get: Get, environ: Mapping[str, str], account: str = "") -> NamedObjects:
        """The reconciler of one kind of named objects, for an account of configuration and environment.

        ``account`` is the account's name; that of the default one is "".

        Raises:
            ConfigurationError: A setting is missing or wrong.
        """
        client, ownership = self._client_of(kind, get, environ, account), self.ownership(kind, get, environ, account)
        pending, notes = _pending_creates(kind, client, environ), self._note_files(environ)
        return named_objects_of(client, ownership, pending, self._say, lines=self.look_ups.lines, notes=notes)

    def single_numbers(
        self, resources: NumberResources, get: Get, environ: Mapping[str, str], account: str = ""
    ) -> SingleNumbers:
        """The reconciler of one vendor's single numbers, as ``named_objects``."""
        numbers = self._number_account(self._client_of(resources, get, environ, account))
        return numbers_of(numbers, self.ownership(resources, get, environ, account), self._note_files(environ))

    def number_groups(
        self, resources: NumberResources, get: Get, environ: Mapping[str, str], account: str = ""
    ) -> NumberGroups:
        """The reconciler of one vendor's groups of numbers, as ``named_objects``."""
        numbers = self._number_account(self._client_of(resources, get, environ, account))
        return groups_of(numbers, self.ownership(resources, get, environ, account), self._note_files(environ))

    def named_look_up(self, kind: Named, get: Get, environ: Mapping[str, str], account: str = "") -> LookUp:
        """The look-up of one kind of named objects in a preview, as ``named_objects``."""
        client, ownership = self._client_of(kind, get, environ, account), self.ownership(kind, get, environ, account)
        return named_look_ups_of(client, self.look_ups, ownership, _pending_creates(kind, client, environ))

    def number_look_ups(
        self, resources: NumberResources, get: Get, environ: Mapping[str, str], account: str = ""
    ) -> NumberLookUps:
        """The look-ups of one vendor's numbers in a preview, as ``named_objects``; they share their lists."""
        client = self._client_of(resources, get, environ, account)
        return self._number_look_ups.setdefault(client, number_look_ups_of(client, self.look_ups))

    def ownership(
        self, objects: Named | NumberResources, get: Get, environ: Mapping[str, str], account: str = ""
    ) -> Ownership:
        """Which of these objects of an account the resources of this run hold. Two names for one account share it.

        It needs no credentials: without them, the account's name tells it.
        """
        settings = telegent_settings if objects.vendor == "Telegent" else telnyx_settings
        try:
            identity = settings(get, environ, account).identity
        except ConfigurationError:
            identity = (account,)
        return self._ownerships.setdefault((objects, *identity), Ownership())

    def telegent_client(self, get: Get, environ: Mapping[str, str], account: str = "") -> TelegentClient:
        """The client of a Telegent account of configuration and environment; "" is the default one.

        Raises:
            ConfigurationError: A setting is missing or wrong.
        """
        settings = telegent_settings(get, environ, account)

        def make(transport: httpx.BaseTransport | None) -> TelegentClient:
            from pulumi_messaging.api.telegent import TelegentClient  # noqa: PLC0415

            limiter = _limiter(settings, environ)
            return TelegentClient(settings, transport, limiter=limiter, log=self._request_log(environ))

        return self._client(settings, make)

    def telnyx_client(self, get: Get, environ: Mapping[str, str], account: str = "") -> TelnyxClient:
        """The client of the Telnyx account, as ``telegent_client``."""
        settings = telnyx_settings(get, environ, account)

        def make(transport: httpx.BaseTransport | None) -> TelnyxClient:
            from pulumi_messaging.api.telnyx import TelnyxClient  # noqa: PLC0415

            return TelnyxClient(settings, transport, log=self._request_log(environ))

        return self._client(settings, make)

    def close(self) -> None:
        """Close all clients, emulators and notes. Calls that wait for a retry fail; the next request makes new ones."""
        with self._lock:
            for each in (*self._clients.values(), *self._emulators.values(), self._notes):
                if each is not None:
                    each.close()
            self._notes = None
            self._clients.clear()
            self._number_accounts.clear()
            self._number_look_ups.clear()
            self._emulators.clear()

    def interrupt(self) -> None:
        """End the waits of all calls: each fails with its next request. Requests under way get their answers.

        The engine may end before it stores what comes of them.
        """
        from pulumi_messaging.reconcile.process_lock import cancel  # noqa: PLC0415

        cancel()
        self._interrupted.set()
        with self._lock:
            for client in self._clients.values():
                client.interrupt()

    def _client(
        self, settings: TelegentSettings | TelnyxSettings, make: Callable[[httpx.BaseTransport | None], C]
    ) -> C:
        with self._lock:
            if settings not in self._clients:
                _import_httpx()
                self._clients[settings] = made = make(self._embedded_transport(settings.emulator_store))
                made.given_secrets = self.given_secrets
                if self._interrupted.is_set():
                    made.interrupt()
            client: C = self._clients[settings]
            return client

    def _request_log(self, environ: Mapping[str, str]) -> RequestLog | None:
        """The log of all clients of the process; one that cannot be written is an error before the first request."""
        from pulumi_messaging.api.request_log import request_log  # noqa: PLC0415

        if self._log is None:
            self._log = request_log(environ, self._say)
        return self._log

    def _note_files(self, environ: Mapping[str, str]) -> NoteFiles:
        """The notes of this machine: one object for each process, so that no process counts as another one."""
        from pulumi_messaging.reconcile.notes import NoteFiles  # noqa: PLC0415

        with self._lock:
            if self._notes is None:
                self._notes = NoteFiles(cache_folder(environ))
            return self._notes

    def _client_of(
        self, objects: Named | NumberResources, get: Get, environ: Mapping[str, str], account: str
    ) -> TelegentClient | TelnyxClient:
        connect = self.telegent_client if objects.vendor == "Telegent" else self.telnyx_client
        return connect(get, environ, account)

    def _number_account(self, client: TelegentClient | TelnyxClient) -> NumberAccount:
        """The numbers of a client, which single numbers and groups share."""
        with self._lock:
            if client not in self._number_accounts:
                self._number_accounts[client] = number_account_of(client, self._say, self.look_ups.lines)
            return self._number_accounts[client]

    def _embedded_transport(self, store: str | None) -> httpx.BaseTransport | None:
        """The embedded emulator of a file, one for both vendors; None for the network."""
        if store is None:
            return None
        import sqlite3  # noqa: PLC0415

        from pulumi_messaging.api.in_process import InProcess  # noqa: PLC0415
        from pulumi_messaging_emulator.app import application  # noqa: PLC0415
        from pulumi_messaging_emulator.store import ForeignFileError  # noqa: PLC0415

        if store not in self._emulators:
            emulator = application(store, unlimited=True)  # a dev stack does not wait
            try:
                emulator.describe()  # opens the file, so that a file that cannot be used is an error here
            except ForeignFileError as error:
                raise ConfigurationError(
                    f"the embedded emulator cannot keep its state: {error}; "
                    f"name a file of its own with baseUrl emulator:PATH (nothing was changed)"
                ) from None
            except (OSError, sqlite3.Error) as error:
                raise ConfigurationError(
                    f"the embedded emulator cannot keep its state in {store} ({error}): "
                    f"name another file with baseUrl emulator:PATH, or remove this one to begin anew"
                ) from None
            self._emulators[store] = emulator
        return InProcess(self._emulators[store])


def _pending_creates(kind: Named, client: HttpApi, environ: Mapping[str, str]) -> PendingCreates:
    from pulumi_messaging.reconcile.named.create_notes import PendingCreates  # noqa: PLC0415

    cache, clock = cache_folder(environ), client.clock
    folder = cache and notes_of_creates(cache, kind.table.resource)
    return PendingCreates(kind, folder, clock.now, clock.sleep, clock.sleep)


def _limiter(settings: TelegentSettings, environ: Mapping[str, str]) -> Limiter | None:
    """The rate limiter of an account, shared by all processes of this machine; None where it has no limit."""
    if settings.requests_per_minute is None:
        return None
    from pulumi_messaging.api.announce import say  # noqa: PLC0415
    from pulumi_messaging.api.clock import Clock  # noqa: PLC0415
    from pulumi_messaging.api.limiter import Limiter, account_of  # noqa: PLC0415

    account = account_of("telegent", settings.base_url, settings.account_key, settings.emulator_store or "")
    folder, longest = cache_folder(environ), settings.timeout_seconds
    return Limiter(settings.requests_per_minute, account, folder, say, Clock(), longest=longest)


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
