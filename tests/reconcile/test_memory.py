"""What stood in a number's settings before us is put back in the end, whichever way the number went meanwhile.

Each case ends with a destroy in a process of its own, and a number is written as often as its value changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import product
from pathlib import Path

import pytest

from pulumi_messaging.errors import MessagingError, Unfinished
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, phone
from tests.support.reconcile.runs import GROUP, KINDS, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import TelegentAccount

NUMBER, OTHER = phone(0), phone(1)
FOR_OWNER, FOR_NEW, LOST = ("noted on this machine only", "for the run that takes over", "could not be noted")
REFUSALS = ("400", "404", "409", "422")
NOT_READ = ("401", "403", "429")  # a read is likely to be refused too: the next run settles it
KINDS_OF_BOTH = list(product(KINDS, KINDS))


@pytest.fixture(params=[Account, TelegentAccount], ids=["Telnyx", "Telegent"])
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    """What holds for the numbers of one vendor holds for those of the other."""
    with closing(request.param(tmp_path, 3)) as made:
        yield made


@pytest.fixture(autouse=True)
def _before(account: Account) -> None:
    """The number that moves is on the profile "default"; the others are on none."""
    account.edit(NUMBER, messaging_profile_id=DEFAULT)


def made(account: Account, kind: str, *numbers: str, name: str = "old", profile: str = ALERTS) -> Resource:
    """A resource that an earlier run has made."""
    resource = Resource(kind, name)
    Run(account).up(resource, resource.given(*numbers, profile=profile))
    account.forget_requests()
    return resource


def destroyed(account: Account, *resources: Resource) -> str | None:
    """The number's profile when a process of its own has deleted these."""
    run = Run(account)
    for resource in resources:
        run.delete(resource)
    return account.profiles()[NUMBER]


def replaced(account: Account, resource: Resource, *, trigger: bool = False) -> None:
    """``--replace`` and taint: no diff, create first; a trigger's change is preceded by a check with the old inputs."""
    run, old = Run(account), resource.copy()
    given = resource.given(NUMBER)
    if trigger:
        run.check(resource, given)
    run.create(resource, run.check(resource, given, new=True))
    run.delete(old)


@pytest.mark.parametrize("trigger", [False, True], ids=["taint", "trigger"])
@pytest.mark.parametrize("refreshed", [False, True], ids=["destroyed at once", "refreshed first"])
@pytest.mark.parametrize("kind", KINDS)
def test_replaced(account: Account, kind: str, trigger: bool, refreshed: bool) -> None:
    """The new resource finds our own value; what the old one remembers reaches it by a note."""
    resource = made(account, kind, NUMBER)

    replaced(account, resource, trigger=trigger)
    replaced(account, resource, trigger=trigger)

    assert account.writes == []
    assert FOR_OWNER in account.said[-1]
    assert not any("not known now" in line for line in account.said)
    if refreshed:
        Run(account).refresh(resource, store=False)
        Run(account).refresh(resource)
        account.notes = None  # from here on on another machine
    assert destroyed(account, resource) == DEFAULT


@pytest.mark.parametrize("kind", KINDS)
def test_replaced_and_destroyed_elsewhere(account: Account, kind: str) -> None:
    """Another machine cannot know: the number stays as it is, which was said when the note was written."""
    resource = made(account, kind, NUMBER)
    replaced(account, resource)
    account.notes = None

    assert destroyed(account, resource) == ALERTS
    assert account.writes == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_that_cannot_be_written_is_said_at_once(account: Account, kind: str) -> None:
    """Without a cache folder the memory ends with the resource: the line says so."""
    account.notes = None
    resource = made(account, kind, NUMBER)

    replaced(account, resource)

    assert LOST in account.said[-1]


@pytest.mark.parametrize("by_id", ["", "giver", "taker"])
@pytest.mark.parametrize("first", ["giver", "taker"])
@pytest.mark.parametrize(("giver_kind", "taker_kind"), KINDS_OF_BOTH)
def test_moved_in_one_run(account: Account, giver_kind: str, taker_kind: str, first: str, by_id: str) -> None:
    """From a resource to another one, in both orders of the engine, under both names of the number: no write at all."""
    name = {role: account.id_of(NUMBER) if role == by_id else NUMBER for role in ("giver", "taker")}
    giver = made(account, giver_kind, name["giver"], *([OTHER] if giver_kind == GROUP else []))
    taker, run = Resource(taker_kind, "new"), Run(account)

    def give() -> None:
        if giver_kind == GROUP:
            run.up(giver, giver.given(OTHER, elsewhere=[name["taker"]]))

    def take() -> None:
        run.up(taker, taker.given(name["taker"]))

    for act in (give, take) if first == "giver" else (take, give):
        act()
    if giver_kind == SINGLE:
        run.delete(giver)  # the engine deletes last

    assert account.writes == []
    assert destroyed(account, taker, *([giver] if giver.outputs else [])) == DEFAULT


