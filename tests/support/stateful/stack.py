"""A stack that lives through a history, and what must hold after each of its steps."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from pulumi_messaging.core.fields import Echo, Table
from pulumi_messaging.core.message_route import DIRECTIONS, MESSAGE_ROUTE
from pulumi_messaging.core.named import WITH_CREDENTIALS
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging_emulator.fault_kinds import PLANNED
from tests.support.stateful.engine import NUMBER, ROUTE, Call, Engine, Program, Values, kind
from tests.support.stateful.histories import DESTROY, FOREIGN, LIES, REFRESH, UP, Change, Edit, Run, Step, Theirs
from tests.support.stateful.world import WRITES, Accounts, Kill

TABLES: dict[str, Table] = {ROUTE: MESSAGE_ROUTE, NUMBER: NUMBER_MESSAGING}
WIRE = {of: {field.wire: field.state for field in table.settings} for of, table in TABLES.items()}
OPERATIONS = {*WRITES.values(), "updateMessaging"}
# The keys of the objects: no settings.
KEYS = {"MessageRouteId", "AccountId"}
MOST_ROUNDS = 8
TRUE_KINDS = [name for name in PLANNED if name not in LIES]


def _policy(outputs: Values) -> str:
    """What becomes of a route at the end."""
    return str(outputs.get("onDestroy") or ("restore" if outputs.get("__adopted") else "delete"))


class Stack:
    """One program over both accounts, among objects of others."""

    def __init__(self) -> None:
        self.accounts = Accounts()
        self.engine = Engine(self.accounts)
        self.program: Program = {}
        self.foreign: dict[str, Values] = {}
        self.theirs: set[str] = set()
        self.gone: set[str] = set()
        self.released: set[str] = set()
        self.ours: set[str] = set()
        self.names: dict[str, str] = {}
        for name in FOREIGN:
            self._make(name)
        self._numbers = {number["id"]: number for number in self._state()["numbers"]}

    def close(self) -> None:
        self.accounts.close()

    # Steps -----------------------------------------------------------------------------------------------------------

    def live(self, step: Step) -> None:
        """One step of a history."""
        if isinstance(step, Edit):
            self._edit(step)
        elif isinstance(step, Change):
            self._change(step)
        elif isinstance(step, Theirs):
            self._others(step)
        else:
            self._run(step)

    def _edit(self, step: Edit) -> None:
        self.program.pop(step.name, None)
        if step.declared is not None:
            declared = dict(step.declared)
            if "adopt" in declared:
                declared["adopt"] = self.names[declared["adopt"]]
            self.program[step.name] = declared

    def _change(self, step: Change) -> None:
        if step.name in self.program:
            changed = {**self.program[step.name], **step.values}
            declared = {field: value for field, value in changed.items() if value is not None}
            if kind(step.name) == ROUTE or declared.keys() - {"phoneNumber", "onDestroy"}:
                self.program[step.name] = declared

    def _make(self, name: str) -> None:
        made = self.accounts.control("POST", "routes", {"RouteName": name, "MessageUrl": "https://theirs.example.com/"})
        route_id = made["MessageRouteId"]
        self.names[name] = route_id
        self.theirs.add(route_id)
        self.foreign[route_id] = made

    def _others(self, step: Theirs) -> None:
        if step.what == "make":
            self._make(step.target)
            return
        held = self.engine.state.get(step.target)
        object_id = held.id if held else self.names.get(step.target)
        if object_id is None:
            return
        if kind(step.target) == NUMBER:
            self._numbers[object_id] = self.accounts.control("PATCH", f"numbers/{object_id}", step.values)
        elif object_id in {route["MessageRouteId"] for route in self._state()["routes"]}:
            delete = step.what == "delete"
            doc = self.accounts.control("DELETE" if delete else "PATCH", f"routes/{object_id}", step.values)
            if delete:
                self.gone.add(object_id)
                self.foreign.pop(object_id, None)
            elif object_id in self.foreign:
                self.foreign[object_id] = doc

    def _run(self, step: Run) -> None:
        if step.what == UP and self._program_error():
            return
        for fault in step.faults:
            kinds = {"kinds": TRUE_KINDS} if "rate" in fault else {}
            self.accounts.control("POST", "faults", {**fault, **kinds})
        self.accounts.wire.kill = Kill(**step.kill) if step.kill else None
        errors = self._engine_runs(step.what)
        self.accounts.wire.kill = None
        fired = sum(entry["times"] for entry in self.accounts.control("DELETE", "faults")["fired"])
        self.check(errors, fired, step.what)
        self.accounts.time.sleep(step.pause)

    def _engine_runs(self, what: str) -> list[str]:
        if what == UP:
            return self.engine.up(self.program)
        return self.engine.refresh() if what == REFRESH else self.engine.destroy()

    def _program_error(self) -> bool:
        """The program side refuses, before anything runs, two resources that claim the same object."""
        claims = Counter(
            claim
            for declared in self.program.values()
            for claim in (declared.get("adopt"), declared.get("phoneNumber"))
        )
        del claims[None]
        return any(times > 1 for times in claims.values())

    def _state(self) -> Values:
        state: Values = self.accounts.control("GET", "state")
        return state

    # Invariants -------------------------------------------------------------------------------------------------------

    def check(self, errors: list[str], fired: int, what: str) -> None:
        """After a run: the invariants."""
        for call in self.engine.calls:
            self._check_call(call)
        routes = {route["MessageRouteId"]: route for route in self._state()["routes"]}
        self.ours |= routes.keys() - self.theirs
        self._check_names(routes)
        self._check_ids(routes, sure=what == REFRESH and not errors and not fired)
        self._check_orphans(routes)
        self._check_foreign(routes)
        sent = sum(len(call.sent) for call in self.engine.calls)
        assert sent <= self._most(what) + 8 * fired, f"{sent} requests, {fired} faults"

    def _check_call(self, call: Call) -> None:
        """Only what is declared is written, only what changed; nothing is asked to find a difference."""
        if call.operation in ("check", "diff"):
            assert not call.sent, f"{call.operation} asked {call.sent}"
        wire, updated = WIRE[kind(call.name)], False
        for sent in call.sent:
            if sent.operation not in OPERATIONS:
                continue
            assert call.operation != "read", f"a refresh wrote {sent}"
            written = {wire[key] for key in (sent.body or {}).keys() - KEYS}
            # A field that another write reset, or that they have changed, is written once more.
            again = set(call.declared or ()) if updated else set()
            updated = updated or sent.operation in ("updateMessageRoute", "updateMessaging")
            assert written <= self._writable(call) | again, f"{call.operation} of {call.name} wrote {written}"
            if sent.operation == "deleteMessageRoute":
                assert call.operation == "delete"
        if call.held is not None and call.operation == "delete":
            policy = _policy(call.held.outputs)
            if any(sent.operation == "deleteMessageRoute" for sent in call.sent):
                assert policy == "delete"
                self.gone.add(call.held.id)
            if call.error is None and call.held.id not in self.gone:
                self.released.add(call.held.id)
        if kind(call.name) == ROUTE and call.declared and "adopt" in call.declared:
            self.foreign.pop(call.declared["adopt"], None)

    def _writable(self, call: Call) -> set[str]:
        if call.operation == "create":
            assert call.declared
            return {name for name, value in call.declared.items() if value is not None}
        assert call.held
        if call.operation == "update":
            assert call.declared
            outputs = call.held.outputs
            changed = {n for n, value in call.declared.items() if value is not None and value != outputs.get(n)} | {
                # A field that becomes managed may have the value already, as far as the state knows.
                n
                for n in call.declared
                if n not in outputs.get("__former", {})
            }
            # An authentication type takes its credentials along where the object has none.
            types = {direction.authentication.state: direction for direction in DIRECTIONS}
            along = [types[name] for name in changed & types.keys() if outputs.get(name) not in WITH_CREDENTIALS]
            return changed | {field.state for direction in along for field in (direction.user, direction.password)}
        if kind(call.name) == ROUTE:
            former = set(call.held.outputs.get("__former", {}))
            return {"disable": {"messageRouteEnabled"}, "restore": former}.get(_policy(call.held.outputs), set())
        policy = call.held.outputs["onDestroy"]
        managed = set(call.held.outputs["__former"])
        return {"restore": managed, "unassign": {"messagingProfileId"} & managed, "retain": set()}[policy]

    def _check_names(self, routes: dict[str, Values]) -> None:
        """At most one route of ours per name of an account."""
        names = Counter(
            (route["AccountId"], route["RouteName"])
            for route_id, route in routes.items()
            if route_id in self.ours and route["RouteName"] != "renamed-by-them"
        )
        assert all(times == 1 for times in names.values()), f"doubled: {names}"

    def _check_ids(self, routes: dict[str, Values], *, sure: bool) -> None:
        """Every id in the state exists, or others or we deleted it, which a refresh finds out."""
        for name, held in self.engine.state.items():
            if kind(name) == ROUTE:
                assert held.id in routes or (not sure and held.id in self.gone), f"{name} holds {held.id}"

    def _check_orphans(self, routes: dict[str, Values]) -> None:
        """Every route of ours is in the state, let go of on purpose, named in an error, or pending."""
        held = {held.id for held in self.engine.state.values()}
        told = "\n".join(self.engine.told)
        for route_id in routes.keys() & self.ours - held - self.released:
            name = routes[route_id]["RouteName"]
            pending = name in {pending for _, pending, _ in self.engine.pending}
            assert route_id in told or name in told or pending, f"{route_id} ({name}) is forgotten"

    def _check_foreign(self, routes: dict[str, Values]) -> None:
        """Objects of others are as they left them."""
        for route_id, doc in self.foreign.items():
            assert routes.get(route_id) == doc, f"{doc['RouteName']} of others was changed"

    def _most(self, what: str) -> int:
        """Requests of a run in which nothing goes wrong: tokens, lists, numbers' pages, and a few for each resource."""
        calls = [call for call in self.engine.calls if call.operation not in ("check", "diff")]
        return (6 + 3 + 3 + 4 * len(calls)) if calls else 0

    # The end ---------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Faults are over: it converges, a second up asks nothing, and destroying twice is destroying once."""
        self.accounts.time.sleep(60)
        errors: list[str] = ["not yet"]
        for _ in range(MOST_ROUNDS):
            errors = self._quiet(REFRESH)
            assert not errors, f"a refresh without faults: {errors}"
            ids = [held.id for held in self.engine.state.values()]
            errors = self._quiet(UP)
            for error in errors:
                self._follow(error)
            # A number on its way from one resource to another: its new holder may need one more run.
            if not errors and len(ids) == len(set(ids)):
                break
        assert not errors, f"does not converge: {errors}"
        self._check_as_declared()
        errors = self._quiet(UP)
        assert not errors, f"a second up: {errors}"
        assert not [call for call in self.engine.calls if call.sent], "a second up asked"
        self._destroy_twice()

    def _quiet(self, what: str) -> list[str]:
        errors = self._engine_runs(what)
        self.check(errors, 0, what)
        return errors

    def _follow(self, error: str) -> None:
        """Do what an error says; one that says nothing that can be done is a failure."""
        name = next((call.name for call in self.engine.calls if call.error == error), None)
        assert name in self.program, error
        declared = self.program[name]
        for pattern, act in ADVICE:
            found = re.search(pattern, error)
            if found:
                act(self, name, declared, found)
                return
        raise AssertionError(f"nothing to follow in: {error}")

    def _check_as_declared(self) -> None:
        state = self._state()
        objects = {route["MessageRouteId"]: route for route in state["routes"]}
        objects |= {number["id"]: number for number in state["numbers"]}
        assert self.engine.state.keys() == self.program.keys()
        for name, declared in self.program.items():
            doc = objects[self.engine.state[name].id]
            for field in TABLES[kind(name)].settings:
                value = declared.get(field.state)
                if value is None or field.secret or field.echo is not Echo.ALWAYS:
                    continue
                assert _plain(doc[field.wire]) == _plain(value), f"{name}.{field.state}"

    def _destroy_twice(self) -> None:
        held = dict(self.engine.state)
        errors = self._quiet(DESTROY)
        assert not errors, f"destroying once: {errors}"
        assert not self.engine.state
        once = self._state()
        self.engine.state.update(held)
        errors = self._quiet(DESTROY)
        assert not errors, f"destroying twice: {errors}"
        assert self._state() == once, "destroying twice did more than destroying once"
        assert self._quiet(DESTROY) == []
        assert not self.engine.calls


