"""Reads of numbers belong to a client: single numbers and groups share them, and they end with it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from pathlib import Path

EMULATOR = {"telnyx:baseUrl": "emulator"}


def test_all_who_use_a_client_share_its_reads(tmp_path: Path) -> None:
    """One object for each client, whoever asks for it."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    wiring = Wiring(print)
    with contextlib.chdir(tmp_path):
        singles, groups = wiring.number_messagings(EMULATOR.get, {}), wiring.number_groups(EMULATOR.get, {})
        wiring.close()
        others = wiring.number_messagings(EMULATOR.get, {})
        wiring.close()

    assert singles.account.reads is groups._account.reads is groups._orders.account.reads
    assert others.account.reads is not singles.account.reads
    singles.account.client.on_account("org-1", "")
    assert "org-1" in singles.evidence.mark.identities  # what the client's answers show arrives there
