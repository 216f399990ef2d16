"""As `test_given_as_secret`, of messaging profiles and of the routes of Telegent numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.secrets.given import ALL_ON_ROUTE, ON_ROUTE, PROFILE, Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURS, THEIRS = "c4n4ry", "f0rmer"
A, B, C, NO_NUMBER = "+15550200001", "+15550200002", "+15550200003", "+15559870001"
FIELDS = {
    "name": f"{OURS} orders",
    "webhookUrl": f"https://{OURS}.example.com/in?key=k3y-{OURS}",
    "webhookFailoverUrl": f"https://{OURS}.example.com/again",
    "alphaSender": f"{OURS} snd",
    "urlShortenerSettings": {"domain": f"{OURS}.example.org", "prefix": f"pr3-{OURS}"},
    "aiAssistantId": f"ai-{OURS}",
}
HERE = {**FIELDS, "whitelistedDestinations": ["US"], "v1Secret": f"v1-{OURS}", "__secrets": sorted(FIELDS)}
CHANGED = {**HERE, "webhookUrl": f"https://new.{OURS}.example.com", "v1Secret": f"v2-{OURS}"}
SHOWN = {"webhook_url": f"https://{THEIRS}.example.com", "alpha_sender": f"{THEIRS} s", "name": f"{THEIRS} name"}
# What Telnyx's words repeat is known from the state or the declaration of the same operation.
ECHO = {"errors": [{"code": "10015", "title": f"No: {' '.join(str(each) for each in FIELDS.values())}"}]}
ROUTES = {"ours": f"MRID-{OURS}", "theirs": f"MRID-{THEIRS}", "none": f"MRID-none-{OURS}"}
ONE = {"number": A, "messageRouteId": ROUTES["ours"], "__secrets": ["messageRouteId", "number"]}
SOME = {
    "numbers": [B, C],
    "messageRouteId": ROUTES["ours"],
    "__group": "group-0",
    "__secrets": ["messageRouteId", "numbers"],
}
TELEGENT_ECHO = {"StatusCode": 400, "Message": f"No: {A} {B} {C} {ROUTES['ours']} {ROUTES['none']}"}
CANARIES = (OURS, THEIRS, *(number[1:] for number in (A, B, C, NO_NUMBER)))


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account(tmp_path, monkeypatch)
    made.control("PATCH", "settings", {"telegentRequestsPerMinute": 0})
    made.control("POST", "routes", [{"MessageRouteId": ROUTES[name], "RouteName": name} for name in ("ours", "theirs")])
    made.control("PATCH", f"telegent-numbers/{A}", {"MessageRouteId": ROUTES["theirs"]})
    return made


def a_profile_is_made_and_found_again(account: Account) -> None:
    account.up(PROFILE, HERE)
    for _run in range(2):
        account.check(PROFILE, {**HERE, "__preview": "p"})
        account.attempt(PROFILE, "create", account.check(PROFILE, HERE))
        account.new_process()
    automatic = {name: value for name, value in HERE.items() if name != "name"} | {"__autoname": HERE["name"]}
    account.check(PROFILE, {**automatic, "__preview": "p"})
    account.attempt(PROFILE, "create", account.check(PROFILE, automatic))


def a_profile_is_taken_over_and_given_back(account: Account) -> None:
    profile = account.control("POST", "profiles", SHOWN)["id"]
    for equal in ("equal", ""):
        account.new_process(**({"telnyx:adopt": equal} if equal else {}))
        account.check(PROFILE, {**HERE, "adopt": profile, "__preview": "p"})
        created = account.attempt(PROFILE, "create", account.check(PROFILE, {**HERE, "adopt": profile}))
    account.new_process()
    account.attempt(PROFILE, "delete", profile, dict(created.outs))


def telnyx_refuses_a_profile(account: Account) -> None:
    profile, held = account.up(PROFILE, HERE)
    for operation in ("updateProfile", "deleteProfile", "retrieveProfile", "createProfile"):
        account.script(operation, status=400, body=ECHO, times=20)
    account.attempt(PROFILE, "create", account.check(PROFILE, {**HERE, "name": f"other {OURS} name"}))
    account.attempt(PROFILE, "update", profile, held, account.check(PROFILE, CHANGED, held))
    account.attempt(PROFILE, "read", profile, held)
    account.attempt(PROFILE, "delete", profile, held)


def telnyx_applies_something_else(account: Account) -> None:
    profile, held = account.up(PROFILE, HERE)
    for operation in ("updateProfile", "retrieveProfile"):
        account.script(operation, body={"data": {"id": profile, **SHOWN, "v1_secret": f"v3-{THEIRS}"}}, times=9)
    account.attempt(PROFILE, "update", profile, held, account.check(PROFILE, CHANGED, held))


def numbers_are_taken_over_and_move(account: Account) -> None:
    account.check(ON_ROUTE, {**ONE, "__preview": "one"})
    account.check(ALL_ON_ROUTE, {**SOME, "__preview": "some"})
    one, held = account.up(ON_ROUTE, ONE)
    group, members = account.up(ALL_ON_ROUTE, SOME)
    account.attempt(ALL_ON_ROUTE, "create", account.check(ALL_ON_ROUTE, {**SOME, "numbers": [A]}))
    account.new_process()
    account.up(ALL_ON_ROUTE, {**SOME, "numbers": [A, B], "__group": "other-0"})
    account.attempt(ON_ROUTE, "delete", one, held)
    account.attempt(ALL_ON_ROUTE, "delete", group, members)


def numbers_are_not_there(account: Account) -> None:
    for kind, given in ((ON_ROUTE, {**ONE, "number": NO_NUMBER}), (ALL_ON_ROUTE, {**SOME, "numbers": [B, NO_NUMBER]})):
        account.check(kind, {**given, "__preview": "gone"})
        account.attempt(kind, "create", account.check(kind, given))


def telegent_refuses_a_route(account: Account) -> None:
    made = [(kind, given, *account.up(kind, given)) for kind, given in ((ON_ROUTE, ONE), (ALL_ON_ROUTE, SOME))]
    account.script("updateNumber", status=400, body=TELEGENT_ECHO, times=30)
    for kind, given, object_id, held in made:
        changed = account.check(kind, {**given, "messageRouteId": ROUTES["none"]}, held)
        account.attempt(kind, "update", object_id, held, changed)
        account.attempt(kind, "delete", object_id, {**held, "onDestroy": "detach"})


def an_order_fails(account: Account) -> None:
    account.control("PATCH", "settings", {"telegentNumberOrderStatus": "Failed"})
    for kind, given in ((ON_ROUTE, ONE), (ALL_ON_ROUTE, SOME)):
        account.attempt(kind, "create", account.check(kind, given))


CASES = (
    a_profile_is_made_and_found_again,
    a_profile_is_taken_over_and_given_back,
    telnyx_refuses_a_profile,
    telnyx_applies_something_else,
    numbers_are_taken_over_and_move,
    numbers_are_not_there,
    telegent_refuses_a_route,
    an_order_fails,
)


@pytest.mark.parametrize("happens", CASES, ids=lambda case: case.__name__)
def test_what_was_given_as_a_secret_is_said_nowhere(account: Account, happens: Callable[[Account], Any]) -> None:
    """Every text of a resource is a secret, and so is what it was before ours."""
    happens(account)

    told = account.told()
    assert account.said
    assert [canary for canary in CANARIES if canary in told] == [], told
