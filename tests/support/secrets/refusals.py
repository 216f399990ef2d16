"""Every refusal of every field, of every rule over several fields, given as secrets with a canary of its own each."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_messaging
from pulumi_messaging import MessageRoute, NumberMessaging
from pulumi_messaging.core.check import check
from pulumi_messaging.core.fields import Kind
from pulumi_messaging.core.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_messaging.core.fields import Field, Table
    from pulumi_messaging.resource import ManagedResource

CLASSES: tuple[type[ManagedResource], ...] = tuple(getattr(pulumi_messaging, table.resource) for table in TABLES)
# A refused value of each form, made of a canary; the canary is found in it.
VALUES: dict[str, Callable[[str], Any]] = {
    "a text": lambda canary: canary,
    "a number": lambda canary: int(canary, 36) % 10**15 + 0.5,
    "a negative number": lambda canary: -(int(canary, 36) % 10**15),
    "a large number": lambda canary: int(canary, 36),
    "a list": lambda canary: [canary],
    "an object": lambda canary: {"key": canary},
    "a line break": lambda canary: f"{canary}\n",
    "a control character": lambda canary: f"{canary}\x07{canary}",
    "blanks": lambda canary: f" {canary}",
    "a user in a URL": lambda canary: f"https://{canary}:{canary}@hooks.example.com/",
    "a blank in a URL": lambda canary: f"https://hooks.example.com/{canary} {canary}",
    "a malformed port": lambda canary: f"https://hooks.example.com:{canary}/{canary}",
    "a malformed host": lambda canary: f"https://-{canary}/",
    "a short number": lambda canary: str(int(canary, 36))[:12],
    "a UUID": lambda canary: str(uuid.uuid5(uuid.NAMESPACE_DNS, canary)),
    "a list with a line break": lambda canary: [f"{canary}\n"],
    "a list with a list": lambda canary: [[canary]],
    "a list with an object": lambda canary: [{"key": canary}],
    "a list with everything": lambda canary: ["*", canary],
}
# Rules over several fields refuse good values: the canary stands for each "*".
RULES: dict[type[ManagedResource], dict[str, dict[str, Any]]] = {
    MessageRoute: {
        "None with credentials": {
            "message_url": "https://hooks.example.com/in?token=*",
            "message_url_method": "POST",
            "route_name": "route *",
            **{f"{which}message_authentication_type": "None" for which in ("", "callback_")},
            **{f"{which}message_username": "user-*" for which in ("", "callback_")},
            **{f"{which}message_password_token": "password-*" for which in ("", "callback_")},
        },
        "Basic without user name": {
            "message_url": "https://hooks.example.com/in?token=*",
            "message_url_method": "POST",
            **{f"{which}message_authentication_type": "Basic" for which in ("", "callback_")},
            **{f"{which}message_password_token": "password-*" for which in ("", "callback_")},
        },
        "Basic with an empty password": {
            "message_url": "https://hooks.example.com/in?token=*",
            "message_url_method": "POST",
            "message_authentication_type": "Basic",
            "message_username": "user-*",
            "message_password_token": "",
        },
        "Basic without password": {
            "message_url": "https://hooks.example.com/in?token=*",
            "message_url_method": "POST",
            "callback_message_url": "https://hooks.example.com/receipts?token=*",
            **{f"{which}message_authentication_type": "Basic" for which in ("", "callback_")},
            **{f"{which}message_username": "user-*" for which in ("", "callback_")},
        },
    },
    NumberMessaging: {"nothing to manage": {"phone_number": "+1555#", "messaging_profile_id": None}},
}


_LISTS = (Kind.STRINGS, Kind.CHOICES, Kind.PHONE_NUMBERS, Kind.E164_NUMBERS)


@dataclass(frozen=True)
class Case:
    """One resource whose arguments are secrets; `cells` are the pairs of field and refusal that it has."""

    name: str
    cls: type[ManagedResource]
    arguments: Mapping[str, Any]
    cells: frozenset[tuple[str, str]]
    canaries: Mapping[str, str]
    members: tuple[str, ...] = ()  # the lists of which not the whole but the members are secrets

    @property
    def program(self) -> dict[str, Any]:
        """The case for the program, which refuses an account that is no constant itself."""
        arguments = {name: value for name, value in self.arguments.items() if name != "account"}
        return {"class": self.cls.__name__, "name": self.name, "arguments": arguments, "members": self.members}


def _forms(row: Field) -> dict[str, Callable[[str], Any]]:
    """`VALUES`; and where the field is an object, each of them under all of its keys."""
    keys = [key.state for key in row.keys]
    return VALUES | {f"an object with {way}": _under(keys, make) for way, make in VALUES.items() if keys}


def _under(keys: list[str], make: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda canary: dict.fromkeys(keys, make(canary))


def _ways(row: Field, table: Table) -> list[str]:
    """The first form for each reason for which the check refuses the field."""
    ways: dict[tuple[str, str], str] = {}
    for way, make in _forms(row).items():
        value = _engines(make(_canary(row.name, way)))
        for problem in check(table, {row.state: value}, quotes=False):
            if problem.property.partition(".")[0] == row.state:
                ways.setdefault((problem.property, problem.reason), way)
    return list(dict.fromkeys(ways.values()))


def cases(cls: type[ManagedResource]) -> list[Case]:
    """All refusals of one class: each resource has one of every field."""
    table = cls.table
    ways = {row: _ways(row, table) for row in table.fields}
    return [_round(cls, ways, at) for at in range(max(map(len, ways.values())))] + [
        _rule(cls, rule, given) for rule, given in RULES.get(cls, {}).items()
    ]


def _round(cls: type[ManagedResource], ways: Mapping[Field, list[str]], at: int) -> Case:
    chosen = {row: fitting[at % len(fitting)] for row, fitting in ways.items()}
    canaries = {row: _canary(row.name, f"{way} {at}") for row, way in chosen.items()}
    values = {row: _forms(row)[way](canaries[row]) for row, way in chosen.items()}
    return Case(
        f"{cls.__name__.lower()}-{at}",
        cls,
        {row.name: value for row, value in values.items()},
        frozenset((row.name, way) for row, way in chosen.items()),
        {f"{cls.__name__}.{row.name} ({way})": _found_of(values[row], canaries[row]) for row, way in chosen.items()},
        members=tuple(row.name for row in chosen if row.kind in _LISTS) if at % 2 else (),
    )


def _rule(cls: type[ManagedResource], rule: str, given: Mapping[str, str | None]) -> Case:
    canaries = {name: _canary(name, rule) for name, value in given.items() if value and ("*" in value or "#" in value)}
    digits = {name: f"{int(canary, 36) % 10**7:07d}" for name, canary in canaries.items()}
    values = {
        name: value and value.replace("*", canaries.get(name, "")).replace("#", digits.get(name, ""))
        for name, value in given.items()
    }
    return Case(
        f"{cls.__name__.lower()}-{rule.replace(' ', '-').lower()}",
        cls,
        values,
        frozenset((name, rule) for name in canaries),
        {f"{cls.__name__}.{name} ({rule})": _found_of(values[name], canary) for name, canary in canaries.items()},
    )


def _canary(field: str, way: str) -> str:
    """Letters and digits that occur nowhere else; the same in every run, so that runs can be compared."""
    digest = int(hashlib.sha256(f"{field} {way}".encode()).hexdigest(), 16)
    return "".join("abcdefghijklmnopqrstuvwxyz0123456789"[digest // 36**place % 36] for place in range(16))


def _found_of(value: Any, canary: str) -> str:
    """What is looked for: the canary, or the number that was made of it."""
    texts = list(_texts(value))
    return canary if any(canary in text for text in texts) else max(texts, key=len)


def _texts(value: Any) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield from (text for item in inner for text in _texts(item))
    if not isinstance(value, dict | list):
        yield str(value)


def _engines(value: Any) -> Any:
    return tuple(map(_engines, value)) if isinstance(value, list) else value
