"""Record the stacks with the version of the package that is imported, which must be a recorded commit.

README.md says how to run it, and why never with newer code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pulumi_messaging
from tests.states.recorded_stack import RECORDED, REPLAYS, STACKS, VERSIONS, RecordedStack

DEFAULT: Final = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"
ALERTS: Final = "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
_TIME: Final = "2026-01-02T03:04:05.000000Z"
_PROVIDER_ID: Final = "11111111-2222-4333-8444-555555555555"
# The fields of a number that the provider reads; the emulator fills in the others.
_NUMBER_FIELDS: Final = (
    "id",
    "phone_number",
    "messaging_profile_id",
    "messaging_product",
    "eligible_messaging_products",
    "tags",
    "features",
)
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
_NUMBER_IDS: Final = "130000000000000"
_REFUSED: Final = {"errors": [{"code": "10015", "title": "Refused", "detail": "Refused on purpose"}]}


def main() -> None:
    """Record the stacks that are named on the command line, or every one."""
    version = _version()
    for name in sys.argv[1:] or STACKS:
        with TemporaryDirectory() as folder:
            _record(Path(folder), RECORDED / version, name)


def _version() -> str:
    checkout = Path(pulumi_messaging.__file__).parent
    commit, edited = _git(checkout, "rev-parse", "HEAD"), _git(checkout, "status", "--porcelain", ".")
    for version in VERSIONS:
        if commit.startswith(version) and not edited:
            return version
    sys.exit(f"cannot record states: the imported pulumi_messaging is none of {', '.join(VERSIONS)}; see README.md")


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def _record(folder: Path, recorded: Path, name: str) -> None:
    with RecordedStack(folder / "recorded", name) as stack:
        _HISTORIES[name](stack)
        state, objects = _normal(stack), _objects(stack)
    runs: dict[str, Any] = {}
    for key, runs_of in REPLAYS.items():
        with RecordedStack(folder / key, name) as stack:
            stack.import_state(state, objects)
            runs |= {each: asdict(run) for each, run in runs_of(stack).items()}
    recorded.mkdir(exist_ok=True)
    for kind, content in (("state", state), ("objects", objects), ("runs", runs)):
        (recorded / f"{name}.{kind}.json").write_text(f"{_text(content)}\n")


def _text(value: Any, depth: int = 3) -> str:
    """JSON with the items of the outer levels on a line each."""
    if depth == 0 or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[\n{}\n]".format(",\n".join(_text(item, depth - 1) for item in value))
    return "{{\n{}\n}}".format(
        ",\n".join(f"{json.dumps(key)}: {_text(item, depth - 1)}" for key, item in value.items())
    )


# Histories -----------------------------------------------------------------------------------------------------------


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


_HISTORIES: Final = {
    "routes": _routes,
    "numbers": _numbers,
    "groups": _groups,
    "drifted": _drifted,
    "unfinished": _unfinished,
    "elsewhere": _elsewhere,
}


def _up(stack: RecordedStack, step: str, **telegent: str) -> None:
    stack.step(step, **telegent)
    result = stack.engine.up()
    assert result.ok, result.text


def _add_numbers(stack: RecordedStack, first: int, end: int) -> None:
    """Numbers with and without a profile and tags."""
    many = [
        {
            "id": f"{_NUMBER_IDS}{last}",
            "phone_number": f"+1555010{last}",
            "eligible_messaging_products": ["A2P", "P2P"],
            "messaging_profile_id": DEFAULT if last % 2 == 0 else None,
            "tags": ["former"] if last % 3 == 0 else [],
        }
        for last in range(first, end + 1)
    ]
    stack.control("POST", "numbers", many)


def _edit_number(stack: RecordedStack, last: int, **fields: Any) -> None:
    stack.control("PATCH", f"numbers/+1555010{last}", fields)


def _edit_route(stack: RecordedStack, name: str, **fields: Any) -> None:
    stack.control("PATCH", f"routes/{_id(stack, name)}", fields)


def _id(stack: RecordedStack, name: str) -> str:
    return next(str(one["id"]) for one in stack.engine.export()["deployment"]["resources"] if _name(one) == name)


def _name(record: Any) -> str:
    return str(record["urn"].rpartition("::")[2])


# What is written -----------------------------------------------------------------------------------------------------


def _normal(stack: RecordedStack) -> Any:
    """The state without the times, the port and the random id of this run."""
    state = stack.engine.export()
    records = state["deployment"]["resources"]
    provider = next(one["id"] for one in records if one["type"].startswith("pulumi:providers:"))
    normal = json.loads(json.dumps(state).replace(provider, _PROVIDER_ID).replace(stack.url, "emulator"))
    normal["deployment"]["manifest"]["time"] = _TIME
    for record in normal["deployment"]["resources"]:
        for key in ("created", "modified"):
            record.pop(key, None)
    return normal


def _objects(stack: RecordedStack) -> dict[str, Any]:
    """The routes and numbers of the emulator, without the numbers and the values that it fills in by itself."""
    state = stack.control("GET", "state")
    new = stack.control("POST", "numbers", {"phone_number": "+15550109999"})
    numbers = [doc for doc in state["numbers"] if doc["id"].startswith(_NUMBER_IDS)]
    return {
        "routes": [{key: value for key, value in doc.items() if value is not None} for doc in state["routes"]],
        "numbers": [{key: doc[key] for key in _NUMBER_FIELDS if doc[key] != new[key]} for doc in numbers],
    }


if __name__ == "__main__":
    main()
