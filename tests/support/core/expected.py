"""Expected values of the core: preview lines, the vendor's object after an update, the outputs that a state holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_messaging.core.diff import Change, live, managed, observe
from pulumi_messaging.core.fields import NUMBERS, UNKNOWN, Field, Table, Values, normal
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP
from pulumi_messaging.core.number_route import NUMBER_ROUTE
from pulumi_messaging.core.number_route_group import NUMBER_ROUTE_GROUP

TABLES = {"message_route": MESSAGE_ROUTE, "number_messaging": NUMBER_MESSAGING, "number_route": NUMBER_ROUTE}
# With the groups, whose numbers are no object of a vendor that could be observed, patched and observed again.
GROUPS = {"number_messaging_group": NUMBER_MESSAGING_GROUP, "number_route_group": NUMBER_ROUTE_GROUP}
ALL_TABLES = {**TABLES, **GROUPS}


def preview_lines(changes: Iterable[Change]) -> list[str]:
    """One line a field, as `pulumi preview --diff` has them."""
    return [_line(change) for change in changes]


def _line(change: Change) -> str:
    name, old, new = change.field.state, _shown(change.field, change.old), _shown(change.field, change.new)
    if change.old is None:
        return f"+ {name}: {new}"
    return f"- {name}: {old}" if change.handed_back else f"~ {name}: {old} => {new}"


def _shown(field: Field, value: Any) -> str:
    if field.secret:
        return "[secret]"
    if value is UNKNOWN or (isinstance(value, list | tuple) and UNKNOWN in value):
        return "[unknown]"
    return json.dumps(normal(field, value) if field.kind in NUMBERS else value, ensure_ascii=False)


def applied(body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor's side: a key that is not sent keeps its value, null and "" clear it."""
    return {**stored, **{key: None if value in (None, "") else value for key, value in body.items()}}


def inputs(table: Table, held: Values) -> dict[str, Any]:
    """The inputs that a state with these outputs has: the managed values and the hidden ones."""
    return managed(table, held) | {name: held[name] for name in table.hidden if name in held}


def held_after(table: Table, filled: Values, answer: Mapping[str, Any], before: Values) -> dict[str, Any]:
    """The outputs after a create or an update that was carried out; ``before`` is what was observed before it.

    The plain form of what `reconcile` keeps, written again here so that the core is judged by the contract's words.
    """
    if table.former is None:
        return {**filled, "messageRouteId": answer["MessageRouteId"]}
    settings = [field.state for field in table.settings if field.state in filled]
    observed = observe(table, answer)
    return {
        **observed,
        **{name: value for name, value in filled.items() if name not in ("phoneNumber", "number")},
        **_number_as_declared(observed, filled),
        table.former: {name: before.get(name, "") for name in settings},
    }


def _number_as_declared(observed: Values, declared: Values) -> dict[str, Any]:
    """Kept only where it is not what the vendor says."""
    same = observed.get("phoneNumber") == declared.get("phoneNumber")
    return {} if same else {"__phoneNumber": declared["phoneNumber"]}


def held_after_refresh(table: Table, held: Values, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs after a refresh that read ``answer``."""
    observed = observe(table, answer)
    current = live(table, held, observed)
    if table.former is None:
        return {**held, **current}
    hidden = {name: value for name, value in held.items() if name.startswith("__")}
    own = {name: value for name, value in current.items() if name not in ("phoneNumber", "number")}
    return {**observed, **own, **_number_as_declared(observed, current), **hidden}


def as_the_engine_returns_it(value: Any) -> Any:
    """The same value after a trip through the state: tuples are lists and every number is a float."""
    if isinstance(value, Mapping):
        return {key: as_the_engine_returns_it(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_the_engine_returns_it(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def wrong(problems: Iterable[Any]) -> list[str]:
    """Problems as one line each."""
    return [f"{problem.property} {problem.reason}" for problem in problems]
