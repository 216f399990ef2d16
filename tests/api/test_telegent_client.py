"""Telegent's endpoints of message routes: exact requests, leniently read answers."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.errors import ErrorAnswer, NotApplied, NotFound, Refused, UnreadableAnswer
from tests.support.api.vendor import Vendor, answer, body_of, raw, telegent

ROUTE = {"MessageRouteId": "MRID-1", "AccountId": "AID-1", "RouteName": "r"}


def test_create_message_route() -> None:
    """POST message/routes with the body as given, and the route back."""
    vendor = Vendor([ROUTE])
    body = {"RouteName": "r", "MessageUrl": "https://a.example", "MessageUrlMethod": "POST"}

    route = telegent(vendor).create_message_route(body)

    assert route == ROUTE
    assert vendor.sent == [("POST", "/v1.0/message/routes")]
    assert body_of(vendor.requests[0]) == body
    assert vendor.requests[0].headers["Content-Type"] == "application/json"


def test_get_message_route() -> None:
    """GET message/routes with the id in the query, percent-encoded."""
    vendor = Vendor([{**ROUTE, "MessageRouteId": "MRID-a/b&c"}])

    route = telegent(vendor).get_message_route("MRID-a/b&c")

    assert route["RouteName"] == "r"
    assert vendor.sent == [("GET", "/v1.0/message/routes?MessageRouteId=MRID-a%2Fb%26c")]
    assert vendor.requests[0].content == b""


def test_update_message_route() -> None:
    """POST message/routes/update with the id and the changes, nulls included, and nothing else."""
    vendor = Vendor([ROUTE])

    route = telegent(vendor).update_message_route("MRID-1", {"RouteName": "s", "CallbackMessageUrl": None})

    assert route == ROUTE
    assert vendor.sent == [("POST", "/v1.0/message/routes/update")]
    assert body_of(vendor.requests[0]) == {"MessageRouteId": "MRID-1", "RouteName": "s", "CallbackMessageUrl": None}


@pytest.mark.parametrize("status", ["Deleted", "deleted"])
def test_delete_message_route(status: str) -> None:
    """POST message/routes/delete with the id; the answer's MRID key needs no reading."""
    vendor = Vendor([{"MessageRouteStatus": status, "MRID": "MRID-1"}])

    telegent(vendor).delete_message_route("MRID-1")

    assert vendor.sent == [("POST", "/v1.0/message/routes/delete")]
    assert body_of(vendor.requests[0]) == {"MessageRouteId": "MRID-1"}


@pytest.mark.parametrize("body", [{}, {"MessageRouteStatus": "Pending"}, {"MRID": "MRID-1"}])
def test_a_delete_that_does_not_say_deleted_is_not_applied(body: dict[str, str]) -> None:
    """A 200 without the documented status is an error."""
    with pytest.raises(NotApplied, match="delete message route MRID-1"):
        telegent(Vendor([body])).delete_message_route("MRID-1")


@pytest.mark.parametrize(
    ("account_id", "query"), [(None, ""), ("AID-1", "?AccountId=AID-1"), ("AID 1&x", "?AccountId=AID%201%26x")]
)
def test_list_message_routes(account_id: str | None, query: str) -> None:
    """GET account/message/routes, with AccountId only where one is given; the account id is spelled one way."""
    vendor = Vendor([{"AccountID": "AID-1", "TotalRoutes": 1, "Results": [{"MessageRouteId": "M", "AccountID": "A"}]}])

    listed = telegent(vendor).list_message_routes(account_id)

    assert listed.routes == ({"MessageRouteId": "M", "AccountId": "A"},)
    assert listed.account_ids == {"AID-1", "A"}
    assert listed.complete
    assert vendor.sent == [("GET", f"/v1.0/account/message/routes{query}")]


def test_a_create_that_may_no_longer_be_sent() -> None:
    """What is checked last is checked when the request may leave: where it fails, nothing leaves."""
    vendor = Vendor([])

    def refuse() -> None:
        raise Refused("the name is taken")

    with pytest.raises(Refused, match="the name is taken"):
        telegent(vendor).create_message_route({"RouteName": "orders"}, refuse)

    assert vendor.sent == []


