"""What a reader of a page must be able to do: read it, at any width, and reach everything by its name."""

from __future__ import annotations

import re
from typing import Any

from tests.support.browser.chromium import Chromium

WIDTHS = (1280, 700, 360)
ENOUGH = 4.5  # contrast of text with what is behind it (WCAG 2.2, 1.4.3)
NAMED_ROLES = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "region", "table", "heading"}
# Each visible text with its colour and the colours behind it, from the nearest element to the page.
_TEXTS = """(() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest("script, style"))
      continue;
    const behind = [];
    for (let each = element; each; each = each.parentElement) behind.push(getComputedStyle(each).backgroundColor);
    found.push([node.data.trim().slice(0, 40), getComputedStyle(element).color, behind]);
  }
  return found;
})()"""


def too_wide(browser: Chromium) -> list[int]:
    """The widths of windows at which the page is wider than the window."""
    found = []
    for width in WIDTHS:
        browser.resize(width, 900)
        if browser.value("document.documentElement.scrollWidth") > width:
            found.append(width)
    browser.resize(WIDTHS[0], 900)
    return found


def faint(browser: Chromium) -> set[tuple[str, float]]:
    """Texts without enough contrast."""
    found = set()
    for text, colour, behind in browser.value(_TEXTS):
        page = next((_channels(each) for each in behind if not each.endswith(", 0)")), (255.0, 255.0, 255.0))
        bright, dark = sorted((_luminance(_channels(colour)), _luminance(page)), reverse=True)
        contrast = (bright + 0.05) / (dark + 0.05)
        if contrast < ENOUGH:
            found.add((text, round(contrast, 2)))
    return found


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(map(float, re.findall(r"[\d.]+", colour)[:3]))


def _luminance(channels: tuple[float, ...]) -> float:
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (c / 255 for c in channels)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def named(browser: Chromium) -> dict[str, list[str]]:
    """What assistive technology finds: names by role."""
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    found: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored"):
            found.setdefault(_text(node, "role"), []).append(_text(node, "name"))
    return found


def _text(node: dict[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))


def nameless(browser: Chromium) -> list[str]:
    """Roles of elements that need a name and have none."""
    return [role for role, names in named(browser).items() if role in NAMED_ROLES and not all(names)]
