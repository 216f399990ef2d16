"""A write of a number: the whole answer counts, a doubtful one is an error, and what was before is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.errors import MessagingError, Refused, Unfinished
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, phone
from tests.support.reconcile.runs import SINGLE, Resource, Run

NUMBER = phone(0)
ERROR = {"errors": [{"code": "10007", "title": "Unexpected error"}]}
REFUSED = {"errors": [{"code": "40324", "title": "Messaging product type change failed"}]}


@pytest.fixture(autouse=True)
def before(account: Account) -> None:
    """The number is on "default" and has tags, which a restore gives back."""
    account.edit(NUMBER, messaging_profile_id=DEFAULT, tags=["old"], eligible_messaging_products=["A2P", "P2P"])


def settings(account: Account) -> tuple[Any, ...]:
    """Profile, product and tags of the number."""
    row = next(row for row in account.rows() if row["phone_number"] == NUMBER)
    return row["messaging_profile_id"], row["messaging_product"], *row["tags"]


def up(account: Account, resource: Resource, **given: Any) -> str:
    """A run of its own; the text of its failure."""
    try:
        Run(account).up(resource, resource.given(NUMBER, **given))
    except MessagingError as error:
        return str(error)
    return ""


def operations(account: Account) -> list[str]:
    return [entry["operation"] for entry in account.log]


def test_a_product_that_a_profile_resets_is_written_once_more(account: Account) -> None:
    """A change of the profile resets the product, also in a restore: the other fields stay as declared."""
    account.edit(NUMBER, messaging_product="P2P")
    account.settings(telnyxProfileResetsProduct=True)
    resource = Resource(SINGLE)
    assert up(account, resource, messagingProduct="P2P") == ""
    assert settings(account) == (ALERTS, "P2P", "old")
    assert resource.outputs is not None
    assert resource.outputs["messagingProduct"] == "P2P"

    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "P2P", "old")


def test_two_fields_that_reset_each_other_are_an_error(account: Account) -> None:
    """After one more write the state says what the vendor answered, and the memory of before survives."""
    account.edit(NUMBER, messaging_product="P2P")
    account.settings(telnyxProfileResetsProduct=True, telnyxProductResetsProfile=True)
    resource = Resource(SINGLE)

    said = up(account, resource, messagingProduct="P2P")

    assert 'Telnyx answered success, but messaging_profile_id is "" and not' in said
    assert operations(account).count("updateMessaging") == 2
    assert resource.outputs is not None
    assert resource.outputs["messagingProfileId"] == ""
    account.settings(telnyxProfileResetsProduct=False, telnyxProductResetsProfile=False)
    assert up(account, resource, messagingProduct="P2P") == ""
    assert settings(account) == (ALERTS, "P2P", "old")
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "P2P", "old")


def test_a_stale_answer_is_read_again(account: Account) -> None:
    """The answer to a write shows the values before it; a second read settles it."""
    account.settings(telnyxStaleAnswerSeconds=1.0)
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    assert operations(account) == ["listMessaging", "updateMessaging", "retrieveMessaging"]
    assert resource.outputs is not None
    assert "__sent" not in resource.outputs


def lost(account: Account) -> None:
    """A write that takes effect loses its answer, and so do the reads after it."""
    account.script("updateMessaging", status=500, body=ERROR, times=99, after=True)
    account.script("retrieveMessaging", status=500, body=ERROR, times=99)


def never_shown(account: Account) -> None:
    """The answers and the reads after the write show what was before, for long."""
    account.settings(telnyxStaleAnswerSeconds=3600.0, telnyxStaleReadSeconds=3600.0)


def healed(account: Account) -> None:
    account.control("DELETE", "answers")
    account.settings(telnyxStaleAnswerSeconds=0.0, telnyxStaleReadSeconds=0.0)


@pytest.mark.parametrize("then", ["up", "destroy", "refresh and destroy", "declared as before"])
def test_a_doubtful_write_keeps_the_memory_of_before(account: Account, then: str) -> None:
    """The number is in the state with its former values; the next run repairs it, and destroy puts them back."""
    resource = Resource(SINGLE)
    never_shown(account)

    said = up(account, resource, tags=("new",))

    assert "Telnyx answered success, but messaging_profile_id is" in said
    assert settings(account) == (ALERTS, "A2P", "new")
    assert resource.outputs is not None
    assert resource.outputs["messagingProfileId"] == DEFAULT  # as answered
    healed(account)
    if then == "up":
        assert up(account, resource, tags=("new",)) == ""
        assert settings(account) == (ALERTS, "A2P", "new")
        assert "__sent" not in resource.outputs
    elif then == "refresh and destroy":
        Run(account).refresh(resource)
    elif then == "declared as before":
        run = Run(account)
        declared = run.check(resource, resource.given(NUMBER, profile=DEFAULT, tags=("old",)))
        run.update(resource, declared)  # the engine updates after such a failure, also without a difference
        assert settings(account) == (DEFAULT, "A2P", "old")
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")


def test_a_lost_answer_and_failing_reads(account: Account) -> None:
    """What became of the write is not known: the next run looks, and destroy still puts back what was before."""
    resource = Resource(SINGLE)
    assert up(account, resource, profile=DEFAULT) == ""
    account.settings(telnyxDropAfterUpdate=99)
    account.script("retrieveMessaging", status=403, body=ERROR, times=99)

    said = up(account, resource)

    assert "and what became of it could not be read" in said
    assert resource.outputs is not None
    assert resource.outputs["messagingProfileId"] == DEFAULT
    account.control("DELETE", "answers")
    account.settings(telnyxDropAfterUpdate=0)
    assert settings(account) == (ALERTS, "A2P", "old")
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")


def test_a_second_field_that_is_refused(account: Account) -> None:
    """The profile was set and the product refused: the state has the profile, and the number's past."""
    account.settings(telnyxAllOrNothing=False, telnyxRefuseProduct=1)
    resource = Resource(SINGLE)
    with pytest.raises(Unfinished, match="40324"):
        Run(account).up(resource, resource.given(NUMBER, messagingProduct="P2P"))
    assert resource.outputs is not None
    assert (resource.outputs["messagingProfileId"], resource.outputs["messagingProduct"]) == (ALERTS, "A2P")
    assert up(account, resource, messagingProduct="P2P") == ""
    assert operations(account)[-1] == "updateMessaging"
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")


