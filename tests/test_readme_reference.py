"""The reference in README.md is the one that the field tables make."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_messaging.core.reference import TABLES, reference, replace_section

README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.resource)
def test_the_readme_holds_the_current_reference(table: object) -> None:
    """README.md has the section's markers, and between them the current text.

    After a change of a field table: `python -m pulumi_messaging.core.reference README.md`.
    """
    text = README.read_text(encoding="utf-8")

    assert f"<!-- reference: {table.resource} -->" in text
    assert replace_section(text, table.resource, reference(table)) == text
