"""Lists in errors: items as the program spells them, without brackets and quotes of Python."""

from __future__ import annotations

import pytest

from pulumi_messaging.errors import Refused, Unfinished
from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.emulator.seed import ALERTS
from tests.support.reconcile.groups import Account, Stack, phone


def test_tags_that_are_not_applied(account: Account, stack: Stack) -> None:
    """The error of a single number and that of a group show found and declared tags alike."""
    account.edit(phone(0), tags=["old", "older"], messaging_profile_id=ALERTS)
    account.settings(telnyxIgnoreUpdates=True)
    text = 'tags is "old, older" and not "a, b"'

    with pytest.raises(Unfinished) as error:
        account.singles(Ownership()).create({"phoneNumber": phone(0), "tags": ("a", "b"), "onDestroy": "restore"})

    assert text in str(error.value)
    assert text in stack.up([phone(0)], ALERTS, tags=("a", "b"))


def test_tags_that_cannot_be_restored(account: Account) -> None:
    """The error of a destroy shows the former values of all settings, a text and a list alike."""
    account.edit(phone(0), tags=["old", "older"], messaging_profile_id=ALERTS)
    declared = {"phoneNumber": phone(0), "messagingProfileId": "", "tags": ("a", "b"), "onDestroy": "restore"}
    number_id, outputs = account.singles(Ownership()).create(declared)
    account.script("updateMessaging", status=422, body={"errors": [{"code": "40100", "title": "Not now"}]})

    with pytest.raises(Refused) as error:
        account.singles(Ownership()).delete(number_id, outputs)

    assert f'cannot restore messaging_profile_id "{ALERTS}", tags "old, older" of number' in str(error.value)
