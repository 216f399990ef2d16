"""The way of an account into code: inventory, `adopt`, `adopt --check` and the first `up`, which writes nothing."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.harness import (
    STORING,
    Api,
    Figure,
    at_most,
    cache,
    emulator_over_tcp,
    environment,
    exactly,
    write_project,
)
from benchmarks.objects import phone_number

_ROUTES, _PROFILES = 0.03, 0.004  # of the numbers
_BASIC = 0.3  # of the routes
SECONDS = 30.0
_TOKENS: Final = "/v1.0/oauth2/tokens"
_TOOL: Final = [sys.executable, "-c", "from pulumi_messaging.cli import main; main()"]


def run(objects: int, rounds: int) -> Iterator[Figure]:
    """An account with so many numbers, of which every fifth is Telegent's: on the Pulumi CLI too if it is on PATH."""
    for number in range(rounds):
        for engine in ("local engine", *(["Pulumi CLI"] if shutil.which("pulumi") else [])):
            with emulator_over_tcp(0) as api, tempfile.TemporaryDirectory() as folder:
                _furnish(api, objects, random.Random(number))
                yield from _way(engine, api, Path(folder))


def _furnish(api: Api, objects: int, chance: random.Random) -> None:
    """Routes and profiles as people leave them, with names that are there twice, and numbers on them."""
    url = {"MessageUrl": "https://hooks.example.com/in", "MessageUrlMethod": "POST"}
    basic = {"MessageAuthenticationType": "Basic", "MessageUsername": "hooks", "MessagePasswordToken": "of-nobody"}
    names = [f"team {chance.randrange(objects)} {chance.choice('äbcé')}" for _ in range(objects)]
    routes = [
        {"RouteName": names[at], **url, **(basic if chance.random() < _BASIC else {})}
        for at in range(max(1, round(objects * _ROUTES)))
    ]
    ids = [each["MessageRouteId"] for each in api.control("POST", "routes", routes)]
    wanted = [{"name": name} for name in names[: max(1, round(objects * _PROFILES))]]
    profiles = [each["id"] for each in api.control("POST", "profiles", wanted)]
    telnyx = [_number(at, profiles, chance) for at in range(objects)]
    api.control("POST", "numbers", telnyx)
    telegent = [{"Number": f"+1557{at:07}", "MessageRouteId": chance.choice(ids)} for at in range(objects // 5)]
    api.control("POST", "telegent-numbers", telegent)
    api.control("PATCH", "settings", {"telegentInventoryPageSize": 250})


def _number(at: int, profiles: list[str], chance: random.Random) -> dict[str, Any]:
    tags = chance.choice([[], ["vip"], ["eu", "vip"]])
    profile = chance.choice([*profiles, None])
    return {"phone_number": phone_number(at), "tags": tags, "messaging_profile_id": profile}


def _way(engine: str, api: Api, folder: Path) -> Iterator[Figure]:
    write_project(folder, api.config)
    (folder / "__main__.py").unlink()
    variables = environment(XDG_CACHE_HOME=cache(folder / "cache"), PULUMI_CONFIG_PASSPHRASE="")
    local = engine == "local engine"
    if not local:
        (folder / "backend").mkdir()
        variables |= {
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        _command(["pulumi", "stack", "init", "dev"], folder, variables)
    up = [*_TOOL, "local", "up"] if local else ["pulumi", "up", "--yes"]
    taken = {}
    for what, command in {
        "inventory": [*_TOOL, "inventory", "--json", "-s", "dev"],
        "adopt": [*_TOOL, "adopt", "--out", "__main__.py", "-s", "dev"],
        "adopt --check": [*_TOOL, "adopt", "--check", "-s", "dev", *(["--local"] if local else [])],
        "up": [*up, "--stack", "dev"],
    }.items():
        api.control("DELETE", "requests")
        started = perf_counter()
        _command(command, folder, variables)
        taken[what] = perf_counter() - started
        log = api.control("GET", "requests")
        writes = [each for each in log if each["method"] != "GET" and each["path"] != _TOKENS]
        yield Figure(f"{engine}: {what}", f"{taken[what]:.1f} s, {len(log)} requests")
        yield exactly(f"{engine}: {what}: writes", len(writes), 0)
    seconds = taken["adopt"] + taken["up"]
    yield at_most(f"{engine}: adopt and up", [seconds], SECONDS, "s")
    if not local:
        stored = _stored(folder, variables)
        yield Figure(f"{engine}: up of the same resources, {STORING}", f"{stored:.1f} s")
        yield at_most(f"{engine}: adopt and up, beyond {STORING}", [seconds - stored], SECONDS, "s")


def _stored(folder: Path, variables: dict[str, str]) -> float:
    """What the engine takes for the resources of the state whoever provides them: it writes the state after each."""
    _command(["pulumi", "stack", "export", "--stack", "dev", "--file", "state.json"], folder, variables)
    program = "from pathlib import Path\nfrom benchmarks.storing import declare_exported\n\n"
    (folder / "__main__.py").write_text(f"{program}declare_exported(Path('state.json'))\n")
    (folder / "Pulumi.stored.yaml").write_text("{}")
    _command(["pulumi", "stack", "init", "stored"], folder, variables)
    started = perf_counter()
    _command(["pulumi", "up", "--yes", "--stack", "stored"], folder, variables)
    return perf_counter() - started


def _command(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