def row(route_id: Any) -> dict[str, Any]:
    return {"MessageRouteId": route_id}


@pytest.mark.parametrize(
    ("body", "ids", "complete"),
    [
        ({"TotalRoutes": 0, "Results": []}, [], True),
        ({"TotalRoutes": 0, "Results": None}, [], True),
        ({"TotalRoutes": 2, "Results": [row("a"), row("b")]}, ["a", "b"], True),
        ({"TotalRoutes": "2", "Results": [row("a"), row("b")]}, ["a", "b"], True),
        ({"TotalRoutes": 2.0, "Results": [row("a"), row("b")]}, ["a", "b"], True),
        ({"TotalRoutes": 3, "Results": [row("a"), row("b")]}, ["a", "b"], False),
        ({"TotalRoutes": 1, "Results": [row("a"), row("b")]}, ["a", "b"], False),
        ({"TotalRoutes": 2, "Results": [row("a"), row("a")]}, ["a"], False),
        ({"Results": [row("a")]}, ["a"], True),
        ({"TotalRoutes": None, "Results": [row("a")]}, ["a"], True),
        ({"TotalRoutes": "many", "Results": [row("a")]}, ["a"], True),
        ({"TotalRoutes": 1, "Results": [row("a"), row(None)]}, ["a"], False),
        ({"TotalRoutes": 1, "Results": [row("a"), "odd"]}, ["a"], False),
        ({"Results": [{}]}, [], False),
        ({"Data": {"TotalRoutes": 1, "Results": [row("a")]}, "Successful": True}, ["a"], True),
        ({"Data": [row("a")], "Successful": True}, ["a"], True),
    ],
)
def test_a_list_knows_whether_it_is_complete(body: dict[str, Any], ids: list[str], complete: bool) -> None:
    """Complete is a list with as many different ids as TotalRoutes says; without TotalRoutes it is taken as is."""
    listed = telegent(Vendor([body])).list_message_routes()

    assert [route["MessageRouteId"] for route in listed.routes] == ids
    assert listed.complete is complete


@pytest.mark.parametrize("body", [{}, {"TotalRoutes": 3}, {"Results": {"a": 1}}, []])
def test_a_list_without_results_is_unreadable(body: object) -> None:
    """A list answer without rows is not an empty list."""
    with pytest.raises(UnreadableAnswer):
        telegent(Vendor([body])).list_message_routes()


def test_a_long_list_is_read() -> None:
    """The list has no pages, so a thousand routes come in one answer of more than a megabyte."""
    rows = [row(f"MRID-{index}") | {"MessageUrl": "https://a.example/" + "x" * 2000} for index in range(1000)]

    assert len(telegent(Vendor([{"TotalRoutes": 1000, "Results": rows}])).list_message_routes().routes) == 1000


def test_passwords_are_not_in_the_representation_of_a_list() -> None:
    """The vendor echoes passwords in clear text; a list shown by mistake does not show them."""
    listed = telegent(Vendor([{"Results": [row("a") | {"MessagePasswordToken": "hush"}]}])).list_message_routes()

    assert "hush" not in repr(listed)


@pytest.mark.parametrize("flag", [{"Successful": False}, {"successful": False}, {"Successful": "False"}])
def test_a_200_that_says_unsuccessful_is_a_failure(flag: dict[str, Any]) -> None:
    """Successful: false in a 200 is the vendor's no, on every endpoint, with its words."""
    body = flag | {
        "Message": "Nothing done",
        "MessageRouteId": "MRID-1",
        "MessageRouteStatus": "Deleted",
        "Results": [],
    }
    client = telegent(Vendor([body]))
    calls = [
        lambda: client.create_message_route({"RouteName": "r"}),
        lambda: client.get_message_route("MRID-1"),
        lambda: client.update_message_route("MRID-1", {"RouteName": "r"}),
        lambda: client.delete_message_route("MRID-1"),
        client.list_message_routes,
        client.list_inventory,
    ]

    for call in calls:
        with pytest.raises(ErrorAnswer, match=r'Telegent answered 200 "Nothing done" \(Successful: false\)') as failed:
            call()
        assert not failed.value.unclear


