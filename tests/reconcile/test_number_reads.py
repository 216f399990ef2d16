"""Reads of numbers are shared: pages where they are fewer than single reads, never more than twice the fewest calls."""

from __future__ import annotations

import gc
import random
import threading
import tracemalloc
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_messaging.composition import number_account_of
from pulumi_messaging.errors import ErrorAnswer, NotFound, Refused
from pulumi_messaging.reconcile.lists import COOLDOWN, MAX_AGE
from pulumi_messaging.reconcile.numbers.reads import NumberReads
from tests.support.reconcile.large_account import PAGE, Account, number_id, page_of, phone_number

BROKEN = httpx.Response(403, json={"errors": [{"code": "10010", "title": "Authorization failed"}]})


def read(account: Account, indices: Collection[int], threads: int = 1) -> NumberReads:
    """Ask for one after the other, as the engine does, and check each answer."""
    reads = number_account_of(account.client, lambda _: None).reads

    def one(index: int) -> None:
        row = reads.one(number_id(index) if index % 2 else phone_number(index))
        assert (row["id"], row["phone_number"]) == (number_id(index), phone_number(index))

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(one, indices):
            pass
    return reads


def ordered(order: str, size: int, managed: int, seed: int) -> list[int]:
    """Which numbers are asked for, in which order."""
    if order == "together":
        first = random.Random(seed).randrange(size - managed + 1)
        return list(range(first, first + managed))
    chosen = random.Random(seed).sample(range(size), managed)
    return {"mixed": chosen, "rising": sorted(chosen), "falling": sorted(chosen, reverse=True)}[order]


@given(
    pages=st.integers(1, 12),
    short=st.integers(0, PAGE - 1),
    share=st.one_of(st.integers(1, 30), st.floats(0.001, 1.0)),
    order=st.sampled_from(["mixed", "rising", "falling", "together"]),
    threads=st.integers(1, 8),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=60, deadline=None)
def test_never_more_than_twice_the_fewest_calls(
    *, pages: int, short: int, share: float, order: str, threads: int, seed: int
) -> None:
    """Whatever part of an account is managed, in whatever order and by how many threads: at most twice the optimum."""
    size = pages * PAGE - short
    managed = min(size, share if isinstance(share, int) else max(1, int(share * size)))
    account = Account(size)

    read(account, ordered(order, size, managed, seed), threads)

    assert account.calls.total() <= 2 * min(managed, account.pages), account.calls


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize(
    ("managed", "size", "most"),
    [(1, 1, 1), (1, 50_000, 1), (2, 2, 2), (1_000, 1_000, 7), (10, 50_000, 13), (10_000, 10_000, 43)],
)
def test_calls_of_estates(managed: int, size: int, most: int, threads: int) -> None:
    """What is promised: the smaller of numbers and pages, and at most three calls more."""
    account = Account(size)

    read(account, ordered("rising", size, managed, 1), threads)

    assert account.calls.total() <= most, account.calls


def test_mixed_up_numbers_cost_what_is_promised() -> None:
    """A thousand of a thousand numbers, in any order."""
    for seed in range(5):
        account = Account(1_000)
        read(account, ordered("mixed", 1_000, 1_000, seed), 4)
        assert account.calls.total() <= 7, account.calls


@pytest.mark.parametrize(
    ("managed", "size", "calls"),
    [
        (1, 50_000, {"single": 1}),
        (200, 50_000, {"filter": 1}),
        (1_000, 1_000, {"page": 4}),
        (1_000, 50_000, {"page": 1, "filter": 5}),
        (10_000, 10_000, {"page": 40}),
    ],
)
def test_many_at_once_take_the_fewest_calls(managed: int, size: int, calls: dict[str, int]) -> None:
    """Known beforehand, numbers are read by pages or by filters, whichever is fewer calls."""
    account = Account(size)
    wanted = [phone_number(index) for index in ordered("rising", size, managed, 1)]

    found = number_account_of(account.client, lambda _: None).reads.many(wanted)

    assert set(found) == set(wanted)
    assert all(row["phone_number"] == number for number, row in found.items())
    if managed == 1_000 and size == 50_000:  # some are on the first page already
        assert account.calls.total() <= 6
    else:
        assert account.calls == calls


@pytest.mark.parametrize("filters", [True, False])
def test_many_leave_out_what_is_not_in_the_account(filters: bool) -> None:
    """A number that no list has is asked for singly, and is absent when the vendor does not know it."""
    account = Account(600, filters=filters, unlisted=frozenset({7}))
    wanted = [phone_number(index) for index in (3, 7, 599, 600, 601)]

    found = number_account_of(account.client, lambda _: None).reads.many(wanted)

    assert list(found) == [phone_number(index) for index in (3, 7, 599)]


