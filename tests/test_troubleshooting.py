"""docs/troubleshooting.md has every error text of the package, and no text that the package does not have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import messages

ROOT = Path(__file__).parents[1]
PROVIDER = ROOT / "provider"
PAGE = "docs/troubleshooting.md"
SHOWN = messages.quoted_on((ROOT / PAGE).read_text())


def test_every_error_is_on_the_page() -> None:
    """A new error needs its cause and its way out."""
    missing = [
        one for one in messages.of_packages(PROVIDER) if not any(messages.is_quoted(one, shown) for shown in SHOWN)
    ]

    lines = [f"{one.place}:\n    > {messages.markdown(one.template)}" for one in missing]
    assert not missing, (
        f"{PAGE} does not have these texts. Add each under the heading where it fits, as a blockquote (`> text`) or as "
        f"the first cell of a table, with *italics* for each value (here …); below it the cause and the way out.\n"
        + "\n".join(lines)
    )


def test_the_page_shows_what_the_package_says() -> None:
    """A text that was changed in the code is changed on the page."""
    literals = messages.literals_of(PROVIDER)
    stale = [(line, shown) for shown, line in SHOWN.items() if not messages.is_in_source(shown, literals)]

    assert not stale, "The code does not have these texts; quote the code, or remove them:\n" + "\n".join(
        f"{PAGE}:{line}: {shown}" for line, shown in stale
    )


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused(f"cannot paint number {number}: it is wet; wait")',
        'raise Refused("it is " + "broken")',
        "raise Refused(f\"painted: {'two words' if a else b}\")",
        'def f():\n    return Refused("must not be painted")',
        'self._say(f"number {number}: left unpainted")',
        'yield Problem(name, "is painted over")',
    ],
)
def test_an_error_is_found_however_it_is_made(source: str) -> None:
    (found,) = messages.of_module(source, "module.py")

    assert not any(messages.is_quoted(found, shown) for shown in SHOWN)


@pytest.mark.parametrize("path", messages.REASONS)
@pytest.mark.parametrize("source", ['def f():\n    return "must not be painted"', 'ADVICE = {418: "take some tea"}'])
def test_every_text_of_a_module_of_reasons_is_found(source: str, path: str) -> None:
    assert (PROVIDER / path).exists()
    assert len(list(messages.of_module(source, path))) == 1


def test_every_unseen_text_exists() -> None:
    """The exception of a text that is gone could hide another one."""
    literals = messages.literals_of(PROVIDER)

    assert [text for text in messages.UNSEEN if not messages.is_in_source(text, literals)] == []


@pytest.mark.parametrize(
    "page",
    [
        *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"),
        *("benchmarks/README.md", "soak/README.md", "tests/states/README.md"),
        *sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md")),
        "examples/README.md",
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
    """The names of the headings in links."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