def test_an_object_in_a_wrapper_is_unwrapped() -> None:
    """An older text puts every object into Data beside Successful."""
    client = telegent(Vendor([{"Successful": True, "Data": ROUTE}]))

    assert client.get_message_route("MRID-1") == ROUTE
    assert client.create_message_route({"RouteName": "r"}) == ROUTE
    assert client.update_message_route("MRID-1", {"RouteName": "r"}) == ROUTE


def test_both_spellings_of_the_ids_are_read() -> None:
    """AccountID and MessageRouteID read as AccountId and MessageRouteId."""
    client = telegent(Vendor([{"MessageRouteID": "MRID-1", "AccountID": "AID-1"}]))

    assert client.get_message_route("MRID-1") == {"MessageRouteId": "MRID-1", "AccountId": "AID-1"}


def test_another_route_than_the_one_asked_for_is_unreadable() -> None:
    """A route under another id, in letter case too, is not the answer."""
    with pytest.raises(UnreadableAnswer, match="with another message route"):
        telegent(Vendor([ROUTE | {"MessageRouteId": "mrid-1"}])).get_message_route("MRID-1")


@pytest.mark.parametrize("body", [{}, {"MessageRouteId": None}, {"MessageRouteId": ""}, {"MessageRouteId": {}}])
def test_a_route_without_its_id_is_unreadable(body: dict[str, Any]) -> None:
    """An object without MessageRouteId is no route."""
    client = telegent(Vendor([body]))

    with pytest.raises(UnreadableAnswer):
        client.get_message_route("MRID-1")
    with pytest.raises(UnreadableAnswer):
        client.create_message_route({"RouteName": "r"})


@pytest.mark.parametrize(
    "content",
    [
        '{"MRID": "MRID-9", "odd": true}',
        '["MRID-9"]',
        '{"MessageRouteId": "MRID-9", broken',
        "created MRID-9",
    ],
)
def test_an_unreadable_answer_to_a_create_keeps_its_text_for_a_search(content: str) -> None:
    """The caller can look for the id of the route that was made; the error's words do not show the text."""
    with pytest.raises(UnreadableAnswer) as failed:
        telegent(Vendor([raw(200, content, "application/json")])).create_message_route({"RouteName": "r"})

    assert failed.value.unclear
    assert "MRID-9" in failed.value.text
    assert "MRID-9" not in str(failed.value)


def test_an_update_answer_may_be_any_object() -> None:
    """What the vendor echoes after an update is not relied on."""
    assert telegent(Vendor([{}])).update_message_route("MRID-1", {"RouteName": "r"}) == {}


def test_errors_name_the_operation_and_the_object() -> None:
    """Each endpoint's error begins with what was attempted on what."""
    client = telegent(Vendor([answer(404, {"StatusCode": 404, "Message": "Not found."})]))

    calls = {
        "cannot create message route r: ": lambda: client.create_message_route({"RouteName": "r"}),
        "cannot read message route MRID-1: ": lambda: client.get_message_route("MRID-1"),
        "cannot update message route MRID-1: ": lambda: client.update_message_route("MRID-1", {"RouteName": "r"}),
        "cannot delete message route MRID-1: ": lambda: client.delete_message_route("MRID-1"),
        "cannot list message routes: ": client.list_message_routes,
        "cannot list message routes of account AID-1: ": lambda: client.list_message_routes("AID-1"),
        "cannot list the numbers inventory: ": client.list_inventory,
    }

    for words, call in calls.items():
        with pytest.raises(NotFound) as failed:
            call()
        assert str(failed.value).startswith(words + 'Telegent answered 404 "Not found."; ')
