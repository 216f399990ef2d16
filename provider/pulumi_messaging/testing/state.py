"""The stack's state: resources and pending operations, in memory, in a checkpoint and in a journal.

The checkpoint `<stack>.json` is a Pulumi deployment (version 3), which `pulumi stack import --file` takes over. While
an operation runs, each step appends one line to `<stack>.journal` (so a step costs the same in a stack of any size); at
the end the checkpoint is written anew, moved into place, and the journal removed. A journal left behind by a killed run
is replayed when the stack is next opened: its lines only set and drop entries by key, so replaying twice does no harm.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

from pulumi_messaging.testing.errors import EngineError, UnsupportedError
from pulumi_messaging.testing.values import SECRET_SIGNATURE, SIGNATURE, UNKNOWN, UNKNOWN_MARKER, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pulumi_messaging.testing.secrets import Crypter

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_TYPE: Final = "pulumi:providers:pulumi-python"
_NO_DEPLOYMENT: Final = "is not a Pulumi deployment: restore it from a copy, or from `pulumi stack export`"

# Field name here -> name in the deployment; written only when set, in this order.
_FIELDS: Final = {
    "urn": "urn",
    "custom": "custom",
    "delete": "delete",
    "id": "id",
    "type": "type",
    "inputs": "inputs",
    "outputs": "outputs",
    "parent": "parent",
    "protect": "protect",
    "dependencies": "dependencies",
    "provider": "provider",
    "property_dependencies": "propertyDependencies",
    "pending_replacement": "pendingReplacement",
    "additional_secret_outputs": "additionalSecretOutputs",
    "retain_on_delete": "retainOnDelete",
    "created": "created",
    "modified": "modified",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "init_errors": "initErrors",
}
# Written by newer CLIs for their display; of no meaning here and not kept.
_DROPPED: Final = frozenset({"sourcePosition", "stackTrace", "aliases", "hideDiff", "customTimeouts"})


def now() -> str:
    """The present moment as deployments write it."""
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Resource:
    """One resource as the state records it; its fields are those of Pulumi's `ResourceV3`."""

    urn: str
    type: str
    custom: bool = False
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    dependencies: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    delete: bool = False
    pending_replacement: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    retain_on_delete: bool = False
    created: str = ""
    modified: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.split("::", 3)[3]

    @property
    def key(self) -> str:
        """What tells it from the others in a stack: several resources waiting for deletion may share a URN."""
        return f"{self.urn}#{self.id}" if self.delete else self.urn

    @property
    def is_provider(self) -> bool:
        """Whether it is a provider of resources, which the engine keeps for itself."""
        return self.type.startswith("pulumi:providers:")

    def needs(self) -> set[str]:
        """The URNs that must exist as long as this resource does."""
        urns = {self.parent, self.provider.rpartition("::")[0], *self.dependencies}
        urns.update(*self.property_dependencies.values())
        return urns - {""}

    def write(self, crypter: Crypter) -> dict[str, Any]:
        """The resource as JSON, secrets encrypted."""
        record: dict[str, Any] = {}
        for name, key in _FIELDS.items():
            value = getattr(self, name)
            if value or name in {"urn", "custom", "type"}:
                record[key] = _seal(value, crypter) if name in {"inputs", "outputs"} else value
        return record

    @classmethod
    def read(cls, record: Mapping[str, Any], crypter: Crypter) -> Self:
        """The resource that `write` wrote, or a Pulumi CLI."""
        known = {key: name for name, key in _FIELDS.items()}
        for key, value in record.items():
            if key not in known and key not in _DROPPED and value:
                raise UnsupportedError(f"the state of {record.get('urn')}: `{key}`")
        fields = {known[key]: value for key, value in record.items() if key in known}
        for name in ("inputs", "outputs"):
            fields[name] = _unseal(fields.get(name) or {}, crypter)
        return cls(**fields)


def _seal(value: Any, crypter: Crypter) -> Any:
    if isinstance(value, Secret):
        if value.ciphertext is None:
            value.ciphertext = crypter.encrypt(
                json.dumps(_bare(value.value), separators=(",", ":"), ensure_ascii=False)
            )
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": value.ciphertext}
    if isinstance(value, dict):
        return {key: _seal(value[key], crypter) for key in sorted(value)}
    if isinstance(value, list):
        return [_seal(item, crypter) for item in value]
    return UNKNOWN_MARKER if value is UNKNOWN else value


