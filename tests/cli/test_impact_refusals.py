"""`pulumi-messaging impact` of a file that is no preview or no state: status 2, and one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli.previews import (
    A,
    held_group,
    held_number,
    held_route,
    impact,
    number,
    side,
    step,
    write,
    write_state,
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read"),
        ("", "JSON"),
        ("Previewing update (dev):\n", "JSON"),
        ('{"steps": [{"op": "create", "urn": "u"', "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "object"),
        ("{}", "no preview"),
        ('{"format_version": "1.2", "resource_changes": []}', "no preview"),
        ('{"version": 3, "deployment": {}}', "--state"),
        ('{"steps": [{"urn": "u"}]}', "steps.0.op"),
        ('{"steps": 3}', "steps"),
        ('{"duration": 1, "diagnostics": [{"severity": "error", "message": "secret"}]}', "the preview failed"),
        (json.dumps({"steps": [step("create", None, side("Voice", "v", {}))]}), "'Voice' is not known"),
        (json.dumps({"steps": [step("import", None, number("v", A))]}), "'import'"),
        (
            json.dumps({"steps": [step("delete", held_number("v", A, {}) | {"outputs": {"__former": 3}}, None)]}),
            "malformed",
        ),
        (json.dumps({"steps": [step("delete", held_group("v") | {"outputs": {"__numbers": [3]}}, None)]}), "malformed"),
        (json.dumps({"steps": [step("create", None, number("v", A) | {"inputs": {"phoneNumber": [3]}})]}), "malformed"),
    ],
)
def test_a_file_that_is_no_preview_is_one_line(tmp_path: Path, text: str | None, reason: str) -> None:
    """Status 2; the line names the file, and quotes nothing of it that may be a secret."""
    path = tmp_path / "preview.json"
    if text is not None:
        path.write_text(text)

    told = impact(path, "--json", "--max", 1)

    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1
    assert "preview.json" in told.err
    assert reason in told.err
    assert "secret" not in told.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"steps": [], "duration": 1}', '{"deployment": {"resources": 3}}'])
def test_a_state_that_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)

    told = impact(write(tmp_path / "p.json"), "--state", tmp_path / "state.json")

    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "state.json" in told.err
    assert "pulumi stack export" in told.err


def test_the_state_of_another_stack_is_refused(tmp_path: Path) -> None:
    """Its routes would seem to have no numbers."""
    other = held_route("r", "MRID-1")
    state = write_state(tmp_path / "s.json", other | {"urn": other["urn"].replace(":dev::", ":prod::")})

    told = impact(write(tmp_path / "p.json", step("create", None, number("one", A))), "--state", state)

    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert "another stack" in told.err


def test_json_and_markdown_exclude_each_other(tmp_path: Path) -> None:
    told = impact(write(tmp_path / "p.json"), "--json", "--markdown")

    assert (told.status, told.out) == (2, "")
