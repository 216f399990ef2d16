"""An emulator of both vendors in a process of its own, over real sockets."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.harness import child

SECRET = "emulator-secret"
KEY = "DID-emulator"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where they are."""

    url: str

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control surface."""
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", json.dumps(body).encode(), method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.load(answer)

    def routes(self) -> dict[str, str]:
        """The name of every route that is really there, by its id."""
        return {route["MessageRouteId"]: route["RouteName"] for route in self.control("GET", "state")["routes"]}

    def fired(self) -> int:
        """Ends the fault plan; how many faults fired."""
        return sum(entry["times"] for entry in self.control("DELETE", "faults")["fired"])


@contextmanager
def accounts(**settings: Any) -> Iterator[Accounts]:
    """Fresh accounts."""
    with (
        TemporaryDirectory() as folder,
        child(["-m", "benchmarks.servers", "emulator", str(Path(folder) / "emulator.db")]) as (_, port),
    ):
        made = Accounts(f"http://127.0.0.1:{port}")
        made.control("PATCH", "settings", {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0, **settings})
        yield made
