"""Telegent's message routes: what is accepted, kept, answered and refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator.client import FULL_ROUTE, ROUTE_KEYS, Client, declined


@pytest.fixture(autouse=True)
def _unlimited(client: Client) -> None:
    client.settings(telegentRequestsPerMinute=0)


def test_a_minimal_route(client: Client) -> None:
    """Three fields make a route: 200, 14 keys, a new MRID, enabled, of the first account."""
    answer = client.create()

    assert answer.status_code == 200
    route = answer.json()
    assert set(route) == ROUTE_KEYS
    assert route["MessageRouteId"].startswith("MRID-")
    assert route["MessageRouteEnabled"] is True
    assert route["AccountId"] == "AID-emulator"
    assert client.get(route["MessageRouteId"]).json() == route


def test_a_full_route_is_kept_whole(client: Client) -> None:
    """Every field is stored, the three booleans and both secrets too; answers leave the booleans out."""
    route_id = client.made(**FULL_ROUTE)

    assert client.stored(route_id) == {
        **FULL_ROUTE,
        "MessageRouteId": route_id,
        "CallbackMessageUsername": None,
    }
    answer = client.get(route_id).json()
    assert set(answer) == ROUTE_KEYS
    assert answer["MessagePasswordToken"] == "password"


@pytest.mark.parametrize("missing", ["RouteName", "MessageUrl", "MessageUrlMethod"])
def test_create_needs_three_fields(client: Client, missing: str) -> None:
    """Without one of the three: 400, and the vendor's sentence."""
    answer = client.create(**{missing: ...})

    declined(answer, 400)
    assert answer.json()["Message"] == f"{missing} is required."
    assert client.state()["routes"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("RouteName", 1),
        ("RouteName", ""),
        ("RouteName", None),
        ("MessageUrl", "hooks.example.com"),
        ("MessageUrl", "https://"),
        ("MessageUrl", "https://hooks.example.com/a b"),
        ("MessageUrl", None),
        ("MessageUrlMethod", "PUT"),
        ("MessageUrlMethod", "post"),
        ("MessageUrlMethod", None),
        ("MessageRouteEnabled", "true"),
        ("MessageRouteEnabled", None),
        ("MessageAuthenticationType", "Digest"),
        ("MessageUsername", ""),
        ("CallbackMessageUrl", "x"),
        ("CallbackMessageUrlMethod", "DELETE"),
        ("InboundBypass", 1),
        ("IntelligentRouteEnabled", None),
        ("routeName", "typo"),
        ("Tags", []),
    ],
)
def test_wrong_values_are_400_and_change_nothing(client: Client, field: str, value: Any) -> None:
    """Wrong type, unknown enum value, no URL, empty text, null where none may be, unknown key: on create and update."""
    route_id = client.made()
    before = client.state()

    declined(client.create(**{field: value}), 400)
    declined(client.update(route_id, **{field: value}), 400)

    assert client.state() == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b'{"RouteName": NaN}', b'{"RouteName": "\\ud800"}']
)
def test_a_body_that_is_no_object_is_400(client: Client, body: bytes) -> None:
    """Malformed JSON, NaN, lone surrogates, and JSON that is no object."""
    answer = client.telegent("POST", "/message/routes", content=body, headers={"Content-Type": "application/json"})

    declined(answer, 400)


def test_another_content_type_is_415(client: Client) -> None:
    """A form is no JSON; by setting the content type does not matter."""
    more = {"content": b"{}", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}

    declined(client.telegent("POST", "/message/routes", **more), 415)
    client.settings(telegentContentTypeChecked=False)
    declined(client.telegent("POST", "/message/routes", **more), 400)


@pytest.mark.parametrize("prefix", ["Message", "CallbackMessage"])
@pytest.mark.parametrize(
    ("kind", "given", "status"),
    [
        ("Basic", {}, 400),
        ("Basic", {"Username": "u"}, 400),
        ("Basic", {"PasswordToken": "p"}, 400),
        ("Basic", {"Username": "u", "PasswordToken": "p"}, 200),
        ("Bearer", {}, 400),
        ("Bearer", {"PasswordToken": "p"}, 200),
        ("None", {}, 200),
    ],
)
def test_authentication_needs_its_credentials(
    client: Client, prefix: str, kind: str, given: dict[str, str], status: int
) -> None:
    """Basic needs user and token, Bearer the token; an update is judged on the merged route."""
    fields = {f"{prefix}AuthenticationType": kind, **{f"{prefix}{name}": value for name, value in given.items()}}
    assert client.create(**fields).status_code == status
    route_id = client.made(**{f"{prefix}{name}": value for name, value in given.items()})

    assert client.update(route_id, **{f"{prefix}AuthenticationType": kind}).status_code == status
    client.settings(telegentAuthChecked=False)
    assert client.create(**fields).status_code == 200


def test_an_update_keeps_what_is_omitted(client: Client) -> None:
    """One field sent, one field changed."""
    route_id = client.made(**FULL_ROUTE)
    before = client.stored(route_id)

    assert client.update(route_id, MessageUrl="https://other.example.com/").status_code == 200

    assert client.stored(route_id) == {**before, "MessageUrl": "https://other.example.com/"}


