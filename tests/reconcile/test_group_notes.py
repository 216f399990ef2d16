"""What groups note on this machine for the case that a run is killed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from pulumi_messaging.core.members import Member
from pulumi_messaging.reconcile.notes import NoteFiles
from pulumi_messaging.reconcile.numbers.notes import GroupNotes
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, Stack, former, phone, phones
from tests.support.reconcile.runs import GROUP, Resource, Run


def test_notes_name_no_number(account: Account, stack: Stack) -> None:
    """Numbers may be a secret: a note knows them again and does not hold them, nor the key of the account."""
    account.edit(phone(0), messaging_profile_id=DEFAULT)
    assert account.notes is not None
    account.left_behind = []
    assert stack.up([phone(0), account.id_of(phone(1))]) == ""

    (note,) = (file.read_text() for file in account.notes.rglob("*.json"))

    assert ALERTS in note
    assert DEFAULT in note
    digits = [phone(0)[1:], phone(1)[1:], account.id_of(phone(1)), "KEYemulator"]
    assert [text for text in digits if text in note] == []
    killed = Stack(account)
    assert killed.up(phones(2)) == ""
    assert former(killed) == {phone(0): {"messagingProfileId": DEFAULT}, phone(1): {"messagingProfileId": ""}}


@pytest.mark.parametrize("cut_off", [True, False])
def test_notes_hold_no_secret(account: Account, cut_off: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that was given as a secret is a digest in a note, by which it is known again."""
    account.edit(phone(0), tags=["theirs"])
    account.left_behind = []
    group, run = Resource(GROUP), Run(account)
    declared = run.check(group, group.given(phone(0), tags=("c4n4ry",), __secrets=("tags",)))
    with monkeypatch.context() as patch:
        if cut_off:
            account.interrupt_after_write(patch)
        with suppress(KeyboardInterrupt):
            run.create(Resource(GROUP), declared)
    assert account.notes is not None
    (note,) = (file.read_text() for file in account.notes.rglob("*.json"))
    assert "c4n4ry" not in note
    assert "theirs" not in note  # the value of a secret field from before is hidden like the one that is given

    Run(account).create(group, declared)
    Run(account).delete(group)

    assert next(row["tags"] for row in account.rows() if row["phone_number"] == phone(0)) == ["theirs"]


# As version 0.1.0 wrote it for the group "group" of "account", with the numbers +15550100001 and +15550100002.
FILE = "groups/7bc0985dc6513c5df2596ec7fb365820.json"
NOTE = (
    '{"at": 1000.0, "wish": {"messagingProfileId": "c4a1"}, "numbers": ['
    '{"numbers": "998d05c7ecca1c42000de35a", "former": {"messagingProfileId": ""}}, '
    '{"numbers": "1f50d0b770100af81863607e", "former": {"messagingProfileId": "7d0c"}}]}'
)


def test_note_of_a_former_version(tmp_path: Path) -> None:
    """A run of a former version may have been killed: the format of its note does not change, in either direction."""
    file = tmp_path / FILE
    file.parent.mkdir()
    file.write_text(NOTE, encoding="utf-8")
    notes = GroupNotes(NoteFiles(tmp_path, now=lambda: 1000.0))

    note = notes.recall("account", "group")

    assert note.wish == {"messagingProfileId": "c4a1"}
    members = [Member(number, number, former=note.before(number)) for number in ("+15550100001", "+15550100002")]
    assert [member.former for member in members] == [{"messagingProfileId": ""}, {"messagingProfileId": "7d0c"}]
    notes.write(members, note.wish, "account", "group")
    assert file.read_text(encoding="utf-8") == NOTE
