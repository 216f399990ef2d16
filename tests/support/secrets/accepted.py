"""Declarations that a check accepts, and the objects that they take over: each of their texts is a canary.

What is said of them before, while and after they are carried out, or refused by the vendor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_messaging import (
    MessageRoute,
    MessagingProfile,
    NumberMessaging,
    NumberMessagingGroup,
    NumberRoute,
    NumberRouteGroup,
)
from tests.support.emulator.seed import ALERTS, DEFAULT, FIFTH, FOURTH, SECOND, THIRD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pulumi_messaging.resource import ManagedResource

# Numbers of Telegent, and routes that they come from and go to.
GOOD_LINE, GOOD_MEMBER, LINE, MEMBER = "+447700948201736", "+447700315982640", "+447700672839105", "+447700529406817"
GOOD_ROUTE, FORMER, OURS, OTHER = "MRID-goodn5h8v2c7", "MRID-frmrx7k1b4z9", "MRID-oursp3q8d6m2", "MRID-othrw5j9g1f4"
ADOPTED_ROUTE, ADOPTED_PROFILE = "MRID-adopted", "9b2d6c1e-4f7a-4c38-8e05-d1a7f3b96420"

# What is at the vendors before: kind of the emulator's control surface → objects. Their texts belong to fields that are
# then declared as secrets.
BEFORE: dict[str, list[dict[str, Any]]] = {
    "routes": [
        *({"MessageRouteId": route} for route in (GOOD_ROUTE, FORMER, OURS, OTHER)),
        {
            "MessageRouteId": ADOPTED_ROUTE,
            "RouteName": "formern2b5v8c1",
            "MessageUrl": "https://hooks.example.com/former?token=formerm3x6z9l",
            "CallbackMessageUrl": "https://hooks.example.com/former?token=formerk4j7h1g",
            "CallbackMessageUrlMethod": "POST",
        },
    ],
    "profiles": [
        {
            "id": ADOPTED_PROFILE,
            "name": "formerf5d8s2a6",
            "webhook_url": "https://hooks.example.com/former?token=formerp6o9i3u",
        }
    ],
    "telegent-numbers": [
        {"Number": number, "MessageRouteId": FORMER} for number in (GOOD_LINE, GOOD_MEMBER, LINE, MEMBER)
    ],
}
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
    "profile": (
        MessagingProfile,
        {
            "whitelisted_destinations": ["US"],
            "webhook_url": "https://hooks.example.com/in?token=urlp4k9j3h7g2f6",
            "name": "namep1y6t3r8e5w2",
            "v1_secret": "secrp7a2s5d9f4g1",
        },
    ),
    "line": (NumberMessaging, {"phone_number": SECOND, "messaging_profile_id": ALERTS, "tags": ["tagp3o7i1u9y5t2"]}),
    "on-route": (NumberRoute, {"number": LINE, "message_route_id": OURS}),
    "adopted-route": (
        MessageRoute,
        {
            "adopt": ADOPTED_ROUTE,
            "message_url": "https://hooks.example.com/in?token=urla8b3c9d2e7f",
            "message_url_method": "POST",
            "route_name": "namea4g9h1i6j3k8",
            "callback_message_url": "https://hooks.example.com/receipts?token=urlb5l2m7n4o9p",
        },
    ),
    "adopted-profile": (
        MessagingProfile,
        {
            "adopt": ADOPTED_PROFILE,
            "whitelisted_destinations": ["US"],
            "webhook_url": "https://hooks.example.com/in?token=urlq7r1s6t3u8v",
            "name": "nameq5w2x9y4z7a1",
            "v1_secret": "secrq2e7f4g9h5i1",
        },
    ),
    "group": (
        NumberMessagingGroup,
        {"phone_numbers": [FIFTH], "messaging_profile_id": ALERTS, "tags": ["tagg5f1d7s3a9q2"]},
    ),
    "all-on-route": (NumberRouteGroup, {"numbers": [MEMBER], "message_route_id": OURS}),
}
# No two of these are written by the same request of a vendor, and no two of the others.
FIRST = ("route", "profile", "line", "on-route")
# Numbers that are not there: the provider waits for them, as if they had just been bought.
MISSING: dict[str, tuple[type[ManagedResource], dict[str, Any]]] = {
    "no-number": (NumberMessaging, {"phone_number": "+15559990001", "messaging_profile_id": ALERTS}),
    "no-member": (NumberMessagingGroup, {"phone_numbers": ["+15559990002"], "messaging_profile_id": ALERTS}),
    "no-line": (NumberRoute, {"number": "+447700183650274", "message_route_id": OURS}),
    "no-line-of-all": (NumberRouteGroup, {"numbers": ["+447700890417263"], "message_route_id": OURS}),
}
# What the provider or a vendor refuses.
IMPOSSIBLE: dict[str, tuple[type[ManagedResource], dict[str, Any]]] = {
    "namesake": (
        MessageRoute,
        {"message_url": "https://hooks.example.com/", "message_url_method": "POST", "route_name": "namew7e3r9t5y1u2"},
    ),
    "no-product": (NumberMessaging, {"phone_number": THIRD, "messaging_product": "prodm4n8b2v6c1x9"}),
    "no-profile": (
        NumberMessaging,
        {"phone_number": FOURTH, "messaging_profile_id": "5f0e2d1c-1111-4222-8333-944455556666"},
    ),
    "profile-namesake": (MessagingProfile, {"whitelisted_destinations": ["US"], "name": "namep1y6t3r8e5w2"}),
    "twice-on-route": (NumberRoute, {"number": LINE, "message_route_id": OURS}),
    "no-route": (NumberRoute, {"number": "+15550200001", "message_route_id": "MRID-nonee6r2t8y4"}),
    "no-route-of-all": (NumberRouteGroup, {"numbers": ["+15550200002"], "message_route_id": "MRID-nonlu3i9o5p1"}),
}
# Field by field, what changes then.
CHANGED: dict[str, dict[str, Any]] = {
    "route": {
        "message_url": "https://hooks.example.com/out?token=urlq9w1e5r3t7y",
        "route_name": "nameu4i8o2p6a1s9",
        "message_username": "userd3f7g1h5j9k2",
        "message_password_token": "passl6z2x8c4v1b9",
    },
    "adopted-route": {
        "message_url": "https://hooks.example.com/out?token=urlc6q3r8s1t5u",
        "route_name": "namec9v4w7x2y6z1",
    },
    "line": {"messaging_profile_id": DEFAULT, "tags": ["tagn5m9q3w7e1r2"]},
    "group": {"messaging_profile_id": DEFAULT, "tags": ["tagt6y2u8i4o1p9"]},
    "profile": {
        "webhook_url": "https://hooks.example.com/out?token=urlp8m3n6b1v5c9",
        "name": "namep2x7z4l9k6j3",
        "v1_secret": "secrp5h8g3f6d1s4",
    },
    "adopted-profile": {
        "webhook_url": "https://hooks.example.com/out?token=urld4e9f2g7h1i",
        "name": "named8j3k6l1m5n9",
    },
    "on-route": {"message_route_id": OTHER},
    "all-on-route": {"message_route_id": OTHER},
}
# What somebody changes elsewhere: path of the control surface → changes.
DRIFT: dict[str, dict[str, Any]] = {
    f"routes/{ADOPTED_ROUTE}": {
        "RouteName": "driftr5n8k2w6",
        "MessageUrl": "https://hooks.example.com/?token=driftu3m7j1c",
    },
    f"profiles/{ADOPTED_PROFILE}": {
        "name": "driftp4f9x6b2",
        "webhook_url": "https://hooks.example.com/?token=drifth8z5v1d",
    },
    f"numbers/{SECOND}": {"tags": ["driftt6l2q9g4"], "messaging_profile_id": ALERTS},
    f"numbers/{FIFTH}": {"tags": ["driftg7s3y8e5"], "messaging_profile_id": ALERTS},
    f"telegent-numbers/{LINE}": {"MessageRouteId": FORMER},
    f"telegent-numbers/{MEMBER}": {"MessageRouteId": FORMER},
}
# Of each class the resource beside which the refused ones are declared.
GOOD: dict[type[ManagedResource], dict[str, Any]] = {
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
    NumberRoute: {"number": GOOD_LINE, "message_route_id": GOOD_ROUTE},
    NumberRouteGroup: {"numbers": [GOOD_MEMBER], "message_route_id": GOOD_ROUTE},
}
# Values that are no secret: many have them, or they are ids, which no engine encrypts.
_FREE = {"POST", "Basic", "US", "https://hooks.example.com/", ALERTS, DEFAULT, ADOPTED_ROUTE, ADOPTED_PROFILE}
_IDS = re.compile(r"""(\bid["']?\s?[=:]\s?["']?)\+[0-9]+""")


def accepted(names: Collection[str] = tuple(ACCEPTED), *, changed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Accepted resources for the program, some of them changed."""
    return [
        declared(cls, name, given | (CHANGED[name] if name in changed else {}))
        for name, (cls, given) in ACCEPTED.items()
        if name in names
    ]


def impossible() -> list[list[dict[str, Any]]]:
    """Resources that fail, for one run after the other: after a failure an engine begins no other step."""
    return [
        [declared(cls, name, given) for name, (cls, given) in MISSING.items()],
        *([declared(cls, name, given)] for name, (cls, given) in IMPOSSIBLE.items()),
    ]


def declared(cls: type[ManagedResource], name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A resource for the program; the id that it adopts cannot be a secret."""
    plain = {key: value for key, value in given.items() if key == "adopt"}
    secret = {key: value for key, value in given.items() if key not in plain}
    return {"class": cls.__name__, "name": name, "arguments": secret, "members": [], "plain": plain}


def accepted_canaries() -> dict[str, str]:
    """What is looked for of all of them."""
    resources = [(name, fields) for name, (_, fields) in (ACCEPTED | MISSING | IMPOSSIBLE).items()] + list(
        CHANGED.items()
    )
    resources += [(f"good {cls.__name__}", fields) for cls, fields in GOOD.items()]
    resources += [(kind, fields) for kind, many in BEFORE.items() for fields in many] + list(DRIFT.items())
    texts = [
        (f"{name}.{field}", text) for name, fields in resources for field in fields for text in _texts(fields[field])
    ]
    return {f"{name} ({text})": text.rpartition("=")[2] for name, text in texts if text not in _FREE}


def without_ids(text: str) -> str:
    """A text without the ids that are numbers: the number of a ``NumberRoute`` is its id, and so in clear."""
    return _IDS.sub(r"\1", text)


def _texts(value: Any) -> Iterator[str]:
    yield from value if isinstance(value, list) else [value]
