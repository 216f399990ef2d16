"""What groups note on this machine for the case that a run is killed."""

from __future__ import annotations

from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, Stack, former, phone, phones


def test_notes_name_no_number(account: Account, stack: Stack) -> None:
    """Numbers may be a secret: a note knows them again and does not hold them, nor the key of the account."""
    account.edit(phone(0), messaging_profile_id=DEFAULT)
    assert account.notes is not None
    assert stack.up([phone(0), account.id_of(phone(1))]) == ""

    (note,) = (file.read_text() for file in account.notes.rglob("*") if file.is_file())

    assert ALERTS in note
    assert DEFAULT in note
    digits = [phone(0)[1:], phone(1)[1:], account.id_of(phone(1)), "KEYemulator"]
    assert [text for text in digits if text in note] == []
    killed = Stack(account)
    assert killed.up(phones(2)) == ""
    assert former(killed) == {phone(0): {"messagingProfileId": DEFAULT}, phone(1): {"messagingProfileId": ""}}
