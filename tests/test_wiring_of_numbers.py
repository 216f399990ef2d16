"""Reads of numbers belong to a client: single numbers and groups share them, and they end with it."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.emulator import serve
from pulumi_messaging.errors import ApiError
from pulumi_messaging.wiring import Wiring
from tests.support.emulator.config import config_of

if TYPE_CHECKING:
    from pathlib import Path

EMULATOR = {"telnyx:baseUrl": "emulator"}


def test_all_who_use_a_client_share_its_reads(tmp_path: Path) -> None:
    """One object for each client, whoever asks for it."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    wiring = Wiring(print)
    with contextlib.chdir(tmp_path):
        singles = wiring.single_numbers(TELNYX_NUMBERS, EMULATOR.get, {})
        groups = wiring.number_groups(TELNYX_NUMBERS, EMULATOR.get, {})
        wiring.close()
        others = wiring.single_numbers(TELNYX_NUMBERS, EMULATOR.get, {})
        wiring.close()

    assert singles.account.reads is groups._account.reads is groups._leavers._account.reads
    assert others.account.reads is not singles.account.reads
    singles.account.api.client.on_account("org-1", "")
    assert "org-1" in singles.evidence.mark.identities  # what the client's answers show arrives there


@pytest.mark.parametrize("path", ["", "/v1"])
def test_a_wrong_base_url_is_told_without_waiting_for_a_purchase(tmp_path: Path, path: str) -> None:
    """A number that was just bought is waited for; an API that is not there is not."""
    wiring = Wiring(print)
    with serve(tmp_path / "emulator.db") as server:
        values = config_of(server) | {"telnyx:baseUrl": f"{server.url}{path}"}
        numbers = wiring.single_numbers(TELNYX_NUMBERS, values.get, {})
        began = time.monotonic()
        with pytest.raises(ApiError) as failed:
            numbers.create({"phoneNumber": "+15550100001", "tags": ("a",)})
        waited = time.monotonic() - began
    wiring.close()

    assert str(failed.value).startswith("cannot read messaging settings of number +15550100001: Telnyx answered 404")
    assert str(failed.value).endswith("; telnyx:baseUrl has no /v2 at its end: add it")
    assert waited < 10, "a purchase is waited for 20 s"


@pytest.mark.parametrize("path", ["/v2", "/v1.0/oauth2"])
def test_a_wrong_base_url_of_telegent_is_told_at_once(tmp_path: Path, path: str) -> None:
    """The first request is that for a token, which is never missing."""
    wiring = Wiring(print)
    with serve(tmp_path / "emulator.db") as server:
        values = config_of(server) | {"telegent:baseUrl": f"{server.url}{path}"}
        with pytest.raises(ApiError, match=r"no token for .*: Telegent answered 404.*; check telegent:baseUrl and any"):
            wiring.telegent_client(values.get, {"XDG_CACHE_HOME": str(tmp_path)}).get_message_route("MRID-1")
    wiring.close()