def _plain(value: Any) -> Any:
    """Empty in every spelling; tags in any order."""
    if isinstance(value, list):
        return sorted(value)
    return None if value in ("", None, "None") else value


def _adopt(stack: Stack, name: str, declared: Values, found: re.Match[str]) -> None:
    others = [other for other, each in stack.program.items() if each.get("adopt") == found[1] and other != name]
    if others:
        del stack.program[name]
        return
    declared["adopt"] = found[1]


def _without(*fields: str) -> Any:
    def remove(_stack: Stack, _name: str, declared: Values, _found: re.Match[str]) -> None:
        for field in fields:
            declared.pop(field, None)

    return remove


def _rename(_stack: Stack, name: str, declared: Values, _found: re.Match[str]) -> None:
    declared["routeName"] = f"another-{name}"


def _undeclare(stack: Stack, name: str, _declared: Values, _found: re.Match[str]) -> None:
    del stack.program[name]


# The advice of error texts, and how a user follows it.
ADVICE: tuple[tuple[str, Any], ...] = (
    (r"declare it once", _undeclare),
    (r"give (?:one of them )?another route_name$", _rename),
    (r'add adopt="(MRID-[^"]+)"', _adopt),
    (r"to take over the other one, declare it under another resource name", _without("adopt")),
    (r"remove adopt to let a new route be made", _without("adopt")),
    (r"remove account_id", _without("accountId")),
    (r"until this run has renamed it; run `pulumi up` again", lambda *_: None),
    (r"cannot read message route .* answered 404.*; check the id", _without("adopt")),
)
