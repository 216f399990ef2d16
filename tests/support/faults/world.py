"""Both vendors in process under a clock that passes in sleeps only, and the real clients and flows over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.composition import groups_of, named_objects_of, number_account_of, numbers_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.core.named import Named
from pulumi_messaging.emulator import application
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
from pulumi_messaging.reconcile.named.objects import NamedObjects
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.numbers.account import NumberAccount
from pulumi_messaging.reconcile.numbers.group import NumberGroups
from pulumi_messaging.reconcile.numbers.single import SingleNumbers
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.process_lock import leave_behind
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging_emulator.accounts import FIXED, Credentials
from tests.support.cache import no_notes
from tests.support.clock import VirtualClock
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET, API_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD, USER = "p4ss-c4n4ry-0123456789", "us3r-c4n4ry-0123456789"
TELEGENT = TelegentSettings(ACCOUNT_KEY, ACCOUNT_SECRET, None, "http://emulator.localhost/v1.0")
TELNYX = TelnyxSettings(API_KEY, "http://emulator.localhost/v2")


class Wire(httpx.BaseTransport):
    """The emulator as a network: its broken connections become what a network's are to the clients."""

    def __init__(self, emulator: Any) -> None:
        self._inner = httpx.WSGITransport(app=emulator)
        self.tokens: set[str] = set()
        self.patience = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.tokens.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.patience = request.extensions["timeout"]["read"]
        try:
            response = self._inner.handle_request(request)
            response.read()
        except ConnectionRefusedError as error:
            raise httpx.ConnectError(str(error), request=request) from None
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from None
        except ConnectionError as error:
            raise httpx.ReadError(str(error), request=request) from None
        return response


@dataclass
class World:
    """One account at each vendor, with objects of others in it.

    ``killed``: the engine of each process is killed before it has the results, so that the process lives on.
    """

    time: VirtualClock = field(default_factory=VirtualClock)
    said: list[str] = field(default_factory=list)
    telegent: TelegentSettings = TELEGENT
    telnyx: TelnyxSettings = TELNYX
    credentials: Credentials = FIXED
    notes: Path | None = None
    killed: bool = False

    def __post_init__(self) -> None:
        self._emulator = application(":memory:", self.time.now, self._keep_waiting, self.credentials)
        self._wire = self.connected(self._emulator)
        self._processes: list[PendingCreates | NoteFiles] = []  # a process whose engine was killed lives on
        self._closing: list[Callable[[], None]] = [self._emulator.close]

    def connected(self, emulator: Any) -> Wire:
        """The network in front of both vendors."""
        return Wire(emulator)

    def _keep_waiting(self, seconds: float) -> None:
        """The client waits for a late answer, as long as its read timeout lets it."""
        self.time.sleep(min(seconds, self._wire.patience))
        if seconds > self._wire.patience:
            raise TimeoutError("no answer in time")

    def close(self) -> None:
        for close in reversed(self._closing):
            close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control surface that must succeed."""
        return control(self._emulator, method, path, body)

    def routes(self, ownership: Ownership | None = None) -> NamedObjects:
        """The flows of message routes, of a process of its own."""
        return self._named_objects(self.telegent_client(), ownership, ROUTES)

    def profiles(self, ownership: Ownership | None = None) -> NamedObjects:
        """The flows of messaging profiles, of a process of its own."""
        return self._named_objects(self.telnyx_client(), ownership, PROFILES)

    def numbers(self, vendor: str = "telnyx") -> SingleNumbers:
        """The flows of numbers, of a process of its own."""
        return numbers_of(self._number_account(vendor), Ownership(), self._note_files())

    def groups(self, vendor: str = "telnyx") -> NumberGroups:
        """The flows of groups of numbers, of a process of its own."""
        return groups_of(self._number_account(vendor), Ownership(), self._note_files())

    def telegent_client(self) -> TelegentClient:
        """A client of a process of its own."""
        client = TelegentClient(self.telegent, self._wire, clock=self.time.clock)
        self._closing.append(client.close)
        return client

    def telnyx_client(self) -> TelnyxClient:
        """A client of a process of its own."""
        client = TelnyxClient(self.telnyx, self._wire, clock=self.time.clock)
        self._closing.append(client.close)
        return client

    def _named_objects(
        self, client: TelegentClient | TelnyxClient, ownership: Ownership | None, kind: Named
    ) -> NamedObjects:
        ownership, attempts, notes = ownership or Ownership(), self.attempts(kind), self._note_files()
        return named_objects_of(client, ownership, attempts, self.said.append, notes=notes)

    def _number_account(self, vendor: str) -> NumberAccount:
        self._kill_engines()
        client = self.telnyx_client() if vendor == "telnyx" else self.telegent_client()
        return number_account_of(client, self.said.append)

    def _note_files(self) -> NoteFiles:
        """This machine's notes of former values."""
        files = NoteFiles(self.notes, self.time.now)
        if self.killed:
            self._processes.append(files)
        return files

    def _kill_engines(self) -> None:
        """The engines of the runs before were killed, where this machine notes anything."""
        if self.notes is not None:
            leave_behind()

    def attempts(self, kind: Named = ROUTES) -> PendingCreates:
        """This machine's notes of its creates."""
        if self.notes is None:
            return no_notes(self.time.now, self.time.sleep)
        self._kill_engines()
        attempts = PendingCreates(kind, self.notes, self.time.now, self.time.sleep)
        self._processes.append(attempts)
        return attempts

    def secrets(self) -> set[str]:
        """Everything that nobody may see."""
        return {ACCOUNT_SECRET, API_KEY, PASSWORD, *self._wire.tokens} - {""}
