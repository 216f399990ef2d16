"""The pytest plugin: the fixture `messaging_stack` runs users' programs on the local engine and the embedded emulator.

    def test_orders(messaging_stack: MessagingStacks) -> None:
        stack = messaging_stack(program)
        stack.up()
        assert [write.operation for write in stack.writes] == ["createMessageRoute"]

Every pytest run in an environment with this package imports this module, so heavy imports are inside functions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn, Unpack

import pytest

from pulumi_messaging_engine.errors import EngineError, MissingExtraError, needs_extra

if TYPE_CHECKING:
    from pulumi_messaging.emulator import Emulator
    from pulumi_messaging_engine.engine import Engine
    from pulumi_messaging_engine.events import Result
    from pulumi_messaging_engine.options import RunOptions, UpdateOptions
    from pulumi_messaging_engine.project import Project

Kind = Literal["routes", "numbers", "profiles", "telegent_numbers"]
# Kind of object: (its key in /_emulator/state, its control path, the field users know an object by).
_KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "routes": ("routes", "routes", "MessageRouteId"),
    "numbers": ("numbers", "numbers", "phone_number"),
    "profiles": ("profiles", "profiles", "id"),
    "telegent_numbers": ("telegentNumbers", "telegent-numbers", "Number"),
}
_DEFAULT_NAME: Final = "test"
# A fixed salt for the empty passphrase: deriving the key of a new one would take half a second in every test.
_SALT: Final = "v1:kwvl9AHF5hQ=:v1:KWI/kI0VNsD4IQVn:0P7/A1DyTBd18Qd/eQ0zULq0eMv6iQ=="


class StackFailed(Exception):
    """A run of a stack failed; the text holds its errors, `result` everything else."""

    def __init__(self, action: str, result: Result) -> None:
        errors = [one for one in result.diagnostics if one.severity == "error"]
        lines = [f"{one.urn.rpartition('::')[2]}: {one.text}" if one.urn else one.text for one in errors]
        super().__init__("\n".join([f"{action} failed:", *lines]))
        self.result: Result = result


class Request(NamedTuple):
    """One request that reached the emulator; credentials and the queries of URLs are replaced by `[secret]`.

    `vendor` is telegent or telnyx, `operation` the vendor's name of the call (`updateMessaging`), `body` the parsed
    JSON, `status` the status of the answer (None: the connection was dropped).
    """

    vendor: str | None
    operation: str | None
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int | None


class Objects(dict[str, dict[str, Any]]):
    """Objects by the name that users know; an unknown name is an error that lists the known ones."""

    def __init__(self, kind: str, objects: Mapping[str, dict[str, Any]]) -> None:
        super().__init__(objects)
        self._kind = kind

    def __missing__(self, name: str) -> NoReturn:
        raise KeyError(f"no {name!r} among the {self._kind}; there are: {', '.join(self) or 'none'}")


class EmulatedAccounts:
    """The objects at both vendors at this moment, and means to change them behind the program's back.

    Objects and their fields are the vendors' own, as stored: secrets are in clear.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self._emulator = emulator
        self._folder = folder

    @property
    def routes(self) -> Objects:
        """Telegent's message routes by MessageRouteId."""
        return self._objects("routes")

    @property
    def numbers(self) -> Objects:
        """The messaging settings of Telnyx's numbers by phone number (E.164)."""
        return self._objects("numbers")

    @property
    def profiles(self) -> Objects:
        """Telnyx's messaging profiles by id."""
        return self._objects("profiles")

    @property
    def telegent_numbers(self) -> Objects:
        """Telegent's number inventory by phone number; `MessageRouteId` is the route a number uses."""
        return self._objects("telegent_numbers")

    @property
    def requests(self) -> list[Request]:
        """The requests since the last run of a stack began, in order."""
        return [Request(*(entry[name] for name in Request._fields)) for entry in self.control("GET", "requests")]

    @property
    def writes(self) -> list[Request]:
        """The `requests` for a change: neither reads nor tokens."""
        return [one for one in self.requests if one.method != "GET" and one.operation != "createToken"]

    def foreign_create(self, kind: Kind, /, **fields: Any) -> dict[str, Any]:
        """Create an object as somebody else would; gives the object.

        Numbers need `phone_number`, Telegent's numbers `Number`, profiles `name`; other fields have defaults.
        """
        return dict(self.control("POST", _kind(kind)[1], fields))

    def foreign_edit(self, kind: Kind, name: str, /, **fields: Any) -> dict[str, Any]:
        """Change stored fields of an object as somebody else would, without checks; gives the object."""
        return dict(self.control("PATCH", self._path(kind, name), fields))

    def foreign_delete(self, kind: Kind, name: str, /) -> None:
        """Delete an object as somebody else would, even if it is in use."""
        self.control("DELETE", self._path(kind, name))

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings of the emulator (None: back to the default); gives all settings."""
        return dict(self.control("PATCH", "settings", changes))

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the emulator's control surface; `path` follows `/_emulator/`.

        Raises:
            ValueError: The emulator refuses the call; the text gives the reason.
        """
        return self._emulator.control(method, path, body)

    def _objects(self, kind: Kind) -> Objects:
        state_key, _, name = _kind(kind)
        return Objects(kind, {one[name]: one for one in self.control("GET", "state")[state_key]})

    def _path(self, kind: Kind, name: str) -> str:
        found = self._objects(kind)[name]
        return f"{_kind(kind)[1]}/{found['id'] if kind == 'numbers' else name}"


