"""The plan of a preview: what an `up` would send, in a file that an environment variable names, for the command line.

Each line is a JSON object. It names the resource, by its account and its name or the id of its object, and an object
that would be written, with the fields, or a reason why that is not known. A resource that is planned has a line in any
case.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.diff import has_unknown
from pulumi_messaging.errors import ConfigurationError

if TYPE_CHECKING:
    from pulumi_messaging.core.diff import Change

VARIABLE: Final = "PULUMI_MESSAGING_PLAN"


class Plan:
    """Writes the plan, for any thread; without a file, nothing.

    Attributes:
        file: Path of the file.
        without_secrets: Takes what the program gave as secrets out of a text.
    """

    def __init__(self) -> None:
        self.file = ""
        self.without_secrets: Callable[[str], str] = str
        self._subject = threading.local()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, resource: str, account: str, *, name: str = "", object_id: str = "") -> Iterator[None]:
        """The block plans this resource."""
        self._subject.line = {"resource": resource, "account": account, "name": name, "id": object_id}
        try:
            yield
        finally:
            self._subject.line = None

    def sends(self, named: str, changes: Iterable[Change]) -> None:
        """An `up` would send these changes to an object; without any it would send nothing."""
        changes = tuple(changes)
        unknown = [change.field.name for change in changes if has_unknown(change.new)]
        fields = [change.field.name for change in changes if not has_unknown(change.new)]
        self._write("object", named, fields=fields)
        if unknown:
            self.unsure(f"{', '.join(unknown)}: the value is an output that is not known in a preview")

    def creates(self, named: str) -> None:
        """An `up` would make an object."""
        self._write("object", named, fields=["create"])

    def unsure(self, reason: str) -> None:
        """It is not known what an `up` would send."""
        self._write("unsure", reason)

    def _write(self, key: str, text: str, **more: Any) -> None:
        subject = getattr(self._subject, "line", None)
        if not (self.file and subject):
            return
        # The command line looks for the object's id, which the state has in clear.
        shown = text if text == subject["id"] else self.without_secrets(text)
        line = json.dumps({**subject, key: shown, **more}) + "\n"
        with self._lock:
            try:
                self._append(line.encode())
            except OSError as error:
                raise ConfigurationError(
                    f"{VARIABLE} names {self.file}, which cannot be written ({error.strerror}): name a file that "
                    f"exists, or unset the variable (nothing was sent)"
                ) from None

    def _append(self, line: bytes) -> None:
        file = os.open(self.file, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, line)
        finally:
            os.close(file)