def test_a_number_that_is_not_in_the_account_is_not_found() -> None:
    """Pages that lack a number do not tell that it is gone: the vendor's own 404 does."""
    account = Account(300)
    reads = read(account, range(2, 300))

    with pytest.raises(NotFound, match=r"\+15550000300"):
        reads.one(phone_number(300))
    assert account.calls == {"filter": 2, "page": 2, "single": 1}


LOOK_UPS: dict[str, Callable[[NumberReads], object]] = {
    "a single number": lambda reads: reads.one(phone_number(5)),
    "a group of one": lambda reads: reads.many([phone_number(5)], look_up=True),
    "a group": lambda reads: reads.many([phone_number(5), phone_number(6)], look_up=True),
}


@pytest.mark.parametrize("look_up", LOOK_UPS.values(), ids=LOOK_UPS)
def test_one_number_twice_is_an_error(look_up: Callable[[NumberReads], object]) -> None:
    """It names both ids, however the number is looked up, for one request. An id tells which number is meant."""
    account = Account(300, edits={7: {"phone_number": phone_number(5)}})
    reads = number_account_of(account.client, lambda _: None).reads

    with pytest.raises(Refused, match=rf"two ids \({number_id(5)}, {number_id(7)}\)"):
        look_up(reads)

    assert account.calls == {"filter": 1}
    assert reads.one(number_id(7))["id"] == number_id(7)


EMPTY = httpx.Response(200, json={"data": [], "meta": {}})


@pytest.mark.parametrize("answer", [None, EMPTY, BROKEN], ids=["a page", "nothing", "an error"])
def test_a_vendor_without_the_filter(answer: httpx.Response | None) -> None:
    """It answers a filtered list with something else: the number is read singly, and later ones are at once."""
    account = Account(300, filters=False, on_page=lambda _: answer)
    reads = number_account_of(account.client, lambda _: None).reads

    for index in (290, 291, 292):
        assert reads.one(phone_number(index))["id"] == number_id(index)

    assert account.calls["filter"] == 1
    assert account.calls["single"] >= 1


def test_a_refresh_reads_as_before() -> None:
    """A number that is held already is read singly, also where its state has the E.164 alone."""
    account = Account(300)
    reads = number_account_of(account.client, lambda _: None).reads

    assert reads.many([phone_number(5)])[phone_number(5)]["id"] == number_id(5)

    assert account.calls == {"single": 1}


def test_gaps_in_the_pages_are_read_singly() -> None:
    """Numbers that moved between two pages, or that a list leaves out, are found all the same."""
    account = Account(1_000, unlisted=frozenset({5, 300, 999}))

    read(account, range(1_000), 4)

    assert account.calls["page"] == 4
    assert account.calls["single"] <= 3 + 3


def test_threads_wait_for_the_same_page() -> None:
    """While a page is under way nobody asks for it again, or for a number that it may bring."""
    entered, release = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        entered.set()
        assert release.wait(10)

    account = Account(200, on_page=slow)
    reads = read(account, [0])
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(reads.one, number_id(index)) for index in range(1, 9)]
        assert entered.wait(10)
        release.set()
        assert [one.result(10)["id"] for one in asked] == [number_id(index) for index in range(1, 9)]

    assert account.calls == {"filter": 1, "page": 1}


def test_what_was_asked_for_before_a_write_is_not_believed() -> None:
    """After a write of ours, neither a page read before it nor one under way at the time speaks for that number."""
    account = Account(600)
    kept, under_way = 10, 300

    def write_meanwhile(page: int) -> None:
        if page == 2:
            reads.wrote(number_id(under_way))
            account.edits[under_way] = {"tags": ["written"]}

    account.on_page = write_meanwhile
    reads = read(account, [0, 1])
    account.edits[kept] = {"tags": ["written"]}
    reads.wrote(number_id(kept))
    for index in (200, 201, 202, 203, 400):  # the last one brings the second page
        assert reads.one(number_id(index))["tags"] == []
    assert account.calls == {"filter": 1, "page": 2}

    assert reads.one(number_id(kept))["tags"] == ["written"]
    assert reads.one(phone_number(under_way))["tags"] == ["written"]
    assert account.calls == {"filter": 2, "single": 1, "page": 2}


def test_a_write_is_read_back_by_new_pages() -> None:
    """Many numbers that were read, then written, are read again, by as few calls, and the pages are of after it."""
    account = Account(600)
    reads = number_account_of(account.client, lambda _: None).reads
    wanted = [number_id(index) for index in range(600)]
    reads.many(wanted)
    for index in range(600):
        account.edits[index] = {"messaging_profile_id": ""}
        reads.wrote(number_id(index))

    found = reads.many(wanted)

    assert {row["messaging_profile_id"] for row in found.values()} == {""}
    assert account.calls == {"page": 6}