class MessagingStack(EmulatedAccounts):
    """A stack of one program. A run gives a `Result`; a run that fails raises `StackFailed`."""

    def __init__(self, emulator: Emulator, folder: Path, engine: Engine) -> None:
        super().__init__(emulator, folder)
        self._engine = engine

    def preview(self, **options: Unpack[UpdateOptions]) -> Result:
        """Show the steps of an `up` with the same options."""
        __tracebackhide__ = True
        return self._run("preview", functools.partial(self._engine.preview, **options))

    def up(self, **options: Unpack[UpdateOptions]) -> Result:
        """Make the resources equal to what the program declares; `UpdateOptions` has the options."""
        __tracebackhide__ = True
        return self._run("up", functools.partial(self._engine.up, **options))

    def refresh(self, **options: Unpack[RunOptions]) -> Result:
        """Read every resource and record the result; `RunOptions` has the options."""
        __tracebackhide__ = True
        return self._run("refresh", functools.partial(self._engine.refresh, **options))

    def destroy(self, **options: Unpack[RunOptions]) -> Result:
        """Delete every resource of the stack as its `on_destroy` says; `RunOptions` has the options."""
        __tracebackhide__ = True
        return self._run("destroy", functools.partial(self._engine.destroy, **options))

    def taint(self, name: str) -> None:
        """Let the next `up` replace a resource, given by its name or URN; an `EngineError` if there is none."""
        self._engine.taint(name)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs after the last `up`; secrets read `[secret]` (in clear: `up().reveal()`)."""
        return self._engine.outputs()

    def _run(self, action: str, run: Callable[[], Result]) -> Result:
        __tracebackhide__ = True
        self.control("DELETE", "requests")
        result = run()
        if not result.ok:
            raise StackFailed(action, result)
        return result


class MessagingStacks(EmulatedAccounts):
    """The fixture `messaging_stack`: a call with a program gives a stack; all stacks of a test share its accounts."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        super().__init__(emulator, folder)
        self._named: dict[str, EmulatedAccounts] = {}

    def __call__(
        self,
        program: Callable[[], object] | str | Path,
        *,
        stack: str | None = None,
        config: Mapping[str, Any] | None = None,
        passphrase: str = "",
    ) -> MessagingStack:
        """Give a stack of `program`; for a stack that ran before in this test, the program replaces the former one.

        Args:
            program: A function (runs in this process), `"module:function"`, or the folder of a Pulumi.yaml. Nothing is
                written into that folder.
            stack: Name of the stack; in a folder it must have a Pulumi.<stack>.yaml; absent: `test`.
            config: Replaces values of the stack's configuration; a key without `:` is one of the project's.
            passphrase: Decrypts the secrets in a folder's Pulumi.<stack>.yaml; the environment's is not used.

        Raises:
            EngineError: The program or stack does not exist, or needs the Pulumi CLI.
        """
        from pulumi_messaging.settings import EMULATOR_ACCOUNTS, IN_TEST  # noqa: PLC0415
        from pulumi_messaging_engine.display import Display  # noqa: PLC0415
        from pulumi_messaging_engine.engine import Engine  # noqa: PLC0415

        is_folder = isinstance(program, Path) or (isinstance(program, str) and ":" not in program)
        store = f"emulator:{self._folder / 'emulator.db'}"
        environment = {"PULUMI_CONFIG_PASSPHRASE": passphrase if is_folder else "", IN_TEST: "1"}
        engine = Engine(
            self._project(str(program) if is_folder else None, stack),
            stack or _DEFAULT_NAME,
            state_dir=self._folder / "state",
            # The settings of a real stack name a real account, which the emulator would refuse.
            config={"telegent:baseUrl": store, "telnyx:baseUrl": store, **EMULATOR_ACCOUNTS, **(config or {})},
            environment={**environment, "PYTHONDONTWRITEBYTECODE": "1"} if is_folder else environment,
            program=_in_this_process(program) if callable(program) else None if is_folder else str(program),
            on_event=Display(),
        )
        return MessagingStack(self._emulator, self._folder, engine)

    def account(self, name: str) -> EmulatedAccounts:
        """The emulated accounts that resources with `account=name` use; its `requests` are all since the first call."""
        from pulumi_messaging.emulator import application  # noqa: PLC0415

        if name not in self._named:
            emulator = application(self._folder / f"emulator.db.{name}")
            self._named[name] = EmulatedAccounts(emulator, self._folder)
            self._named[name].settings(telegentRequestsPerMinute=0, telnyxRequestsPerMinute=0)
        return self._named[name]

    def close(self) -> None:
        """Close the files of all accounts."""
        for accounts in (self, *self._named.values()):
            accounts._emulator.close()  # noqa: SLF001 - of the same class

    def _project(self, folder: str | None, stack: str | None) -> Project:
        """Load the project in a folder, where a named stack must have a settings file; or make that of a function."""
        from pulumi_messaging_engine.project import Project  # noqa: PLC0415

        if folder is None:  # it runs in pytest's folder, with settings in the test's folder
            project = Project(_DEFAULT_NAME, Path.cwd(), settings_folder=self._folder)
            project.stack_file(stack or _DEFAULT_NAME).write_text(f"encryptionsalt: {_SALT}\n")
            return project
        project = Project.load(folder, in_test=True)
        if stack is not None and not project.stack_file(stack).is_file():
            file = project.stack_file(stack)
            known = ", ".join(sorted(path.name for path in file.parent.glob(f"Pulumi.*{file.suffix}")))
            raise EngineError(f"no stack {stack!r} in {project.folder}; there are: {known or 'none'}")
        return project


