"""What the benchmarks share: provider processes, API servers, alternating rounds, and the table at the end."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any, Self, TypeVar

import grpc  # type: ignore[import-untyped]
import pulumi.dynamic
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from rich.console import Console
from rich.table import Table

from benchmarks import storing
from benchmarks.objects import Declared, phone_number
from pulumi_messaging.cache_folder import notes_of_creates
from pulumi_messaging.core.fields import camel
from pulumi_messaging.dynamic import (
    MessageRouteProvider,
    MessagingProfileProvider,
    NumberGroupProvider,
    NumberMessagingProvider,
    NumberRouteGroupProvider,
    NumberRouteProvider,
)
from pulumi_messaging.emulator import serve

ROOT = Path(__file__).resolve().parent.parent
PARALLEL_CALLS = 4  # as many as the plugin has threads, and the engine makes
STORING = "stores only"
ASKING = "stores and asks"  # the same provider, with an API to send each change to
_WIDTH = 140
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

T = TypeVar("T")
U = TypeVar("U")


# --- results


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a result; ``met`` is None where there is no goal."""

    what: str
    measured: str
    goal: str = ""
    met: bool | None = None


def at_most(what: str, values: Sequence[float], limit: float, unit: str = "", digits: int = 2) -> Figure:
    """A figure whose median must not be above a limit."""
    goal = f"≤ {limit:g}{unit and f' {unit}'}"
    return Figure(what, spread(values, unit, digits), goal, statistics.median(values) <= limit)


