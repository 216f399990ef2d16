"""`pulumi-messaging inventory`: what it shows, and what it asks for."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.account import Account
from tests.support.emulator.seed import ALERTS, DEFAULT, FIRST, SECOND
from tests.support.inventory import inventory, names, shown
from tests.support.secrets.canaries import CALLBACK_PASSWORD, CALLBACK_USER, PASSWORD, USER
from tests.support.secrets.scanner import Scanner

HOOK = "https://hooks.example.com/in"
TOKEN = "POST /v1.0/oauth2/tokens"


def test_json_holds_every_object_of_both_vendors(account: Account) -> None:
    """Exactly the keys of the contract; `numbers` of a route or profile is a count; nothing assigned is null."""
    route = account.route("orders", "+15550210001", "+15550210002", CallbackMessageUrl=HOOK, MessageRouteEnabled=False)
    profile = account.profile("support", "+15550110001", tags=("vip", "eu"), webhook_url=HOOK)

    listed = shown()

    assert list(listed) == ["routes", "profiles", "numbers"]
    assert listed["routes"] == [
        {
            "message_route_id": route,
            "route_name": "orders",
            "message_url": HOOK,
            "message_url_method": "POST",
            "message_route_enabled": False,
            "message_authentication_type": None,
            "callback_message_url": HOOK,
            "numbers": 2,
        }
    ]
    us = {"enabled": True, "whitelisted_destinations": ["US"]}
    assert listed["profiles"] == [
        {"id": ALERTS, "name": "alerts", "webhook_url": None, **us, "numbers": 0},
        {"id": DEFAULT, "name": "default", "webhook_url": None, **us, "numbers": 2},
        {"id": profile, "name": "support", "webhook_url": HOOK, **us, "numbers": 1},
    ]
    assert [each["number"] for each in listed["numbers"]] == [
        *("+15550200001", "+15550200002", "+15550200003", "+15550210001", "+15550210002"),
        *("+15550100001", "+15550100002", "+15550100003", "+15550100004", "+15550100005", "+15550100006"),
        "+15550110001",
    ]
    nothing = {"messaging_profile_id": None, "messaging_product": None, "tags": [], "message_route_id": None}
    assert {"vendor": "telegent", "number": "+15550200001", "id": "+15550200001", **nothing} in listed["numbers"]
    assert listed["numbers"][4] == {
        "vendor": "telegent",
        "number": "+15550210002",
        "id": "+15550210002",
        **nothing,
        "message_route_id": route,
    }
    assert {**listed["numbers"][-1], "id": ""} == {
        "vendor": "telnyx",
        "number": "+15550110001",
        "id": "",
        **nothing,
        "messaging_profile_id": profile,
        "messaging_product": "A2P",
        "tags": ["vip", "eu"],
    }


@pytest.mark.parametrize(
    "readings",
    [
        {"telegentEnabledAs": "number", "telegentUnsetAs": "absent", "telegentAccountIdShown": False},
        {"telegentReturnFlags": True, "telegentReturnSecrets": "masked"},
        {"telnyxUnassignedAs": "", "telnyxNoTagsAs": "null", "telnyxUnsetWebhookAs": ""},
        {"telnyxUnassignedAs": "absent", "telnyxNoTagsAs": "absent", "telnyxOrganizationIdShown": False},
    ],
)
def test_json_is_the_same_under_every_reading(account: Account, readings: dict[str, Any]) -> None:
    """However the vendors write what is empty, the inventory writes it in one way."""
    account.route("orders", "+15550210001")
    expected = shown()
    account.settings(**readings)

    assert shown() == expected


def test_the_table_shows_the_same(account: Account) -> None:
    """Without --json every value is in a table, however wide; what would steer a terminal is not."""
    route = account.route("orders [bold]\x1b[31m", "+15550210001", MessageUrl=f"{HOOK}/{'x' * 300}")

    result = inventory()

    assert (result.exit_code, result.stderr) == (0, "")
    for text in (
        "Message routes: 1",
        "Messaging profiles: 2",
        "Numbers: 10",
        "orders [bold][31m",
        f"{HOOK}/{'x' * 300}",
    ):
        assert text in result.stdout
    (line,) = (line for line in result.stdout.splitlines() if "+15550210001" in line)
    assert line.split() == ["telegent", "+15550210001", "+15550210001", "-", "-", "-", route]
    assert "\x1b" not in result.stdout


def test_it_asks_for_the_lists_and_their_tokens_only(account: Account) -> None:
    """Five lists, and a token for each of Telegent's two."""
    account.settings(telegentInventoryPageSize=2)

    shown()

    assert Counter(account.requests()) == {
        TOKEN: 2,
        "GET /v1.0/account/message/routes": 1,
        "GET /v1.0/numbers/inventory": 2,
        "GET /v2/messaging_profiles": 1,
        "GET /v2/phone_numbers/messaging": 1,
    }


