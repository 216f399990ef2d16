"""A Telnyx account in the emulator, and groups of its numbers in runs that have nothing but the state in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.in_process import InProcess
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.composition import groups_of, number_account_of, numbers_of
from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import diff
from pulumi_messaging.core.members import unlabelled, unpacked
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP, TELNYX_NUMBERS
from pulumi_messaging.emulator import application
from pulumi_messaging.errors import MessagingError, Unfinished
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.numbers.diff_checks import hold_group
from pulumi_messaging.reconcile.numbers.group import NumberGroups
from pulumi_messaging.reconcile.numbers.single import SingleNumbers
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.reconcile.process_lock import leave_behind
from pulumi_messaging.resource_types import NUMBER, NUMBER_GROUP
from pulumi_messaging.settings import TelnyxSettings
from pulumi_messaging_emulator.accounts import EMBEDDED_TELNYX_URL
from tests.support.emulator.control import control
from tests.support.emulator.seed import ALERTS, API_KEY

WRITES = ("PATCH", "POST")
MANY = 60  # more than single updates are worth an order


def phone(index: int) -> str:
    """The E.164 of an index, beyond those that a fresh emulator has."""
    return f"+1555020{index:04d}"


def phones(count: int) -> list[str]:
    """The first of them."""
    return [phone(index) for index in range(count)]


class Account:
    """The emulator inside this process; time passes only where somebody waits.

    Attributes:
        single: The type of its single numbers.
        group: The type of its groups.
        assignment: State name of what a number is on.
        operations: The update of a number, and the read of one.
    """

    single, group = NUMBER, NUMBER_GROUP
    assignment = "messagingProfileId"
    operations = ("updateMessaging", "retrieveMessaging")

    def __init__(self, folder: Path, numbers: int = 0, profile: str | None = None) -> None:
        self._app = application(folder / "emulator.db")
        self.notes: Path | None = folder / "notes"
        self.seconds = 0.0
        self.days = 0.0  # of the notes' calendar
        self.limit = 2500
        self.key = API_KEY
        self.emulator_store: str | None = None  # the setting: None is the vendor
        self.said: list[str] = []
        self.left_behind: list[NoteFiles] | None = None  # a list: their engine leaves processes behind
        self.settings(telnyxRequestsPerMinute=0)
        if numbers:
            rows = [{"phone_number": number, "messaging_profile_id": profile, "tags": []} for number in phones(numbers)]
            self.control("POST", "numbers", rows)

    def close(self) -> None:
        self._app.close()

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a resource, as the vendor's resources have them."""
        return dict(values)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return control(self._app, method, path, body)

    def settings(self, **changes: Any) -> None:
        self.control("PATCH", "settings", changes)

    def script(self, operation: str, **answer: Any) -> None:
        self.control("POST", "answers", {"operation": operation, **answer})

    def refuse_updates(self, kind: str, position: str, *, then_reads: bool = False) -> None:
        """The vendor refuses updates before or after it carries them out, and then reads as well, until ``allow``."""
        update, read = self.operations
        reads = {"operation": read, "kind": kind, "times": 99}
        also = {"calls": [{"method": "POST", "path": "faults", "body": reads}]} if then_reads else {}
        self.control("POST", "faults", {"operation": update, "kind": kind, "position": position, "times": 99, **also})

    def allow(self) -> None:
        """Nothing is refused any more."""
        self.control("DELETE", "faults")

    def use_key(self, key: str, organization: str | None = None) -> None:
        """Later processes use another key, of the same organization where none is given."""
        self.key = key
        self.control("POST", "telnyx-keys", {"key": key} | ({"organization_id": organization} if organization else {}))

    def edit(self, number: str, **fields: Any) -> None:
        self.control("PATCH", f"numbers/{number}", fields)

    def may_have(self, *products: str) -> None:
        """The products that every number may have."""
        for row in self.rows():
            self.edit(row["phone_number"], eligible_messaging_products=list(products))

    def drop(self, number: str) -> dict[str, Any]:
        """The number leaves the account."""
        row = next(row for row in self.rows() if row["phone_number"] == number)
        self.control("DELETE", f"numbers/{number}")
        return row

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", "state")["numbers"]
        return rows

    def profiles(self, numbers: Iterable[str] | None = None) -> dict[str, str | None]:
        """Number → its profile."""
        wanted = set(numbers) if numbers is not None else None
        found = ((row["phone_number"], row["messaging_profile_id"]) for row in self.rows())
        return {number: profile for number, profile in found if wanted is None or number in wanted}

    def on(self, profile: str | None) -> set[str]:
        """The numbers on a profile."""
        return {number for number, found in self.profiles().items() if found == profile}

    def id_of(self, number: str) -> str:
        return next(str(row["id"]) for row in self.rows() if row["phone_number"] == number)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The requests since the last look; it clears the log."""
        log: list[dict[str, Any]] = self.control("DELETE", "requests")
        return log

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The writes since the last look; it clears the log."""
        return [entry for entry in self.log if entry["method"] in WRITES]

    def forget_requests(self) -> None:
        """Clear the log."""
        assert self.log is not None

    def interrupt_after_write(self, patch: pytest.MonkeyPatch) -> None:
        """End the process when a write has been carried out, before its answer."""

        def written(client: TelnyxClient, *arguments: Any) -> None:
            update(client, *arguments)
            raise KeyboardInterrupt

        update = TelnyxClient.update_messaging
        patch.setattr(TelnyxClient, "update_messaging", written)

    @property
    def asked(self) -> dict[str, int]:
        """The same, counted by operation."""
        return dict(Counter(entry["operation"] for entry in self.log))

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def client(self) -> TelnyxClient:
        settings = TelnyxSettings(
            self.key, EMBEDDED_TELNYX_URL, emulator_store=self.emulator_store, bulk_limit=self.limit
        )
        clock = Clock(monotonic=lambda: self.seconds, sleep=self.sleep)
        return TelnyxClient(settings, InProcess(self._app), clock=clock)

    def groups(self, ownership: Ownership | None = None) -> NumberGroups:
        """The groups as a new process has them."""
        return groups_of(
            number_account_of(self.client(), self.said.append), ownership or Ownership(), self.note_files()
        )

    def singles(self, ownership: Ownership) -> SingleNumbers:
        """The numbers with resources of their own, as a new process has them."""
        return numbers_of(number_account_of(self.client(), self.said.append), ownership, self.note_files())

    def note_files(self) -> NoteFiles:
        """The notes of this machine as a new process has them."""
        if self.left_behind is not None:
            leave_behind()
        files = NoteFiles(self.notes, lambda: self.days * 24 * 3600.0)
        if self.left_behind is not None:
            self.left_behind.append(files)
        return files


