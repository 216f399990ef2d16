"""One recorded stack: its project, its emulator, and the runs of the local engine over them."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from pulumi_messaging.emulator import serve
from pulumi_messaging.testing import Engine, Project
from tests.support.cache import prepared_cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pulumi_messaging.testing import Result

HERE: Final = Path(__file__).parent
RECORDED: Final = HERE / "recorded"
# The commits that wrote the states, each in the folder of its name, and the stacks that were recorded of each.
_FIRST: Final = ("routes", "numbers", "groups", "drifted", "unfinished", "elsewhere")
_MORE: Final = ("profiles", "lines", "drifted-more", "unfinished-more")
VERSIONS: Final = {"5ad45db": _FIRST, "8673733": _FIRST, "3b58e5f": _MORE}
RECORDINGS: Final = [(version, name) for version, names in VERSIONS.items() for name in names]
SETTLED: Final = [one for one in RECORDINGS if one[1] in {"routes", "numbers", "groups", "profiles", "lines"}]
PROJECT: Final = "states"
# The salt of the empty passphrase.
SALT: Final = "v1:kwvl9AHF5hQ=:v1:KWI/kI0VNsD4IQVn:0P7/A1DyTBd18Qd/eQ0zULq0eMv6iQ=="
# A second account of each vendor; some stacks reach it by the name "eu".
EU: Final = {
    "telegent-keys": {"AccountKey": "DID-eu", "AccountSecret": "eu-secret", "AccountIds": ["AID-eu"]},
    "telnyx-keys": {"key": "KEYeu", "organization_id": "b3f1c2d4-5e6f-4a70-8b91-c2d3e4f5a6b7"},
}
_EU_CONFIG: Final = {
    "telegent-eu:baseUrl": "emulator:.emulator.db",
    "telegent-eu:accountKey": "DID-eu",
    "telegent-eu:accountId": "AID-eu",
    "telegent-eu:accountSecret": {"secure": "v1:6NNvBEYl6L9FRQTb:m+2adQuJ/MKnzN+eLtBYOsLycddNaIxSwA=="},
    "telnyx-eu:baseUrl": "emulator:.emulator.db",
    "telnyx-eu:apiKey": {"secure": "v1:SyzorTVRl6BVbZIh:t2yavwzWsXLXPxwdHQwA9Xk8fgmN"},
}
VOLATILE: Final = ("updated_at", "created_at")
Json = Any


@dataclass(frozen=True)
class Run:
    """The effects of one run.

    Attributes:
        ok: Whether the run succeeded.
        operations: Each operation other than "same", with the resource's name and the changed inputs; sorted.
        writes: Each request that writes as method, path and body; sorted, because resources run in parallel.
        read: The vendors that were read from. The number of reads is not kept: it depends on which of the resources
            that run in parallel comes first.
        objects: Each object at a vendor that the run changed: id to the new values of its changed fields, or to None
            where it was deleted. Secrets are in clear, which in `writes` they are not.
        records: The resources whose inputs or outputs in the state the run changed.
    """

    ok: bool
    operations: list[str]
    writes: list[str]
    read: list[str]
    objects: dict[str, dict[str, Json] | None]
    records: list[str]


# A run that changes nothing and makes no request.
NOTHING: Final = Run(ok=True, operations=[], writes=[], read=[], objects={}, records=[])


class RecordedStack:
    """A stack in a folder of its own: a context manager that ends its emulator."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        program = "program_more.py" if name in _MORE else "program.py"
        shutil.copy(HERE / program, self.folder / "__main__.py")
        shutil.copy(HERE / "declarations.py", self.folder)
        (self.folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
        self.step("recorded")
        # A cache folder of its own: no run knows what another one left on this machine.
        vendor = {key: "" for key in os.environ if key.startswith(("TELEGENT", "TELNYX"))}
        environment = {**vendor, "PULUMI_CONFIG_PASSPHRASE": "", "XDG_CACHE_HOME": prepared_cache(folder / "cache")}
        self.engine = Engine(Project.load(self.folder), name, environment=environment)
        self._exit = ExitStack()
        self._emulator = self._exit.enter_context(serve(self.folder / ".emulator.db"))
        self.control("PATCH", "settings", {"telegentRequestsPerMinute": 0})
        for kind, key in EU.items():
            self.control("POST", kind, key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    @property
    def url(self) -> str:
        """The address of the emulator, which the stack itself uses in its provider's process."""
        return self._emulator.url

    def step(self, step: str, **telegent: str) -> None:
        """Select the version of the program, and the settings of Telegent."""
        config = {"telegent:baseUrl": "emulator", "telnyx:baseUrl": "emulator", f"{PROJECT}:step": step}
        config |= {f"telegent:{key}": value for key, value in telegent.items()}
        config |= _EU_CONFIG if self.name in _MORE else {}
        settings = {"encryptionsalt": SALT, "config": config}
        (self.folder / f"Pulumi.{self.name}.yaml").write_text(json.dumps(settings))

    def control(self, method: str, path: str, body: Json = None) -> Json:
        """One call of the emulator's control surface."""
        connection = HTTPConnection(self._emulator.host, self._emulator.port, timeout=30)
        connection.request(method, f"/_emulator/{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        assert answer.status == 200, content
        return content

    def import_state(self, state: Json, objects: Json) -> None:
        """Begin with a recorded state, and with the objects of both vendors that belong to it."""
        for kind, docs in objects.items():
            self.control("POST", kind, docs)
        self.engine.state_file.parent.mkdir(parents=True)
        self.engine.state_file.write_text(json.dumps(state))

    def run(self, act: Callable[[], Result]) -> Run:
        """Run the engine, and collect what it did."""
        self.control("DELETE", "requests")
        objects, records = self.objects(), self.records()
        result = act()
        operations = [
            " ".join([item.op, item.name, *sorted(item.diff)])
            for item in result.operations
            if item.type.startswith("pulumi-python:") and item.op not in {"same", "refresh"}
        ]
        log = self.control("GET", "requests")
        return Run(
            ok=result.ok,
            operations=sorted(operations),
            writes=sorted(_write(entry) for entry in log if not _reads(entry)),
            read=sorted({entry["vendor"] for entry in log if _reads(entry)}),
            objects=_changes(objects, self.objects()),
            records=sorted(_differing(records, self.records())),
        )

    def objects(self) -> dict[str, Json]:
        """Every route, number and profile of the emulator by its id."""
        state = self.control("GET", "state")
        return {
            doc.get("Number") or doc.get("MessageRouteId") or doc["id"]: {
                key: doc[key] for key in doc if key not in VOLATILE
            }
            for kind in ("routes", "numbers", "profiles", "telegentNumbers")
            for doc in state[kind]
        }

    def records(self) -> dict[str, Json]:
        """Inputs and outputs of every resource in the state by its name."""
        records = self.engine.export()["deployment"].get("resources", [])
        return {
            record["urn"].rpartition("::")[2]: (record.get("inputs"), record.get("outputs"))
            for record in records
            if record["type"].startswith("pulumi-python:")
        }


def _refresh(stack: RecordedStack) -> dict[str, Run]:
    engine = stack.engine
    runs = {"preview": stack.run(engine.preview), "refresh": stack.run(engine.refresh)}
    return runs | {"preview after refresh": stack.run(engine.preview)}


def _update(stack: RecordedStack) -> dict[str, Run]:
    stack.step("changed")
    return {"up": stack.run(stack.engine.up), "preview after up": stack.run(stack.engine.preview)}


def _destroy(stack: RecordedStack) -> dict[str, Run]:
    return {"destroy": stack.run(stack.engine.destroy)}


# Every run that is recorded of a stack: those of one function follow each other, from the recorded state on.
REPLAYS: Final = {"refresh": _refresh, "update": _update, "destroy": _destroy}


def _reads(entry: Json) -> bool:
    return bool(entry["method"] == "GET" or entry["operation"] == "createToken")


def _write(entry: Json) -> str:
    return f"{entry['method']} {entry['path']} {json.dumps(entry['body'], sort_keys=True)}"


def _differing(before: dict[str, Json], after: dict[str, Json]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _changes(before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    return dict(sorted(_change(key, before.get(key), after.get(key)) for key in _differing(before, after)))


def _change(key: str, before: Json, after: Json) -> tuple[str, Json]:
    """An object's id and its new values; in place of the random id of a new one, its name."""
    if before is None:
        made = {name: value for name, value in after.items() if value not in (None, key) and name != "v1_secret"}
        return f"new {after.get('RouteName') or after['name']}", made
    return key, after and {name: value for name, value in after.items() if before[name] != value}
