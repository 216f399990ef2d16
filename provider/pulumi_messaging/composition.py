"""Makes reconcilers and look-ups over a client, with the client's settings and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from pulumi_messaging.reconcile.takeover import TakeOverLines
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.core.fields import Table
    from pulumi_messaging.reconcile.accounts import AccountEvidence
    from pulumi_messaging.reconcile.look_ups import LookUps
    from pulumi_messaging.reconcile.memory import Memory
    from pulumi_messaging.reconcile.named.calls import Calls
    from pulumi_messaging.reconcile.named.create_notes import PendingCreates
    from pulumi_messaging.reconcile.named.look_up import NamedLookUps
    from pulumi_messaging.reconcile.named.objects import NamedObjects
    from pulumi_messaging.reconcile.notes import NoteFiles
    from pulumi_messaging.reconcile.numbers.account import NumberAccount
    from pulumi_messaging.reconcile.numbers.group import NumberGroups
    from pulumi_messaging.reconcile.numbers.look_up import NumberLookUps
    from pulumi_messaging.reconcile.numbers.single import SingleNumbers
    from pulumi_messaging.reconcile.numbers.vendor import NumberApi
    from pulumi_messaging.reconcile.ownership import Ownership

_EVIDENCE: Final = WeakKeyDictionary["TelegentClient | TelnyxClient", "AccountEvidence"]()


def named_objects_of(
    client: TelegentClient | TelnyxClient,
    ownership: Ownership,
    pending: PendingCreates,
    say: Callable[[str], None],
    *,
    lines: TakeOverLines | None = None,
    notes: NoteFiles | None = None,
) -> NamedObjects:
    """The reconciler of a vendor's named objects over a client, with the client's settings and clock.

    ``lines`` says take-overs; a process has one, so that it counts them. Without notes, nothing is noted on this
    machine of objects that change hands.
    """
    from pulumi_messaging.reconcile.named.objects import NamedObjects  # noqa: PLC0415

    calls, lines = _calls_of(client), lines or TakeOverLines(say)
    memory = _memory(calls.kind.table, ownership, notes, client.settings)
    return NamedObjects(calls, ownership, pending, say, _evidence_of(client), lines=lines, memory=memory)


def _calls_of(client: TelegentClient | TelnyxClient) -> Calls:
    """The calls for a vendor's named objects: message routes, or messaging profiles."""
    from pulumi_messaging.api.telegent import TelegentClient  # noqa: PLC0415

    if isinstance(client, TelegentClient):
        from pulumi_messaging.reconcile.routes.calls import RouteCalls  # noqa: PLC0415

        return RouteCalls(client)
    from pulumi_messaging.reconcile.profiles.calls import ProfileCalls  # noqa: PLC0415

    return ProfileCalls(client)


def _evidence_of(client: TelegentClient | TelnyxClient) -> AccountEvidence:
    """The account behind a client's credentials, which all reconcilers over the client share."""
    from pulumi_messaging.reconcile.accounts import AccountEvidence, Mark  # noqa: PLC0415

    settings = client.settings
    if isinstance(settings, TelnyxSettings):
        made = AccountEvidence(Mark.of(settings, settings.api_key), settings.key("telnyx:apiKey"), client.clock)
    else:
        key = settings.account_key
        made = AccountEvidence(Mark.of(settings, key), settings.key("telegent:accountKey"), client.clock, key)
    evidence = _EVIDENCE.setdefault(client, made)
    client.on_account = evidence.shown
    return evidence


def number_account_of(
    client: TelegentClient | TelnyxClient, say: Callable[[str], None], lines: TakeOverLines | None = None
) -> NumberAccount:
    """The numbers of a client's account, with the client's settings and clock. A process has one ``lines``."""
    from pulumi_messaging.reconcile.numbers.account import NumberAccount  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.reads import NumberReads  # noqa: PLC0415

    api = number_api_of(client)
    reads = NumberReads(api, clock=client.clock, timeout_seconds=client.settings.timeout_seconds)
    return NumberAccount(api, reads, client.clock, say, _evidence_of(client), lines or TakeOverLines(say))


def number_api_of(client: TelegentClient | TelnyxClient) -> NumberApi:
    """The numbers of a client's account, as the reconcilers of numbers need them."""
    from pulumi_messaging.api.telegent import TelegentClient  # noqa: PLC0415

    if isinstance(client, TelegentClient):
        from pulumi_messaging.reconcile.numbers.telegent import TelegentNumbers  # noqa: PLC0415

        return TelegentNumbers(client)
    from pulumi_messaging.reconcile.numbers.telnyx import TelnyxNumbers  # noqa: PLC0415

    return TelnyxNumbers(client)


def numbers_of(account: NumberAccount, ownership: Ownership, notes: NoteFiles | None = None) -> SingleNumbers:
    """The reconciler of single numbers; without notes, nothing is noted on this machine."""
    from pulumi_messaging.reconcile.numbers.single import SingleNumbers  # noqa: PLC0415

    return SingleNumbers(account, ownership, _memory_of_numbers(account, ownership, notes))


def groups_of(account: NumberAccount, ownership: Ownership, notes: NoteFiles | None) -> NumberGroups:
    """The reconciler of groups of numbers, as ``numbers_of``."""
    from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.group import NumberGroups  # noqa: PLC0415

    client, orders = account.api.client, None
    if isinstance(client.settings, TelnyxSettings):
        orders = BulkOrders(account, client, client.settings.timeout_seconds, client.settings.bulk_limit)
    return NumberGroups(account, orders, ownership, _memory_of_numbers(account, ownership, notes))


def _memory_of_numbers(account: NumberAccount, ownership: Ownership, notes: NoteFiles | None) -> Memory:
    return _memory(account.resources.single, ownership, notes, account.api.client.settings)


def _memory(
    table: Table, ownership: Ownership, notes: NoteFiles | None, settings: TelegentSettings | TelnyxSettings
) -> Memory:
    from pulumi_messaging.reconcile.memory import Memory  # noqa: PLC0415
    from pulumi_messaging.reconcile.notes import NoteFiles  # noqa: PLC0415

    identity, files = f"{settings.base_url} {settings.emulator_store}", NoteFiles(None) if notes is None else notes
    if isinstance(settings, TelnyxSettings):
        return Memory(table, ownership, files, f"{identity} {settings.api_key}", settings.api_key)
    return Memory(table, ownership, files, identity, settings.account_secret)


def named_look_ups_of(
    client: TelegentClient | TelnyxClient, look_ups: LookUps, ownership: Ownership, pending: PendingCreates
) -> NamedLookUps:
    """The look-ups of named objects over a client; their reads are their own, and end with the time of all look-ups."""
    from pulumi_messaging.reconcile.named.look_up import NamedLookUps  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.names import Names  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.reads import Reads  # noqa: PLC0415

    calls = _calls_of(client.until(look_ups.latest))
    reads = Reads(calls)
    return NamedLookUps(client, calls, reads, look_ups, ownership, Names(calls, reads, pending, look_ups.say))


def number_look_ups_of(client: TelegentClient | TelnyxClient, look_ups: LookUps) -> NumberLookUps:
    """The look-ups of numbers over a client, as ``named_look_ups_of``."""
    from pulumi_messaging.reconcile.numbers.look_up import NumberLookUps  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.reads import NumberReads  # noqa: PLC0415

    api = number_api_of(client.until(look_ups.latest))
    reads = NumberReads(api, clock=client.clock, timeout_seconds=client.settings.timeout_seconds)
    return NumberLookUps(client, api, reads, look_ups)
