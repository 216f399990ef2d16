"""The file in which a preview tells what an `up` would send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.reconcile.plan import Plan


def planned(file: Path) -> None:
    plan = Plan()
    plan.file = str(file)
    with plan.of("MessageRoute", "eu", name="alerts"):
        plan.creates("message route alerts")


def test_a_line_names_the_resource_and_its_account(tmp_path: Path) -> None:
    """A file that exists gets a line; it is the command line's, which made it for itself alone."""
    file = tmp_path / "plan"
    file.touch()

    planned(file)

    line = {"resource": "MessageRoute", "account": "eu", "name": "alerts", "id": ""}
    assert json.loads(file.read_text()) == {**line, "object": "message route alerts", "fields": ["create"]}


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    """Nothing makes the file where nobody waits for it."""
    with pytest.raises(
        ConfigurationError, match=r"PULUMI_MESSAGING_PLAN names .*plan, which cannot be written \(No such"
    ):
        planned(tmp_path / "plan")
    assert not (tmp_path / "plan").exists()
