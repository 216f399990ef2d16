"""Makes reconcilers and look-ups over a client, with the client's settings and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_messaging.reconcile.takeover import TakeOverLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.api.telegent import TelegentClient
    from pulumi_messaging.api.telnyx import TelnyxClient
    from pulumi_messaging.api.transport import HttpApi
    from pulumi_messaging.core.fields import Table
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
    from pulumi_messaging.reconcile.numbers.single import NumberMessagings
    from pulumi_messaging.reconcile.ownership import Ownership


def routes_of(
    client: TelegentClient,
    ownership: Ownership,
    pending: PendingCreates,
    say: Callable[[str], None],
    *,
    lines: TakeOverLines | None = None,
    notes: NoteFiles | None = None,
) -> NamedObjects:
    """The reconciler of message routes over a client, with the client's settings and clock.

    ``lines`` says take-overs; a process has one, so that it counts them. Without notes, nothing is noted on this
    machine of routes that change hands.
    """
    from pulumi_messaging.core.message_route import MESSAGE_ROUTE  # noqa: PLC0415
    from pulumi_messaging.reconcile.accounts import AccountEvidence, Mark  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.objects import NamedObjects  # noqa: PLC0415
    from pulumi_messaging.reconcile.routes.calls import RouteCalls  # noqa: PLC0415

    settings = client.settings
    key = settings.account_key
    evidence = AccountEvidence(Mark.of(settings, key), "telegent:accountKey", client.clock, key)
    client.on_account = evidence.shown
    return NamedObjects(
        RouteCalls(client),
        ownership,
        pending,
        say,
        evidence,
        lines=lines or TakeOverLines(say),
        memory=_memory(
            MESSAGE_ROUTE, ownership, notes, f"{settings.base_url} {settings.emulator_store}", settings.account_secret
        ),
    )


def profiles_of(
    account: NumberAccount, ownership: Ownership, pending: PendingCreates, notes: NoteFiles | None = None
) -> NamedObjects:
    """The reconciler of messaging profiles over the account of a client, whose evidence it shares with numbers."""
    from pulumi_messaging.core.messaging_profile import MESSAGING_PROFILE  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.objects import NamedObjects  # noqa: PLC0415
    from pulumi_messaging.reconcile.profiles.calls import ProfileCalls  # noqa: PLC0415

    return NamedObjects(
        ProfileCalls(account.client),
        ownership,
        pending,
        account.say,
        account.evidence,
        lines=account.lines,
        memory=_memory_of_telnyx(MESSAGING_PROFILE, account, ownership, notes),
    )


def number_account_of(
    client: TelnyxClient, say: Callable[[str], None], lines: TakeOverLines | None = None
) -> NumberAccount:
    """The numbers of a client's account, with the client's settings and clock. A process has one ``lines``."""
    from pulumi_messaging.reconcile.accounts import AccountEvidence, Mark  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.account import NumberAccount  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.reads import NumberReads  # noqa: PLC0415

    settings = client.settings
    reads = NumberReads(client, clock=client.clock, timeout_seconds=settings.timeout_seconds)
    evidence = AccountEvidence(Mark.of(settings, settings.api_key), "telnyx:apiKey", client.clock)
    client.on_account = evidence.shown
    return NumberAccount(client, reads, client.clock, say, evidence, lines or TakeOverLines(say))


def numbers_of(account: NumberAccount, ownership: Ownership, notes: NoteFiles | None = None) -> NumberMessagings:
    """The reconciler of single numbers; without notes, nothing is noted on this machine."""
    from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.single import NumberMessagings  # noqa: PLC0415

    return NumberMessagings(account, ownership, _memory_of_telnyx(NUMBER_MESSAGING, account, ownership, notes))


def groups_of(account: NumberAccount, ownership: Ownership, notes: NoteFiles | None = None) -> NumberGroups:
    """The reconciler of groups of numbers, as ``numbers_of``."""
    from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.bulk_orders import BulkOrders  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.group import NumberGroups  # noqa: PLC0415

    settings = account.client.settings
    orders = BulkOrders(account, settings.timeout_seconds, settings.bulk_limit)
    return NumberGroups(orders, ownership, _memory_of_telnyx(NUMBER_MESSAGING, account, ownership, notes))


def _memory_of_telnyx(table: Table, account: NumberAccount, ownership: Ownership, notes: NoteFiles | None) -> Memory:
    settings = account.client.settings
    identity = f"{settings.base_url} {settings.emulator_store} {settings.api_key}"
    return _memory(table, ownership, notes, identity, settings.api_key)


def _memory(table: Table, ownership: Ownership, notes: NoteFiles | None, identity: str, key: str) -> Memory:
    from pulumi_messaging.reconcile.memory import Memory  # noqa: PLC0415
    from pulumi_messaging.reconcile.notes import NoteFiles  # noqa: PLC0415

    return Memory(table, ownership, NoteFiles(None) if notes is None else notes, identity, key)


def route_look_ups_of(
    client: TelegentClient, look_ups: LookUps, ownership: Ownership, pending: PendingCreates
) -> NamedLookUps:
    """The look-ups of routes over a client; their reads are their own, and end with the time of all look-ups."""
    from pulumi_messaging.reconcile.routes.calls import RouteCalls  # noqa: PLC0415

    return _named_look_ups(client, RouteCalls(client.until(look_ups.latest)), look_ups, ownership, pending)


def profile_look_ups_of(
    client: TelnyxClient, look_ups: LookUps, ownership: Ownership, pending: PendingCreates
) -> NamedLookUps:
    """The look-ups of messaging profiles over a client, as ``route_look_ups_of``."""
    from pulumi_messaging.reconcile.profiles.calls import ProfileCalls  # noqa: PLC0415

    return _named_look_ups(client, ProfileCalls(client.until(look_ups.latest)), look_ups, ownership, pending)


def _named_look_ups(
    client: HttpApi, calls: Calls, look_ups: LookUps, ownership: Ownership, pending: PendingCreates
) -> NamedLookUps:
    from pulumi_messaging.reconcile.named.look_up import NamedLookUps  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.names import Names  # noqa: PLC0415
    from pulumi_messaging.reconcile.named.reads import Reads  # noqa: PLC0415

    reads = Reads(calls)
    return NamedLookUps(client, calls, reads, look_ups, ownership, Names(calls, reads, pending, look_ups.say))


def number_look_ups_of(client: TelnyxClient, look_ups: LookUps) -> NumberLookUps:
    """The look-ups of numbers over a client, as ``route_look_ups_of``."""
    from pulumi_messaging.reconcile.numbers.look_up import NumberLookUps  # noqa: PLC0415
    from pulumi_messaging.reconcile.numbers.reads import NumberReads  # noqa: PLC0415

    bounded = client.until(look_ups.latest)
    reads = NumberReads(bounded, clock=client.clock, timeout_seconds=client.settings.timeout_seconds)
    return NumberLookUps(client, reads, look_ups)
