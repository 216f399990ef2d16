"""The numbers of a group as inputs and outputs hold them: nothing is lost, order means nothing, and they are short."""

from __future__ import annotations

import json
import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_messaging.core.check import check, with_defaults
from pulumi_messaging.core.members import (
    Member,
    Standing,
    canonical,
    changed,
    labelled,
    packed,
    shown,
    spelled,
    unpacked,
)
from pulumi_messaging.core.number_messaging_group import NUMBER_MESSAGING_GROUP

E164 = st.integers(1_000_000_000, 99_999_999_999_999).map(lambda digits: f"+{digits}")
IDS = st.integers(10**18, 10**19 - 1).map(str)
PROFILES = st.sampled_from(["", "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"])
VALUES = st.fixed_dictionaries(
    {}, optional={"messagingProfileId": PROFILES, "messagingProduct": st.just("A2P"), "tags": st.just(["a", "b"])}
)
bounded = settings(derandomize=True, database=None, deadline=None, max_examples=100)


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    """Members as a group can have them: each number once, declared as E.164 or by id, an id kept or not."""
    made = []
    for number in draw(st.lists(E164, unique=True, max_size=12)):
        number_id, by_id = f"1293{number[1:]:0>15}", draw(st.booleans())
        standing = draw(st.sampled_from(Standing))
        now = draw(VALUES) if standing is Standing.DRIFTED else {}
        kept = number_id if by_id or draw(st.booleans()) else ""
        made.append(Member(number_id if by_id else number, number, kept, draw(VALUES), standing, now))
    return made


@bounded
@given(made=members(), seed=st.integers(0, 1000))
def test_packed_members_come_back(made: list[Member], seed: int) -> None:
    """What is packed and went through the state is what it was, in whatever order it was given."""
    mixed = random.Random(seed).sample(made, len(made))
    kept = json.loads(json.dumps(packed(mixed)))

    assert sorted(unpacked(kept), key=lambda member: member.number) == sorted(made, key=lambda member: member.number)
    assert packed(mixed) == packed(made)
    assert shown(mixed) == shown(made)


@bounded
@given(numbers=st.lists(E164 | IDS, max_size=12), seed=st.integers(0, 1000))
def test_inputs_are_canonical(numbers: list[str], seed: int) -> None:
    """Order and repetition make no difference; the text is read back as the set it was made of."""
    text = canonical(numbers)
    doubled = random.Random(seed).sample(numbers * 2, 2 * len(numbers))

    assert canonical(doubled) == canonical(spelled(text)) == text
    assert spelled(text) == spelled(labelled(doubled)) == spelled(changed(doubled)) == sorted(set(numbers))


@bounded
@given(made=members())
def test_what_is_as_declared_shows_as_declared(made: list[Member]) -> None:
    """A line differs from the declared number exactly where the number is not as declared; who left is not read."""
    lines = shown(made).splitlines()

    assert spelled(shown(made)) == sorted(member.spelled for member in made if member.standing is not Standing.GONE)
    plain = {member.spelled for member in made if member.standing is Standing.DONE}
    assert {line for line in lines if " " not in line} >= plain
    assert shown(made).endswith("(changed)\n") == any(" " in line for line in lines[1:])


def test_engines_show_the_count_and_the_first_numbers() -> None:
    """They show the value of a text that is YAML, and of two texts that are not both YAML the lines that differ.

    Seen with the Pulumi CLI 3.260, whose YAML is that of Go; here it is Python's.
    """
    numbers = [f"+1555010{last:04d}" for last in range(3)]

    assert yaml.safe_load(labelled(numbers)) == {"3 numbers": " ".join(numbers)}
    assert yaml.safe_load(labelled(numbers[:1])) == {"1 number": numbers[0]}
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(changed(numbers))


NUMBERS = ("+15550100001", "+15550100002")
OTHER = {"messagingProfileId": "other"}


@pytest.mark.parametrize(
    ("former", "more", "text"),
    [
        ({}, {}, labelled(NUMBERS)),
        ({"phoneNumbers": labelled(NUMBERS)}, OTHER, labelled(NUMBERS)),
        ({"phoneNumbers": labelled(NUMBERS[:1])}, {}, changed(NUMBERS)),
        ({"phoneNumbers": canonical(NUMBERS[:1])}, OTHER, changed(NUMBERS)),
        ({"phoneNumbers": changed(["+15550100001 tags=[]", NUMBERS[1]])}, {}, changed(NUMBERS)),
        ({"phoneNumbers": changed([*NUMBERS, "+15550100003 (left the account)"])}, {}, changed(NUMBERS)),
        ({"phoneNumbers": changed([*NUMBERS, "+15550100003 (left the account)"])}, OTHER, changed(NUMBERS)),
        ({"phoneNumbers": changed(NUMBERS)}, {}, labelled(NUMBERS)),
        ({"phoneNumbers": changed(NUMBERS)}, OTHER, changed(NUMBERS)),
        ({"phoneNumbers": canonical(NUMBERS)}, {}, labelled(NUMBERS)),
        ({"phoneNumbers": canonical(NUMBERS)}, OTHER, canonical(NUMBERS)),
    ],
)
def test_a_preview_shows_numbers_that_change_and_no_others(
    former: dict[str, str], more: dict[str, str], text: str
) -> None:
    """The text that is labelled stays while the numbers do; another form of equal numbers is no change beside one."""
    old = {"messagingProfileId": "p", "onDestroy": "restore", **former} if former else {}
    new = {"messagingProfileId": "p", "phoneNumbers": canonical(NUMBERS), **more}

    checked = with_defaults(NUMBER_MESSAGING_GROUP, old, new)

    assert checked["phoneNumbers"] == text
    assert with_defaults(NUMBER_MESSAGING_GROUP, checked, checked)["phoneNumbers"] == labelled(NUMBERS)


def test_a_typical_estate_is_short() -> None:
    """Ten thousand numbers on five former profiles take 28 bytes each, inputs and outputs together."""
    pick = random.Random(1)
    numbers = pick.sample(range(2_000_000_000, 9_999_999_999), 10_000)
    pasts = [{"messagingProfileId": f"7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d2{last}"} for last in range(4)]
    pasts.append({"messagingProfileId": ""})
    made = [Member(f"+1{number}", f"+1{number}", former=pick.choice(pasts)) for number in numbers]

    text = json.dumps({"inputs": shown(made), "outputs": packed(made)}, indent=4)

    assert len(text) / len(made) < 28


@pytest.mark.parametrize("wrong", [(1,), ("+15550100001", 1), (("+15550100001",),), ({"number": 1},), (True,)], ids=str)
def test_a_member_that_is_no_text_is_refused(wrong: tuple[object, ...]) -> None:
    """The inputs stay known: an engine refuses unknown ones in an update, before it reads any failure."""
    declared = {"messagingProfileId": "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10", "phoneNumbers": wrong}

    (problem,) = check(NUMBER_MESSAGING_GROUP, declared, quotes=False)

    assert "must be a string, not " in problem.reason
    assert with_defaults(NUMBER_MESSAGING_GROUP, {}, declared)["phoneNumbers"] == wrong