def _bare(value: Any) -> Any:
    """What is inside a secret: nested secrets keep their mark and are not encrypted a second time."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": json.dumps(_bare(value.value))}
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _unseal(value: Any, crypter: Crypter) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            if "plaintext" in value:  # pulumi stack export --show-secrets
                return Secret(json.loads(value["plaintext"]))
            return Secret(json.loads(crypter.decrypt(value["ciphertext"])), value["ciphertext"])
        if SIGNATURE in value:
            raise UnsupportedError("an asset, archive or resource reference in the state")
        return {key: _unseal(item, crypter) for key, item in value.items()}
    if isinstance(value, list):
        return [_unseal(item, crypter) for item in value]
    return UNKNOWN if value == UNKNOWN_MARKER else value


@dataclass(frozen=True)
class Pending:
    """An operation that has begun and of which nothing more is known."""

    kind: str  # creating, updating or deleting
    resource: Resource


class State:
    """The state of one stack. Methods may be called from several threads; `journal` is off for a preview."""

    def __init__(self, path: Path, crypter: Crypter) -> None:
        self.path = path
        self.crypter = crypter
        self.resources: dict[str, Resource] = {}
        self.pending: dict[str, Pending] = {}  # by URN, of this run
        self.undecided: list[Pending] = []  # left behind by earlier runs
        self._lock = threading.Lock()
        self._journal: int | None = None
        self._salt_recorded = False
        self._load()

    @property
    def journal_path(self) -> Path:
        """Where the steps of a running operation are recorded."""
        return _journal_of(self.path)

    def _load(self) -> None:
        if self.path.is_file():
            try:
                deployment = json.loads(self.path.read_text(encoding="utf-8"))["deployment"]
            except (ValueError, KeyError, TypeError):
                raise EngineError(f"{self.path.name} {_NO_DEPLOYMENT}") from None
            for record in deployment.get("resources") or ():
                self._put(Resource.read(record, self.crypter))
            for record in deployment.get("pending_operations") or ():
                self.undecided.append(Pending(record["type"], Resource.read(record["resource"], self.crypter)))
        if self.journal_path.is_file():
            for entry in _entries(self.journal_path):
                self._apply(entry)
            self.undecided += self.pending.values()
            self.pending.clear()

    def _apply(self, entry: Mapping[str, Any]) -> None:
        for key in entry.get("ended", ()):
            self.pending.pop(key, None)
        for kind, record in entry.get("began", ()):
            resource = Resource.read(record, self.crypter)
            self.pending[resource.urn] = Pending(kind, resource)
        for key in entry.get("dropped", ()):
            self.resources.pop(key, None)
        for record in entry.get("put", ()):
            self._put(Resource.read(record, self.crypter))

    def _put(self, resource: Resource) -> None:
        self.resources[resource.key] = resource

    def open_journal(self) -> None:
        """From here on every change is recorded."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.journal_path.is_file():
            self.save()  # what was replayed from it must not be lost with it
        self._journal = os.open(self.journal_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)

    def begin(self, kind: str, resource: Resource) -> None:
        """Records that an operation on the resource is about to start."""
        with self._lock:
            self.pending[resource.urn] = Pending(kind, replace(resource))
            self._append({"began": [[kind, resource.write(self.crypter)]]} if self._journal is not None else {})

    def commit(self, *, put: Iterable[Resource] = (), drop: Iterable[str] = (), end: str | None = None) -> None:
        """Records in one line what a step left: resources set, keys dropped, the operation on URN `end` over."""
        put, drop = list(put), list(drop)
        with self._lock:
            if end is not None:
                self.pending.pop(end, None)
            for key in drop:
                self.resources.pop(key, None)
            for resource in put:
                self._put(resource)
            if self._journal is not None:
                records = [resource.write(self.crypter) for resource in put]
                self._append({"ended": [end] if end else [], "dropped": drop, "put": records})

    def _append(self, entry: dict[str, Any]) -> None:
        if self._journal is None:
            return
        if not self._salt_recorded and self.crypter.salt is not None:
            entry["salt"] = self.crypter.salt  # a salt made in this run is nowhere else yet
            self._salt_recorded = True
        os.write(self._journal, json.dumps(entry, separators=(",", ":")).encode() + b"\n")

    def save(self) -> None:
        """Writes the checkpoint and removes the journal."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f"{self.path.name}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(self.export(), file, indent=4)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        self.close()
        self.journal_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stops recording; the journal stays unless `save` was called."""
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None

    def export(self) -> dict[str, Any]:
        """The deployment, as `pulumi stack export` prints it."""
        resources = [resource.write(self.crypter) for resource in in_order(self.resources.values())]
        operations = [*self.undecided, *self.pending.values()]
        pending = [{"resource": item.resource.write(self.crypter), "type": item.kind} for item in operations]
        deployment: dict[str, Any] = {"manifest": {"time": now(), "magic": "", "version": ""}}
        if self.crypter.salt is not None:
            deployment["secrets_providers"] = {"type": "passphrase", "state": {"salt": self.crypter.salt}}
        if resources:
            deployment["resources"] = resources
        if pending:
            deployment["pending_operations"] = pending
        return {"version": 3, "deployment": {**deployment, "metadata": {}}}


def _journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.json')}.journal")


def _entries(journal: Path) -> list[dict[str, Any]]:
    # What follows the last newline was torn by the end of its process.
    return [json.loads(line) for line in journal.read_bytes().split(b"\n")[:-1]]


def stored_salt(path: Path) -> str | None:
    """The `encryptionsalt` that the checkpoint, or else the journal left beside it, was written with."""
    journal = _journal_of(path)
    return _checkpoint_salt(path) or next(
        (entry["salt"] for entry in (_entries(journal) if journal.is_file() else ()) if "salt" in entry), None
    )


def _checkpoint_salt(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        providers = json.loads(path.read_text(encoding="utf-8"))["deployment"].get("secrets_providers") or {}
    except (ValueError, KeyError, TypeError):
        raise EngineError(f"{path.name} {_NO_DEPLOYMENT}") from None
    if providers and providers.get("type") != "passphrase":
        raise UnsupportedError(f"the secrets provider {providers.get('type')!r} of the state")
    salt = (providers.get("state") or {}).get("salt")
    return salt if isinstance(salt, str) else None


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """Every resource after those it needs, else Pulumi refuses the deployment; those to be deleted at the end."""
    remaining = sorted(resources, key=lambda resource: resource.delete)
    by_urn: dict[str, list[Resource]] = {}
    for resource in remaining:
        by_urn.setdefault(resource.urn, []).append(resource)
    placed: dict[int, Resource] = {}
    for root in remaining:
        stack = [root]
        opened: set[int] = set()
        while stack:
            resource = stack[-1]
            waiting = [
                other
                for urn in sorted(resource.needs())
                for other in by_urn.get(urn, ())[:1]
                if id(other) not in placed and id(other) not in opened and other is not resource
            ]
            opened.add(id(resource))
            if waiting:
                stack.extend(waiting)
            else:
                placed.setdefault(id(resource), resource)
                stack.pop()
    return list(placed.values())
