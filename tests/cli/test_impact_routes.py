from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.cli.touches import HANDED_OVER
from pulumi_messaging.core.hidden import FORMER
from pulumi_messaging.emulator import Server, serve
from tests.support.cli.previews import held_route, impact, route, side, step, write, write_state
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET

NEW = "https://new.example.com"
A, B, C, D = "+15550200101", "+15550200102", "+15550200103", "+15550200104"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An emulator with two numbers on one route, one on each of two others, and none on a fourth."""
    with serve(tmp_path / "emulator.db") as running:
        control(running, "PATCH", "settings", {"telegentRequestsPerMinute": 0})
        for route_id in ("MRID-1", "MRID-2", "MRID-3", "MRID-4"):
            control(running, "POST", "routes", {"MessageRouteId": route_id, "RouteName": route_id})
        for number, route_id in ((A, "MRID-1"), (B, "MRID-1"), (C, "MRID-2"), (D, "MRID-4")):
            control(running, "POST", "telegent-numbers", {"Number": number, "MessageRouteId": route_id})
        yield running


def _routed(name: str, number: str, route_id: str, former: str | None = None) -> dict[str, Any]:
    inputs = {"number": number, "messageRouteId": route_id, "onDestroy": "restore"}
    outputs = None if former is None else {**inputs, FORMER: {"messageRouteId": former}}
    return side("NumberRoute", name, inputs, outputs, number)


def _updated(name: str, route_id: str) -> dict[str, Any]:
    return step("update", held_route(name, route_id), route(name, messageUrl=NEW))


def _credentials(server: Server) -> dict[str, str]:
    return {
        "TELEGENT_BASE_URL": server.url,
        "TELEGENT_ACCOUNT_KEY": ACCOUNT_KEY,
        "TELEGENT_ACCOUNT_SECRET": ACCOUNT_SECRET,
    }


def test_the_numbers_of_a_route_are_those_of_the_state_without_credentials(tmp_path: Path) -> None:
    """It says so, on stderr too: others may use the route."""
    held = [_routed("a", A, "MRID-1", "MRID-9"), _routed("b", B, "MRID-1", ""), _routed("c", C, "MRID-2", "")]
    state = write_state(tmp_path / "state.json", *held)
    file = write(tmp_path / "p.json", _updated("orders", "MRID-1"), _updated("others", "MRID-3"))

    told = impact(file, "--state", state, "--json", "--max", 2)

    assert told.status == 0
    assert told.err == (
        "pulumi-messaging: the inventory was not read: TELEGENT_ACCOUNT_KEY and TELEGENT_ACCOUNT_SECRET are not both "
        "set; numbers of routes that the state does not hold are not counted\n"
    )
    assert told.changes["orders"]["phone_numbers"] == [A, B]
    assert [one["numbers_from"] for one in told.changes.values()] == ["state", "state"]
    assert told.changes["others"]["numbers"] == 0
    assert impact(file, "--state", state).out.splitlines()[0].endswith("(MRID-1): 2 numbers in the state")


def test_a_replaced_route_touches_its_numbers(tmp_path: Path) -> None:
    """One that another resource adopts is handed over, and only counts there."""
    state = write_state(tmp_path / "state.json", _routed("a", A, "MRID-1", ""), _routed("b", B, "MRID-2", ""))
    steps = [
        step("replace", held_route("orders", "MRID-1", accountId="AID-1"), route("orders", accountId="AID-2")),
        step("delete", held_route("old", "MRID-2"), None),
        step("create", None, route("new", adopt="MRID-2")),
    ]

    told = impact(write(tmp_path / "p.json", *steps), "--state", state, "--json")

    assert {name: (one["numbers"], one["numbers_from"]) for name, one in told.changes.items()} == {
        "orders": (1, "state"),
        "old": (0, "declared"),
        "new": (1, "state"),
    }
    assert told.changes["old"]["on_destroy"] == "delete"
    assert told.changes["old"]["leaves"][0]["reason"] == HANDED_OVER


def test_a_number_that_leaves_its_route_is_put_back_on_the_former_one(tmp_path: Path) -> None:
    told = impact(write(tmp_path / "p.json", step("delete", _routed("a", A, "MRID-1", "MRID-9"), None)), "--json")

    assert (told.report["numbers"], told.changes["a"]["numbers_from"]) == (1, "declared")
    assert told.changes["a"]["puts_back"] == [{"field": "message_route_id", "value": "MRID-9", "numbers": [A]}]


def test_the_numbers_of_a_route_are_those_of_the_inventory_with_credentials(tmp_path: Path, server: Server) -> None:
    """One walk through it and one list serve all routes; what the state says does not count."""
    state = write_state(tmp_path / "state.json", _routed("c", C, "MRID-1", ""))
    steps = [
        _updated("orders", "MRID-1"),
        step("delete", held_route("others", "MRID-2", onDestroy="disable"), None),
        _updated("unused", "MRID-3"),
        step("create", None, route("adopted", adopt="MRID-4")),
        step("create", None, route("new")),
        step("update", held_route("policy", "MRID-1"), route("policy", onDestroy="retain")),
    ]
    control(server, "DELETE", "requests")

    told = impact(write(tmp_path / "p.json", *steps), "--state", state, "--json", **_credentials(server))

    assert told.status == 0, told.err
    numbers = {name: (one["numbers"], one["numbers_from"]) for name, one in told.changes.items()}
    assert numbers == {
        "orders": (2, "live"),
        "others": (1, "live"),
        "unused": (0, "live"),
        "adopted": (1, "live"),
        "new": (0, "declared"),
        "policy": (0, "declared"),
    }
    assert told.report["numbers"] == 4
    reads = [(log["path"], str(log["query"])) for log in control(server, "GET", "requests") if log["method"] == "GET"]
    assert len(reads) == len(set(reads)), "one page is read once"
    assert {path.rpartition("/")[2] for path, _ in reads} == {"inventory", "routes"}


def test_a_row_without_a_readable_route_may_be_on_every_route(tmp_path: Path, server: Server) -> None:
    """It counts, as it guards a route against deletion."""
    control(server, "POST", "telegent-numbers", {"Number": "+15550200199", "MessageRouteId": 7})

    told = impact(write(tmp_path / "p.json", _updated("orders", "MRID-1")), "--json", **_credentials(server))

    assert told.changes["orders"]["phone_numbers"] == [A, B, "+15550200199"]


def test_credentials_of_another_account_do_not_count(tmp_path: Path, server: Server) -> None:
    """A route that the account has not would seem to have no numbers."""
    file = write(tmp_path / "p.json", _updated("orders", "MRID-of-another-account"))

    told = impact(file, "--max", 10, **_credentials(server))

    assert (told.status, "it is not in the account of TELEGENT_ACCOUNT_KEY" in told.err) == (3, True)


def test_the_inventory_is_that_of_the_routes_account(tmp_path: Path, server: Server) -> None:
    """With the variables of the account; those of the default one do not help. An adopted one is in no state yet."""
    named = step("update", held_route("orders", "MRID-1", account="eu"), route("orders", messageUrl=NEW, account="eu"))
    file = write(tmp_path / "p.json", named)
    credentials = {name.replace("_", "_EU_", 1): value for name, value in _credentials(server).items()}

    assert impact(file, "--json", **credentials).changes["orders"]["phone_numbers"] == [A, B]
    adopted = write(tmp_path / "a.json", step("create", None, route("orders", adopt="MRID-1", account="eu")))
    assert impact(adopted, "--json", **credentials).changes["orders"]["phone_numbers"] == [A, B]
    lacking = impact(file, "--json", **_credentials(server)).err
    assert "TELEGENT_EU_ACCOUNT_KEY and TELEGENT_EU_ACCOUNT_SECRET are not both set" in lacking


def test_an_inventory_that_cannot_be_read_is_one_line(tmp_path: Path, server: Server) -> None:
    """Nothing is told of it; a preview that touches no route does not ask."""
    wrong = _credentials(server) | {"TELEGENT_ACCOUNT_SECRET": "wrong"}

    told = impact(write(tmp_path / "p.json", _updated("orders", "MRID-1")), "--json", **wrong)

    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("error: cannot ")
    file = write(tmp_path / "p.json", step("create", None, _routed("a", A, "MRID-1")))
    assert impact(file, "--json", **wrong).report["numbers"] == 1


def test_a_base_url_that_is_refused_is_one_line(tmp_path: Path) -> None:
    wrong = {
        "TELEGENT_BASE_URL": "http://elsewhere.example",
        "TELEGENT_ACCOUNT_KEY": "k",
        "TELEGENT_ACCOUNT_SECRET": "s",
    }

    told = impact(write(tmp_path / "p.json", _updated("orders", "MRID-1")), **wrong)

    assert (told.status, told.out) == (2, "")
    assert "TELEGENT_BASE_URL" in told.err
