"""The estate of the comparison: an account in a metered emulator, what is wished of it, and what work took."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.estate_program import ESTATE
from benchmarks.harness import Api, cache, child, config_of
from benchmarks.objects import PROFILES, phone_number

LATENCY = 0.05
MOST_RUNS = 40
MEASURES = (
    "runs",
    "requests",
    "writes",
    "wrong writes",
    "429",
    "duplicates",
    "bytes sent",
    "seconds",
    "bytes of state",
)
_WRITES = {"updateMessaging", "createBulkUpdate", "createMessageRoute", "updateMessageRoute", "deleteMessageRoute"}
_TAGS = ["estate"]

Took = dict[str, float]
Contract = set[tuple[str, str]]  # (object, field) that may be written


@dataclass
class World:
    """An account and the wish for it, in a file."""

    folder: Path
    api: Api
    numbers: list[dict[str, Any]] = field(default_factory=list)
    routes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """Where the wish is written down."""
        return self.folder / "estate.json"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of everything that works on this account."""
        return {
            ESTATE: str(self.file),
            "XDG_CACHE_HOME": cache(self.folder / "cache"),
            "TELNYX_API_KEY": self.api.config["telnyx:apiKey"],
            "TELNYX_BASE_URL": self.api.config["telnyx:baseUrl"],
            "TELEGENT_ACCOUNT_KEY": self.api.config["telegent:accountKey"],
            "TELEGENT_SECRET": self.api.config["telegent:accountSecret"],
            "TELEGENT_BASE_URL": self.api.config["telegent:baseUrl"],
        }

    def wish(self, moved: int = 0) -> None:
        """Write the wish down, the first so many numbers on the other profile."""
        for index, number in enumerate(self.numbers):
            number["messaging_profile_id"] = PROFILES[index < moved]
        self.file.write_text(json.dumps({"numbers": self.numbers, "routes": self.routes}))

    def stray(self, count: int) -> None:
        """Somebody else takes some of the last numbers off their profile."""
        stored = {one["phone_number"]: one["id"] for one in self.api.control("GET", "state")["numbers"]}
        for number in self.numbers[-count:]:
            self.api.control("PATCH", f"numbers/{stored[number['phone_number']]}", {"messaging_profile_id": None})

    def differences(self) -> Contract:
        """What is not as wished, of the emulator's true values."""
        state = self.api.control("GET", "state")
        numbers = {one["phone_number"]: one for one in state["numbers"]}
        routes = {one["RouteName"]: one for one in state["routes"]}
        pairs = [(wish["phone_number"], wish, numbers[wish["phone_number"]]) for wish in self.numbers]
        pairs += [(wish["RouteName"], wish, routes.get(wish["RouteName"], {})) for wish in self.routes]
        return {(name, key) for name, wish, found in pairs for key in wish if found.get(key) != wish[key]}

    def took(self, work: Callable[[], bool], state_bytes: Callable[[], int], *, converge: bool = True) -> Took:
        """Repeat a piece of work until everything is as wished, and say what that took; each run is counted."""
        allowed = self.differences()
        self.api.control("DELETE", "requests")
        self.api.control("DELETE", "meter")
        seconds, runs, done = 0.0, 0, False
        while not done and runs < MOST_RUNS:
            started = perf_counter()
            succeeded = work()
            seconds += perf_counter() - started
            runs += 1
            done = succeeded and not (converge and self.differences())
        log = self.api.control("GET", "requests")
        writes = [entry for entry in log if entry["operation"] in _WRITES]
        state = self.api.control("GET", "state")
        ids = {one["id"]: one["phone_number"] for one in state["numbers"]}
        return {
            "runs": runs if done else float("nan"),
            "requests": len(log),
            "writes": len(writes),
            "wrong writes": sum(self._is_wrong(entry, ids, allowed) for entry in writes),
            "429": sum(entry["status"] == 429 for entry in log),  # noqa: PLR2004
            "duplicates": len(state["routes"]) - len({one["RouteName"] for one in state["routes"]}),
            "bytes sent": self.api.control("GET", "meter")["bytes"],
            "seconds": seconds,
            "bytes of state": state_bytes(),
        }

    def _is_wrong(self, entry: dict[str, Any], ids: dict[str, str], allowed: Contract) -> bool:
        """Whether a write holds a field that was as wished already, or a value that is not wished."""
        body = entry["body"]
        if entry["operation"] == "createBulkUpdate":
            names, fields = body["numbers"], {"messaging_profile_id": body["messaging_profile_id"]}
        elif entry["operation"] == "updateMessaging":
            key = entry["path"].split("/")[-2]
            names, fields = [ids.get(key, key)], body
        else:
            names, fields = [body["RouteName"]], {name: body[name] for name in body if name in self.routes[0]}
        wished = {wish.get("phone_number") or wish["RouteName"]: wish for wish in [*self.numbers, *self.routes]}
        return any(
            (name, key) not in allowed or wished[name][key] != value for name in names for key, value in fields.items()
        )


@contextmanager
def world(numbers: int, routes: int = 0, *, limits: bool = True, **settings: Any) -> Iterator[World]:
    """An account with the numbers there, on no profile, and no route; the vendors' limits hold unless told."""
    with (
        tempfile.TemporaryDirectory() as folder,
        child(["-m", "benchmarks.metered", f"{folder}/emulator.db"]) as (pid, port),
    ):
        config = config_of(port)
        if limits:
            del config["telegent:requestsPerMinute"]
        else:
            settings |= {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0}
        api = Api(config, pid, f"http://127.0.0.1:{port}")
        api.control("PATCH", "settings", {"latencySeconds": LATENCY, "requestLogKeep": 100_000, **settings})
        api.control(
            "POST", "numbers", [{"phone_number": phone_number(index), "tags": _TAGS} for index in range(numbers)]
        )
        made = World(Path(folder), api)
        product = {"messaging_product": "A2P", "tags": _TAGS}
        made.numbers = [{"phone_number": phone_number(index), **product} for index in range(numbers)]
        made.routes = [
            {
                "RouteName": f"route-{index}",
                "MessageUrl": f"https://hooks.example.com/{index}",
                "MessageUrlMethod": "POST",
            }
            for index in range(routes)
        ]
        made.wish()
        yield made