def test_sets_of_numbers_share_pages() -> None:
    """Twenty sets of numbers cost no more than one: what one of them brings, the others find."""
    account = Account(5_000)
    reads = number_account_of(account.client, lambda _: None).reads

    def part(first: int) -> int:
        return len(reads.many([number_id(index) for index in range(first, 5_000, 20)]))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(part, range(20))) == [250] * 20
    assert account.calls == {"page": 20}


def test_asked_again_a_number_gets_a_read_of_its_own() -> None:
    """The list's word is for one question; the next one about the same number asks the vendor."""
    account = Account(100)
    reads = read(account, range(10))
    account.edits[5] = {"tags": ["theirs"]}

    assert reads.one(number_id(5))["tags"] == ["theirs"]
    assert account.calls == {"filter": 1, "single": 1, "page": 1}


def test_pages_are_believed_for_a_minute() -> None:
    """A long process does not act on what was true minutes ago."""
    account = Account(100)
    reads = read(account, range(10))
    account.edits = {index: {"tags": ["theirs"]} for index in range(100)}
    account.seconds = MAX_AGE
    assert reads.one(number_id(50))["tags"] == []
    account.seconds += 0.001
    assert reads.one(number_id(51))["tags"] == ["theirs"]
    assert reads.one(number_id(52))["tags"] == ["theirs"]
    assert account.calls == {"filter": 1, "single": 1, "page": 2}


def test_a_list_that_fails_is_left_alone() -> None:
    """One failing page makes everybody read singly, for a while and without asking for it again; then it is tried."""
    account = Account(100, on_page=lambda _: BROKEN)
    reads = read(account, range(20), 8)
    assert account.calls == {"filter": 10, "single": 10, "page": 1}
    account.seconds = COOLDOWN + 1
    account.on_page = lambda _: None

    for index in range(20, 40):
        reads.one(number_id(index))
    assert account.calls == {"filter": 10, "single": 11, "page": 2}


def test_a_list_that_fails_is_the_error_of_many() -> None:
    """Hundreds of numbers are not read singly because the list fails; a few are."""
    account = Account(600, on_page=lambda _: BROKEN, filters=False)
    reads = number_account_of(account.client, lambda _: None).reads
    assert len(reads.many([number_id(index) for index in range(20)])) == 20
    with pytest.raises(ErrorAnswer, match="cannot list messaging settings of numbers"):
        reads.many([number_id(index) for index in range(300)])
    assert account.calls == {"single": 20, "page": 1}


def test_the_error_of_a_single_read_is_its_callers() -> None:
    """What fails for one number fails for it alone."""
    account = Account(100, unlisted=frozenset({7}))
    reads = read(account, range(5))
    account.size = 0
    with pytest.raises(NotFound):
        reads.one(number_id(7))
    assert reads.one(number_id(8))["id"] == number_id(8)


@pytest.mark.parametrize("size", [200, 500, 600])
def test_without_a_count_pages_are_read_until_one_is_not_full(size: int) -> None:
    """`meta` promises nothing: without totals all is found, and by no more than twice the fewest calls and one."""
    account = Account(size, meta=False)

    read(account, range(size), 4)

    assert account.calls.total() <= 2 * account.pages + 1, account.calls


def test_odd_rows_are_read_singly() -> None:
    """A row without an id is not used, a numeric id is text, and nothing that is not needed is kept of any."""
    account = Account(100, edits={3: {"id": None}, 4: {"id": 1293384261075000004}})
    reads = read(account, [0, 1])
    account.edits[3] = {}

    assert reads.one(phone_number(3))["id"] == number_id(3)
    row = reads.one(phone_number(4))
    assert row["id"] == number_id(4)
    assert row.keys() == reads.one(number_id(5)).keys()
    assert not row.keys() & {"health", "external_pin", "updated_at"}
    assert account.calls == {"filter": 2, "page": 1}


def test_memory_of_a_large_account() -> None:
    """A row that nobody has asked for yet takes less than 480 bytes, and what is asked for is let go."""
    size = 10_000
    account = Account(size)
    reads = number_account_of(account.client, lambda _: None).reads
    for page in range(account.pages):
        page_of(size, page + 1)  # the vendor's memory is not ours
    tracemalloc.start()
    try:
        found = reads.many([number_id(index) for index in range(0, size, PAGE)])
        assert len(found) == account.pages == account.calls["page"]
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        for index in range(1, size):
            if index % PAGE:
                reads.one(number_id(index))
        gc.collect()
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert account.calls.total() == account.pages
    assert kept < 480 * size, f"{kept / size:.0f} bytes"
    assert left < 0.8 * kept, f"{left / size:.0f} of {kept / size:.0f} bytes"
