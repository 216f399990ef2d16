"""The emulator's page in a browser: live log, faults, readings, keys, colours, widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.account import Account
from tests.support.browser.chromium import Chromium
from tests.support.browser.looks import faint, named, nameless, too_wide
from tests.support.emulator.seed import API_KEY, FIRST, FIRST_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MESSAGING = f"/v2/phone_numbers/{FIRST_ID}/messaging"
REQUESTS = "[...document.querySelectorAll('#requests summary')].map((e) => e.textContent)"
SAID = "document.getElementById('said').textContent"
PLAN = "[...document.querySelectorAll('#plan li')].map((e) => e.textContent)"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    account = Account(tmp_path / "emulator.db")
    yield account
    account.close()


def opened(browser: Chromium, account: Account, *, dark: bool = False) -> None:
    """Open the page, and wait until it shows the emulator."""
    browser.open(f"{account.server.url}/", dark=dark)
    browser.until(f"document.getElementById('o-numbers') && {SAID} === ''")


def asked(account: Account, path: str = MESSAGING) -> int:
    """The status of a client's request."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    return httpx.get(account.server.url + path, headers=headers, trust_env=False).status_code


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read(browser: Chromium, account: Account, *, dark: bool) -> None:
    """Enough contrast, no scrolling to the side at any width, a name for each control; no error, no other host."""
    account.route("off", MessageRouteEnabled=False)
    account.control("POST", "faults", {"operation": "*", "kind": "500"})
    assert (asked(account), asked(account)) == (500, 200)
    opened(browser, account, dark=dark)

    assert faint(browser) == set()
    assert too_wide(browser) == []
    assert nameless(browser) == []
    assert browser.complaints() == []
    assert {url.partition("?")[0] for url in browser.requested()} == {
        f"{account.server.url}/",
        f"{account.server.url}/_emulator/view",
    }
    found = named(browser)
    assert {"banner", "main"} <= found.keys()
    assert [each.split()[0] for each in found["region"]] == ["Requests", "Faults", "Objects", "Settings"]


def test_requests_appear_while_it_is_open(browser: Chromium, account: Account) -> None:
    """Newest first; one that a reader has opened stays open and keeps the focus; paused, nothing moves."""
    opened(browser, account)
    asked(account)
    browser.until(f"{REQUESTS}.length === 1")
    browser.value("document.querySelector('#requests summary').focus()")
    browser.press("Enter")

    asked(account, "/v2/nothing")
    browser.until(f"{REQUESTS}.length === 2")
    first, second = browser.value(REQUESTS)
    assert first.startswith("404 GET /v2/nothing")
    assert second.startswith(f"200 GET {MESSAGING} retrieveMessaging")
    assert browser.value("document.activeElement.parentElement.open") is True
    assert browser.value("document.activeElement.textContent") == second

    browser.value("document.getElementById('live').click()")
    asked(account)
    browser.value("new Promise((done) => setTimeout(done, 1200))")
    assert (len(browser.value(REQUESTS)), browser.value(SAID)) == (2, "Paused.")
    browser.value("document.getElementById('live').click()")
    browser.until(f"{REQUESTS}.length === 3")
    browser.value("document.getElementById('clear').click()")
    browser.until(f"{REQUESTS}.length === 0 && {SAID} === 'The log is empty.'")
    assert account.requests() == []


def test_a_fault_is_added_and_forgotten(browser: Chromium, account: Account) -> None:
    """Through the form; what fired is counted, and what waits is forgotten."""
    opened(browser, account)
    browser.value(
        "const form = document.getElementById('fault'); form.operation.value = 'retrieveMessaging'; "
        "form.kind.value = '503'; form.times.value = 2; form.requestSubmit()"
    )
    browser.until(f"{PLAN}.length === 1")
    assert browser.value(PLAN) == ["waits: 503 before retrieveMessaging, 2 times"]

    assert asked(account) == 503
    browser.until(f"{PLAN}.length === 2")
    assert browser.value(PLAN) == [
        "waits: 503 before retrieveMessaging, 1 time",
        "fired: 503 before retrieveMessaging, 1 time",
    ]

    browser.value("document.getElementById('forget').click()")
    browser.until(f"{PLAN}.length === 0")
    assert asked(account) == 200


def test_a_reading_is_chosen_and_put_back(browser: Chromium, account: Account) -> None:
    """By keyboard: search, Tab, the value, and its Default; a wrong value is told and not kept."""
    opened(browser, account)
    browser.value("document.getElementById('settings-find').focus()")
    browser.press(*"telnyxUnassignedAs")
    assert browser.value("[...document.querySelectorAll('.setting')].filter((e) => e.checkVisibility()).length") == 1

    browser.press("Tab", "Tab", "ArrowDown")
    browser.until(f"{SAID} === 'telnyxUnassignedAs is set.'")
    assert account.control("GET", "settings")["telnyxUnassignedAs"] == ""

    browser.press("Tab", "Enter")
    browser.until(f"{SAID} === 'telnyxUnassignedAs is as it was.'")
    assert account.control("GET", "settings")["telnyxUnassignedAs"] == "null"
    browser.value(
        "const field = document.getElementById('set-latencySeconds'); field.value = '-1'; "
        "field.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    assert account.control("GET", "settings")["latencySeconds"] == 0


def test_objects_are_searched_and_a_reset_asks_first(browser: Chromium, account: Account) -> None:
    """A password is in no place of the page, whatever is opened."""
    account.route("orders", "+15550210001", MessagePasswordToken="pw-of-a-route", MessageUsername="user-of-it")
    opened(browser, account)
    browser.value("for (const each of document.querySelectorAll('details')) each.open = true")
    assert "orders" in browser.value("document.body.innerText")
    for secret in ("pw-of-a-route", "user-of-it", "emulator-secret", API_KEY):
        assert secret not in browser.value("document.documentElement.innerHTML")

    browser.value("document.getElementById('find').focus()")
    browser.press(*FIRST)
    browser.until("document.querySelectorAll('#o-numbers li').length === 1")
    assert browser.value("document.getElementById('t-numbers').textContent") == "Telnyx numbers: 1 of 6"

    browser.click_and_answer("document.getElementById('reset')", accept=False)
    assert len(account.control("GET", "state")["routes"]) == 1
    browser.click_and_answer("document.getElementById('reset')", accept=True)
    browser.until(f"{SAID} === 'Everything is fresh.'")
    assert account.control("GET", "state")["routes"] == []


def test_ten_thousand_numbers_stay_fluent(browser: Chromium, account: Account) -> None:
    """The page shows the newest hundred and searches all; a look or a search takes some 20 ms."""
    account.control("POST", "numbers", [{"phone_number": f"+1556{index:07}"} for index in range(10_000)])
    opened(browser, account)
    title = browser.value("document.getElementById('t-numbers').textContent")
    assert title == "Telnyx numbers: the newest 100 of 10,006"

    browser.value("document.getElementById('find').focus()")
    browser.press(*"15560000007")
    browser.until("document.querySelectorAll('#o-numbers li').length === 1")


def test_an_emulator_that_is_gone_is_told(browser: Chromium, account: Account) -> None:
    opened(browser, account)
    account.close()

    browser.until(f"{SAID} === 'The emulator does not answer.'")
