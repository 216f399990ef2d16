"""`Engine`: one project and stack, and what can be done with them."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Unpack

from pulumi_messaging.private_files import make_private, open_private
from pulumi_messaging.text import cut
from pulumi_messaging_engine.errors import EngineError, UnsupportedError
from pulumi_messaging_engine.events import Event, Result
from pulumi_messaging_engine.files import exists
from pulumi_messaging_engine.options import Options, RunOptions, Selection, UpdateOptions
from pulumi_messaging_engine.project import NAME, ConfigValue, Project
from pulumi_messaging_engine.resources import STACK_TYPE
from pulumi_messaging_engine.run import Run
from pulumi_messaging_engine.secrets import Crypter, passphrase_of
from pulumi_messaging_engine.state import State, locked, stored_salt
from pulumi_messaging_engine.values import plain

STATE_FOLDER: Final = ".pulumi-local"


@dataclass
class Engine:
    """Runs the program of a project against one stack, without the Pulumi CLI.

    Args:
        project: The project; `Project.load(folder)` reads it.
        stack: Name of the stack.
        state_dir: Folder for the state; absent: `.pulumi-local` in the project's folder.
        config: Configuration that replaces values of the stack's.
        environment: Environment variables that replace those of this process.
        program: Program that replaces the project's `__main__.py`: a function, or `module:name`. A function that can
            be imported runs in a child process; another one runs in a thread, with Pulumi settings of its own.
        on_event: Called for every event of a run, one at a time.

    Every method raises `EngineError` when a run cannot start: a malformed file, a wrong passphrase, a locked stack. A
    run that fails gives a `Result` with `ok` false.
    """

    project: Project
    stack: str
    state_dir: Path | None = None
    config: Mapping[str, Any] | None = field(default=None, repr=False)
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    program: Callable[[], object] | str | None = None
    on_event: Callable[[Event], None] | None = field(default=None, repr=False)

    @property
    def state_file(self) -> Path:
        """File of the stack's state: a deployment that `pulumi stack import --file` accepts."""
        folder = Path(self.state_dir) if self.state_dir else self.project.folder / STATE_FOLDER
        return folder / self.project.name / f"{self.stack}.json"

    def ensure(self, *, create: bool = False) -> None:
        """Check that the stack has a settings file or a state, or with `create` that its name may be that of a new one.

        Raises:
            EngineError: It has neither, or its name is none that Pulumi takes.
        """
        if not re.fullmatch(NAME, self.stack):
            raise EngineError("the name of a stack has up to 100 letters, digits, hyphens, underscores and periods")
        file, state = self.project.stack_file(self.stack), self.state_file
        if exists(file) or exists(state) or exists(state.with_suffix(".journal")):
            return
        if not create:
            files = file.parent.glob(f"Pulumi.*{file.suffix}")
            known = {path.name.split(".", 1)[1].rpartition(".")[0] for path in files}
            known |= {path.stem for path in state.parent.glob("*.json")}
            raise EngineError(
                f"no stack {cut(self.stack, 100)!r}: it has neither a file {cut(file.name, 100)} nor a state; "
                f"there are: {', '.join(sorted(known)) or 'none'}; --create makes it"
            )

    def preview(self, **options: Unpack[UpdateOptions]) -> Result:
        """Show the steps of an `up` with the same options."""
        return self._run("update", preview=True, options=_options(**options))

    def up(self, **options: Unpack[UpdateOptions]) -> Result:
        """Make the resources equal to what the program declares; `UpdateOptions` has the options."""
        return self._run("update", options=_options(**options))

    def refresh(
        self, *, preview: bool = False, clear_pending_creates: bool = False, **options: Unpack[RunOptions]
    ) -> Result:
        """Read every resource and record the result; the program does not run, unless `run_program` is given.

        `clear_pending_creates` also removes creations from the state whose run was interrupted. `RunOptions` has the
        other options.
        """
        return self._run(
            "refresh",
            preview=preview,
            options=_options(refresh=True, **options),
            clear_pending_creates=clear_pending_creates,
        )

    def destroy(self, *, preview: bool = False, **options: Unpack[RunOptions]) -> Result:
        """Delete every resource; the program does not run, unless `run_program` is given.

        `RunOptions` has the other options. A target that another resource needs is not deleted without it.
        """
        return self._run("destroy", preview=preview, options=_options(**options))

    def taint(self, name: str) -> None:
        """Let the next update replace a resource; one name, URN or pattern that names one resource.

        Raises:
            EngineError: No resource of the state has the name, or several have.
        """
        with self._locked():
            state, _ = self._open()
            named = [each for urn, each in state.live().items() if urn in Selection((name,))]
            found = [each for each in named if each.custom and not each.is_provider]
            if len(found) != 1:
                names = ", ".join(sorted(each.urn for each in found)) or "no resource of the stack has it"
                raise EngineError(f"cannot taint {name!r}: {names}; give the URN of one resource")
            state.commit(put=[replace(found[0], taint=True)])
            state.save()

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Give the stack's outputs in the state; secrets read `[secret]` without `show_secrets`."""
        state, _ = self._open()
        stack = next((resource for resource in state.resources.values() if resource.type == STACK_TYPE), None)
        return {
            key: plain(value, secret=None if show_secrets else "[secret]")
            for key, value in (stack.outputs if stack else {}).items()
        }

    def export(self) -> dict[str, Any]:
        """Give the state as `pulumi stack export` prints it."""
        return self._open()[0].export()

    def configuration(self) -> dict[str, str]:
        """Give the stack's configuration as its program gets it, secrets in clear.

        Raises:
            EngineError: The stack has no settings file, or one that cannot be read or decrypted.
        """
        file = self.project.stack_file(self.stack)
        if not exists(file):
            raise EngineError(f"the stack {self.stack!r} has no settings file {file}: correct the name of the stack")
        return {key: value.text for key, value in self._settings()[1].items()}

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **(self.environment or {})}

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the stack's lock. The folder that this engine makes beside Pulumi.yaml is no part of a repository."""
        if self.state_dir is None:
            folder = self.project.folder / STATE_FOLDER
            with contextlib.suppress(OSError):  # one that says otherwise is there; or the state cannot be written
                make_private(folder)
                with open_private(folder / ".gitignore", "x") as file:
                    file.write("*\n")
        with locked(self.state_file):
            yield

    def _open(self) -> tuple[State, dict[str, ConfigValue]]:
        crypter, config = self._settings()
        return State(self.state_file, crypter), config

    def _settings(self) -> tuple[Crypter, dict[str, ConfigValue]]:
        settings = self.project.stack_settings(self.stack)
        salt = settings.salt or stored_salt(self.state_file)
        crypter = Crypter(passphrase_of(self._environment(), self.project.folder), salt)
        return crypter, settings.resolve(crypter, self.config)

    def _run(
        self, action: str, *, options: Options, preview: bool = False, clear_pending_creates: bool = False
    ) -> Result:
        started = time.monotonic()
        options = replace(options, refresh=options.refresh or self.project.refresh)
        with contextlib.nullcontext() if preview else self._locked():
            state, config = self._open()
            kept = [*state.resources.values(), *(item.resource for item in state.undecided)]
            if foreign := next((each for each in kept if each.is_foreign), None):
                file = self.state_file.name
                raise UnsupportedError(f"{file}: the state of {foreign.urn}: the resource type {foreign.type}")
            if action != "update" and (missing := options.targets.missing(state.live())):
                raise EngineError(f"no resource named '{missing[0]}' found")
            run = Run(
                action,
                state,
                config,
                options,
                project=self.project,
                stack=self.stack,
                program=self.program,
                environment=self._environment(),
                preview=preview,
                on_event=self.on_event,
            )
            if not preview:
                state.open_journal()
                # As in the CLI, an undecided creation stays in the state, other undecided operations do not.
                run.undecided = state.undecided
                state.undecided = [
                    item for item in state.undecided if item.kind == "creating" and not clear_pending_creates
                ]
            return run.go(started)


def _options(
    *, refresh: bool = False, run_program: bool = False, targets: Sequence[str] = (), replace: Sequence[str] = ()
) -> Options:
    return Options(refresh, run_program, Selection(tuple(targets)), Selection(tuple(replace)))
