"""Each resource from create to destroy under every reading of the vendors' documentation.

The lifecycle, the wiring, the clients and the emulator are the real ones; every run is a process of its own, as far as
the provider can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.api import transport
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.core.fields import Values
from pulumi_messaging.errors import MessagingError, Refused
from pulumi_messaging.lifecycle import Lifecycle
from pulumi_messaging.resource_types import NUMBER, NUMBER_GROUP, ROUTE, ResourceType
from pulumi_messaging.wiring import Wiring
from pulumi_messaging_emulator.app import application
from pulumi_messaging_emulator.settings import READINGS, Setting
from tests.support.cache import prepared_cache
from tests.support.emulator.seed import ALERTS, DEFAULT, THIRD

# Values of the readings that are numbers, beside their defaults.
QUANTITIES: dict[str, tuple[float, ...]] = {
    "telegentTokenSeconds": (31, 1),
    "telegentRequestsPerMinute": (0,),
    "telegentInventoryPageSize": (1,),
    "telegentNumberOrderSeconds": (0,),
    "telnyxRequestsPerMinute": (0,),
    "telnyxBulkPolls": (0, 2),
    "telnyxBulkSeconds": (0.3,),
    "telnyxBulkMost": (50,),
}
# Readings under which a run of the provider fails, with a test of its own for each.
FAILING = ({"telegentScopeQuery": True}, {"telegentNoRouteAs": "absent"}, {"telnyxTags": "merge"})
MANY = [f"+1555030{last:04d}" for last in range(60)]  # more numbers than single updates are worth
URL = "https://hooks.example.com/in"


def values(setting: Setting) -> tuple[Any, ...]:
    """The values of a reading other than its default."""
    every = setting.allowed or QUANTITIES.get(setting.name) or (not setting.default,)
    return tuple(value for value in every if value != setting.default)


def readings(vendor: str) -> list[Any]:
    """The settings of every reading of a vendor as test parameters, the defaults first."""
    found = [setting for setting in READINGS if setting.name.startswith(vendor)]
    changes = [{}, *({setting.name: value} for setting in found for value in values(setting))]
    return [
        pytest.param(change, id=" ".join(f"{name}={value!r}" for name, value in change.items()) or "defaults")
        for change in changes
        if change not in FAILING
    ]


class Stack:
    """One resource in the state of an engine, over an emulator in a file."""

    def __init__(self, folder: Path, resource: ResourceType, reading: dict[str, Any]) -> None:
        self.said: list[str] = []
        self.reading = reading
        self.emulator = application(folder / "emulator.db")
        self.emulator.control("PATCH", "settings", reading)
        self.object_id = ""
        self._resource = resource
        self._environ = {"XDG_CACHE_HOME": prepared_cache(folder / "cache")}
        self._config = dict.fromkeys(("telegent:baseUrl", "telnyx:baseUrl"), f"emulator:{folder / 'emulator.db'}")
        self._inputs: Values = {}
        self._outputs: Values = {}

    def up(self, declared: Values) -> list[str]:
        """Make the resource as declared; the state names of the changed fields."""
        with self._process() as life:
            checked = life.check(self._inputs, declared)
            assert checked.problems == ()
            if not self.object_id:
                created = life.create(checked.inputs)
                self.object_id, self._outputs, changed = created.object_id, created.outputs, ["create"]
            else:
                changes = life.diff(self.object_id, self._outputs, checked.inputs).changes
                changed = [change.field.state for change in changes]
                if changed:
                    self._outputs = life.update(self.object_id, self._outputs, checked.inputs)
            self._inputs = checked.inputs
        return changed

    def refresh(self) -> set[str] | None:
        """Read the resource; the state names of the inputs that differ from the last run, or None when it is gone."""
        before = self._inputs
        with self._process() as life:
            reading = life.read(self.object_id, self._outputs)
        if reading is None:
            return None
        self._inputs, self._outputs = reading.inputs, reading.outputs
        return {name for name in before.keys() | self._inputs.keys() if before.get(name) != self._inputs.get(name)}

    def destroy(self) -> None:
        """Delete the resource."""
        with self._process() as life:
            life.delete(self.object_id, self._outputs)
        self.object_id, self._inputs, self._outputs = "", {}, {}

    def settle(self, declared: Values) -> None:
        """Run again, and read: no difference, and no request that is not a read."""
        self.emulator.control("DELETE", "requests")
        assert self.up(declared) == []
        assert self.requests() == []
        assert self.refresh() == set()
        assert [name for name in self.requests() if not name.startswith(("list", "get", "retrieve"))] == []
        assert self.up(declared) == []

    def requests(self) -> list[str]:
        """The operations since the log was deleted, tokens left out."""
        found = [entry["operation"] for entry in self.emulator.control("GET", "requests")]
        return [name for name in found if name != "createToken"]

    def routes(self) -> dict[str, Any]:
        """Every route at the vendor by its id."""
        return {route["MessageRouteId"]: route for route in self.emulator.control("GET", "state")["routes"]}

    def settings(self) -> dict[str, tuple[str | None, str, list[str]]]:
        """Profile, product and tags of every number at the vendor."""
        return {
            number["phone_number"]: (number["messaging_profile_id"], number["messaging_product"], number["tags"])
            for number in self.emulator.control("GET", "state")["numbers"]
        }

    @contextmanager
    def _process(self) -> Iterator[Lifecycle]:
        wiring = Wiring(self.said.append)
        try:
            yield Lifecycle(self._resource, wiring, self._config.get, self._environ)
        finally:
            wiring.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients wait a tenth of the time: polls of bulk orders."""
    monkeypatch.setattr(transport, "Clock", lambda sleep: Clock(sleep=lambda seconds: sleep(seconds / 10)))


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Makes the stack of a resource under a reading."""
    stacks: list[Stack] = []

    def make(resource: ResourceType, reading: dict[str, Any]) -> Stack:
        stacks.append(Stack(tmp_path, resource, reading))
        return stacks[-1]

    yield make
    for one in stacks:
        one.emulator.close()


# Routes ---------------------------------------------------------------------------------------------------------------

CREATED = {
    "__autoname": "orders-0123456",
    "messageUrl": URL,
    "messageUrlMethod": "POST",
    "messageRouteEnabled": True,
    "messageAuthenticationType": "Basic",
    "messageUsername": "user",
    "messagePasswordToken": "password",
    "callbackMessageUrl": f"{URL}/receipts",
    "callbackMessageUrlMethod": "GET",
    "inboundBypass": False,
    "intelligentRouteEnabled": True,
}
DRIFTED = {"messageUrl", "callbackMessageUrl", "messageRouteEnabled"}
UPDATED = {
    **CREATED,
    "messageUrl": f"{URL}/v2",
    "messageRouteEnabled": False,
    "messageAuthenticationType": "Bearer",
    "messageUsername": "",
    "messagePasswordToken": "token",
    "callbackMessageUrl": "",
    "callbackMessageUrlMethod": "",
    "intelligentRouteEnabled": False,
}


def expected_route(declared: Values) -> dict[str, Any]:
    """The fields of a route at the vendor."""
    fields = {name[0].upper() + name[1:]: value for name, value in declared.items() if not name.startswith("__")}
    return {
        name: value if value != "" else None for name, value in fields.items() if name not in ("Adopt", "OnDestroy")
    }


def assert_route(stack: Stack, declared: Values) -> None:
    """The route of the stack has the declared values, its URLs as the vendor spells them."""
    route, expected = stack.routes()[stack.object_id], expected_route(declared)
    if stack.reading.get("telegentUrlSpelling") == "slash":
        expected |= {name: f"{url}/" for name, url in expected.items() if name.endswith("Url") and url}
    assert {**route, **expected} == route


@pytest.mark.parametrize("reading", readings("telegent"))
def test_route(stack: Callable[..., Stack], reading: dict[str, Any]) -> None:
    """A route is as declared after each run, no second run has a difference, and destroy removes it."""
    it = stack(ROUTE, reading)
    for declared in (UPDATED, CREATED):
        assert it.up(declared)
        assert_route(it, declared)
        it.settle(declared)

    foreign = {"MessageUrl": "https://elsewhere.example.com", "CallbackMessageUrl": None, "MessageRouteEnabled": False}
    it.emulator.control("PATCH", f"routes/{it.object_id}", foreign)
    assert it.refresh() == DRIFTED
    assert set(it.up(CREATED)) == DRIFTED
    assert_route(it, CREATED)
    it.settle(CREATED)

    if not reading.get("telegentDeleteSupported", True):
        with pytest.raises(MessagingError, match='on_destroy="disable"'):
            it.destroy()
        assert_route(it, CREATED)
        return
    it.destroy()
    assert it.routes() == {}


@pytest.mark.parametrize("reading", readings("telegent"))
def test_adopted_route(stack: Callable[..., Stack], reading: dict[str, Any]) -> None:
    """A route is taken over, is as declared, and is as before after destroy."""
    it = stack(ROUTE, reading)
    foreign = it.emulator.control("POST", "routes", {"RouteName": "foreign", "CallbackMessageUrl": f"{URL}/foreign"})
    declared = {
        "__autoname": "orders-0123456",
        "messageUrl": f"{URL}/adopted",
        "messageUrlMethod": "GET",
        "callbackMessageUrl": "",
        "messageRouteEnabled": False,
        "adopt": foreign["MessageRouteId"],
        "onDestroy": "retain",
    }
    assert it.up(declared)
    assert it.object_id == foreign["MessageRouteId"]
    assert_route(it, declared)
    it.settle(declared)
    it.destroy()
    assert list(it.routes()) == [foreign["MessageRouteId"]]


@pytest.mark.parametrize("reading", readings("telegent"))
def test_deleted_route(stack: Callable[..., Stack], reading: dict[str, Any]) -> None:
    """A refresh finds that somebody else has deleted the route."""
    it = stack(ROUTE, reading)
    it.up(CREATED)
    it.emulator.control("DELETE", f"routes/{it.object_id}")
    assert it.refresh() is None


def test_tokens_whose_scope_has_a_query(stack: Callable[..., Stack]) -> None:
    """Tokens are requested for the path of an endpoint: nothing is made, and the error names the scope."""
    it = stack(ROUTE, {"telegentScopeQuery": True})
    with pytest.raises(MessagingError, match=r"cannot list message routes.*not requested for this endpoint"):
        it.up(CREATED)
    assert it.routes() == {}


def test_numbers_whose_rows_lack_the_route(stack: Callable[..., Stack]) -> None:
    """Such a number may be on any route: none is deleted, and the error names the numbers."""
    it = stack(ROUTE, {"telegentNoRouteAs": "absent"})
    it.up(CREATED)
    with pytest.raises(Refused, match=r"the inventory does not show which route 3 number\(s\) use \(\+15550200001, "):
        it.destroy()
    assert len(it.routes()) == 1


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", readings("telnyx"))
def test_number(stack: Callable[..., Stack], reading: dict[str, Any]) -> None:
    """A number is as declared after each run, no second run has a difference, and destroy restores it."""
    it = stack(NUMBER, reading)
    before = it.settings()
    created = {"phoneNumber": THIRD, "messagingProfileId": ALERTS, "messagingProduct": "P2P", "tags": ("a",)}
    updated = {**created, "messagingProfileId": DEFAULT, "messagingProduct": "A2P", "tags": ("a", "b")}
    unassigned = {"phoneNumber": THIRD, "messagingProfileId": "", "tags": ("a", "b")}
    for declared in (created, updated, unassigned, created):
        assert it.up(declared)
        assert_number(it, THIRD, declared)
        it.settle(declared)

    for profile in (DEFAULT, None):
        it.emulator.control("PATCH", f"numbers/{THIRD}", {"messaging_profile_id": profile})
        assert it.refresh() == {"messagingProfileId"}
        assert it.up(created) == ["messagingProfileId"]
        assert_number(it, THIRD, created)
        it.settle(created)

    it.destroy()
    if reading.get("telnyxNoTagsAs") == "absent":  # no answer showed the former tags: said, and left as they are
        assert [line for line in it.said if "the former tags is not known" in line]
        profile, product, _ = before[THIRD]
        before[THIRD] = profile, product, ["a"]
    assert it.settings() == before


def test_tags_that_cannot_be_removed(stack: Callable[..., Stack]) -> None:
    """Tags that a PATCH adds to the others: adding works, a removal without effect is an error."""
    it = stack(NUMBER, {"telnyxTags": "merge"})
    declared = {"phoneNumber": THIRD, "messagingProfileId": ALERTS, "tags": ("a", "b")}
    it.up(declared)
    assert_number(it, THIRD, declared)
    it.settle(declared)
    with pytest.raises(MessagingError, match="Telnyx answered success, but tags is"):
        it.up({**declared, "tags": ("a",)})


@pytest.mark.parametrize("reading", readings("telnyx"))
def test_group(stack: Callable[..., Stack], reading: dict[str, Any]) -> None:
    """The numbers of a group are as declared after each run, and as before after they leave it."""
    it = stack(NUMBER_GROUP, reading)
    it.emulator.control("POST", "numbers", [{"phone_number": number} for number in MANY])
    before = it.settings()
    group = {"__group": "group-0", "phoneNumbers": tuple(MANY), "messagingProfileId": ALERTS}
    fewer = {**group, "phoneNumbers": tuple(MANY[:50]), "messagingProfileId": DEFAULT}
    for declared in (group, fewer):
        assert it.up(declared)
        assert_group(it, before, declared)
        it.settle(declared)

    it.emulator.control("PATCH", f"numbers/{MANY[0]}", {"messaging_profile_id": ALERTS})
    assert it.refresh() == {"phoneNumbers"}
    assert it.up(fewer) == ["phoneNumbers"]
    assert_group(it, before, fewer)
    it.settle(fewer)

    it.destroy()
    assert it.settings() == before


def assert_group(stack: Stack, before: dict[str, Any], declared: Values) -> None:
    """The numbers of the group have its profile; the others are as before."""
    on_profile = (declared["messagingProfileId"], "A2P", [])
    assert stack.settings() == before | dict.fromkeys(declared["phoneNumbers"], on_profile)


def assert_number(stack: Stack, phone_number: str, declared: Values) -> None:
    """The number has the declared settings."""
    profile, product, tags = stack.settings()[phone_number]
    assert (profile or "") == declared["messagingProfileId"]
    assert product == declared.get("messagingProduct", product)
    assert tags == list(declared["tags"])
