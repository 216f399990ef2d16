"""Threads and processes at a vendor with a strict limit: no request too many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.api.rate_limits import Strict, work


@pytest.mark.parametrize("per_endpoint", [False, True])
def test_threads_never_meet_the_limit(per_endpoint: bool) -> None:
    """Four threads over several windows of a strict vendor: no request too many, and no window left half empty."""
    vendor = Strict(40, per_endpoint=per_endpoint)
    client = vendor.client()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: work(client, number), range(400)))

    assert vendor.refused == 0
    assert vendor.clock.monotonic() - vendor.began < 2 * 400 / 40 * vendor.window


def test_two_processes_never_meet_the_limit() -> None:
    """Two clients that know of each other by their answers only leave each other room."""
    vendor = Strict(40)
    clients = [vendor.client(), vendor.client()]

    with ThreadPoolExecutor(4) as one, ThreadPoolExecutor(4) as other:
        shares = zip((one, other), clients, strict=True)
        calls = [pool.submit(work, client, number) for pool, client in shares for number in range(200)]
        for call in calls:
            call.result()

    assert vendor.refused == 0
    assert sum(vendor.used.values()) == 400


def test_the_next_process_does_not_meet_the_limit_of_the_last_one() -> None:
    """Clients one after the other, each without memory: the last one left room for the first requests of the next."""
    vendor = Strict(40)

    for _ in range(12):
        client = vendor.client()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number, client=client: work(client, number), range(25)))

    assert vendor.refused == 0
