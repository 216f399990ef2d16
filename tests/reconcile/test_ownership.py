"""Who has which object: claims, objects handed over, and objects that are being restored."""

from __future__ import annotations

import pytest

from pulumi_messaging.reconcile.ownership import Ownership, Past


def test_an_object_has_one_owner() -> None:
    """What one resource has by one of its names no other one can claim or hold by another."""
    ownership = Ownership()
    assert ownership.claim("a", "+1", "id-1")

    assert not ownership.claim("b", "id-1", "other")
    assert ownership.claim("b", "other")  # nothing of a claim that fails is kept
    assert ownership.hold("c", {"+1": {}, "free": {}}) == {"+1"}
    assert ownership.hold("a", {"+1": {}, "id-1": {}}) == frozenset()


def test_an_object_that_is_let_go_is_free() -> None:
    """The diff that shows that a resource lets go of its object frees it, and tells what was there before it."""
    ownership = Ownership()
    assert ownership.hold("a", {"+1": {}, "+2": {"tags": ()}}) == frozenset()
    assert not ownership.claim("b", "+2")

    assert ownership.recorded("id-2", "+2") == {"tags": ()}
    past = Past(({"tags": ("ours",)},), {"tags": ("former",)})
    ownership.hold("a", {"+1": {}}, {"+2": past})

    assert ownership.claim("b", "+2")
    assert ownership.pasts("+2", "id-2") == (past,)
    assert ownership.pasts("+1") == ()


def test_claims_of_this_run_are_told_from_those_of_the_state() -> None:
    """A resource that is deleted has not taken its own object over; the one of this run that has the same name has."""
    ownership = Ownership()
    ownership.hold("a", {"+1": {}})
    assert not ownership.claimed("+1")
    ownership.release("a", ("+1",))
    assert ownership.claim("a", "+1")
    assert ownership.claimed("+1")

    ownership.release("a", ("+1",))

    assert ownership.claimed("+1")
    with ownership.restoring("a", ("+1", "+2")) as free:
        assert free == {"+2"}


def test_claims_are_given_up_when_the_operation_fails() -> None:
    """An operation that fails before it writes leaves its objects to others, and only its own."""
    ownership = Ownership()
    ownership.claim("a", "+1")

    def fail() -> None:
        with ownership.claiming("b") as claiming:
            assert claiming.claim("+2")
            assert claiming.claim("+2", "id-2")  # the same object, by a further name
            assert not claiming.claim("+1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert ownership.claim("c", "+2", "id-2")
    assert not ownership.claim("c", "+1")


def test_what_is_restored_during_an_operation_is_known_to_it() -> None:
    """A read from before a restore is out of date, one from after it is not."""
    ownership = Ownership()
    with ownership.claiming("b") as claiming:
        with ownership.restoring("a", ("+0",)):
            pass
        claiming.begin_reads()
        with ownership.restoring("a", ("+1",)):
            pass

        assert claiming.restored("+1", "id-1")
        assert not claiming.restored("+0")
