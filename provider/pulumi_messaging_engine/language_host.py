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
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi import runtime
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2_grpc

_MEBIBYTE: Final = 1024 * 1024
CHANNEL_OPTIONS: Final = (  # the same as the Pulumi CLI's
    ("grpc.max_receive_message_length", 400 * _MEBIBYTE),
    ("grpc.max_send_message_length", 400 * _MEBIBYTE),
    ("grpc.max_metadata_size", 16 * _MEBIBYTE),  # an error's text travels in a header
    ("grpc.absolute_max_metadata_size", 16 * _MEBIBYTE),
)
_EXIT_MESSAGE_SHOWN: Final = 32
_PARALLEL: Final = 2  # the SDK uses four threads for each
_COLLECT_AFTER: Final = 50_000  # new objects; Python's own is 700


class _Engine:
    """The engine's service without debug messages, several for each resource, which are not displayed."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = engine_pb2_grpc.EngineStub(channel)

    def Log(self, request: engine_pb2.LogRequest) -> object:  # noqa: N802  the service's own name
        return None if request.severity == engine_pb2.DEBUG else self._stub.Log(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stub, name)


def run_program(
    program: Callable[[], object], monitor: str, settings: Mapping[str, Any], config: dict[str, str], secrets: list[str]
) -> int:
    """Run the program to its end, log its errors to the engine, and give the exit status.

    `monitor` is an address, `settings` are arguments of `pulumi.runtime.Settings`, `secrets` are keys of `config`.
    Pulumi keeps its settings in context variables, so each thread that calls this has settings of its own.
    """
    with grpc.insecure_channel(monitor, options=CHANNEL_OPTIONS) as channel:
        stub = resource_pb2_grpc.ResourceMonitorStub(channel)
        runtime.set_all_config(config, secrets)
        runtime.configure(runtime.Settings(monitor=stub, engine=_Engine(channel), parallel=_PARALLEL, **settings))
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
    except _Exited as error:
        sys.exit(error.code)
    except Exception:  # noqa: BLE001  the user sees every error of the program
        pulumi.log.error("Program failed with an unhandled exception:\n" + _traceback())
        return _EXIT_MESSAGE_SHOWN
    return 0


class _Exited(Exception):
    """The program called ``sys.exit``. SDKs before 3.254 wait for ever if ``SystemExit`` passes through their loop."""

    def __init__(self, code: Any) -> None:
        self.code = code


async def _declared(program: Callable[[], object]) -> None:
    """Run the program, and wait for its outputs.

    The SDK waits as well, but searches all outputs each time one is done, which grows with the square of the stack.
    This waits for all at once; the SDK reports failures.
    """
    try:
        program()
    except SystemExit as error:
        raise _Exited(error.code) from None
    while pending := [output for output in runtime.settings.SETTINGS.outputs if not output.done()]:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in done):
            return


def _traceback() -> str:
    """Format the traceback without the frames of this module and runpy, which come before the user's program."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    inner = [index for index, frame in enumerate(frames) if frame.filename == __file__ or "runpy" in frame.filename]
    return traceback.format_exc(limit=-(len(frames) - inner[-1] - 1) or None) if inner else traceback.format_exc()


def _execute(program: str) -> None:
    """Run `module:name`, or the file or folder of a script."""
    module, _, name = program.partition(":")
    if name:
        getattr(importlib.import_module(module), name)()
    else:
        runpy.run_path(program, run_name="__main__")


def main() -> int:
    """Run the child process: arguments are monitor, settings as JSON and program; the environment has the config."""
    monitor, settings, program = sys.argv[1:]
    sys.argv = [program]
    # A program that fails leaves futures behind; asyncio's messages about them do not help the user.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # A program keeps all its resources: garbage collection at the usual rate takes a third of a large one's time.
    gc.set_threshold(_COLLECT_AFTER)
    config, secrets = runtime.get_config_env(), runtime.get_config_secret_keys_env()
    return run_program(partial(_execute, program), monitor, json.loads(settings), config, secrets)


if __name__ == "__main__":
    sys.exit(main())