def test_null_clears_optional_texts(client: Client) -> None:
    """Auth is dropped by sending its fields as null."""
    route_id = client.made(**FULL_ROUTE)
    names = ["CallbackMessageAuthenticationType", "CallbackMessagePasswordToken", "CallbackMessageUrl"]

    assert client.update(route_id, **dict.fromkeys(names)).status_code == 200

    stored = client.stored(route_id)
    assert [stored[name] for name in names] == [None, None, None]
    assert stored["MessageUsername"] == "user"


def test_readings_of_null_and_empty(client: Client) -> None:
    """Settings let null keep a required field or a boolean, and "" clear a text or be stored."""
    client.settings(telegentNullRequired="keep", telegentNullBoolean="keep", telegentEmptyText="clear")
    route_id = client.made(**FULL_ROUTE)
    before = client.stored(route_id)

    cleared = {"CallbackMessageUrl": "", "RouteName": None, "MessageRouteEnabled": None}
    assert client.update(route_id, **cleared).status_code == 200
    assert client.stored(route_id) == {**before, "CallbackMessageUrl": None}
    client.settings(telegentEmptyText="store")
    assert client.update(route_id, CallbackMessageUrl="").status_code == 200
    assert client.stored(route_id)["CallbackMessageUrl"] == ""
    declined(client.update(route_id, RouteName=""), 400)
    declined(client.create(RouteName=None), 400)


def test_none_may_wipe_credentials(client: Client) -> None:
    """Whether the type None wipes user and token is open: it keeps them, and wipes them by setting."""
    route_id = client.made(**FULL_ROUTE)
    client.update(route_id, MessageAuthenticationType="None")
    assert client.stored(route_id)["MessageUsername"] == "user"

    client.settings(telegentNoneWipes=True)
    client.update(route_id, MessageAuthenticationType="None")

    stored = client.stored(route_id)
    assert (stored["MessageUsername"], stored["MessagePasswordToken"]) == (None, None)


def test_unknown_and_foreign_routes_are_404(client: Client) -> None:
    """Another case of the id, another account's route, and no route at all look the same."""
    route_id = client.made()
    foreign = client.control("POST", "routes", {"AccountId": "AID-foreign"})["MessageRouteId"]

    for wrong in (route_id.swapcase(), foreign, "MRID-none"):
        declined(client.get(wrong), 404)
        declined(client.update(wrong, RouteName="x"), 404)
        declined(client.delete(wrong), 404)
    assert [row["MessageRouteId"] for row in client.routes()["Results"]] == [route_id]


def test_an_update_needs_the_id(client: Client) -> None:
    """MessageRouteId is the one required key of update and delete."""
    declined(client.telegent("POST", "/message/routes/update", {"RouteName": "x"}), 400)
    declined(client.telegent("POST", "/message/routes/delete", {}), 400)


def test_get_one_takes_two_spellings(client: Client) -> None:
    """MessageRouteID is listed as a second key; without either it is 400, or 404 by setting."""
    route_id = client.made()

    assert client.telegent("GET", "/message/routes", params={"MessageRouteID": route_id}).status_code == 200
    declined(client.telegent("GET", "/message/routes"), 400)
    client.settings(telegentGetWithoutId=404)
    declined(client.telegent("GET", "/message/routes"), 404)


def test_equal_creates_make_two_routes(client: Client) -> None:
    """No idempotency and no unique names; a setting refuses the second."""
    assert client.made() != client.made()

    client.settings(telegentDuplicateNames="refuse")

    declined(client.create(), 409)
    assert client.create(AccountId="AID-emulator-2").status_code == 200


def test_the_list(client: Client) -> None:
    """AccountID with a capital D on top and inside; all routes of the key, or of one account."""
    first, second = client.made(), client.made(AccountId="AID-emulator-2")

    everything = client.routes()
    assert set(everything) == {"AccountID", "TotalRoutes", "Results"}
    assert everything["TotalRoutes"] == 2
    assert set(everything["Results"][0]) == ROUTE_KEYS - {"AccountId"} | {"AccountID"}
    one = client.routes(AccountId="AID-emulator-2")
    assert (one["AccountID"], [row["MessageRouteId"] for row in one["Results"]]) == ("AID-emulator-2", [second])
    client.settings(telegentListDefault="first")
    assert [row["MessageRouteId"] for row in client.routes()["Results"]] == [first]
    declined(client.telegent("GET", "/account/message/routes", params={"AccountId": "AID-x"}), 404)


def test_accounts(client: Client) -> None:
    """An account id may be the distributor's; an unknown one is 404; answers may show DID-."""
    assert client.create(AccountId="DID-emulator").json()["AccountId"] == "AID-emulator"
    declined(client.create(AccountId="AID-nobody"), 404)
    client.settings(telegentAccountIdAsDid=True)
    assert client.create().json()["AccountId"] == "DID-emulator"
    assert client.routes()["AccountID"] == "DID-emulator"


def test_the_account_of_a_route_cannot_be_changed(client: Client) -> None:
    """Another AccountId in an update is refused."""
    route_id = client.made()

    declined(client.update(route_id, AccountId="AID-emulator-2"), 400)
    assert client.update(route_id, AccountId="AID-emulator").status_code == 200
