"""Every refusal of every field, of every rule over several fields, given as secrets with a canary of its own each."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_messaging import MessageRoute, MessagingProfile, NumberMessaging, NumberMessagingGroup
from pulumi_messaging.core.check import check
from pulumi_messaging.core.fields import Kind
from tests.support.emulator.seed import ALERTS, DEFAULT, FIFTH, FOURTH, SECOND, THIRD

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_messaging.core.fields import Field, Table
    from pulumi_messaging.resource import ManagedResource

CLASSES: tuple[type[ManagedResource], ...] = (MessageRoute, NumberMessaging, NumberMessagingGroup, MessagingProfile)
# A refused value of each form, made of a canary; the canary is found in it.
VALUES: dict[str, Callable[[str], Any]] = {
    "a text": lambda canary: canary,
    "a number": lambda canary: int(canary, 36) % 10**15 + 0.5,
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
        "Basic without password": {
            "message_url": "https://hooks.example.com/in?token=*",
            "message_url_method": "POST",
            "callback_message_url": "https://hooks.example.com/receipts?token=*",
            **{f"{which}message_authentication_type": "Basic" for which in ("", "callback_")},
            **{f"{which}message_username": "user-*" for which in ("", "callback_")},
        },
    },
    NumberMessaging: {"nothing to manage": {"phone_number": "+1555#", "messaging_profile_id": None}},
    NumberMessagingGroup: {},
    MessagingProfile: {},
}


_LISTS = (Kind.STRINGS, Kind.CHOICES, Kind.PHONE_NUMBERS)


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


def _reasons(row: Field, table: Table) -> dict[str, str]:
    """The reasons for which the check refuses the field, each with the first form of `VALUES` that has it."""
    ways: dict[str, str] = {}
    for way, make in VALUES.items():
        value = _engines(make(_canary(row.name, way)))
        problems = check(table, {row.state: value}, quotes=False)
        for reason in [each.reason for each in problems if each.property.partition(".")[0] == row.state]:
            ways.setdefault(reason, way)
    return ways


def cases(cls: type[ManagedResource]) -> list[Case]:
    """All refusals of one class: each resource has one of every field."""
    table = cls.table
    fitting = {row: list(_reasons(row, table).values()) for row in table.fields}
    return [_round(cls, fitting, at) for at in range(max(map(len, fitting.values())))] + [
        _rule(cls, rule, given) for rule, given in RULES[cls].items()
    ]


def _round(cls: type[ManagedResource], fitting: Mapping[Field, list[str]], at: int) -> Case:
    chosen = {row: ways[at % len(ways)] for row, ways in fitting.items()}
    canaries = {row: _canary(row.name, f"{chosen[row]} {at}") for row in chosen}
    return Case(
        f"{cls.__name__.lower()}-{at}",
        cls,
        {row.name: VALUES[way](canaries[row]) for row, way in chosen.items()},
        frozenset((row.name, way) for row, way in chosen.items()),
        {
            f"{cls.__name__}.{row.name} ({way})": _found_of(VALUES[way](canaries[row]), canaries[row])
            for row, way in chosen.items()
        },
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
    text = str(value)
    return (
        canary if canary in text else max(text.replace("[", " ").replace("]", " ").replace("'", " ").split(), key=len)
    )


def _engines(value: Any) -> Any:
    return tuple(map(_engines, value)) if isinstance(value, list) else value


# Declarations that a check accepts: what is said of them before, while and after they are carried out, or refused by
# the vendor. Each text is a canary, and so are the texts of `CHANGED`, which come after them.
ACCEPTED: dict[str, tuple[type[ManagedResource], dict[str, Any]]] = {
    "route": (
        MessageRoute,
        {
            "message_url": "https://hooks.example.com/in?token=urlk2j8h4g6f1d",
            "message_url_method": "POST",
            "route_name": "namew7e3r9t5y1u2",
            "message_authentication_type": "Basic",
            "message_username": "userz6x4c2v8b1n9",
            "message_password_token": "passa1s9d3f7g5h2",
        },
    ),
    "namesake": (
        MessageRoute,
        {"message_url": "https://hooks.example.com/", "message_url_method": "POST", "route_name": "namew7e3r9t5y1u2"},
    ),
    "line": (NumberMessaging, {"phone_number": SECOND, "messaging_profile_id": ALERTS, "tags": ["tagp3o7i1u9y5t2"]}),
    "no-number": (NumberMessaging, {"phone_number": "+15559990001", "messaging_profile_id": ALERTS}),
    "no-product": (NumberMessaging, {"phone_number": THIRD, "messaging_product": "prodm4n8b2v6c1x9"}),
    "no-profile": (
        NumberMessaging,
        {"phone_number": FOURTH, "messaging_profile_id": "5f0e2d1c-1111-4222-8333-944455556666"},
    ),
    "group": (
        NumberMessagingGroup,
        {"phone_numbers": [FIFTH], "messaging_profile_id": ALERTS, "tags": ["tagg5f1d7s3a9q2"]},
    ),
    "profile": (
        MessagingProfile,
        {
            "whitelisted_destinations": ["US"],
            "webhook_url": "https://hooks.example.com/in?token=urlp4k9j3h7g2f6",
            "name": "namep1y6t3r8e5w2",
            "v1_secret": "secrp7a2s5d9f4g1",
        },
    ),
    "no-member": (NumberMessagingGroup, {"phone_numbers": ["+15559990002"], "messaging_profile_id": ALERTS}),
}
CHANGED: dict[str, dict[str, Any]] = {
    "route": {
        "message_url": "https://hooks.example.com/out?token=urlq9w1e5r3t7y",
        "route_name": "nameu4i8o2p6a1s9",
        "message_username": "userd3f7g1h5j9k2",
        "message_password_token": "passl6z2x8c4v1b9",
    },
    "line": {"messaging_profile_id": DEFAULT, "tags": ["tagn5m9q3w7e1r2"]},
    "group": {"messaging_profile_id": DEFAULT, "tags": ["tagt6y2u8i4o1p9"]},
    "profile": {
        "webhook_url": "https://hooks.example.com/out?token=urlp8m3n6b1v5c9",
        "name": "namep2x7z4l9k6j3",
        "v1_secret": "secrp5h8g3f6d1s4",
    },
}


def accepted(*, changed: bool = False) -> list[dict[str, Any]]:
    """The accepted resources for the program; once changed, those that remain."""
    return [
        {"class": cls.__name__, "name": name, "arguments": given | (CHANGED[name] if changed else {}), "members": []}
        for name, (cls, given) in ACCEPTED.items()
        if not changed or name in CHANGED
    ]


def accepted_canaries() -> dict[str, str]:
    """What is looked for of them."""
    given = [(name, ACCEPTED[name][1]) for name in ACCEPTED] + list(CHANGED.items())
    texts = [
        (f"{name}.{field}", item) for name, fields in given for field, value in fields.items() for item in _texts(value)
    ]
    free = {"POST", "Basic", "https://hooks.example.com/", ALERTS, DEFAULT}
    return {f"{name} ({text})": text.rpartition("=")[2] for name, text in texts if text not in free}


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


GOOD = {
    MessageRoute: {
        "message_url": "https://hooks.example.com/good?token=goodqk3v8z1x5w",
        "message_url_method": "POST",
        "message_authentication_type": "Basic",
        "message_username": "goodj4n7b2m9c6user",
        "message_password_token": "goodp8l3k6j1h5pass",
    },
    NumberMessaging: {"phone_number": "+15550100002", "messaging_profile_id": ALERTS, "tags": ["goodt5r2y9u4tag"]},
    MessagingProfile: {
        "whitelisted_destinations": ["US"],
        "webhook_url": "https://hooks.example.com/good?token=goodp9w4e7r2t5y",
        "v1_secret": "goodp3u8i1o6p9secret",
    },
    NumberMessagingGroup: {
        "phone_numbers": ["+15550100003", "+15550100004"],
        "messaging_profile_id": ALERTS,
        "tags": ["goodg6f1d8s3tag"],
    },
}
