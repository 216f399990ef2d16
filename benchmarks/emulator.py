"""How long the emulator takes for a request: a user's tests spend most of their requests on it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.harness import Figure, at_most, emulator_over_tcp

LIMIT = 1.7
_READ = "/v2/phone_numbers/%2B15550100001/messaging"
_KEY = {"Authorization": "Bearer KEYemulator"}


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """So many reads on one connection, one after the other."""
    with emulator_over_tcp(0) as api:
        connection = http.client.HTTPConnection(urlsplit(api.url).netloc)
        times = [_milliseconds(connection, objects) for _ in range(rounds)]
        connection.close()
    yield at_most("a read on one connection", times, LIMIT, "ms")


def _milliseconds(connection: http.client.HTTPConnection, requests: int) -> float:
    started = perf_counter()
    for _ in range(requests):
        connection.request("GET", _READ, headers=_KEY)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == http.client.OK
    return 1000 * (perf_counter() - started) / requests