def exactly(what: str, count: int, wanted: int) -> Figure:
    """A count that must be this one."""
    return Figure(what, str(count), f"= {wanted}", count == wanted)


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Median, and the lowest and highest where there are several."""
    text = f"{statistics.median(values):.{digits}f}"
    if len(values) > 1:
        text += f" ({min(values):.{digits}f}-{max(values):.{digits}f})"
    return f"{text} {unit}".rstrip()


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "measured: median (lowest-highest)", "goal", ""):
        table.add_column(column)
    for figure in figures:
        table.add_row(figure.what, figure.measured, figure.goal, {None: "", True: "met", False: "missed"}[figure.met])
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)


def alternating(rounds: int, contenders: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Every contender once a round."""
    results: dict[str, list[T]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in in_turn([*contenders], number):
            results[name].append(contenders[name]())
    return results


def in_turn(names: Sequence[str], number: int) -> Iterator[str]:
    """The contenders, in the opposite order every second time."""
    return reversed(names) if number % 2 else iter(names)


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time, CPU time of whoever did it, and of the API's process where it has one."""

    wall: float
    cpu: float
    api_cpu: float


# --- processes


def environment(**variables: str) -> dict[str, str]:
    """The environment of a child: this interpreter first, this repository importable, no vendor's settings.

    Its modules are compiled once, as on a user's machine.
    """
    foreign = ("TELEGENT_", "TELNYX_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    path = os.pathsep.join(filter(None, [str(Path(sys.executable).parent), inherited.get("PATH")]))
    return {**inherited, "PATH": path, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'provider'}", **variables}


def cache(folder: Path) -> str:
    """XDG_CACHE_HOME of a machine that has made routes before: on another one the first create waits for a while."""
    notes_of_creates(folder / "pulumi-messaging").mkdir(parents=True, exist_ok=True)
    return str(folder)


def cpu_seconds(pid: int | None) -> float:
    """What a process has used so far, in user and kernel mode; none, nothing."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def memory_mib(pid: int, name: str = "VmRSS") -> float:
    """The resident memory of a process, or its peak (``VmHWM``)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024


@contextmanager
def child(command: Sequence[str], folder: Path | None = None, **variables: str) -> Iterator[tuple[int, str]]:
    """A process that prints its port first, as (id, port); it is ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "-u", *command],
        cwd=folder,
        env=environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.pid, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate()


# --- APIs


@dataclass(frozen=True, slots=True)
class Api:
    """A vendor API to work against: the stack configuration that leads there, and its process where it has one."""

    config: dict[str, str]
    pid: int | None = None
    url: str = ""

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the emulator's control surface."""
        return _control(self.url, method, path, body)


@contextmanager
def no_api(_objects: int) -> Iterator[Api]:
    """For a provider that asks nobody."""
    yield Api({})


@contextmanager
def plain_api(objects: int) -> Iterator[Api]:
    """The least an API can be, over TCP in a process of its own."""
    with child(["-m", "benchmarks.servers", "plain", str(objects)]) as (pid, port):
        yield Api(config_of(port), pid)


@contextmanager
def emulator_over_tcp(objects: int) -> Iterator[Api]:
    """The emulator in a process of its own, without rate limits."""
    with (
        tempfile.TemporaryDirectory() as folder,
        child(["-m", "benchmarks.servers", "emulator", f"{folder}/emulator.db"]) as (pid, port),
    ):
        url = f"http://127.0.0.1:{port}"
        _furnish(url, objects)
        yield Api(config_of(port), pid, url)


@contextmanager
def embedded_emulator(objects: int) -> Iterator[Api]:
    """The emulator inside the provider process, without rate limits."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/emulator.db"
        with serve(store) as server:
            _furnish(server.url, objects)
        yield Api(dict.fromkeys(("telegent:baseUrl", "telnyx:baseUrl"), f"emulator:{store}"))


def config_of(port: str) -> dict[str, str]:
    """The stack configuration that leads to an API on this port, its limits out of reach."""
    return {
        "telegent:accountKey": "DID-emulator",
        "telegent:accountSecret": "emulator-secret",
        "telegent:accountId": "AID-emulator",
        "telegent:baseUrl": f"http://127.0.0.1:{port}/v1.0",
        "telegent:requestsPerMinute": "100000",
        "telnyx:apiKey": "KEYemulator",
        "telnyx:baseUrl": f"http://127.0.0.1:{port}/v2",
    }


def _furnish(url: str, objects: int) -> None:
    """Switch the limits off, and add the numbers that are declared."""
    unlimited = {"telegentRequestsPerMinute": 0, "telnyxRequestsPerMinute": 0, "requestLogKeep": 100 * objects + 20_000}
    _control(url, "PATCH", "settings", unlimited)
    numbers = [{"phone_number": phone_number(index), "tags": []} for index in range(objects)]
    _control(url, "POST", "numbers", numbers)


def _control(url: str, method: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{url}/_emulator/{path}", content, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def cost(command: Callable[[], object], api: Api) -> Cost:
    """What a command takes, in this process and the children it waits for."""

    def used() -> tuple[float, float]:
        usages = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages), cpu_seconds(api.pid)

    before, started = used(), perf_counter()
    command()
    wall, after = perf_counter() - started, used()
    return Cost(wall, after[0] - before[0], after[1] - before[1])


def write_project(folder: Path, config: Mapping[str, str]) -> None:
    """A project whose program is the benchmarks', with one stack, `dev`."""
    (folder / "Pulumi.yaml").write_text("name: benchmarks\nruntime: python\n")
    (folder / "__main__.py").write_text("from benchmarks.programs import main\n\nmain()\n")
    (folder / "Pulumi.dev.yaml").write_text(json.dumps({"config": dict(config)}))


# --- the provider process


@dataclass(frozen=True, slots=True)
class Held:
    """One resource as the engine holds it: what is declared, and what the provider answered."""

    declared: Declared
    id: str = ""
    inputs: struct_pb2.Struct = field(default_factory=struct_pb2.Struct)
    outputs: struct_pb2.Struct = field(default_factory=struct_pb2.Struct)
    changed: bool = False


class Plugin:
    """The real provider process, asked as the engine asks: four calls at once, no unneeded one."""

    def __init__(self, config: Mapping[str, str], contender: str = "") -> None:
        self._config = config
        self._storing = contender in {STORING, ASKING}
        self._payloads = payloads(storing=self._storing)
        self._stack = ExitStack()
        self.pid = 0

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        variables = {"PULUMI_PROJECT": "benchmarks", "PULUMI_CONFIG": "{}", "XDG_CACHE_HOME": cache(folder)}
        self.pid, port = self._stack.enter_context(child(["-m", "pulumi.dynamic"], folder, **variables))
        self._channel = self._stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{port}"))
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._pool = self._stack.enter_context(ThreadPoolExecutor(PARALLEL_CALLS))
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct(self._config)))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def each(self, operation: Callable[[T], U], items: Iterable[T], api: Api) -> tuple[list[U], Cost]:
        """An operation on every item, and what it took."""
        before = cpu_seconds(self.pid), cpu_seconds(api.pid)
        started = perf_counter()
        results = list(self._pool.map(operation, items))
        wall = perf_counter() - started
        after = cpu_seconds(self.pid), cpu_seconds(api.pid)
        return results, Cost(wall, after[0] - before[0], after[1] - before[1])

    def preview(self, declared: Declared) -> Held:
        """Check a new resource, as a preview does."""
        inputs = self._check(declared, struct_pb2.Struct(), {"__preview": True})
        return Held(declared, "", inputs, inputs)

    def create(self, declared: Declared) -> Held:
        """Check and create."""
        inputs = self._check(declared, struct_pb2.Struct())
        answer = self._stub.Create(provider_pb2.CreateRequest(properties=inputs))
        return Held(declared, answer.id, inputs, answer.properties)

    def update(self, pair: tuple[Held, Declared]) -> Held:
        """Check, diff, and update where the diff says so."""
        held, declared = pair
        inputs = self._check(declared, held.inputs)
        if not self._differs(held, inputs):
            return replace(held, changed=False)
        request = provider_pb2.UpdateRequest(id=held.id, olds=held.outputs, news=inputs, old_inputs=held.inputs)
        return Held(declared, held.id, inputs, self._stub.Update(request).properties, changed=True)

    def refresh(self, held: Held) -> Held:
        """Read, and diff what was read."""
        request = provider_pb2.ReadRequest(id=held.id, properties=held.outputs, inputs=held.inputs)
        answer = self._stub.Read(request)
        changed = self._differs(replace(held, outputs=answer.properties), held.inputs)
        return Held(held.declared, answer.id, answer.inputs, answer.properties, changed)

    def delete(self, held: Held) -> None:
        """Delete."""
        self._stub.Delete(provider_pb2.DeleteRequest(id=held.id, properties=held.outputs, old_inputs=held.inputs))

    def _check(
        self, declared: Declared, olds: struct_pb2.Struct, more: Mapping[str, Any] | None = None
    ) -> struct_pb2.Struct:
        given = storing.properties(declared) if self._storing else _properties(declared)
        news = _struct({**given, **(more or {}), "__provider": self._payloads[declared.kind]})
        answer = self._stub.Check(provider_pb2.CheckRequest(olds=olds, news=news))
        assert not answer.failures, answer.failures
        inputs: struct_pb2.Struct = answer.inputs
        return inputs

    def _differs(self, held: Held, inputs: struct_pb2.Struct) -> bool:
        answer = self._stub.Diff(provider_pb2.DiffRequest(id=held.id, olds=held.outputs, news=inputs))
        return bool(answer.changes == provider_pb2.DiffResponse.DIFF_SOME)


def payloads(*, storing: bool) -> dict[str, str]:
    """``__provider`` by kind of object, as a program sends it."""
    return {kind: serialize_provider(provider()) for kind, provider in providers(storing=storing).items()}


def providers(*, storing: bool) -> Mapping[str, type[pulumi.dynamic.ResourceProvider]]:
    """The provider classes by kind of object."""
    if storing:
        return _STORING_PROVIDERS
    return {
        "route": MessageRouteProvider,
        "number": NumberMessagingProvider,
        "group": NumberGroupProvider,
        "profile": MessagingProfileProvider,
        "number route": NumberRouteProvider,
        "number route group": NumberRouteGroupProvider,
    }


_STORING_PROVIDERS = storing.PROVIDERS


def _properties(declared: Declared) -> dict[str, Any]:
    """The inputs as the resource classes send them."""
    given = {camel(name): value for name, value in declared.arguments.items()}
    hidden = {"route": "__autoname", "group": "__group"}.get(declared.kind)
    return given | ({hidden: f"{declared.name}-0000000"} if hidden else {})


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct: struct_pb2.Struct = json_format.ParseDict(dict(values), struct_pb2.Struct())
    return struct
