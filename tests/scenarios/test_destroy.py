"""What on_destroy promises, for both resources: there, gone, changed by another, in use, refused."""

from __future__ import annotations

from typing import Any

from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.scenarios.expected import DELETE, URL, each, ordered, patch, update

MINIMAL = {"message_url": URL, "message_url_method": "POST"}


def numbers(world: Any, *names: str) -> dict[str, tuple[str, str]]:
    """A number on the profile "default", tagged, for every name: E.164 and id."""
    made = {name: (f"+155501300{place:02}", f"14000000000000001{place:02}") for place, name in enumerate(names)}
    before = {"messaging_profile_id": DEFAULT, "tags": ["before"], "eligible_messaging_products": ["A2P", "P2P"]}
    world.control("POST", "numbers", [{"id": one, "phone_number": number, **before} for number, one in made.values()])
    return made


def test_routes(world: Any) -> None:
    """Policy delete deletes, disable disables, retain does not call; gone already is done; at most one write each."""
    policies = ("delete", "disable", "retain")
    there = {f"{policy}-there": {**MINIMAL, "on_destroy": policy} for policy in policies}
    gone = {f"{policy}-gone": {**MINIMAL, "on_destroy": policy} for policy in policies}
    world.declare(there | gone)
    assert world.up().ok
    for name in gone:
        world.drop_route(name)
    destroy = world.destroy()
    assert destroy.ok, destroy.text
    assert destroy.ops == each(there | gone, "delete")
    assert destroy.writes == ordered(
        (DELETE, {"MessageRouteId": "<delete-there>"}),
        (DELETE, {"MessageRouteId": "<former delete-gone>"}),
        update("disable-there", MessageRouteEnabled=False),
        update("former disable-gone", MessageRouteEnabled=False),
    )
    stored = world.routes()
    assert {name: route["MessageRouteEnabled"] for name, route in stored.items()} == {
        "<disable-there>": False,
        "<retain-there>": True,
    }


def test_routes_that_cannot_be_deleted(world: Any) -> None:
    """A route in use is refused with its numbers before anything is sent; a 405 names on_destroy="disable"."""
    world.declare({"used": MINIMAL})
    assert world.up().ok
    world.use_route("used", "+15550200001")
    world.use_route("used", "+15550200003")
    destroy = world.destroy()
    assert not destroy.ok
    assert destroy.errors == (
        (
            "cannot delete message route <used>: 2 number(s) still use it (+15550200001, +15550200003); move them to "
            'another route first, or set on_destroy="disable" or "retain" and run `pulumi up`; a number of a '
            'NumberRoute or NumberRouteGroup that was on no route before leaves it with on_destroy="detach" there'
        ),
    )
    assert destroy.writes == []
    assert "used" in world.state()

    for number in ("+15550200001", "+15550200003"):
        world.control("PATCH", f"telegent-numbers/{number}", {"MessageRouteId": None})
    # Nothing is deleted when the numbers that should guard it cannot be read.
    world.script(operation="listInventory", status=403, body={"StatusCode": 403, "Message": "No."}, times=5)
    destroy = world.destroy()
    assert not destroy.ok
    assert destroy.writes == []
    world.control("DELETE", "answers")

    world.settings(telegentDeleteSupported=False)
    destroy = world.destroy()
    assert not destroy.ok
    assert len(destroy.errors) == 1
    assert destroy.errors[0].startswith("cannot delete message route <used>: ")
    assert destroy.errors[0].endswith('set on_destroy="disable" or "retain", run `pulumi up`, then destroy')
    assert world.routes()["<used>"]["MessageRouteEnabled"] is True

    world.declare({"used": {**MINIMAL, "on_destroy": "disable"}})
    up = world.up()
    assert up.diffs == {"used": ("+onDestroy",)}
    assert up.requests == ()
    assert world.destroy().writes == [update("used", MessageRouteEnabled=False)]


def test_numbers(world: Any) -> None:
    """Policy restore puts back what is still ours, unassign takes our profile off, retain does not call."""
    profiled = {"messaging_profile_id": ALERTS, "tags": ["ours"]}
    cases = ("restore", "restore-changed", "restore-part", "unassign", "unassign-changed", "retain", "gone")
    made = numbers(world, *cases, "same")
    resources = {
        name: {"phone_number": made[name][0], **profiled, "on_destroy": name.partition("-")[0]}
        for name in cases
        if name != "gone"
    }
    resources["gone"] = {"phone_number": made["gone"][0], **profiled}
    resources["same"] = {"phone_number": made["same"][0], "messaging_profile_id": DEFAULT, "tags": ["before"]}
    world.declare(resources)
    up = world.up()
    assert up.ok, up.text
    assert len(up.writes) == len(cases)
    world.edit_number(made["restore-changed"][1], messaging_profile_id=None, tags=["theirs"])
    world.edit_number(made["restore-part"][1], tags=["theirs"])
    world.edit_number(made["unassign-changed"][1], messaging_profile_id=DEFAULT)
    world.drop_number(made["gone"][1])

    destroy = world.destroy()
    assert destroy.ok, destroy.text
    assert destroy.writes == ordered(
        patch(made["restore"][1], messaging_profile_id=DEFAULT, tags=["before"]),
        patch(made["restore-part"][1], messaging_profile_id=DEFAULT),
        patch(made["unassign"][1], messaging_profile_id=""),
    )
    stored = world.numbers()
    assert {name: stored.get(made[name][0]) for name in (*cases, "same")} == {
        "restore": (DEFAULT, "A2P", ("before",)),
        "restore-changed": (None, "A2P", ("theirs",)),
        "restore-part": (DEFAULT, "A2P", ("theirs",)),
        "unassign": (None, "A2P", ("ours",)),
        "unassign-changed": (DEFAULT, "A2P", ("ours",)),
        "retain": (ALERTS, "A2P", ("ours",)),
        "gone": None,
        "same": (DEFAULT, "A2P", ("before",)),
    }


def test_a_profile_that_no_longer_exists(world: Any) -> None:
    """Restore to a profile that is gone: the number is left as it is, and the error names on_destroy="unassign"."""
    made = numbers(world, "number")
    number, number_id = made["number"]
    world.declare({"number": {"phone_number": number, "messaging_profile_id": ALERTS}})
    assert world.up().ok
    world.control("DELETE", f"profiles/{DEFAULT}")
    destroy = world.destroy()
    assert not destroy.ok
    assert len(destroy.errors) == 1
    assert destroy.errors[0].startswith(f'cannot restore messaging_profile_id "{DEFAULT}" of number {number}: ')
    assert 'set on_destroy="unassign" or "retain"' in destroy.errors[0]
    assert world.numbers()[number] == (ALERTS, "A2P", ("before",))
    world.declare({"number": {"phone_number": number, "messaging_profile_id": ALERTS, "on_destroy": "unassign"}})
    assert world.up().requests == ()
    assert world.destroy().writes == [patch(number_id, messaging_profile_id="")]
