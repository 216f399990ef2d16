"""The provider that others are compared with: it does nothing but store outputs of the same size.

Where the stack names an API, each create and update sends it one request besides, as plainly as httpx does it: what
asking costs, whoever asks. Module and class names are as long together as those of the real providers, so that the
payloads are equally long.
"""

from __future__ import annotations

import json
import threading
import uuid
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
import pulumi.dynamic
from pulumi.dynamic import CheckResult, ConfigureRequest, CreateResult, DiffResult, ReadResult, UpdateResult

from benchmarks.objects import Declared
from pulumi_messaging.core.fields import camel
from pulumi_messaging_emulator.accounts import ACCOUNT_IDS, ORGANIZATION_ID

if TYPE_CHECKING:
    import httpx

_OPENED = threading.Lock()


@cache
def _client() -> httpx.Client:
    import httpx  # noqa: PLC0415 - as ours does, with the first request

    return httpx.Client(trust_env=False)


class _Stores(pulumi.dynamic.ResourceProvider):
    serialize_as_secret_always = False
    extra: ClassVar[dict[str, Any]]
    url: ClassVar[str | None] = None

    def configure(self, req: ConfigureRequest) -> None:
        _Stores.url = req.config.get("telegent:baseUrl")

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=any(_olds.get(name) != value for name, value in _news.items()), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        self._ask(props)
        return CreateResult(f"MRID-{uuid.uuid4()}", {**props, **self.extra})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        inputs = {name: value for name, value in props.items() if name not in self.extra}
        return ReadResult(id_, dict(props), inputs=inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        self._ask(_news)
        return UpdateResult({**_news, **self.extra})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        return

    def _ask(self, props: dict[str, Any]) -> None:
        if self.url is None:
            return
        with _OPENED:
            client = _client()
        body = {name: value for name, value in props.items() if name != "__provider"}
        client.post(f"{self.url}/message/routes", json=body, headers={"Authorization": "Bearer none"}).json()


class StoresMessageRouteProvider(_Stores):
    """Outputs of the size of a message route's."""

    extra: ClassVar[dict[str, Any]] = {
        "messageRouteId": f"MRID-{uuid.UUID(int=0)}",
        "__account": f"vendor {ACCOUNT_IDS[0]} {0:08}",
    }


_FEATURES = {"domestic_two_way": True, "international_inbound": True, "international_outbound": False}


class StoresNumberMessagingProvider(_Stores):
    """Outputs of the size of a number's messaging settings."""

    extra: ClassVar[dict[str, Any]] = {
        "phoneNumberId": "1300000000000000000",
        "countryCode": "US",
        "type": "longcode",
        "trafficType": "A2P",
        "eligibleMessagingProducts": ["A2P"],
        "features": {"sms": _FEATURES, "mms": _FEATURES},
        "tags": [],
        "messagingProduct": "A2P",
        "__former": {"messagingProfileId": ""},
        "__account": f"vendor org-{ORGANIZATION_ID} {0:08}",
    }


PROVIDERS = {"route": StoresMessageRouteProvider, "number": StoresNumberMessagingProvider}
_TYPES = {"route": "MessageRoute", "number": "NumberMessaging"}


def properties(declared: Declared) -> dict[str, Any]:
    """The inputs of the real resource after its check, all given by the program."""
    given = {camel(name): value for name, value in declared.arguments.items()}
    if declared.kind == "route":
        name = f"{declared.name}-0000000"
        given |= {"routeName": name, "__autoname": name}
    return given


def declare(declared: Declared) -> pulumi.dynamic.Resource:
    """The resource in a program, of a type token as long as the real one's."""
    token: Any = type("Stored", (pulumi.dynamic.Resource,), {}, module="messaging", name=_TYPES[declared.kind])
    provider = PROVIDERS[declared.kind]
    # Outputs too are attributes of the resource, as they are of ours.
    outputs = dict.fromkeys(name for name in provider.extra if not name.startswith("__"))
    stored: pulumi.dynamic.Resource = token(provider(), declared.name, outputs | properties(declared))
    return stored


def declare_exported(file: Path) -> None:
    """Declare the dynamic resources of an exported state, with the provider that only stores and their inputs."""
    for entry in json.loads(file.read_text())["deployment"]["resources"]:
        module, _, name = entry["type"].partition("/messaging:")
        if module == "pulumi-python:dynamic":
            token: Any = type("Stored", (pulumi.dynamic.Resource,), {}, module="messaging", name=name)
            inputs = {key: value for key, value in entry["inputs"].items() if key != "__provider"}
            token(StoresMessageRouteProvider(), entry["urn"].rpartition("::")[2], inputs)
