"""docs/troubleshooting.md has every error text of the package, and no text that the package does not have."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support import messages

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "provider"
PAGE = "docs/troubleshooting.md"
SHOWN = messages.quoted_on((ROOT / PAGE).read_text())


def test_every_error_is_on_the_page() -> None:
    """Whoever adds an error adds its cause and the way out."""
    missing = [
        one for one in messages.of_package(PACKAGE) if not any(messages.is_quoted(one, shown) for shown in SHOWN)
    ]

    lines = [f"{one.place}:\n    > {messages.markdown(one.template)}" for one in missing]
    assert not missing, (
        f"{PAGE} does not have these texts. Add each under the heading where it fits, as a blockquote (`> text`) or as "
        f"the first cell of a table, with *italics* for what is filled in (here …); below it its cause and the way "
        f"out. What is no message to a user: name its kind in tests/support/messages.py, with the reason.\n"
        + "\n".join(lines)
    )


def test_the_page_shows_what_the_package_says() -> None:
    """A text that was changed in the code is changed on the page."""
    literals = messages.literals_of(PACKAGE)
    stale = [(line, shown) for shown, line in SHOWN.items() if not messages.is_in_source(shown, literals)]

    assert not stale, "No code says this (any more); write it as the code does, or remove it:\n" + "\n".join(
        f"{PAGE}:{line}: {shown}" for line, shown in stale
    )


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused(f"cannot paint number {number}: it is wet; wait")',
        'def f():\n    return "must not be painted"',
        'ADVICE = {418: "take some tea"}',
        'self.wrong.append("is painted over")',
        'raise Refused("it is " + "broken")',
        "raise Refused(f\"painted: {'two words' if a else b}\")",
    ],
)
def test_an_error_is_found_however_it_is_made(source: str) -> None:
    """A raise, a helper's result, a table, a list, an expression inside an f-string."""
    (found,) = messages.of_module(source, "module.py")

    assert not any(messages.is_quoted(found, shown) for shown in SHOWN)


def test_every_exception_of_the_rule_is_needed() -> None:
    """What tests/support/messages.py leaves out exists: an exception of what is gone could hide an error one day."""
    files = {file.relative_to(PACKAGE).as_posix(): file.read_text() for file in PACKAGE.rglob("*.py")}
    source = "\n".join(files.values())
    texts = {
        messages.template(node)
        for node in ast.walk(ast.parse(source.replace("from __future__ import annotations", "")))
    }
    unused = [name for name in (*messages.OTHER_CALLS, *messages.OTHER_FUNCTIONS) if f"{name}(" not in source]
    unused += [name for name in messages.OTHER_TEXTS if name not in texts]
    unused += [name for name in messages.SILENT_MODULES if not any(file.startswith(name) for file in files)]

    assert unused == []


@pytest.mark.parametrize(
    "page",
    [
        *("README.md", "CHANGELOG.md", "benchmarks/README.md"),
        *("docs/testing.md", "docs/comparison.md", "docs/limits.md", PAGE),
    ],
)
def test_links_lead_somewhere(page: str) -> None:
    """A link into the repository leads to a file that is there, and to a heading that the file has."""
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", (ROOT / page).read_text()):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)

    assert broken == []


def _anchors(page: Path) -> set[str]:
    """What a heading is called in a link."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
