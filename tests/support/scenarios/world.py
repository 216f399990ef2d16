"""A scenario's world: a project, an engine that runs it, and an emulator of both vendors that it runs against."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator import Server, serve
from tests.support.emulator.config import config_of
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_KEY, API_KEY
from tests.support.pulumi_values import SALT, SECRET
from tests.support.scenarios.engines import PROJECT, STACK, Driver, Ran
from tests.support.scenarios.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).with_name("program.py")


class World:
    """One engine, one project folder, one emulator.

    Args:
        folder: The folder of the project's folder.
        make: Makes the engine of a project's folder.
        beside: Another world, whose vendors this one shares.
    """

    def __init__(self, folder: Path, make: Callable[[Path], Driver], beside: World | None = None) -> None:
        self._exit = ExitStack()
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        # The embedded emulator keeps its state in this file too: `baseUrl: emulator` is the same vendors without TCP.
        self.store = beside.store if beside else self.folder / ".emulator.db"
        self.emulator = beside.emulator if beside else self._exit.enter_context(serve(self.store))
        self._labels: dict[str, str] = {self.emulator.url: "<emulator>"}
        self._accounts: dict[str, Server] = {}
        self._make = make
        self.project(f"name: {PROJECT}\nruntime: python\n")
        self.configure()
        self.program(PROGRAM.read_text())
        self.declare()
        self.settings(telegentRequestsPerMinute=0)

    @cached_property
    def engine(self) -> Driver:
        """The engine, made when the project is there."""
        return self._make(self.folder)

    def close(self) -> None:
        """End the emulator."""
        self._exit.close()

    # The project -------------------------------------------------------------------------------------------------

    def configure(self, **changes: Any) -> None:
        """Write the stack's configuration: the emulator and its accounts, changed (None: without the key)."""
        config = {
            **config_of(self.emulator),
            **{key.replace("_", ":"): value for key, value in changes.items()},
        }
        given = {key: value for key, value in config.items() if value is not None}
        text = json.dumps({"encryptionsalt": SALT, "config": given}, indent=2)
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(text)

    def project(self, text: str) -> None:
        """Write Pulumi.yaml."""
        (self.folder / "Pulumi.yaml").write_text(text)

    def copy(self, root: Path, *names: str) -> None:
        """Take files and folders of another project in place of the scenario's own."""
        for name in names:
            if (root / name).is_dir():
                shutil.copytree(root / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(root / name, self.folder / name)

    def program(self, source: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(source)

    def declare(self, resources: Mapping[str, Any] | None = None) -> None:
        """Write the program's resources, in order: name → arguments; `<name>` stands for the id of a route made."""
        text = json.dumps(resources or {})
        for route_id, label in self._labels.items():
            text = text.replace(f'"{label}"', f'"{route_id}"')
        (self.folder / "resources.json").write_text(text)

    # Runs --------------------------------------------------------------------------------------------------------

    def preview(self, *, refresh: bool = False) -> Run:
        """Preview, with the request log of it."""
        return self._run(lambda: self.engine.preview(refresh=refresh))

    def up(self, **how: Any) -> Run:
        """Update, with the request log of it; `how` is that of `Driver.up`."""
        return self._run(lambda: self.engine.up(**how))

    def refresh(self, **how: Any) -> Run:
        """Refresh, with the request log of it; `how` is that of `Driver.refresh`."""
        return self._run(lambda: self.engine.refresh(**how))

    def destroy(self) -> Run:
        """Destroy, with the request log of it."""
        return self._run(self.engine.destroy)

    def _run(self, act: Callable[[], Ran]) -> Run:
        self.control("DELETE", "requests")
        hidden = {(name, f"~{key}") for name, kept in self.state().items() for key in _secrets(kept["inputs"])}
        ran = act()
        log = self.control("GET", "requests")
        for resource in self.engine.export().get("resources", ()):
            if str(resource.get("id", "")).startswith("MRID-") or resource["type"].endswith(":MessagingProfile"):
                self._labels.setdefault(resource["id"], f"<{resource['urn'].rpartition('::')[2]}>")
        tokens = [self.known(entry["body"]["ApiEndpoint"]) for entry in log if entry["operation"] == "createToken"]
        requests = [
            (
                f"{entry['method']} {entry['path']}",
                "&".join(f"{key}={value}" for key, value in entry["query"].items()),
                json.dumps(entry["body"], sort_keys=True),
            )
            for entry in log
            if entry["operation"] != "createToken"
        ]
        # The CLI tells that a secret changed, not which one; what the local engine says beyond that is its own.
        operations = tuple(
            replace(item, diff=tuple(sign for sign in item.diff if (item.name, sign) not in hidden))
            for item in ran.operations
        )
        return Run(
            ran.ok,
            operations,
            self.known(ran.errors),
            self.known(ran.text),
            self.known(ran.outputs),
            tuple(sorted(self.known(requests))),
            tuple(sorted(tokens)),
            tuple(self.known(f"{entry['method']} {entry['path']} {json.dumps(entry['body'])}") for entry in log),
        )

    def known(self, value: Any) -> Any:
        """The value with names in place of what differs from run to run: addresses and the ids of routes made."""
        if isinstance(value, str):
            for text, label in self._labels.items():
                value = value.replace(text, label)
            return value
        if isinstance(value, Mapping):
            return {key: self.known(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.known(item) for item in value)
        return value

    def relabel(self, old: str, new: str) -> None:
        """A route goes over to a resource of another name."""
        self._labels[self.id_of(old)] = f"<{new}>"

    def id_of(self, name: str) -> str:
        """The true id of a route that was made."""
        return next(text for text, label in self._labels.items() if label == f"<{name}>")

    def taint(self, name: str) -> None:
        """Mark a resource for replacement by the next update."""
        self.engine.taint(name)

    def edit_state(self, edit: Callable[[dict[str, Any]], object]) -> None:
        """Somebody changes the state with an editor."""
        self.engine.edit_state(edit)

    # State -------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, dict[str, Any]]:
        """Resource name → what the engine keeps of it, without what differs from run to run."""
        resources = self.engine.export().get("resources", ())
        return {record["urn"].rpartition("::")[2]: self._kept(record) for record in resources}

    def inputs(self, name: str) -> dict[str, Any]:
        """A resource's inputs in state, without hidden ones."""
        return {key: value for key, value in self.state()[name]["inputs"].items() if not key.startswith("__")}

    def outputs(self, name: str) -> dict[str, Any]:
        """A resource's outputs in state, without hidden ones."""
        return {key: value for key, value in self.state()[name]["outputs"].items() if not key.startswith("__")}

    def raw_state(self) -> str:
        """Everything the engine keeps, as text."""
        return json.dumps(self.engine.export())

    def _kept(self, record: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {key: record.get(key) for key in ("urn", "type", "custom", "parent")}
        kept |= {key: _sealed(record.get(key) or {}) for key in ("inputs", "outputs")}
        kept |= {key: sorted(record.get(key) or ()) for key in ("dependencies", "additionalSecretOutputs")}
        edges = record.get("propertyDependencies") or {}
        kept["propertyDependencies"] = {key: sorted(urns) for key, urns in edges.items() if urns}
        kept |= {key: bool(record.get(key)) for key in ("protect", "retainOnDelete", "delete", "pendingReplacement")}
        kept["provider"] = (record.get("provider") or "").rpartition("::")[0]
        kept["id"] = "" if record["type"].startswith("pulumi:") else record.get("id", "")
        if "__account" in kept["outputs"]:  # holds the emulator's port
            assert re.search(r"\b[0-9a-f]{8}$", kept["outputs"]["__account"])
            kept["outputs"]["__account"] = "<account>"
        return dict(self.known(kept))

    # Accounts by name --------------------------------------------------------------------------------------------

    def open_account(self, name: str, *left_out: str) -> None:
        """Configure another account of each vendor, in an emulator of its own that knows its keys only."""
        server = self._accounts[name] = self._exit.enter_context(serve(self.folder / f"{name}.db"))
        self._labels[server.url] = f"<{name}>"
        key, secret, api_key = f"DID-{name}", f"secret-{name}", f"KEY{name}"
        self.of_account(name, "POST", "telegent-keys", {"AccountKey": key, "AccountSecret": secret})
        self.of_account(name, "POST", "telnyx-keys", {"key": api_key})
        self.of_account(name, "DELETE", f"telegent-keys/{ACCOUNT_KEY}")
        self.of_account(name, "DELETE", f"telnyx-keys/{API_KEY}")
        telegent = {"baseUrl": server.url, "accountKey": key, "accountSecret": secret}
        telnyx = {"baseUrl": server.telnyx_url, "apiKey": api_key}
        given = {f"telegent-{name}_{setting}": value for setting, value in telegent.items()}
        given |= {f"telnyx-{name}_{setting}": value for setting, value in telnyx.items()}
        self.configure(**{**given, **dict.fromkeys(left_out)})

    def of_account(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """One call of the control surface of another account's emulator."""
        return control(self._accounts[name], method, path, body)

    def asked_of(self, name: str) -> list[str]:
        """What another account was asked since the last time, without tokens: status, method and path, sorted."""
        log = self.of_account(name, "DELETE", "requests")
        told = [f"{one['status']} {one['method']} {one['path']}" for one in log if one["operation"] != "createToken"]
        return sorted(told)

    # The vendors -------------------------------------------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the emulator's control surface."""
        return control(self.emulator, method, path, body)

    def settings(self, **changes: Any) -> None:
        """Set switches of the emulator."""
        self.control("PATCH", "settings", changes)

    def script(self, **answer: Any) -> None:
        """Say the next answer of an operation beforehand."""
        self.control("POST", "answers", answer)

    def add_route(self, **fields: Any) -> None:
        """Somebody else makes a route."""
        self.control("POST", "routes", fields)

    def edit_route(self, name: str, **fields: Any) -> None:
        """Somebody else changes the route of a resource."""
        self.control("PATCH", f"routes/{self.id_of(name)}", fields)

    def drop_route(self, name: str) -> None:
        """Somebody else deletes the route of a resource."""
        self.control("DELETE", f"routes/{self.id_of(name)}")
        self._labels[self.id_of(name)] = f"<former {name}>"

    def use_route(self, name: str, number: str) -> None:
        """Somebody else puts a Telegent number on the route of a resource."""
        self.control("PATCH", f"telegent-numbers/{number}", {"MessageRouteId": self.id_of(name)})

    def edit_number(self, number: str, **fields: Any) -> None:
        """Somebody else changes a number's settings."""
        self.control("PATCH", f"numbers/{number}", fields)

    def drop_number(self, number: str) -> None:
        """A number leaves the account."""
        self.control("DELETE", f"numbers/{number}")

    def routes(self) -> dict[str, Any]:
        """Every stored route by id (or by its resource's name), fields that were never set left out."""
        stored = self.control("GET", "state")["routes"]
        return {
            self.known(route["MessageRouteId"]): self.known(
                {key: value for key, value in route.items() if value is not None and key != "MessageRouteId"}
            )
            for route in stored
        }

    def numbers(self) -> dict[str, tuple[str | None, str, tuple[str, ...]]]:
        """Every stored number: profile, product, tags."""
        return {
            number["phone_number"]: (
                number["messaging_profile_id"],
                number["messaging_product"],
                tuple(number["tags"]),
            )
            for number in self.control("GET", "state")["numbers"]
        }


def _secrets(inputs: Mapping[str, Any]) -> list[str]:
    return [key for key, value in inputs.items() if value == "[secret]"]


def _sealed(value: Any) -> Any:
    """State values with `[secret]` in place of ciphertexts."""
    if isinstance(value, dict):
        return "[secret]" if value.keys() & SECRET.keys() else {key: _sealed(item) for key, item in value.items()}
    return [_sealed(item) for item in value] if isinstance(value, list) else value
