"""Cases as data files: one case, one file, one runner.

A file holds its ``fact``, ``declared`` (the program's arguments), ``recorded`` (the outputs the state holds, null at
create) and, where something is read from the vendor, ``observed`` (the vendor's object). ``expected`` says what
follows; a key that is left out is expected to be empty. ``{"$unknown": true}`` is a value a preview does not know yet.

==============  =====================================================================================================
``patch``       the exact body that would be sent
``replaces``    the fields that need a new object
``preview``     one line a changed field
``problems``    what `check` says; nothing else is looked at then
``live``        at a refresh (``recorded`` and ``observed`` given): the managed values as they are now
==============  =====================================================================================================
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.diff import creation, diff, differences, live, observe, patch, replacements
from pulumi_messaging.core.fields import UNKNOWN, Table
from tests.support.core.expected import (
    ALL_TABLES,
    as_the_engine_returns_it,
    held_after_refresh,
    inputs,
    preview_lines,
    wrong,
)

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*/*.json"))
KEYS = {"fact", "declared", "recorded", "observed", "expected"}
EXPECTED_KEYS = {"patch", "replaces", "preview", "problems", "live"}


def _load(file: Path) -> dict[str, Any]:
    def known(pairs: dict[str, Any]) -> Any:
        return UNKNOWN if pairs == {"$unknown": True} else pairs

    return json.loads(file.read_text(encoding="utf-8"), object_hook=known)


def outcome(table: Table, case: dict[str, Any]) -> dict[str, Any]:
    """What the core makes of a case, in the form of ``expected``, empty parts left out."""
    declared, recorded, observed = case["declared"], case["recorded"], case.get("observed")
    if problems := check(table, declared):
        return {"problems": wrong(problems)}
    held = recorded or {}
    if recorded is not None and observed is not None:
        held = held_after_refresh(table, recorded, observed)
    filled = with_defaults(table, inputs(table, held), declared)
    found: dict[str, Any] = {}
    if recorded is None and observed is None:
        return {"patch": creation(table, filled)}
    if recorded is None:
        changes = differences(table, filled, observe(table, observed))
    else:
        if observed is not None:
            found["live"] = live(table, recorded, observe(table, observed))
        changes = diff(table, held, filled)
        found["replaces"] = list(replacements(changes, held))
    known = [change for change in changes if change.new is not UNKNOWN]
    found |= {"patch": patch(known), "preview": preview_lines(changes)}
    return json.loads(json.dumps({key: value for key, value in found.items() if value}))


def _number_once(recorded: dict[str, Any]) -> dict[str, Any]:
    """Without the declared number where the vendor says the same: earlier versions kept both, as the files do."""
    same = recorded.get("__phoneNumber") == recorded.get("phoneNumber")
    return {name: value for name, value in recorded.items() if not (same and name == "__phoneNumber")}


FORMS = {"plain": dict, "through-the-engine": as_the_engine_returns_it, "number-once": _number_once}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_case(file: Path, form: str) -> None:
    """Each case file's outcome is what it expects: with values as given, as the engine returns them, as now kept."""
    case = _load(file)
    assert set(case) <= KEYS
    assert set(case["expected"]) <= EXPECTED_KEYS
    if case["recorded"] is not None:
        case["recorded"] = FORMS[form](case["recorded"])

    assert outcome(ALL_TABLES[file.parent.name], case) == {
        key: value for key, value in case["expected"].items() if value
    }


def test_all_resources_have_cases() -> None:
    """Every resource has its folder of cases, and no folder is without a resource."""
    assert {file.parent.name for file in FILES} == set(ALL_TABLES)
