"""What an operator would write without Pulumi: ``python -m benchmarks.script WAY ESTATE [--dry]``.

Numbers with the official `telnyx` SDK and its own retries: compare each number with the file, send what differs.
``one by one`` and ``4 threads`` read each number by itself; ``lists first`` reads list pages, and four threads write.
Routes (the vendor has no SDK): one list, then a create for each name that is not there. With ``--dry`` nothing is sent.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests  # type: ignore[import-untyped]

from benchmarks.handmade import NUMBER_FIELDS, ROUTE_FIELDS

THREADS = {"one by one": 1, "4 threads": 4, "lists first": 4}
_PAGE = 250


def numbers(way: str, wished: list[dict[str, Any]], *, dry: bool) -> None:
    """Make the numbers what is wished."""
    from telnyx import Telnyx  # noqa: PLC0415 - it takes its time, and routes do not need it

    with Telnyx(api_key=os.environ["TELNYX_API_KEY"], base_url=os.environ["TELNYX_BASE_URL"]) as client:
        settings = client.phone_numbers.messaging
        listed: dict[Any, Any] = {}
        if way == "lists first":
            listed = {one.phone_number: one for one in settings.list(page_size=_PAGE)}

        def settle(wish: dict[str, Any]) -> None:
            found = listed[wish["phone_number"]] if listed else settings.retrieve(wish["phone_number"]).data
            changes = {name: wish[name] for name in NUMBER_FIELDS if getattr(found, name) != wish[name]}
            if changes and not dry:
                settings.update(found.id, **changes)

        with ThreadPoolExecutor(THREADS[way]) as pool:
            list(pool.map(settle, wished))


def routes(wished: list[dict[str, Any]], *, dry: bool) -> None:
    """Make the routes that are not there."""
    there = {found["RouteName"] for found in _telegent("GET", "/account/message/routes")["Results"]}
    for wish in wished:
        if wish["RouteName"] not in there and not dry:
            _telegent("POST", "/message/routes", {name: wish[name] for name in ROUTE_FIELDS})


def _telegent(method: str, path: str, body: Any = None) -> Any:
    base = os.environ["TELEGENT_BASE_URL"]
    account = {"AccountKey": os.environ["TELEGENT_ACCOUNT_KEY"], "AccountSecret": os.environ["TELEGENT_SECRET"]}
    scope = {"ApiEndpoint": base + path}
    token = requests.post(f"{base}/oauth2/tokens", json={**account, **scope}, timeout=30)
    token.raise_for_status()
    key = {"Authorization": f"Bearer {token.json()['token']}"}
    answer = requests.request(method, base + path, json=body, headers=key, timeout=30)
    answer.raise_for_status()
    return answer.json()


def main(way: str, path: str, *options: str) -> None:
    """Numbers and routes of one file."""
    estate = json.loads(Path(path).read_text())
    dry = "--dry" in options
    if estate["numbers"]:
        numbers(way, estate["numbers"], dry=dry)
    if estate["routes"]:
        routes(estate["routes"], dry=dry)


if __name__ == "__main__":
    main(*sys.argv[1:])
