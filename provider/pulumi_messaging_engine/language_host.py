"""The program's process (`python -m`): runs a Pulumi program against a monitor, as Pulumi's language host does."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi import runtime
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2_grpc

from pulumi_messaging_engine.channel import CHANNEL_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_MESSAGE_SHOWN: Final = 32
_PARALLEL: Final = 2  # the SDK uses four threads for each
_COLLECT_AFTER: Final = 50_000  # new objects; Python's own is 700
ORGANIZATION: Final = "organization"


class _Engine:
    """The engine's service without debug messages, several for each resource, which are not displayed."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = engine_pb2_grpc.EngineStub(channel)

    def Log(self, request: engine_pb2.LogRequest) -> object:  # noqa: N802  the service's own name
        return None if request.severity == engine_pb2.DEBUG else self._stub.Log(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stub, name)


def run_program(
    program: Callable[[], object],
    *,
    monitor: str,
    project: str,
    stack: str,
    folder: str,
    dry_run: bool,
    config: dict[str, str],
    secret_keys: list[str],
) -> int:
    """Run the program to its end, log its errors to the engine, and give the exit status.

    Pulumi keeps its settings in context variables, so each thread that calls this has settings of its own.
    """
    with grpc.insecure_channel(monitor, options=CHANNEL_OPTIONS) as channel:
        runtime.set_all_config(config, secret_keys)
        runtime.configure(
            runtime.Settings(
                monitor=resource_pb2_grpc.ResourceMonitorStub(channel),
                engine=_Engine(channel),
                project=project, stack=stack, organization=ORGANIZATION, root_directory=folder,
                parallel=_PARALLEL, dry_run=dry_run,
            )
        )  # fmt: skip
        loop = asyncio.new_event_loop()
        executor = ThreadPoolExecutor(max_workers=4 * _PARALLEL)
        loop.set_default_executor(executor)
        try:
            return _run(loop, program)
        finally:
            executor.shutdown(wait=True)
            loop.close()


def _run(loop: asyncio.AbstractEventLoop, program: Callable[[], object]) -> int:
    try:
        loop.run_until_complete(runtime.run_in_stack(partial(_declared, program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # noqa: BLE001  the user sees every error of the program
        pulumi.log.error("Program failed with an unhandled exception:\n" + _traceback())
        return EXIT_MESSAGE_SHOWN
    return 0


def _call(program: Callable[[], object]) -> None:
    program()


async def _declared(program: Callable[[], object]) -> None:
    """Run the program, and wait for its outputs.

    The SDK waits as well, but searches all outputs each time one is done, which grows with the square of the stack.
    This waits for all at once; the SDK reports failures.
    """
    _call(program)
    while pending := [output for output in runtime.settings.SETTINGS.outputs if not output.done()]:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in done):
            return


def _traceback() -> str:
    """Format the traceback without the frames of this module and runpy, which come before the user's program."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    inner = [index for index, frame in enumerate(frames) if frame.filename == __file__ or "runpy" in frame.filename]
    return traceback.format_exc(limit=-(len(frames) - inner[-1] - 1) or None) if inner else traceback.format_exc()


def _load(program: str) -> Callable[[], object]:
    if ":" in program:
        module, _, name = program.partition(":")
        return lambda: _call(getattr(importlib.import_module(module), name))
    return lambda: runpy.run_path(program, run_name="__main__")


def main() -> int:
    """Run the child process: arguments are the settings as JSON and the program, the environment has the config."""
    settings, program = sys.argv[1:]
    sys.argv = [program]
    # A program that fails leaves futures behind; asyncio's messages about them do not help the user.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # A program keeps all its resources: garbage collection at the usual rate takes a third of a large one's time.
    gc.set_threshold(_COLLECT_AFTER)
    config, secret_keys = runtime.get_config_env(), runtime.get_config_secret_keys_env()
    return run_program(_load(program), **json.loads(settings), config=config, secret_keys=secret_keys)


if __name__ == "__main__":
    sys.exit(main())