def _in_this_process(program: Callable[[], object]) -> Callable[[], object]:
    """Wrap a function, so that the engine does not import it in a child process."""
    import socket  # noqa: PLC0415

    try:
        for end in socket.socketpair():
            end.close()
    except Exception:  # noqa: BLE001  a plugin that guards sockets may raise any error
        raise EngineError(
            "a program that is a function needs an asyncio event loop, and that a pair of Unix sockets: "
            "run pytest --disable-socket with --allow-unix-socket, or give the program as 'module:function'"
        ) from None
    return functools.partial(program)


def _kind(kind: str) -> tuple[str, str, str]:
    if kind not in _KINDS:
        raise ValueError(f"no kind of object {kind!r}; there are: {', '.join(_KINDS)}")
    return _KINDS[kind]


@pytest.fixture
def messaging_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagingStacks]:
    """Emulated vendor accounts for one test, and stacks of programs that use them: `messaging_stack(program).up()`."""
    try:
        with needs_extra("testing"):
            from pulumi_messaging.emulator import application  # noqa: PLC0415
            from pulumi_messaging.settings import IN_TEST  # noqa: PLC0415
            from pulumi_messaging_engine import display, engine  # noqa: F401, PLC0415  needed by every stack
    except MissingExtraError as error:
        raise pytest.fail.Exception(f"messaging_stack: {error}", pytrace=False) from None
    folder = tmp_path / "messaging-stack"
    emulator = application(folder / "emulator.db")
    accounts = MessagingStacks(emulator, folder)
    accounts.settings(telegentRequestsPerMinute=0, telnyxRequestsPerMinute=0)
    monkeypatch.setenv(IN_TEST, "1")  # for the look-ups of programs that are functions
    yield accounts
    accounts.close()
