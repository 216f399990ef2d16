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
from tests.states.histories import HISTORIES, LINES, NUMBER_IDS
from tests.states.recorded_stack import RECORDED, REPLAYS, VERSIONS, VOLATILE, RecordedStack
from tests.support.emulator.seed import ALERTS, DEFAULT

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
    "organization_id",
)
_LINE_FIELDS: Final = ("Number", "Tnid", "MessageRouteId", "AccountId")


def main() -> None:
    """Record the stacks that are named on the command line, or every one."""
    version = _version()
    for name in sys.argv[1:] or VERSIONS[version]:
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
        HISTORIES[name](stack)
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
    """The objects of the emulator, without those and without the values that it fills in by itself."""
    state = stack.control("GET", "state")
    new = stack.control("POST", "numbers", {"phone_number": "+15550109999"})
    empty = {**stack.control("POST", "profiles", {"name": "new"}), **dict.fromkeys(VOLATILE)}
    numbers = [doc for doc in state["numbers"] if doc["id"].startswith(NUMBER_IDS)]
    profiles = [doc | dict.fromkeys(VOLATILE) for doc in state["profiles"] if doc["id"] not in (DEFAULT, ALERTS)]
    lines = [doc for doc in state["telegentNumbers"] if not doc["Number"].startswith(f"{LINES}0")]
    objects = {
        "routes": [{key: value for key, value in doc.items() if value is not None} for doc in state["routes"]],
        "numbers": [{key: doc[key] for key in _NUMBER_FIELDS if doc[key] != new[key]} for doc in numbers],
        "profiles": [{key: doc[key] for key in doc if doc[key] != empty.get(key)} for doc in profiles],
        "telegent-numbers": [{key: doc[key] for key in _LINE_FIELDS} for doc in lines],
    }
    return {kind: docs for kind, docs in objects.items() if docs or kind in ("routes", "numbers")}


if __name__ == "__main__":
    main()
