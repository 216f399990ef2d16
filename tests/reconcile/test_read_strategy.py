"""The decision about the next read of numbers, alone: situations and what is requested in each."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.reconcile.numbers.read_strategy import (
    AT_ONCE,
    FILTERED,
    PAID,
    Kind,
    Situation,
    Tally,
    next_request,
)

SINGLE = Situation(wanted=1, many=False, lists=True, filters=True, waiting=1, tally=Tally())
MANY = SINGLE._replace(wanted=1_000, waiting=1_000, many=True, filters=False)
SINGLES, WAIT = (Kind.SINGLES, 4 * AT_ONCE), (Kind.WAIT, 0)


def pages(count: int) -> tuple[Kind, int]:
    return Kind.PAGES, count


CASES: list[tuple[str, Situation, dict[str, Any], tuple[Kind, int]]] = [
    ("the first number is read singly", SINGLE, {}, SINGLES),
    ("the second one requests the first page", SINGLE, {"singles": 1}, pages(1)),
    ("a number waits for the first page", SINGLE, {"singles": 1, "requested": 1, "under_way": 1}, WAIT),
    ("of many pages none is worth it yet", SINGLE, {"singles": 1, "requested": 1, "pages": 40}, SINGLES),
    ("single reads have cost as much as the pages", SINGLE, {"singles": 39, "requested": 1, "pages": 40}, pages(1)),
    ("a page has paid for the next one", SINGLE, {"hits": PAID, "singles": 1, "requested": 1, "pages": 40}, pages(1)),
    ("one hit less has not", SINGLE, {"hits": PAID - 1, "singles": 1, "requested": 1, "pages": 40}, SINGLES),
    (
        "while the next page is under way no other one is trusted",
        SINGLE,
        {"hits": PAID, "singles": 1, "requested": 2, "under_way": 1, "pages": 40},
        WAIT,
    ),
    (
        "as many numbers wait as there are pages",
        SINGLE._replace(waiting=3),
        {"singles": 1, "requested": 1, "pages": 4},
        pages(1),
    ),
    ("the pages lack the number", SINGLE, {"singles": 1, "requested": 4, "pages": 4}, SINGLES),
    ("a number that no list has", SINGLE._replace(wanted=0), {"singles": 1}, SINGLES),
    ("such a number does not wait", SINGLE._replace(wanted=0), {"requested": 1, "under_way": 1}, SINGLES),
    ("lists have failed", SINGLE._replace(lists=False), {"singles": 1}, SINGLES),
    ("lists have failed, a page is under way", SINGLE._replace(lists=False), {"requested": 1, "under_way": 1}, WAIT),
    ("many numbers begin with the first page", MANY, {}, pages(1)),
    ("then several pages at the same time", MANY, {"requested": 1, "pages": 40}, pages(AT_ONCE)),
    ("the last pages", MANY, {"requested": 38, "pages": 40}, pages(2)),
    ("few of many numbers: single reads", MANY._replace(wanted=5, waiting=5), {"requested": 1, "pages": 40}, SINGLES),
    ("one filter names them all", MANY._replace(filters=True, wanted=FILTERED), {}, (Kind.FILTER, FILTERED)),
    ("more than one filter: the number of pages first", MANY._replace(filters=True, wanted=FILTERED + 1), {}, pages(1)),
    ("filters are fewer", MANY._replace(filters=True), {"requested": 1, "pages": 7}, (Kind.FILTER, FILTERED)),
    ("pages are as few", MANY._replace(filters=True), {"requested": 1, "pages": 6}, pages(AT_ONCE)),
    ("a single number is never filtered for", SINGLE, {"singles": 9, "requested": 1, "pages": 40}, SINGLES),
]


@pytest.mark.parametrize(("situation", "tally", "request_"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_next_request(situation: Situation, tally: dict[str, Any], request_: tuple[Kind, int]) -> None:
    """Each situation has one next request, whatever came before it."""
    assert next_request(situation._replace(tally=Tally(**tally))) == request_


@pytest.mark.parametrize(
    ("page", "arrival", "total"),
    [
        (1, {"empty": False, "full": True, "pages": 40}, 40),
        (1, {"empty": False, "full": True, "pages": None}, 2),
        (1, {"empty": False, "full": False, "pages": None}, 1),
        (1, {"empty": True, "full": False, "pages": 40}, 0),
    ],
    ids=["counted", "full without a count", "not full without a count", "empty"],
)
def test_a_page_tells_how_many_there_are(page: int, arrival: dict[str, Any], total: int) -> None:
    """The count of the list, or a page that is not full; an empty page is beyond the end."""
    tally = Tally(singles=1).request(1).arrive(page, **arrival)

    assert (tally.pages, tally.under_way, tally.left) == (total, 0, max(0, total - 1))


def test_a_page_that_fails_is_not_under_way() -> None:
    """Nobody waits for it, and nobody requests it again."""
    tally = Tally(pages=3, requested=1).request(1).fail()

    assert (tally.under_way, tally.left) == (0, 1)
