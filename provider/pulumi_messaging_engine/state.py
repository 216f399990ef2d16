"""A stack's state: resources and pending operations, in memory, in a checkpoint and in a journal; and its lock.

The checkpoint `<stack>.json` is a Pulumi deployment (version 3), which `pulumi stack import --file` accepts. During an
operation each step appends one line to `<stack>.journal`, so that a step costs the same in a stack of any size. At the
end the new checkpoint takes the place of the old one, and the journal is removed. The journal of a killed run is
replayed when the stack is next opened: its lines only set and drop entries by key, so replaying twice does no harm.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import filelock

from pulumi_messaging.private_files import make_private, open_private
from pulumi_messaging.text import cut
from pulumi_messaging_engine.errors import EngineError, UnsupportedError
from pulumi_messaging_engine.files import Model, exists, read_text, validated
from pulumi_messaging_engine.resources import RecordedResource, Resource, in_order, now
from pulumi_messaging_engine.secrets import Crypter, Salt

_VERSION: Final = 3  # of Pulumi's deployments; a later one holds features that change what must be done
_RESTORE: Final = "restore it from a copy, or from `pulumi stack export`"
_FORGET: Final = "restore it from a copy, or remove it, which forgets the interrupted run"


class _SecretsState(Model):
    salt: Salt | None = None


class _SecretsProvider(Model):
    type: str = "passphrase"
    state: _SecretsState | None = None


class _Operation(Model):
    type: str
    resource: RecordedResource


class _Deployment(Model):
    secrets_providers: _SecretsProvider | None = None
    resources: list[RecordedResource] | None = None
    pending_operations: list[_Operation] | None = None


class _Checkpoint(Model):
    version: int = _VERSION
    deployment: _Deployment


class _Entry(Model):
    """One line of the journal."""

    ended: tuple[str, ...] = ()
    began: tuple[tuple[str, RecordedResource], ...] = ()
    dropped: tuple[str, ...] = ()
    put: tuple[RecordedResource, ...] = ()
    salt: Salt | None = None


@dataclass(frozen=True)
class Pending:
    """An operation that has begun and whose outcome is unknown; `kind` is creating, updating or deleting."""

    kind: str
    resource: Resource


class State:
    """The state of one stack. Methods may be called from several threads; a preview opens no journal."""

    def __init__(self, path: Path, crypter: Crypter) -> None:
        """Read the checkpoint `path` and the journal beside it, if they exist; a malformed one is an EngineError."""
        self.path = path
        self.crypter = crypter
        self.resources: dict[str, Resource] = {}
        self.pending: dict[str, Pending] = {}  # by URN, of this run
        self.undecided: list[Pending] = []  # of earlier runs
        self._lock = threading.Lock()
        self._journal: int | None = None
        self._salt_recorded = False
        if exists(path):
            self._load_checkpoint()
        if exists(self.journal_path):
            for entry in _entries(self.journal_path, crypter):
                for key in entry.ended:
                    self.pending.pop(key, None)
                for kind, resource in entry.began:
                    self.pending[resource.urn] = Pending(kind, resource)
                self._change(entry.put, entry.dropped)
            self.undecided += self.pending.values()
            self.pending.clear()

    @property
    def journal_path(self) -> Path:
        """Path of the file that records the steps of a running operation."""
        return self.path.with_suffix(".journal")

    def _load_checkpoint(self) -> None:
        deployment = _checkpoint(self.path, self.crypter)
        for resource in deployment.resources or ():
            if resource.key in self.resources:
                raise EngineError(f"{self.path.name}: the resource {resource.urn} occurs twice; {_RESTORE}")
            self._change([resource], ())
        self.undecided += [Pending(each.type, each.resource) for each in deployment.pending_operations or ()]

    def _change(self, put: Iterable[Resource], dropped: Iterable[str]) -> None:
        for key in dropped:
            self.resources.pop(key, None)
        self.resources.update((resource.key, resource) for resource in put)

    def live(self) -> dict[str, Resource]:
        """Give the resources by URN, without those that wait for deletion."""
        return {key: resource for key, resource in self.resources.items() if not resource.delete}

    def open_journal(self) -> None:
        """Record every change from here on."""
        make_private(self.path.parent)
        if self.journal_path.is_file():
            self.save()  # the checkpoint must hold what was replayed before the journal is emptied
        self._journal = os.open(self.journal_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)

    def begin(self, kind: str, resource: Resource) -> None:
        """Record that an operation on the resource is about to start."""
        with self._lock:
            self.pending[resource.urn] = Pending(kind, replace(resource))
            if self._journal is not None:
                self._append({"began": [[kind, resource.write(self.crypter)]]})

    def commit(self, *, put: Iterable[Resource] = (), drop: Iterable[str] = (), end: str | None = None) -> None:
        """Record a step in one line of the journal: set resources, drop keys, end the operation on the URN `end`."""
        put, drop = list(put), list(drop)
        with self._lock:
            if end is not None:
                self.pending.pop(end, None)
            self._change(put, drop)
            if self._journal is not None:
                records = [resource.write(self.crypter) for resource in put]
                self._append({"ended": [end] if end else [], "dropped": drop, "put": records})

    def _append(self, entry: dict[str, Any]) -> None:
        assert self._journal is not None
        if not self._salt_recorded and self.crypter.salt is not None:
            entry["salt"] = self.crypter.salt  # a salt made in this run is nowhere else yet
            self._salt_recorded = True
        os.write(self._journal, json.dumps(entry, separators=(",", ":")).encode() + b"\n")

    def save(self) -> None:
        """Write the checkpoint and remove the journal; if the file cannot be written, the journal stays."""
        temporary = self.path.with_name(f"{self.path.name}.tmp")
        try:
            make_private(self.path.parent)
            with open_private(temporary) as file:
                json.dump(self.export(), file, indent=4)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError as error:
            raise EngineError(
                f"{_unwritten(self.path, error)}; {self.journal_path.name} keeps the run: put that right and run again"
            ) from None
        self.close()
        self.journal_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop recording; the journal stays unless `save` was called."""
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None

    def export(self) -> dict[str, Any]:
        """Write the deployment, as `pulumi stack export` prints it."""
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
        return {"version": _VERSION, "deployment": {**deployment, "metadata": {}}}