def test_ten_thousand_numbers_take_45_requests(account: Account) -> None:
    """40 pages of numbers, one of each other list, and two tokens."""
    account.control("POST", "numbers", [{"phone_number": f"+1556{index:07}"} for index in range(9_994)])
    account.requests()

    listed = shown()

    assert len([each for each in listed["numbers"] if each["vendor"] == "telnyx"]) == 10_000
    assert len(account.requests()) == 45


@pytest.fixture
def teams(account: Account) -> Account:
    """Two teams with a route and a profile each, and a route without numbers."""
    account.route("team-a", "+15550210001")
    account.route("team-b", "+15550210002")
    account.route("team-c")
    account.profile("team-a", "+15550110001", tags=("vip",))
    account.profile("team-b", "+15550110002", tags=("other",))
    return account


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--name", "team-a", "--number", "2100"], (["team-a"], [], ["+15550210001"])),
        (["--profile", "team-b", "--route", "team-b"], (["team-b"], ["team-b"], ["+15550210002", "+15550110002"])),
        (["--tag", "vip", "--tag", "other"], ([], ["team-a", "team-b"], ["+15550110001", "+15550110002"])),
        (["--unassigned", "--number", "0001"], ([], [], ["+15550200001", FIRST])),
    ],
)
def test_every_filter_is_an_option(
    teams: Account, arguments: list[str], expected: tuple[list[str], list[str], list[str]]
) -> None:
    """`test_filters.py` has what each of them means."""
    del teams
    assert names(shown(*arguments)) == expected


def test_counts_are_those_of_the_account(teams: Account) -> None:
    """A filter hides numbers; a route or profile that is shown still has them."""
    del teams
    (profile,) = shown("--profile", "default", "--number", SECOND)["profiles"]

    assert profile["numbers"] == 2


def test_a_filter_of_one_vendor_asks_that_vendor_only(teams: Account) -> None:
    """Who filters by profile or tag needs no answer of Telegent, and the other way round."""
    teams.requests()

    shown("--profile", "team-a")
    assert {each.split("/")[1] for each in teams.requests()} == {"v2"}
    shown("--route", "team-a")
    assert {each.split("/")[1] for each in teams.requests()} == {"v1.0"}


def test_no_secret_is_shown(account: Account) -> None:
    """Passwords and user names of routes, in URLs too, the secret of a profile, PINs, the credentials."""
    account.route(
        "orders",
        MessageUrl="https://somebody:hunter2-of-the-route@hooks.example.com/in@home?a=b@c",
        MessageAuthenticationType="Basic",
        MessageUsername=USER,
        MessagePasswordToken=PASSWORD,
        CallbackMessageUsername=CALLBACK_USER,
        CallbackMessagePasswordToken=CALLBACK_PASSWORD,
    )
    account.profile(
        "support",
        v1_secret="v1-s3cr3t-of-the-profile",
        webhook_url="https://me:hunter3-of-the-webhook@hooks.example.com",
    )
    account.control("POST", "telegent-numbers", {"Number": "+15550210001", "PortOutPin": "p0rt-0ut-pin-of-it"})
    secrets = {
        "user": USER,
        "password": PASSWORD,
        "callback user": CALLBACK_USER,
        "callback": CALLBACK_PASSWORD,
        "URL": "hunter2-of-the-route",
        "webhook": "hunter3-of-the-webhook",
        "v1": "v1-s3cr3t-of-the-profile",
        "pin": "p0rt-0ut-pin-of-it",
        "secret": "emulator-secret",
    }

    as_json, table = inventory("--json"), inventory()

    assert not Scanner(secrets).found(as_json.output, table.output)
    (route,) = json.loads(as_json.stdout)["routes"]
    assert route["message_url"] == "https://[secret]@hooks.example.com/in@home?a=b@c"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_in_a_terminal_only(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, and the JSON on stdout stays alone; where stderr is no terminal, nothing is said."""
    from pulumi_messaging.cli.inventory import _progress  # noqa: PLC0415

    del account
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with _progress() as progress:
        progress("Telnyx numbers", 250, 10_000)
    assert "reading Telnyx numbers: 250 of 10000" in sys.stderr.getvalue()

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with _progress() as progress:
        progress("Telnyx numbers", 250, 10_000)
    assert sys.stderr.getvalue() == ""


def test_the_command_runs_in_any_folder(account: Account) -> None:
    """The installed command, in a process of its own; it leaves nothing in the folder."""
    command = Path(sys.executable).with_name("pulumi-messaging")
    done = subprocess.run([command, "inventory", "--json"], capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["numbers"]) == 9
    assert list(Path.cwd().iterdir()) == []
    assert account.requests() != []
