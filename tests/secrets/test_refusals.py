"""Every refusal of every field, given as a secret: the smallest part of the canary run (`make canaries`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

import pulumi_messaging
from pulumi_messaging import MessageRoute
from pulumi_messaging.core.fields import camel
from tests.support.plugin import Plugin
from tests.support.secrets.accepted import ACCEPTED, CHANGED, FIRST, GOOD
from tests.support.secrets.canary_runs import CliCanaries, LocalCanaries
from tests.support.secrets.processes import CliStack, Stack, vendors_and_loggers
from tests.support.secrets.refusals import CLASSES, VALUES, cases
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_messaging.resource import ManagedResource


def test_every_resource_class_is_in_the_run() -> None:
    """A new class is in it, or this fails until its good, accepted and changed declarations are there."""
    exported = {getattr(pulumi_messaging, name) for name in pulumi_messaging.__all__ if name[0].isupper()}

    assert exported == {*CLASSES} == {*GOOD} == {cls for cls, _ in ACCEPTED.values()}
    assert ACCEPTED.keys() == CHANGED.keys()
    assert len(ACCEPTED) == 2 * len(FIRST)


def test_every_field_and_every_form_of_a_value_is_in_the_run() -> None:
    """A new field is in it without anybody's doing."""
    cells = {(case.cls, *cell) for cls in CLASSES for case in cases(cls) for cell in case.cells}

    assert {(cls, row.name) for cls in CLASSES for row in cls.table.fields} == {cell[:2] for cell in cells}
    assert {cell[2] for cell in cells} >= set(VALUES)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_failed_check_names_a_property_or_quotes_a_value(cls: type[ManagedResource]) -> None:
    """The provider process refuses every value, names the argument in the reason, and writes nothing."""
    payload = serialize_provider(cls._provider_class())

    with Plugin({}) as plugin:
        for case in cases(cls):
            given = {camel(name): value for name, value in case.arguments.items()}
            _, failures = plugin.check(payload, given)

            reasons = " ".join(reason for _, reason in failures)
            assert failures, case.name
            assert {name for name, _ in failures} == {""}, case.name
            assert not Scanner(case.canaries).found(reasons), case.name
            if len(case.cells) == len(cls.table.fields):
                assert not [name for name in given if name not in reasons], case.name
    assert plugin.said == []


@pytest.mark.parametrize("which", ["messageroute-0", "messageroute-none-with-credentials"])
def test_a_preview_shows_no_refused_secret(kind: type[Stack], which: str, tmp_path: Path) -> None:
    """Every field with a value of a wrong type or form; good values that a rule over several fields refuses."""
    (case,) = [case for case in cases(MessageRoute) if case.name == which]
    made: Any = CliCanaries if kind is CliStack else LocalCanaries
    with vendors_and_loggers(tmp_path / "vendors", loud=False) as vendors:
        stack = made(tmp_path, vendors)
        stack.declare([case.program])

        assert not stack.run("preview --diff")

    said = (text for sink in ("stdout", "stderr") for text in stack.told.get(("preview --diff", sink), ()))
    assert f"MessageRoute resource '{which}'" in "".join(said)  # the CLI may tell failures on either
    scanner = Scanner(case.canaries)
    found = {place: scanner.found(*texts) for place, texts in stack.told.items()}
    assert not any(found.values()), found