class Stack:
    """One group in an engine's state: declared, brought about, refreshed, let go; each in a process of its own."""

    def __init__(self, account: Account, name: str = "group") -> None:
        self.account = account
        self.name = name
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] | None = None
        self.failed = False

    def checked(self, numbers: Iterable[str], profile: str = ALERTS, **more: Any) -> dict[str, Any]:
        """The inputs as `check` makes them."""
        given = {"phoneNumbers": tuple(numbers), "messagingProfileId": profile, "__group": f"{self.name}-0", **more}
        assert check(NUMBER_MESSAGING_GROUP, given) == ()
        return with_defaults(NUMBER_MESSAGING_GROUP, self.inputs, given)

    def changes(self, numbers: Iterable[str], profile: str = ALERTS, **more: Any) -> list[str]:
        """The inputs that the next preview shows as changed."""
        assert self.outputs is not None
        declared = self.checked(numbers, profile, **more)
        return [change.field.name for change in diff(NUMBER_MESSAGING_GROUP, self.outputs, declared)]

    def up(self, numbers: Iterable[str], profile: str = ALERTS, ownership: Ownership | None = None, **more: Any) -> str:
        """Create or update, as an engine does; the text of the failure, if it fails."""
        declared = self.checked(numbers, profile, **more)
        ownership = ownership or Ownership()
        groups = self.account.groups(ownership)
        if self.outputs is not None:
            hold_group(TELNYX_NUMBERS, ownership, f"{self.name}-0", self.outputs, declared)
        try:
            if self.outputs is None:
                self.outputs = groups.create(declared)[1]
            elif self.failed or diff(NUMBER_MESSAGING_GROUP, self.outputs, declared):
                self.outputs = groups.update(f"{self.name}-0", self.outputs, declared)
        except Unfinished as unfinished:
            self.inputs, self.outputs, self.failed = declared, unfinished.outputs, True
            return str(unfinished)
        except MessagingError as error:
            return str(error)
        self.inputs, self.failed = declared, False
        return ""

    def refresh(self) -> str:
        """Read; the numbers as inputs show them, without the labels."""
        assert self.outputs is not None
        reading = self.account.groups().read(f"{self.name}-0", self.outputs)
        self.inputs, self.outputs = reading.inputs, reading.outputs
        return unlabelled(str(self.inputs["phoneNumbers"]))

    def destroy(self) -> str:
        """Delete; the text of the failure, if it fails."""
        assert self.outputs is not None
        try:
            self.account.groups().delete(f"{self.name}-0", self.outputs)
        except MessagingError as error:
            return str(error)
        self.inputs, self.outputs = {}, None
        return ""


def former(stack: Stack) -> dict[str, dict[str, object]]:
    """Number → what is remembered of it."""
    assert stack.outputs is not None
    return {member.number: dict(member.former) for member in unpacked(stack.outputs["__numbers"])}
