"""`pulumi-messaging map` of the live accounts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.account import Account
from tests.support.maps import HOOK, drawn, marks, refused


def test_live_accounts_are_read_without_a_state(account: Account, tmp_path: Path) -> None:
    """Both vendors, as the inventory reads them."""
    route = account.route("orders", "+15550210001", MessageRouteEnabled=False)
    profile = account.profile("support", "+15550110001", webhook_url=f"{HOOK}/support?token=abc")

    found = json.loads(drawn(tmp_path / "map.json"))

    assert re.fullmatch(r"the live account of Telegent and Telnyx, [\d-]{10} [\d:]{5} UTC", found["source"])
    assert marks(found) == {
        "orders": ["disabled", "unauthenticated"],
        "alerts": ["without URL", "without numbers"],
        "default": ["without URL"],
        "support": [],
    }
    by_id = {each["id"]: each for each in found["receivers"]}
    assert by_id[route]["numbers"] == ["+15550210001"]
    assert (by_id[profile]["numbers"], by_id[profile]["url"]) == (["+15550110001"], f"{HOOK}/support?[secret]")
    assert [(each["vendor"], each["place"]) for each in found["without_receiver"]] == [
        ("telegent", "nowhere"),
        ("telnyx", "nowhere"),
    ]
    assert {each.split()[0] for each in account.requests()} == {"GET", "POST"}


def test_the_live_accounts_of_a_name_are_read(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELNYX_EU_API_KEY", os.environ["TELNYX_API_KEY"])
    monkeypatch.setenv("TELNYX_EU_BASE_URL", account.server.telnyx_url)

    found = json.loads(drawn(tmp_path / "map.json", "--account", "eu"))

    assert found["source"].startswith("the live account eu of Telnyx, 20")
    assert {each["account"] for each in (*found["receivers"], *found["without_receiver"])} == {"eu"}


def test_a_vendor_without_credentials_is_left_out(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the map says whose account it shows; without any, the variables are named."""
    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET")
    assert "the live account of Telnyx, 20" in drawn(tmp_path / "map.txt")

    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_API_KEY")
    assert "neither vendor has credentials" in refused("--out", tmp_path / "map.svg")
