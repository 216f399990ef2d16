"""The page of `pulumi-messaging map` in a browser: search, keys, colours, widths, and its policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.browser.chromium import Chromium
from tests.support.browser.looks import faint, named, nameless, too_wide
from tests.support.maps import drawn, group, members, resource, state

PROFILE = "0c3e6a52-1f0e-4b58-9a7e-2b8d41c6f001"
MANY = [f"+1555{index:07}" for index in range(10_000)]
VISIBLE = "[...document.querySelectorAll('.entry h3')].filter((e) => e.checkVisibility()).map((e) => e.textContent)"
NUMBERS = "[...document.querySelectorAll('.block li')].filter((e) => e.checkVisibility()).map((e) => e.textContent)"
FOCUSED = "document.activeElement.id || document.activeElement.textContent"
# Milliseconds from a letter of a search to the frame that shows what it found.
SLOWEST = """(async () => {
  const query = document.getElementById("query"), times = [];
  for (const text of ["5", "55", "5551", "55512", "support", ""]) {
    const start = performance.now();
    query.value = text;
    query.dispatchEvent(new Event("input"));
    await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
    times.push(performance.now() - start);
  }
  return Math.max(...times);
})()"""


def objects() -> list[dict[str, Any]]:
    """Two routes and two profiles, with marks of every kind."""
    hook = "https://hooks.example.com"
    return [
        resource("MessageRoute", "MRID-1", routeName="orders", messageUrl=f"{hook}/orders?token=abc"),
        resource(
            "MessageRoute", "MRID-2", routeName="legacy", messageUrl="http://a.example", messageRouteEnabled=False
        ),
        resource("MessagingProfile", PROFILE, name="support", webhookUrl=f"{hook}/{'a-long-word-' * 12}in"),
        resource("NumberRoute", "+15550200001", number="+15550200001", messageRouteId="MRID-1"),
        resource("NumberMessaging", "9", phoneNumber="+15550300001", messagingProfileId=""),
        group("sales", members("+15550100001", "+15550100002"), messagingProfileId=PROFILE),
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a small page."""
    return _page(tmp_path_factory.mktemp("small"), *objects())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a page with 10,000 more numbers."""
    return _page(
        tmp_path_factory.mktemp("large"), *objects(), group("many", members(*MANY), messagingProfileId=PROFILE)
    )


def _page(folder: Path, *resources: dict[str, Any], form: str = "html") -> str:
    drawn(folder / f"map.{form}", "--state", state(folder / "state.json", *resources))
    return (folder / f"map.{form}").as_uri()


def test_it_loads_nothing_and_breaks_no_rule_of_its_own(browser: Chromium, page: str) -> None:
    """One request, no error, and no script or style but its own, whatever is put into the page."""
    browser.open(page)
    assert (browser.requested(), browser.complaints()) == ([page], [])

    browser.value("document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/x' }))")
    browser.value("document.body.append(Object.assign(document.createElement('script'), { text: '' }))", fails=True)
    browser.value("new Promise((done) => setTimeout(done, 50))")

    assert browser.requested() == [page]
    assert "Content Security Policy" in "".join(browser.complaints())


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read(browser: Chromium, page: str, *, dark: bool) -> None:
    """Enough contrast in both colour schemes, no scrolling to the side at any width, a name for each control."""
    browser.open(page, dark=dark)
    browser.value("document.getElementById('open').click()")

    assert browser.value("getComputedStyle(document.body).backgroundColor") == (
        "rgb(13, 17, 23)" if dark else "rgb(246, 247, 249)"
    )
    assert faint(browser) == set()
    assert too_wide(browser) == []
    assert nameless(browser) == []


def test_it_has_landmarks_and_headings(browser: Chromium, page: str) -> None:
    browser.open(page)

    found = named(browser)

    assert {"banner", "main", "search"} <= found.keys()
    assert found["region"] == ["Message routes 2", "Messaging profiles 1", "Numbers without a receiver 1"]
    assert found["heading"][0] == "Who receives what"
    assert (found["searchbox"], found["combobox"], found["button"]) == (["Search"], ["Show"], ["Open all", "Close all"])


def test_a_search_finds_numbers_names_and_urls(browser: Chromium, page: str) -> None:
    """Part of a number however it is spaced, a name, a part of a URL; what was open before is open afterwards."""
    browser.open(page)
    browser.press("/")
    for text, receivers, numbers in (
        ("+1 (555) 010-0002", ["support"], ["+15550100002"]),
        ("support", ["support"], []),
        ("hooks.example.com/orders", ["orders"], []),
        ("MRID-2", ["legacy"], []),
        ("disabled", ["legacy"], []),
        ("nobody", [], []),
    ):
        browser.press(*text)
        assert (browser.value(VISIBLE), browser.value(NUMBERS)) == (receivers, numbers), text
        browser.press("Escape")
        assert browser.value("document.getElementById('query').value") == ""
    assert len(browser.value(VISIBLE)) == 4
    assert browser.value(NUMBERS) == []
    assert browser.value("document.getElementById('found').textContent") == "4 shown, 4 numbers"


def test_a_mark_can_be_chosen(browser: Chromium, page: str) -> None:
    browser.open(page)
    options = browser.value("[...document.querySelectorAll('#mark option')].map((e) => e.textContent)")
    assert options == ["all", "disabled", "unauthenticated", "not encrypted", "without numbers"]

    browser.value(
        "Object.assign(document.getElementById('mark'), { value: 'not encrypted' }).dispatchEvent(new Event('change'))"
    )

    assert browser.value(VISIBLE) == ["legacy"]


def test_everything_is_reached_with_the_keyboard(browser: Chromium, page: str) -> None:
    """Tab goes the way of the eye; Enter opens numbers; the focus is always seen."""
    browser.open(page)
    way = []
    for _ in range(8):
        browser.press("Tab")
        way.append(browser.value(FOCUSED))
        outline = browser.value("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", way
    assert way == [
        "Skip to the receivers",
        *("query", "mark", "open", "close"),
        *("1 number", "2 numbers", "1 number"),
    ]

    browser.press("Enter")
    assert browser.value(NUMBERS) == ["+15550300001"]


def test_ten_thousand_numbers_stay_fluent(browser: Chromium, large: str) -> None:
    """A search shows its result in well under a second, with all numbers open too; alone it takes some 50 ms."""
    browser.open(large)
    closed = browser.value(SLOWEST)
    browser.value("document.getElementById('open').click()")
    opened = browser.value(SLOWEST)

    assert max(closed, opened) < 2_000
    assert browser.value("document.getElementById('found').textContent") == "4 shown, 10,004 numbers"


def test_it_works_without_its_script(browser: Chromium, page: str) -> None:
    """What needs the script is not shown; numbers open all the same."""
    browser.open(page, script=False)
    browser.press("Tab", "Tab", "Enter")
    browser.call("Page.captureScreenshot")  # after a frame that shows the numbers
    tree = named(browser)
    browser.call("Emulation.setScriptExecutionDisabled", value=False)

    assert "search" not in tree
    assert "+15550200001" in tree["StaticText"]


@pytest.mark.parametrize("dark", [False, True])
def test_the_drawing_fits_its_boxes(browser: Chromium, tmp_path: Path, *, dark: bool) -> None:
    """No text is wider than its column, in both colour schemes; wide letters take two places."""
    wide = resource("MessageRoute", "MRID-3", routeName="注文" * 60, messageUrl=f"https://{'a' * 150}.example.com")
    browser.open(_page(tmp_path, *objects(), wide, form="svg"), width=1600, dark=dark)

    assert browser.complaints() == []
    assert browser.value("document.querySelector('svg').getAttribute('role')") == "img"
    outside = """[...document.querySelectorAll("text")].filter((text) => {
      const own = text.getBBox(), boxes = [...document.querySelectorAll("rect.box")].map((each) => each.getBBox());
      return own.y > 90 && !boxes.some((box) => box.x <= own.x && own.x + own.width <= box.x + box.width
        && box.y <= own.y && own.y + own.height <= box.y + box.height);
    }).map((text) => text.textContent)"""
    assert browser.value(outside) == []
    colour = browser.value("getComputedStyle(document.querySelector('rect.page')).fill")
    assert colour == ("rgb(13, 17, 23)" if dark else "rgb(246, 247, 249)")
