"""What happened to each recorded stack up to the state that was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.states.recorded_stack import EU
from tests.support.emulator.seed import ALERTS, DEFAULT

if TYPE_CHECKING:
    from tests.states.recorded_stack import RecordedStack

# How the ids of Telnyx numbers, and the numbers of Telegent begin.
NUMBER_IDS: Final = "130000000000000"
LINES: Final = "+1555020"
_ROUTES: Final = [
    {"MessageRouteId": "MRID-adopted", "RouteName": "adopted-name", "MessageRouteEnabled": False},
    {
        "MessageRouteId": "MRID-equal",
        "RouteName": "equal-name",
        "MessageUrl": "https://hooks.example.com/adopted-equal",
    },
    {"MessageRouteId": "MRID-named", "RouteName": "former-name", "CallbackMessageUrl": "https://former.example.com/"},
    {"MessageRouteId": "MRID-before", "RouteName": "before-name"},
]
_EU: Final = {"organization_id": EU["telnyx-keys"]["organization_id"]}
_PROFILES: Final = [
    {
        "id": "a0000000-0000-4000-8000-000000000001",
        "name": "adopted-name",
        "webhook_url": "https://former.example.com/",
    },
    {
        "id": "a0000000-0000-4000-8000-000000000002",
        "name": "equal-name",
        "whitelisted_destinations": ["US", "CA"],
        "webhook_url": "https://hooks.example.com/adopted-equal",
    },
    {"id": "a0000000-0000-4000-8000-000000000003", "name": "former-name"},
    {"id": "a0000000-0000-4000-8000-000000000004", "name": "before-name"},
    {"id": "e0000000-0000-4000-8000-000000000001", "name": "eu-name", **_EU},
    {"id": "e0000000-0000-4000-8000-000000000002", "name": "eu-other", **_EU},
]
_TARGETS: Final = [
    *({"MessageRouteId": route, "RouteName": route} for route in ("MRID-target", "MRID-other", "MRID-former")),
    *({"MessageRouteId": route, "RouteName": route, "AccountId": "AID-eu"} for route in ("MRID-eu", "MRID-eu-former")),
]
_REFUSED: Final = {"errors": [{"code": "10015", "title": "Refused", "detail": "Refused on purpose"}]}


def _routes(stack: RecordedStack) -> None:
    stack.control("POST", "routes", _ROUTES)
    _up(stack, "before")
    _up(stack, "recorded")


def _numbers(stack: RecordedStack) -> None:
    _add_numbers(stack, 1001, 1019)
    _edit_number(stack, 1003, messaging_profile_id=DEFAULT)
    _edit_number(stack, 1008, messaging_profile_id=ALERTS)
    _up(stack, "before")
    _up(stack, "recorded")


def _groups(stack: RecordedStack) -> None:
    _add_numbers(stack, 2001, 2032)
    _up(stack, "before")
    _up(stack, "recorded")


def _drifted(stack: RecordedStack) -> None:
    _add_numbers(stack, 3001, 3016)
    _up(stack, "recorded")
    _edit_route(stack, "route-url", MessageUrl="https://others.example.com/")
    _edit_route(stack, "route-disabled", MessageRouteEnabled=False)
    _edit_route(stack, "route-credentials", MessageUsername="other", CallbackMessageUrl=None)
    _edit_route(stack, "route-unmanaged", MessageRouteEnabled=False)
    stack.control("DELETE", f"routes/{_id(stack, 'route-gone')}")
    _edit_number(stack, 3002, messaging_profile_id=DEFAULT)
    _edit_number(stack, 3003, messaging_profile_id=None, messaging_product="A2P", tags=["two"])
    _edit_number(stack, 3004, messaging_profile_id=ALERTS)
    stack.control("DELETE", "numbers/+15550103005")
    _edit_number(stack, 3008, messaging_profile_id=DEFAULT)
    _edit_number(stack, 3009, tags=[])
    stack.control("DELETE", "numbers/+15550103013")
    _edit_number(stack, 3015, messaging_profile_id=DEFAULT)
    assert stack.engine.refresh().ok


def _unfinished(stack: RecordedStack) -> None:
    _add_numbers(stack, 4001, 4007)
    _up(stack, "before")
    stack.control("POST", "answers", {"operation": "updateMessaging", "times": 3, "status": 422, "body": _REFUSED})
    stack.control(
        "POST", "answers", {"operation": "createMessageRoute", "status": 400, "body": {"Message": "Refused."}}
    )
    stack.step("recorded")
    assert not stack.engine.up().ok
    records = stack.engine.export()["deployment"]["resources"]
    found = sorted((_name(one), key) for one in records for key in ("initErrors", "pendingReplacement") if one.get(key))
    assert found == [("created", "initErrors"), ("replaced", "pendingReplacement"), ("updated", "initErrors")]


def _elsewhere(stack: RecordedStack) -> None:
    account = {"accountKey": "DID-emulator", "accountSecret": "emulator-secret"}
    _up(stack, "recorded", baseUrl=stack.url, **account)
    stack.control("DELETE", f"routes/{_id(stack, 'route')}")


def _profiles(stack: RecordedStack) -> None:
    stack.control("POST", "profiles", _PROFILES)
    _add_numbers(stack, 5001, 5003)
    _add_numbers(stack, 5101, 5103, messaging_profile_id=None, **_EU)
    _up(stack, "before")
    _up(stack, "recorded")


def _lines(stack: RecordedStack) -> None:
    _add_lines(stack, 6001, 6042)
    _edit_line(stack, 6003, MessageRouteId="MRID-target")
    there = {"MessageRouteId": "MRID-eu-adopted", "RouteName": "eu-name", "AccountId": "AID-eu"}
    stack.control("POST", "routes", there)
    _up(stack, "before")
    _up(stack, "recorded")


def _drifted_more(stack: RecordedStack) -> None:
    _add_lines(stack, 7001, 7012)
    _up(stack, "recorded")
    theirs = {"name": "theirs", "enabled": False, "url_shortener_settings": None, "alpha_sender": "Theirs"}
    _edit_profile(stack, "profile-url", webhook_url="https://others.example.com/")
    _edit_profile(stack, "profile-settings", **theirs)
    _edit_profile(stack, "profile-unmanaged", alpha_sender="Theirs")
    _edit_profile(stack, "eu-profile", whitelisted_destinations=["US"])
    stack.control("DELETE", f"profiles/{_id(stack, 'profile-gone')}")
    for last in (7002, 7008):
        _edit_line(stack, last, MessageRouteId="MRID-former")
    _edit_line(stack, 7009, MessageRouteId=None)
    _edit_line(stack, 7102, MessageRouteId="MRID-eu-former")
    for last in (7003, 7012):
        stack.control("DELETE", f"telegent-numbers/{LINES}{last}")
    assert stack.engine.refresh().ok


def _unfinished_more(stack: RecordedStack) -> None:
    _add_lines(stack, 8001, 8007)
    _up(stack, "before")
    refused = {"operation": "updateNumber", "times": 2, "status": 400, "body": {"Message": "Refused."}}
    stack.control("POST", "answers", refused)
    stack.control("POST", "answers", {"operation": "updateProfile", "status": 422, "body": _REFUSED})
    stack.step("recorded")
    assert not stack.engine.up().ok
    records = stack.engine.export()["deployment"]["resources"]
    found = sorted(_name(one) for one in records if one.get("initErrors"))
    assert found == ["created", "lines-created", "lines-updated"]


HISTORIES: Final = {
    "routes": _routes,
    "numbers": _numbers,
    "groups": _groups,
    "drifted": _drifted,
    "unfinished": _unfinished,
    "elsewhere": _elsewhere,
    "profiles": _profiles,
    "lines": _lines,
    "drifted-more": _drifted_more,
    "unfinished-more": _unfinished_more,
}


def _up(stack: RecordedStack, step: str, **telegent: str) -> None:
    stack.step(step, **telegent)
    result = stack.engine.up()
    assert result.ok, result.text


def _add_numbers(stack: RecordedStack, first: int, end: int, **fields: Any) -> None:
    """Numbers with and without a profile and tags."""
    many = [
        {
            "id": f"{NUMBER_IDS}{last}",
            "phone_number": f"+1555010{last}",
            "eligible_messaging_products": ["A2P", "P2P"],
            "messaging_profile_id": DEFAULT if last % 2 == 0 else None,
            "tags": ["former"] if last % 3 == 0 else [],
            **fields,
        }
        for last in range(first, end + 1)
    ]
    stack.control("POST", "numbers", many)


def _edit_number(stack: RecordedStack, last: int, **fields: Any) -> None:
    stack.control("PATCH", f"numbers/+1555010{last}", fields)


def _add_lines(stack: RecordedStack, first: int, end: int) -> None:
    """Numbers of Telegent with and without a route, some of the second account, and the routes."""
    stack.control("POST", "routes", _TARGETS)
    many = [_line(last, MessageRouteId="MRID-former" if last % 2 == 0 else None) for last in range(first, end + 1)]
    there = range(first + 100, first + 106)
    many += [_line(last, MessageRouteId="MRID-eu-former", AccountId="AID-eu") for last in there]
    stack.control("POST", "telegent-numbers", many)


def _line(last: int, **fields: Any) -> dict[str, Any]:
    return {"Number": f"{LINES}{last}", "Tnid": f"TNID-00000000-0000-4000-8000-00000000{last}", **fields}


def _edit_line(stack: RecordedStack, last: int, **fields: Any) -> None:
    stack.control("PATCH", f"telegent-numbers/{LINES}{last}", fields)


def _edit_profile(stack: RecordedStack, name: str, /, **fields: Any) -> None:
    stack.control("PATCH", f"profiles/{_id(stack, name)}", fields)


def _edit_route(stack: RecordedStack, name: str, **fields: Any) -> None:
    stack.control("PATCH", f"routes/{_id(stack, name)}", fields)


def _id(stack: RecordedStack, name: str) -> str:
    return next(str(one["id"]) for one in stack.engine.export()["deployment"]["resources"] if _name(one) == name)


def _name(record: Any) -> str:
    return str(record["urn"].rpartition("::")[2])
