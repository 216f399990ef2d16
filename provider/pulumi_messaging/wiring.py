"""The composition root: settings -> clients, over the network or over the embedded emulator -> reconcilers.

Clients are shared by the whole process, one per settings: their connections, tokens and waits are common to all
resources and threads. Nothing is read, made or imported before one is asked for, so that a run without a request
needs neither credentials nor httpx nor a reconciler.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.machine import machine_folder
from pulumi_messaging.settings import telegent_settings, telnyx_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from pulumi_messaging.api.limiter import Limiter
    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.emulator import Emulator
    from pulumi_messaging.reconcile.message_route import MessageRoutes
    from pulumi_messaging.reconcile.number_group import NumberGroups
    from pulumi_messaging.reconcile.number_messaging import NumberMessagings
    from pulumi_messaging.reconcile.ownership import Ownership
    from pulumi_messaging.settings import Get, TelegentSettings, TelnyxSettings

_lock = threading.RLock()
_telegent: dict[TelegentSettings, TelegentClient] = {}
_telnyx: dict[TelnyxSettings, TelnyxClient] = {}
_emulators: dict[str, Emulator] = {}


def message_routes(
    get: Get, environ: Mapping[str, str], ownership: Ownership, say: Callable[[str], None]
) -> MessageRoutes:
    """What makes message routes as declared, with the settings of configuration and environment.

    Raises:
        ConfigurationError: A setting is missing or wrong.
    """
    from pulumi_messaging.reconcile.creation import Attempts  # noqa: PLC0415
    from pulumi_messaging.reconcile.message_route import MessageRoutes  # noqa: PLC0415

    client = telegent_client(get, environ)
    attempts = Attempts(machine_folder(environ), client.clock.now, client.clock.sleep)
    return MessageRoutes(client, ownership, attempts, say)


def number_messagings(
    get: Get, environ: Mapping[str, str], ownership: Ownership, say: Callable[[str], None]
) -> NumberMessagings:
    """The same for single numbers."""
    from pulumi_messaging.reconcile.number_messaging import NumberMessagings  # noqa: PLC0415

    return NumberMessagings(telnyx_client(get, environ), ownership, say)


def number_groups(
    get: Get, environ: Mapping[str, str], ownership: Ownership, say: Callable[[str], None]
) -> NumberGroups:
    """The same for groups of numbers."""
    from pulumi_messaging.reconcile.group_notes import GroupNotes  # noqa: PLC0415
    from pulumi_messaging.reconcile.number_group import NumberGroups  # noqa: PLC0415

    return NumberGroups(telnyx_client(get, environ), ownership, GroupNotes(machine_folder(environ)), say)


def telegent_client(get: Get, environ: Mapping[str, str]) -> TelegentClient:
    """The client of the Telegent account that configuration and environment name.

    Raises:
        ConfigurationError: A setting is missing or wrong.
    """
    settings = telegent_settings(get, environ)
    with _lock:
        client = _telegent.get(settings)
        if client is None:
            _import_httpx()
            from pulumi_messaging.api.telegent import TelegentClient  # noqa: PLC0415

            client = _telegent[settings] = TelegentClient(
                settings, _transport(settings.emulator_store), limiter=_limiter(settings, environ)
            )
        return client


def telnyx_client(get: Get, environ: Mapping[str, str]) -> TelnyxClient:
    """The client of the Telnyx account that configuration and environment name.

    Raises:
        ConfigurationError: A setting is missing or wrong.
    """
    settings = telnyx_settings(get, environ)
    with _lock:
        client = _telnyx.get(settings)
        if client is None:
            _import_httpx()
            from pulumi_messaging.api.telnyx import TelnyxClient  # noqa: PLC0415

            client = _telnyx[settings] = TelnyxClient(settings, _transport(settings.emulator_store))
        return client


def _import_httpx() -> None:
    """Import httpx without its command line, which loads click, rich and pygments where they are installed (0.05 s).

    httpx does without it where it cannot be imported; None in ``sys.modules`` is how Python spells that.
    """
    if "httpx" in sys.modules:
        return
    command_line = "httpx._main"
    sys.modules[command_line] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401, PLC0415
    finally:
        del sys.modules[command_line]


def close() -> None:
    """Close all clients and emulators; calls that wait for another attempt fail. The next ask makes new ones."""
    with _lock:
        closing: list[TelegentClient | TelnyxClient | Emulator] = [*_telegent.values(), *_telnyx.values()]
        for each in [*closing, *_emulators.values()]:
            each.close()
        _telegent.clear()
        _telnyx.clear()
        _emulators.clear()


def _limiter(settings: TelegentSettings, environ: Mapping[str, str]) -> Limiter | None:
    """The limit of an account, wherever it is used on this machine; None where it is not kept beforehand."""
    from pulumi_messaging.api.announce import say  # noqa: PLC0415
    from pulumi_messaging.api.clock import Clock  # noqa: PLC0415
    from pulumi_messaging.api.limiter import Limiter, account_of  # noqa: PLC0415

    if settings.requests_per_minute is None:
        return None
    account = account_of("telegent", settings.base_url, settings.account_key, settings.emulator_store or "")
    return Limiter(settings.requests_per_minute, account, machine_folder(environ), say, Clock())


def _transport(store: str | None) -> httpx.BaseTransport | None:
    """The embedded emulator of a store, one for both vendors; None means the network."""
    if store is None:
        return None
    import sqlite3  # noqa: PLC0415

    from pulumi_messaging.api.in_process import InProcess  # noqa: PLC0415
    from pulumi_messaging.emulator import application  # noqa: PLC0415

    if store not in _emulators:
        emulator = application(store)
        try:
            emulator.describe()  # opens the file, so that what is wrong with it is told here
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"the embedded emulator cannot keep its state in {store} ({error}): "
                f"name another file with baseUrl emulator:PATH, or remove this one to begin anew"
            ) from None
        _emulators[store] = emulator
    return InProcess(_emulators[store])
