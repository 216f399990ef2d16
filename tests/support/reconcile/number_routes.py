"""Runs over the message routes of Telegent numbers: each returns the text of its failure."""

from __future__ import annotations

from typing import Any

from pulumi_messaging.errors import MessagingError
from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import phone
from tests.support.reconcile.runs import Resource, Run
from tests.support.reconcile.telegent_numbers import TelegentAccount, route_of

NUMBER, OTHER = phone(0), phone(1)
OURS, THEIRS = route_of(ALERTS), "MRID-theirs"


def up(account: TelegentAccount, resource: Resource, *numbers: str, **given: Any) -> str:
    """A run of its own; the text of its failure."""
    try:
        Run(account).up(resource, resource.given(*(numbers or (NUMBER,)), **given))
    except MessagingError as error:
        return str(error)
    return ""


def destroyed(account: TelegentAccount, resource: Resource) -> str:
    try:
        Run(account).delete(resource)
    except MessagingError as error:
        return str(error)
    return ""


def sent(account: TelegentAccount) -> list[Any]:
    return [write["body"] for write in account.writes]