@pytest.mark.parametrize("profile", [ALERTS, "", DEFAULT])
@pytest.mark.parametrize("order", ["old first", "new first"])
@pytest.mark.parametrize(("old_kind", "new_kind"), KINDS_OF_BOTH)
def test_the_new_one_alone_is_targeted(
    account: Account, old_kind: str, new_kind: str, order: str, profile: str
) -> None:
    """The state has both for a while; a destroy then, or after a full run, puts back what was at first."""
    old = made(account, old_kind, NUMBER)
    new = made(account, new_kind, NUMBER, name="new", profile=profile)
    both = [old, new] if order == "old first" else [new, old]
    assert destroyed(account, *both) == DEFAULT

    old = made(account, old_kind, NUMBER)
    new = made(account, new_kind, NUMBER, name="new", profile=profile)
    run = Run(account)
    run.up(new, new.given(NUMBER, profile=profile))
    run.delete(old)
    assert account.writes == []
    assert destroyed(account, new) == DEFAULT


@pytest.mark.parametrize("profile", ["", DEFAULT])
@pytest.mark.parametrize("first", ["old", "new"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_old_one_is_made_anew_after_a_move_that_stopped_halfway(
    account: Account, kind: str, first: str, profile: str
) -> None:
    """``--replace`` of the one that the program has again: both of the state hand on what they remember."""
    old, new = made(account, kind, NUMBER), made(account, kind, NUMBER, name="new", profile=profile)
    again, run = old.copy(), Run(account)
    run.create(again, run.check(again, again.given(NUMBER), new=True))
    for each in (old, new) if first == "old" else (new, old):
        run.delete(each)

    assert destroyed(account, again) == DEFAULT


@pytest.mark.parametrize("kind", KINDS)
def test_one_after_the_other_is_targeted(account: Account, kind: str) -> None:
    """The state has three, and they go in runs of their own; the second one, whose value is gone, goes first."""
    first, second, third = (
        made(account, kind, NUMBER, name=name, profile=profile)
        for name, profile in (("first", ALERTS), ("second", ""), ("third", ALERTS))
    )
    Run(account).delete(second)
    run = Run(account)
    run.up(third, third.given(NUMBER))
    run.delete(first)

    assert account.writes == []
    assert destroyed(account, third) == DEFAULT


@pytest.mark.parametrize("kind", KINDS)
def test_the_old_one_alone_is_targeted(account: Account, kind: str) -> None:
    """The group lets go of a number that the program declares elsewhere: it is left, and taken over in a later run."""
    giver = made(account, GROUP, NUMBER, OTHER)
    Run(account).up(giver, giver.given(OTHER, elsewhere=[NUMBER]))
    assert FOR_NEW in account.said[-1]
    account.script("updateMessaging", status=422, body={"errors": [{"code": "1", "title": "No"}]})
    taker = Resource(kind, "new")
    with pytest.raises(MessagingError):
        Run(account).up(taker, taker.given(NUMBER, profile=""))
    account.forget_requests()

    Run(account).up(taker, taker.given(NUMBER))

    assert account.writes == []
    assert destroyed(account, taker) == DEFAULT


@pytest.mark.parametrize("first", ["giver", "taker"])
def test_moved_while_the_program_refreshes(account: Account, first: str) -> None:
    """The diff of a refresh compares with the old program, also in a run that has made checks: nothing is refused."""
    giver, taker = made(account, GROUP, NUMBER, OTHER), made(account, GROUP, phone(2), name="new")
    run = Run(account)

    def give() -> None:
        run.refresh(giver)
        run.up(giver, giver.given(OTHER, elsewhere=[NUMBER, phone(2)]))

    def take() -> None:
        run.refresh(taker)
        run.up(taker, taker.given(NUMBER, phone(2), elsewhere=[OTHER]))

    for act in (give, take) if first == "giver" else (take, give):
        act()

    assert account.writes == []
    assert destroyed(account, giver, taker) == DEFAULT


@pytest.mark.parametrize("by_hand", [ALERTS, DEFAULT, None])
@pytest.mark.parametrize("kind", KINDS)
def test_a_note_dies_with_its_success(account: Account, kind: str, by_hand: str | None) -> None:
    """What a run of last week noted does not decide: another machine has destroyed, somebody has set the number."""
    here, resource = account.notes, made(account, kind, NUMBER)
    account.notes = None
    assert destroyed(account, resource) == DEFAULT
    account.edit(NUMBER, messaging_profile_id=by_hand)
    account.notes = here

    Run(account).up(resource, resource.given(NUMBER))

    assert destroyed(account, resource) == by_hand


def cut_off(account: Account, kind: str, monkeypatch: pytest.MonkeyPatch) -> Resource:
    """A process ends between its write and its answer."""
    resource, run = Resource(kind), Run(account)
    declared = run.check(resource, resource.given(NUMBER), new=True)
    with monkeypatch.context() as patch:
        account.interrupt_after_write(patch)
        with pytest.raises(KeyboardInterrupt):
            run.create(resource, declared)
    assert account.on(ALERTS) == {NUMBER}
    return resource


@pytest.mark.parametrize(("days", "left"), [(6, DEFAULT), (8, ALERTS)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_note_of_a_run_that_was_cut_off_counts_for_a_week(
    account: Account, kind: str, days: int, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next process remembers, one of next month does not."""
    resource = cut_off(account, kind, monkeypatch)

    account.days = days
    Run(account).up(resource, resource.given(NUMBER))
    assert destroyed(account, resource) == left


@pytest.mark.parametrize(("status", "profile"), [("422", ""), ("400", DEFAULT)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_leaves_the_note_of_a_run_that_was_cut_off(
    account: Account, kind: str, status: str, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run wants another value, which the vendor does not take: the number still has ours."""
    resource = cut_off(account, kind, monkeypatch)
    account.refuse_updates(status, "before")
    with pytest.raises(MessagingError):
        Run(account).up(resource, resource.given(NUMBER, profile=profile))
    account.allow()
    assert account.on(ALERTS) == {NUMBER}

    Run(account).up(resource, resource.given(NUMBER))
    assert destroyed(account, resource) == DEFAULT


@pytest.mark.parametrize("status", REFUSALS + NOT_READ)
@pytest.mark.parametrize("change", ["create", "update"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_write_took_effect(account: Account, kind: str, change: str, status: str) -> None:
    """A gateway may answer so: our own value is not taken for the former one, nor for somebody else's."""
    resource = made(account, kind, NUMBER, profile="") if change == "update" else Resource(kind)
    account.refuse_updates(status, "after")
    with suppress(MessagingError):
        Run(account).up(resource, resource.given(NUMBER))
    account.allow()
    assert account.on(ALERTS) == {NUMBER}
    if change == "create":
        Run(account).up(resource, resource.given(NUMBER))

    assert destroyed(account, resource) == DEFAULT


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_write_took_effect_and_reads_fail(account: Account, kind: str) -> None:
    """What nobody knows stays open: the state has the former value."""
    resource = Resource(kind)
    account.refuse_updates("400", "after", then_reads=True)
    with pytest.raises(Unfinished, match="what became of it could not be read" if kind == SINGLE else "1 of 1 numbers"):
        Run(account).up(resource, resource.given(NUMBER))
    account.allow()
    assert account.on(ALERTS) == {NUMBER}

    assert destroyed(account, resource) == DEFAULT


@pytest.mark.parametrize("status", REFUSALS)
def test_a_write_that_is_refused_leaves_nothing_behind(account: Account, status: str) -> None:
    """A read proves it: what somebody else gives the number afterwards is its former value."""
    resource = Resource(SINGLE)
    account.refuse_updates(status, "before")
    with pytest.raises(MessagingError):
        Run(account).up(resource, resource.given(NUMBER))
    account.allow()
    assert resource.outputs is None
    account.edit(NUMBER, messaging_profile_id=ALERTS)
    Run(account).up(resource, resource.given(NUMBER))

    assert destroyed(account, resource) == ALERTS


def test_a_note_of_a_former_version_is_read(account: Account) -> None:
    """It has the former values in clear."""
    resource = made(account, SINGLE, NUMBER)
    replaced(account, resource)
    assert account.notes is not None
    (file,) = account.notes.rglob(f"{account.single.table.resource}/*.json")
    note = json.loads(file.read_text())
    note["pasts"][0]["former"] = account.given({"messagingProfileId": DEFAULT})
    file.write_text(json.dumps(note))

    assert destroyed(account, resource) == DEFAULT


@pytest.mark.parametrize("damage", ["", "[]", '{"pasts": 1}', '{"pasts": [{"ours": 1}]}', '{"pasts": [{"ours": [1]}]}'])
def test_a_damaged_note_is_none(account: Account, damage: str) -> None:
    """A note that cannot be read says nothing, and no run fails for it."""
    resource = made(account, SINGLE, NUMBER)
    replaced(account, resource)
    assert account.notes is not None
    (note,) = account.notes.rglob(f"{account.single.table.resource}/*.json")
    note.write_text(damage)

    replaced(account, resource)

    assert destroyed(account, resource) == ALERTS
