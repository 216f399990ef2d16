"""Duplicates in a program: a name or an object that two resources declare, and only one may have."""

from __future__ import annotations

import weakref
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor

from pulumi_messaging.core.hidden import TWICE

# Program (the stub of its engine's monitor) → kind, account and value → name of the resource that has it.
_TAKEN: weakref.WeakKeyDictionary[object, dict[tuple[str, str, str], str]] = weakref.WeakKeyDictionary()


def declared_by_others(resource_name: str, kind: str, account: str) -> list[str]:
    """The values of one kind that other resources of the program have declared up to now in an account."""
    taken = _TAKEN.get(pulumi.runtime.settings.get_monitor(), {})
    others = (key for key, other in taken.items() if other != resource_name)
    return sorted(value for of_kind, of_account, value in others if (of_kind, of_account) == (kind, account))


def refuse_duplicates(
    resource_name: str, kind: str, *values: Any, advice: str = "declare it once", account: str = ""
) -> None:
    """Refuse values of one kind that another resource has; a value that is absent or not known yet is left out.

    What two accounts have under one value are two objects.

    Raises:
        pulumi.RunError: Another resource of the program has one of them.
    """
    monitor = pulumi.runtime.settings.get_monitor()
    taken = _TAKEN.setdefault(monitor, {})
    for value in filter(lambda value: isinstance(value, str), values):
        other = taken.get((kind, account, value))
        # Unit tests with Pulumi's mocks may build the same program several times over one monitor.
        if other is not None and not (isinstance(monitor, MockMonitor) and other == resource_name):
            taken_value = _taken(f'{kind} "{value}"', other)
            raise pulumi.RunError(f'"{resource_name}": {taken_value}; {advice}')
        taken[kind, account, value] = resource_name


def once(resource_name: str, kind: str, value: Any, account: str) -> dict[str, pulumi.Output[str | None]]:
    """Hidden inputs of a resource whose value no other one may have; an output is compared when it is known.

    The provider's check refuses it then, without a word of the value, which may be a secret.

    Raises:
        pulumi.RunError: As for ``refuse_duplicates``.
    """
    if not isinstance(value, pulumi.Output):
        refuse_duplicates(resource_name, kind, value, account=account)
        return {}
    taken = _TAKEN.setdefault(pulumi.runtime.settings.get_monitor(), {})

    def problem(known: Any) -> str | None:
        if not isinstance(known, str):
            return None  # the provider's check refuses it
        # Under a kind of its own: a group gets the values of others in clear.
        here = (f"{kind} of an output", account, known)
        other = taken.get((kind, account, known)) or taken.setdefault(here, resource_name)
        return None if other == resource_name else f"{_taken(kind, other)}; declare it once"

    return {TWICE: pulumi.Output.unsecret(value.apply(problem))}


def _taken(what: str, other: str) -> str:
    return f'{what} is taken by "{other}" of this program'
