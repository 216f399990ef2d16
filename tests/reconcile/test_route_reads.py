"""Reads of routes are shared: the account's list, wherever it tells what is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.in_process import InProcess
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.composition import named_objects_of
from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.emulator import application
from pulumi_messaging.errors import Refused
from pulumi_messaging.reconcile.lists import COOLDOWN, MAX_AGE
from pulumi_messaging.reconcile.named.create_notes import PendingCreates
from pulumi_messaging.reconcile.ownership import Ownership
from pulumi_messaging.settings import TelegentSettings
from tests.support.cache import no_notes
from tests.support.emulator.control import control

SETTINGS = TelegentSettings("DID-emulator", "emulator-secret", None, "http://emulator.localhost/v1.0")
URL = "https://hooks.example.com/in"


class Account:
    """Routes of the emulator, in process, and one process's flows over them; time passes when the test says so."""

    def __init__(self, store: str | None = None, notes: Path | None = None) -> None:
        self.seconds = 0.0
        self._emulator = application(":memory:", lambda: 1_800_000_000.0 + self.seconds)
        clock = Clock(now=lambda: 1_800_000_000.0 + self.seconds, monotonic=lambda: self.seconds, sleep=lambda _: None)
        self.client = TelegentClient(replace(SETTINGS, emulator_store=store), InProcess(self._emulator), clock=clock)
        self.flows = named_objects_of(
            self.client, Ownership(), PendingCreates(ROUTES, notes) if notes else no_notes(), lambda _: None
        )
        self.control("PATCH", "settings", {"telegentRequestsPerMinute": 0})

    def close(self) -> None:
        self.client.close()
        self._emulator.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return control(self._emulator, method, path, body)

    def add(self, count: int, **fields: Any) -> list[str]:
        made = self.control("POST", "routes", [{"RouteName": f"route-{place}", **fields} for place in range(count)])
        return [route["MessageRouteId"] for route in made]

    def asked(self) -> Counter[str]:
        """What was asked for since the last time, tokens apart."""
        log = Counter(entry["operation"] for entry in self.control("DELETE", "requests"))
        del log["createToken"]
        return log

    def read(self, route_id: str, **managed: Any) -> Any:
        mark = {"__account": str(self.flows.evidence.mark)}
        held = {"messageUrl": URL, "messageUrlMethod": "POST", "messageRouteId": route_id, **mark, **managed}
        return self.flows.read(route_id, held)


@pytest.fixture
def account() -> Iterator[Account]:
    """An account without routes."""
    with closing(Account()) as made:
        yield made


def test_asked_again_a_route_gets_a_read_of_its_own(account: Account) -> None:
    """The list's word is for one question, and for a minute."""
    first, second, third = account.add(3)
    assert account.read(first)
    assert account.read(second)
    assert account.asked() == {"listMessageRoutes": 1}
    account.control("PATCH", f"routes/{first}", {"MessageUrl": "https://theirs.example/"})
    assert account.read(first).inputs["messageUrl"] == "https://theirs.example/"
    assert account.asked() == {"getMessageRoute": 1}
    account.seconds = MAX_AGE + 1
    account.control("PATCH", f"routes/{third}", {"MessageUrl": "https://theirs.example/"})
    assert account.read(third).inputs["messageUrl"] == "https://theirs.example/"
    assert account.asked() == {"listMessageRoutes": 1}


def test_what_was_listed_before_a_write_is_not_believed(account: Account) -> None:
    """After an update of ours the list from before it does not speak for that route."""
    first, second = account.add(2)
    held = {"messageUrl": URL, "messageUrlMethod": "POST", "onDestroy": "delete"}
    assert account.read(first)
    account.flows.update(second, held, {**held, "messageUrl": "https://ours.example/"})
    account.asked()

    assert account.read(second).inputs["messageUrl"] == "https://ours.example/"
    assert account.asked() == {"getMessageRoute": 1}


def test_a_route_that_the_list_lacks_is_read_singly(account: Account) -> None:
    """A list that lags behind drops nothing."""
    old = account.add(2)
    account.seconds = 100
    account.control("PATCH", "settings", {"telegentListLagSeconds": 50})
    new = account.add(2)

    assert all(account.read(route_id) for route_id in (*old, *new))
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 2}


def test_routes_that_are_gone_cost_one_read_each(account: Account) -> None:
    """A complete list without them and the vendor's 404: both say so, and nothing else is asked."""
    routes = account.add(10)
    for route_id in routes[:5]:
        account.control("DELETE", f"routes/{route_id}")

    assert [account.read(route_id) is None for route_id in routes] == [True] * 5 + [False] * 5
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 5}


def test_a_route_deleted_after_the_list_is_looked_for_again(account: Account) -> None:
    """A list from before the deletion does not contradict the 404: a new one decides."""
    first, second = account.add(2)
    assert account.read(first)
    account.control("DELETE", f"routes/{first}")
    assert account.read(first) is None
    assert account.asked() == {"listMessageRoutes": 2, "getMessageRoute": 1}
    assert account.read(second)