def test_a_refusal_changes_nothing(account: Account) -> None:
    """Nothing was written: the resource is not in the state, and the number not of it."""
    account.script("updateMessaging", status=422, body=REFUSED)
    resource = Resource(SINGLE)
    assert "40324" in up(account, resource)
    assert resource.outputs is None


def test_a_state_without_its_past_is_left_as_it_is(account: Account) -> None:
    """Edited by hand: which settings were declared is not known either, so destroy says in one line without any."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    assert resource.outputs is not None
    del resource.outputs["__former"]
    Run(account).delete(resource)
    assert settings(account) == (ALERTS, "A2P", "old")
    left = [line for line in account.said if "left as" in line]
    assert left == [f"number {NUMBER}: settings left as they are, because the state lacks their former values"]


def test_a_product_that_was_empty_before_is_named(account: Account) -> None:
    """No vendor value clears a product: destroy leaves it and says so."""
    account.edit(NUMBER, messaging_product="")
    resource = Resource(SINGLE)
    assert up(account, resource, profile=DEFAULT, messagingProduct="A2P") == ""
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")
    assert f"number {NUMBER}: messaging_product left as it is" in account.said[-1]


def test_a_restore_is_compared_too(account: Account) -> None:
    """A restore that changes nothing is an error, and the state keeps the past for the next one."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.settings(telnyxIgnoreUpdates=True)
    with pytest.raises(MessagingError, match="Telnyx answered success, but messaging_profile_id is"):
        Run(account).delete(resource)
    account.settings(telnyxIgnoreUpdates=False)
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")


