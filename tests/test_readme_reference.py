"""docs/reference.md is the one that the code makes, and README.md is short."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_messaging import settings
from pulumi_messaging.core.reference import replace_section
from pulumi_messaging.core.tables import TABLES
from site_tools.reference import sections

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/reference.md"
SECTIONS = sections()


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_holds_the_current_reference(name: str) -> None:
    """The page has the section's markers, and between them the current text. After a change: `make docs`."""
    text = PAGE.read_text(encoding="utf-8")

    assert f"<!-- reference: {name} -->" in text
    assert replace_section(text, name, SECTIONS[name]) == text


def test_every_resource_has_a_section() -> None:
    assert {table.resource for table in TABLES} < set(SECTIONS)


def test_the_module_rewrites_a_file(tmp_path: Path) -> None:
    """`python -m site_tools.reference FILE` puts the current text of each section into the file, and nothing else."""
    file = tmp_path / "reference.md"
    emptied = re.sub(r"(<!-- reference: (\S+) -->).*?(<!-- end)", r"\1\3", PAGE.read_text(), flags=re.DOTALL)
    file.write_text(emptied, encoding="utf-8")

    subprocess.run([sys.executable, "-m", "site_tools.reference", str(file)], check=True, cwd=ROOT)

    assert file.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_every_configuration_key_is_in_the_table() -> None:
    """With its environment variable, and no other key or variable."""
    table = PAGE.read_text().partition("## Configuration keys")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:] for line in table.splitlines() if line.startswith("| `")]
    keys = {key: row[1].strip("` ") for row in rows for key in re.findall(r"`(\w+:\w+)`", row[0])}

    assert keys.keys() == set(settings.KEYS)
    assert {key: variable for key, variable in keys.items() if variable} == settings._ENVIRONMENT


def test_the_readme_is_short() -> None:
    """Somebody reads it before deciding; the rest is in docs/."""
    assert len((ROOT / "README.md").read_text().split()) < 1200