def test_a_list_from_before_our_create_confirms_nothing(account: Account) -> None:
    """A 404 for a route that we made after the list was read is not confirmed by its absence from that list."""
    (first,) = account.add(1)
    assert account.read(first)
    no = {"operation": "listMessageRoutes", "status": 400, "body": {"StatusCode": 400, "Message": "No."}}
    account.control("POST", "answers", no)  # to the look after the create
    made, held = account.flows.create({"routeName": "ours", "messageUrl": URL, "messageUrlMethod": "POST"})
    no = {"operation": "getMessageRoute", "status": 404, "body": {"StatusCode": 404, "Message": "Not found."}}
    account.control("POST", "answers", no)

    with pytest.raises(Refused, match="although the account's list has it"):
        account.flows.read(made, held)


def test_a_short_list_is_believed_for_what_it_has(account: Account) -> None:
    """Fewer routes than its total: those that are there need no other read; what is missing is not taken for gone."""
    first, second = account.add(2)
    account.control("PATCH", "settings", {"telegentListShort": True})
    account.control("DELETE", f"routes/{second}")

    assert account.read(first)
    assert account.asked() == {"listMessageRoutes": 1}
    with pytest.raises(Refused, match="cannot tell whether message route"):
        account.read(second)


def listed(route_ids: list[str], **fields: Any) -> dict[str, Any]:
    """A list answer that tells only these fields."""
    rows = [{"MessageRouteId": route_id, "MessageUrl": URL, **fields} for route_id in route_ids]
    return {"operation": "listMessageRoutes", "body": {"TotalRoutes": len(rows), "Results": rows}}


def test_a_list_of_basic_information_is_not_taken_for_the_whole(account: Account) -> None:
    """A compared field that the list leaves out is read singly, and is not taken for empty."""
    routes = account.add(3, CallbackMessageUrl=f"{URL}/receipts")
    account.control("POST", "answers", listed(routes, MessageUrlMethod="POST"))
    found = [account.read(route_id, callbackMessageUrl=f"{URL}/receipts") for route_id in routes[:2]]

    assert all(reading.inputs["callbackMessageUrl"] == f"{URL}/receipts" for reading in found)
    assert account.read(routes[2])
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 2}


def test_a_field_that_is_empty_on_one_route_is_not_taken_for_empty_on_another(account: Account) -> None:
    """Where lists leave a field out, a read of its own that leaves it out too speaks for that route only."""
    account.control("PATCH", "settings", {"telegentUnsetAs": "absent"})
    (empty,) = account.add(1)
    (theirs,) = account.add(1, CallbackMessageUrl=f"{URL}/theirs")
    account.control("POST", "answers", listed([empty, theirs], MessageUrlMethod="POST"))

    assert account.read(empty, callbackMessageUrl="").inputs["callbackMessageUrl"] == ""
    assert account.read(theirs, callbackMessageUrl="").inputs["callbackMessageUrl"] == f"{URL}/theirs"


def test_flags_that_no_answer_tells_cost_one_read(account: Account) -> None:
    """The vendor's answers usually hold no flags: one read of a route's own finds that out for all."""
    routes = account.add(20, InboundBypass=True)
    assert all(account.read(route_id, inboundBypass=True) for route_id in routes)
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 1}


def test_flags_that_only_a_read_of_its_own_tells_are_compared(account: Account) -> None:
    """Where the list leaves flags out and a single read has them, drift of a flag shows."""
    routes = account.add(3, InboundBypass=False)
    account.control("POST", "answers", listed(routes, MessageUrlMethod="POST"))
    account.control("PATCH", "settings", {"telegentReturnFlags": True})
    found = [account.read(route_id, inboundBypass=True).inputs["inboundBypass"] for route_id in routes]

    assert found == [False, False, False]
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 3}


def test_a_list_that_fails_is_left_alone(account: Account) -> None:
    """One failing list makes everybody read singly, for a while and without asking for it again; then it is tried."""
    routes = account.add(40)
    no = {"operation": "listMessageRoutes", "times": 9, "status": 400, "body": {"StatusCode": 400, "Message": "No."}}
    account.control("POST", "answers", no)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(account.read, routes[:20]))
    assert account.asked() == {"listMessageRoutes": 1, "getMessageRoute": 20}
    account.control("DELETE", "answers")
    account.seconds = COOLDOWN + 1

    assert all(account.read(route_id) for route_id in routes[20:])
    assert account.asked() == {"listMessageRoutes": 1}


def test_lists_hold_no_secret(account: Account) -> None:
    """Passwords and tokens that a list echoes do not get past the client."""
    account.add(1, MessagePasswordToken="hush-hush", CallbackMessagePasswordToken="hush-hush")
    found = account.client.list_message_routes().routes
    assert len(found) == 1
    assert "hush" not in str(found)


def test_each_emulator_file_is_an_account_of_its_own(tmp_path: Path) -> None:
    """Creates of one name on two embedded emulators, which have one URL and one key, are not in each other's way."""
    for store in ("first.db", "second.db"):
        account = Account(store, tmp_path / "notes")
        account.flows.create({"routeName": "ours", "messageUrl": URL, "messageUrlMethod": "POST"})
        account.close()

    assert len([note for note in (tmp_path / "notes").iterdir() if note.is_file()]) == 2