def test_an_update_that_is_cut_off_is_remembered_after_a_refresh(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state lacks the tags that the update added: the refresh leaves the note of what they were before."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    run = Run(account)
    declared = run.check(resource, resource.given(NUMBER, tags=("new",)))
    with monkeypatch.context() as patch:
        account.interrupt_after_write(patch)
        with pytest.raises(KeyboardInterrupt):
            run.update(resource, declared)
    assert settings(account) == (ALERTS, "A2P", "new")

    Run(account).refresh(resource)
    assert up(account, resource, tags=("new",)) == ""
    Run(account).delete(resource)
    assert settings(account) == (DEFAULT, "A2P", "old")


# Gone, bought again, twice --------------------------------------------------------------------------------------------


def again(account: Account, status: str) -> str:
    """The number leaves the account, and is bought again: its new id."""
    old = account.id_of(NUMBER)
    account.control("PATCH", f"numbers/{old}", {"status": status})
    return str(account.control("POST", "numbers", {"phone_number": NUMBER})["id"])


@pytest.mark.parametrize("status", ["deleted", "ported-out", "port-failed"])
def test_a_number_that_left_is_gone(account: Account, status: str) -> None:
    """It stays listed under such a status, which contradicts no 404."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.edit(NUMBER, status=status)
    assert Run(account).gone(resource)
    Run(account).delete(resource)


def test_a_live_row_with_the_same_id_contradicts_a_404(account: Account) -> None:
    """The vendor's 404 is not believed then."""
    resource = Resource(SINGLE)
    assert up(account, resource) == ""
    account.edit(NUMBER, status="purchase-pending")
    with pytest.raises(Refused, match="Telnyx answered 404 although the account lists the number"):
        Run(account).gone(resource)


@pytest.mark.parametrize("marked", [True, False], ids=["with a mark", "without a mark"])
def test_a_number_that_is_bought_again_is_another_one(account: Account, marked: bool) -> None:
    """Refresh drops the old one, destroy is done with it, and the next `up` takes the new one over as it was."""
    resource = Resource(SINGLE)
    assert up(account, resource, profile="", tags=("a",)) == ""
    assert resource.outputs is not None
    if not marked:
        del resource.outputs["__account"]
    account.settings(telnyxOrganizationIdShown=marked)
    new_id = again(account, "deleted")

    said = up(account, resource, profile="", tags=("b",))
    assert "run `pulumi up --refresh`" in said
    assert Run(account).gone(resource)
    Run(account).delete(resource)
    assert up(account, resource, profile=ALERTS, tags=("b",)) == ""
    assert resource.id == new_id
    Run(account).delete(resource)
    assert next(row for row in account.rows() if row["id"] == new_id)["messaging_profile_id"] is None


def test_two_numbers_of_one_e164_are_not_told_apart(account: Account) -> None:
    """A list shows both: the error names their ids, and the number by its id is the one that was meant."""
    old = account.id_of(NUMBER)
    twin = account.control("POST", "numbers", {"phone_number": NUMBER})["id"]
    run, other = Run(account), Resource(SINGLE, "other")
    run.up(other, other.given(phone(1)))
    resource = Resource(SINGLE)
    with pytest.raises(Refused, match="the account lists it under two ids") as error:
        run.up(resource, resource.given(NUMBER))
    assert old in str(error.value)
    assert twin in str(error.value)
    run.up(resource, resource.given(twin))
    assert resource.id == twin


@pytest.mark.parametrize("status", ["purchase-pending", "deleted"])
def test_the_status_of_a_number_without_settings_is_named(account: Account, status: str) -> None:
    """A create says why the number is not found, after the wait for a purchase."""
    account.edit(NUMBER, status=status)
    said = up(account, Resource(SINGLE))
    assert f"(the account lists it as {status})" in said
    assert account.seconds == pytest.approx(20)
