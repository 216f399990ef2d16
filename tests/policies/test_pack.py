"""The policy pack as the Pulumi CLI runs it: a process that answers over Pulumi's protocol of analyzers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.rules import RULES, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

PACK = Path(__file__).parents[2] / "policies"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.fixture(scope="module")
def analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack's own process; it needs no engine until a rule logs something."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        process.terminate()


def analyzed(analyzer: analyzer_pb2_grpc.AnalyzerStub, **inputs: Any) -> list[tuple[str, int, str]]:
    """Rule, level and last line of each diagnostic about a route."""
    properties = Struct()
    properties.update(inputs)
    urn = f"urn:pulumi:prod::estate::{TYPES}MessageRoute::orders"
    request = analyzer_pb2.AnalyzeRequest(
        type=f"{TYPES}MessageRoute",
        properties=properties,
        urn=urn,
        name="orders",
        options=analyzer_pb2.AnalyzerResourceOptions(),
    )
    found = analyzer.Analyze(request, timeout=20).diagnostics
    return [(each.policyName, each.enforcementLevel, each.message.splitlines()[-1]) for each in found]


def configure(analyzer: analyzer_pb2_grpc.AnalyzerStub, rule: str, level: int, **config: Any) -> None:
    properties = Struct()
    properties.update(config)
    given = analyzer_pb2.PolicyConfig(enforcementLevel=level, properties=properties)
    analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={rule: given}), timeout=20)


def test_the_pack_tells_its_rules_and_judges_by_their_configuration(analyzer: Any) -> None:
    mandatory, advisory = analyzer_pb2.MANDATORY, analyzer_pb2.ADVISORY
    info = analyzer.GetAnalyzerInfo(Empty(), timeout=20)
    assert [each.name for each in info.policies] == [rule.name for rule in RULES]
    assert all("exceptions" in each.configSchema.properties for each in info.policies)

    well = {"messageUrl": "https://h", "messageAuthenticationType": "Basic"}
    assert analyzed(analyzer, **well) == []
    line = "orders: messageUrl must be an https URL"
    # One value that is not known hides no violation of another one.
    assert analyzed(analyzer, **{**well, "messageUrl": "http://h", "callbackMessageUrl": UNKNOWN}) == [
        ("https-only", mandatory, line)
    ]

    configure(analyzer, "https-only", advisory, httpHosts=["other"])
    assert analyzed(analyzer, **{**well, "messageUrl": "http://h"}) == [("https-only", advisory, line)]
    configure(analyzer, "https-only", mandatory, httpHosts=["h"])
    assert analyzed(analyzer, **{**well, "messageUrl": "http://h"}) == []