def _unwritten(state_file: Path, error: OSError) -> str:
    return f"{cut(state_file.name, 100)} cannot be written in {state_file.parent}: {error.strerror}"


@contextlib.contextmanager
def locked(state_file: Path) -> Iterator[None]:
    """Hold the stack's lock, which the operating system frees when the process ends in any way."""
    holder = state_file.with_suffix(".pid")
    lock = filelock.FileLock(state_file.with_suffix(".lock"), timeout=0, mode=0o600)
    try:
        make_private(state_file.parent)
        lock.acquire()
        with open_private(holder) as file:
            file.write(f"{os.getpid()}\n")
    except filelock.Timeout:
        pid = holder.read_text().strip() if holder.is_file() else "unknown"
        raise EngineError(
            f"the stack {state_file.stem!r} is locked by another run (process {pid}): wait for its end, or end it"
        ) from None
    except OSError as error:
        lock.release()
        raise EngineError(_unwritten(state_file, error)) from None
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def stored_salt(path: Path) -> str | None:
    """Read the `encryptionsalt` of the checkpoint, or else of the journal left beside it."""
    provider = _checkpoint(path).secrets_providers if exists(path) else None
    if provider and provider.type != "passphrase":
        raise UnsupportedError(f"the secrets provider {provider.type!r} of the state")
    if provider and provider.state and provider.state.salt:
        return provider.state.salt
    journal = path.with_suffix(".journal")
    entries = _entries(journal) if exists(journal) else ()
    return next((entry.salt for entry in entries if entry.salt), None)


def _checkpoint(path: Path, crypter: Crypter | None = None) -> _Deployment:
    text = read_text(path)
    if not text.lstrip().startswith("{"):
        raise EngineError(f"{path.name} is not a Pulumi deployment: {_RESTORE}")
    checkpoint = validated(_Checkpoint, text, path.name, advice=_RESTORE, context=crypter)
    if checkpoint.version != _VERSION:
        raise UnsupportedError(f"a deployment of version {checkpoint.version}, as {path.name} is,")
    return checkpoint.deployment


def _entries(journal: Path, crypter: Crypter | None = None) -> Iterator[_Entry]:
    # The end of its process may have torn the text after the last newline.
    for number, line in enumerate(read_text(journal).split("\n")[:-1], 1):
        yield validated(_Entry, line, f"{journal.name}: line {number}", advice=_FORGET, context=crypter)
