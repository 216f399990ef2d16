"""Pulumi's ResourceMonitor and Engine services, which the program calls over gRPC."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2
from google.protobuf.message import Message
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from pulumi_messaging_engine.channel import CHANNEL_OPTIONS
from pulumi_messaging_engine.declarations import Goal
from pulumi_messaging_engine.errors import ClosedError, EngineError, StepError, UnsupportedError
from pulumi_messaging_engine.values import from_struct, to_struct

if TYPE_CHECKING:
    from types import TracebackType

    from pulumi_messaging_engine.events import Severity
    from pulumi_messaging_engine.update import Update

# The program's SDK knows this text; the reason for the refusal has been reported by then.
CLOSED_TEXT: Final = "Resource monitor has terminated, shutting down"
_THREADS: Final = 12  # more than the program's 8, one of which may wait for the end of the run
_FEATURES: Final = frozenset(
    {"secrets", "transforms", "invokeTransforms", "resourceHooks", "errorHooks", "deletedWith", "replaceWith"}
)

# Every field of a registration that the engine acts upon; any other one that is set is refused by name.
_KNOWN: Final = frozenset({
    "type", "name", "parent", "custom", "object", "protect", "dependencies", "propertyDependencies",
    "deleteBeforeReplace", "deleteBeforeReplaceDefined", "ignoreChanges", "acceptSecrets", "acceptResources",
    "additionalSecretOutputs", "aliasURNs",
    "supportsPartialValues", "replaceOnChanges", "retainOnDelete", "aliasSpecs", "supportsResultReporting",
    "sourcePosition", "stackTrace", "parentStackTraceHandle", "accepts_byte_string",
})  # fmt: skip
_OPTION: Final = {
    "importId": "import_",
    "pluginDownloadURL": "plugin_download_url",
    "customTimeouts": "custom_timeouts",
    "deletedWith": "deleted_with",
    "hideDiffs": "hide_diffs",
    "remote": "a remote component",
}
_DYNAMIC: Final = "pulumi-python:dynamic"
_COMPONENT_IGNORES: Final = ("ignoreChanges", "additionalSecretOutputs", "replaceOnChanges", "retainOnDelete")


def goal_of(request: Any) -> Goal:
    """Read the declaration in a request.

    Raises:
        UnsupportedError: It has an option or a type that only the Pulumi CLI knows.
        EngineError: An input is an asset, an archive or a resource reference.
    """
    label = f"resource '{request.name}'"
    for descriptor, value in request.ListFields():
        empty = isinstance(value, Message) and not value.ByteSize()  # `hooks` is always there
        if descriptor.name not in _KNOWN and not empty:
            option = _OPTION.get(descriptor.name, descriptor.name)
            raise UnsupportedError(f"{label}: {option if ' ' in option else f'the resource option `{option}`'}")
    if request.custom and not request.type.startswith(_DYNAMIC):
        raise UnsupportedError(f"{label}: the resource type {request.type}")
    try:
        inputs = from_struct(request.object)
    except ValueError as error:
        raise EngineError(f"{label}: {error}") from None
    dependencies = sorted(request.dependencies)
    property_dependencies = {key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items())}
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=inputs,
        dependencies=dependencies,
        # Without property dependencies, every property depends on everything.
        property_dependencies=property_dependencies or (dict.fromkeys(inputs, dependencies) if dependencies else {}),
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        # The SDK writes the stack into the URN of an alias whose parent is the stack; real URNs leave it out.
        aliases=[urn.replace("::pulumi:pulumi:Stack$", "::") for urn in request.aliasURNs],
    )


class _Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def __init__(self, update: Update) -> None:
        self._update = update
        self.program_done = threading.Event()
        self.released = threading.Event()

    def _refuse(self, context: grpc.ServicerContext, what: str) -> NoReturn:
        self._update.fail(str(UnsupportedError(what)))
        context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        raise AssertionError  # abort raises

    def GetDeploymentInfo(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802, ARG002
        # The SDK then asks for each feature: understood by old and new ones.
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "GetDeploymentInfo")
        raise AssertionError

    def SupportsFeature(self, request: Any, context: grpc.ServicerContext) -> resource_pb2.SupportsFeatureResponse:  # noqa: N802, ARG002
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURES)

    def RegisterResource(self, request: Any, context: grpc.ServicerContext) -> resource_pb2.RegisterResourceResponse:  # noqa: N802
        try:
            goal = goal_of(request)
            registered = self._update.register(goal)
        except EngineError as error:
            self._update.fail(str(error))
            context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        except (StepError, ClosedError):
            context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        if not goal.custom:
            self._warn_of_ignored(request, registered.urn)
        outputs = to_struct(registered.outputs if goal.custom else {}, secrets=True, unknowns=True)
        return resource_pb2.RegisterResourceResponse(urn=registered.urn, id=registered.id, object=outputs)

    def _warn_of_ignored(self, request: Any, urn: str) -> None:
        for descriptor, _ in request.ListFields():
            if descriptor.name in _COMPONENT_IGNORES:
                text = f"The option '{descriptor.name}' has no effect on component resources."
                self._update.report("warning", text, urn)

    def RegisterResourceOutputs(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        try:
            self._update.register_outputs(request.urn, from_struct(request.outputs))
        except ValueError as error:
            self._update.fail(f"the outputs of {request.urn.rpartition('::')[2]}: {error}")
            context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        except ClosedError:
            context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        self.program_done.set()
        self.released.wait()
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._refuse(context, f"the function {request.tok}")

    def Call(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._refuse(context, f"the method {request.tok}")

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        if request.type == "pulumi:pulumi:StackReference":
            self._refuse(context, f"the StackReference '{request.name}'")
        self._refuse(context, f"reading the existing resource '{request.name}' (`get` or the option `id`)")

    def RegisterStackTransform(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802, ARG002
        self._refuse(context, "a stack transform")

    def RegisterStackInvokeTransform(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802, ARG002
        self._refuse(context, "an invoke transform")

    def RegisterResourceHook(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._refuse(context, f"the resource hook '{request.name}'")

    def RegisterErrorHook(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._refuse(context, f"the error hook '{request.name}'")

    def RegisterPackage(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._refuse(context, f"the package {request.name}")


class _Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self, update: Update) -> None:
        self._update = update
        self._streams: dict[int, str] = {}

    def Log(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        severities: dict[int, Severity] = {
            engine_pb2.INFO: "info",
            engine_pb2.WARNING: "warning",
            engine_pb2.ERROR: "error",
        }
        severity = severities.get(request.severity)
        # After a failed step, errors of the program only follow from it.
        if severity and not request.ephemeral and not (severity == "error" and self._update.closed):
            if severity == "error":
                self._update.fail(request.message, request.urn)
            else:
                self._update.report(severity, request.message, request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: grpc.ServicerContext) -> engine_pb2.GetRootResourceResponse:  # noqa: N802, ARG002
        return engine_pb2.GetRootResourceResponse(urn="")

    def SetRootResource(self, request: Any, context: grpc.ServicerContext) -> engine_pb2.SetRootResourceResponse:  # noqa: N802, ARG002
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        self._update.fail(str(UnsupportedError(f"require_pulumi_version({request.pulumi_version_range!r})")))
        context.abort(grpc.StatusCode.UNAVAILABLE, CLOSED_TEXT)
        raise AssertionError

    def StartDebugging(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        return empty_pb2.Empty()


class Server:
    """Both services on one port of the loopback interface."""

    def __init__(self, update: Update) -> None:
        self._server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=CHANNEL_OPTIONS)
        self._monitor = _Monitor(update)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self._monitor, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(_Engine(update), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self.program_done = self._monitor.program_done

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def release(self) -> None:
        """Release the program, which waits for the end of the run."""
        self._monitor.released.set()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._server.stop(grace=None).wait()
