"""Pulumi's ResourceMonitor and Engine services, which the program calls over gRPC."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NoReturn, Self

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2
from google.protobuf.message import Message
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from pulumi_messaging_engine.declarations import Goal
from pulumi_messaging_engine.errors import ClosedError, EngineError, StepError, UnsupportedError
from pulumi_messaging_engine.events import Severity
from pulumi_messaging_engine.language_host import CHANNEL_OPTIONS
from pulumi_messaging_engine.resources import DYNAMIC, Resource
from pulumi_messaging_engine.update import Update
from pulumi_messaging_engine.values import from_struct, from_value, to_struct

# The program's SDK knows this text; the reason for the refusal has been reported by then.
_CLOSED_TEXT: Final = "Resource monitor has terminated, shutting down"
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
    "replacement_trigger", "sourcePosition", "stackTrace", "parentStackTraceHandle", "accepts_byte_string",
})  # fmt: skip
_OPTION: Final = {
    "importId": "import_",
    "pluginDownloadURL": "plugin_download_url",
    "customTimeouts": "custom_timeouts",
    "deletedWith": "deleted_with",
    "hideDiffs": "hide_diffs",
    "remote": "a remote component",
}
_SEVERITIES: Final[dict[int, Severity]] = {
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}
# For a resource that was skipped the SDK makes the outputs unknown; an older one does so for a failed resource.
_has_unknown: Final = "unknown" in resource_pb2.RegisterResourceResponse.DESCRIPTOR.fields_by_name
_SKIPPED: Final[dict[str, Any]] = {"unknown": True} if _has_unknown else {"result": resource_pb2.FAIL}
_COMPONENT_IGNORES: Final = ("ignoreChanges", "additionalSecretOutputs", "replaceOnChanges", "retainOnDelete")


def _goal_of(request: Any) -> Goal:
    """Read the declaration in a request; an option, a type or a value that needs the Pulumi CLI is an EngineError."""
    label = f"resource '{request.name}'"
    _refuse_unsupported_options(request, label)
    try:
        inputs = from_struct(request.object)
    except ValueError as error:
        raise EngineError(f"{label}: {error}") from None
    dependencies = sorted(request.dependencies)
    property_dependencies = {key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items())}
    resource = Resource(
        urn="",
        type=request.type,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        dependencies=dependencies,
        # Without property dependencies, every property depends on everything.
        property_dependencies=property_dependencies or (dict.fromkeys(inputs, dependencies) if dependencies else {}),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        replacement_trigger=from_value(request.replacement_trigger),
    )
    return Goal(
        request.name,
        resource,
        inputs,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        # The SDK writes the stack into the URN of an alias whose parent is the stack; real URNs leave it out.
        aliases=[urn.replace("::pulumi:pulumi:Stack$", "::") for urn in request.aliasURNs],
    )


def _refuse_unsupported_options(request: Any, label: str) -> None:
    for descriptor, value in request.ListFields():
        empty = isinstance(value, Message) and not value.ByteSize()  # `hooks` is always there
        if descriptor.name not in _KNOWN and not empty:
            option = _OPTION.get(descriptor.name, descriptor.name)
            raise UnsupportedError(f"{label}: {option if ' ' in option else f'the resource option `{option}`'}")
    if request.custom and not request.type.startswith(DYNAMIC):
        raise UnsupportedError(f"{label}: the resource type {request.type}")


def _unsupported(feature: str, field: str = "name") -> Any:
    """Make a method that refuses its call; `{name}` in the feature stands for a field of the request."""

    def refuse(service: _Service, request: Any, context: grpc.ServicerContext) -> NoReturn:
        service.refuse(context, str(UnsupportedError(feature.format(name=getattr(request, field, "")))))

    return refuse


class _Service:
    def __init__(self, update: Update) -> None:
        self._update = update

    def refuse(self, context: grpc.ServicerContext, error: str = "") -> NoReturn:
        """End a call; the error, if not empty, is reported before."""
        if error:
            self._update.fail(error)
        context.abort(grpc.StatusCode.UNAVAILABLE, _CLOSED_TEXT)
        raise AssertionError  # abort raises


class _Monitor(_Service, resource_pb2_grpc.ResourceMonitorServicer):
    def __init__(self, update: Update) -> None:
        super().__init__(update)
        self.program_done = threading.Event()
        self.released = threading.Event()

    def GetDeploymentInfo(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802, ARG002
        # The SDK then asks for each feature: understood by old and new ones.
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "GetDeploymentInfo")
        raise AssertionError

    def SupportsFeature(self, request: Any, context: grpc.ServicerContext) -> resource_pb2.SupportsFeatureResponse:  # noqa: N802, ARG002
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURES)

    def RegisterResource(self, request: Any, context: grpc.ServicerContext) -> resource_pb2.RegisterResourceResponse:  # noqa: N802
        try:
            registered = self._update.register(_goal_of(request))
        except EngineError as error:
            self.refuse(context, str(error))
        except (StepError, ClosedError):
            self.refuse(context)
        ignored = [field.name for field, _ in request.ListFields() if field.name in _COMPONENT_IGNORES]
        for option in [] if registered.custom else ignored:
            text = f"The option '{option}' has no effect on component resources."
            self._update.report("warning", text, registered.urn)
        outputs = to_struct(registered.outputs if registered.custom else {}, secrets=True, unknowns=True)
        skipped = _SKIPPED if registered.urn in self._update.declarations.skipped else {}
        return resource_pb2.RegisterResourceResponse(urn=registered.urn, id=registered.id, object=outputs, **skipped)

    def RegisterResourceOutputs(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        try:
            self._update.register_outputs(request.urn, from_struct(request.outputs))
        except ValueError as error:
            self.refuse(context, f"the outputs of {request.urn.rpartition('::')[2]}: {error}")
        except ClosedError:
            self.refuse(context)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        self.program_done.set()
        self.released.wait()
        return empty_pb2.Empty()

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> NoReturn:  # noqa: N802
        if request.type == "pulumi:pulumi:StackReference":
            self.refuse(context, str(UnsupportedError(f"the StackReference '{request.name}'")))
        feature = f"reading the existing resource '{request.name}' (`get` or the option `id`)"
        self.refuse(context, str(UnsupportedError(feature)))

    Invoke = _unsupported("the function {name}", "tok")
    Call = _unsupported("the method {name}", "tok")
    RegisterStackTransform = _unsupported("a stack transform")
    RegisterStackInvokeTransform = _unsupported("an invoke transform")
    RegisterResourceHook = _unsupported("the resource hook '{name}'")
    RegisterErrorHook = _unsupported("the error hook '{name}'")
    RegisterPackage = _unsupported("the package {name}")


class _Engine(_Service, engine_pb2_grpc.EngineServicer):
    def Log(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802, ARG002
        severity = _SEVERITIES.get(request.severity)
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

    RequirePulumiVersion = _unsupported("require_pulumi_version('{name}')", "pulumi_version_range")

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

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.stop(grace=None).wait()
