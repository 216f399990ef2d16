"""Previews in the shape of `pulumi preview --json`, and what `pulumi-messaging impact` says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from pulumi_messaging.core.members import Member, labelled, packed

A, B, C = "+15550100001", "+15550100002", "+15550100003"
PROFILE, OTHER = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22", "c4a1f0de-2b6d-4c0e-8f57-6a9d2b1c4e10"
URL = {"messageUrl": "https://hooks.example.com/in", "messageUrlMethod": "POST"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One run of the command."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Json:
        """The JSON on stdout."""
        report: Json = json.loads(self.out)
        return report

    @property
    def changes(self) -> dict[str, Json]:
        """The changes by the resource's name."""
        return {change["urn"].split("::", 3)[3]: change for change in self.report["changes"]}


def impact(*arguments: object, **environment: str) -> Told:
    """Run the command without the credentials of this process's environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ACCOUNT_KEY", "ACCOUNT_SECRET", "ACCOUNT_ID", "BASE_URL"):
            patch.delenv(f"TELEGENT_{name}", raising=False)
        for name in ("API_KEY", "BASE_URL"):
            patch.delenv(f"TELNYX_{name}", raising=False)
        result = CliRunner().invoke(app, ["impact", *map(str, arguments)], env=environment)
    return Told(result.exit_code, result.stdout, result.stderr)


def urn_of(kind: str, name: str) -> str:
    """The URN of a resource."""
    return f"urn:pulumi:dev::proj::pulumi-python:dynamic/messaging:{kind}::{name}"


def side(kind: str, name: str, inputs: Json, outputs: Json | None = None, object_id: str = "", **more: Any) -> Json:
    """One side of a step, or a resource of a state."""
    held = {} if outputs is None else {"id": object_id, "outputs": outputs}
    kind_ = f"pulumi-python:dynamic/messaging:{kind}"
    return {"urn": urn_of(kind, name), "custom": True, "type": kind_, "inputs": inputs, **held, **more}


def step(op: str, old: Json | None, new: Json | None) -> Json:
    """One step."""
    sides = {"oldState": old, "newState": new}
    urn = ((old or {}) | (new or {}))["urn"]
    return {"op": op, "urn": urn, **{name: one for name, one in sides.items() if one}, "detailedDiff": None}


def number(name: str, number: str, profile: str | None = PROFILE, **more: Any) -> Json:
    """What a program declares of one number."""
    return side("NumberMessaging", name, _number(number, profile, **more))


def held_number(name: str, number: str, former: Json, profile: str | None = PROFILE, **more: Any) -> Json:
    """One number in the state, with its former settings."""
    retained = {"retainOnDelete": True} if more.pop("retained", False) else {}
    inputs = _number(number, profile, **more)
    return side("NumberMessaging", name, inputs, {**inputs, "__former": former}, f"12{number[1:]}", **retained)


def _number(number: str, profile: str | None, **more: Any) -> Json:
    inputs = {"phoneNumber": number, "messagingProfileId": profile, "onDestroy": "restore", **more}
    return {name: value for name, value in inputs.items() if value is not None}


def group(name: str, *numbers: str, profile: str = PROFILE, **more: Any) -> Json:
    """What a program declares of a group."""
    inputs = {"phoneNumbers": labelled(numbers), "messagingProfileId": profile, "onDestroy": "restore", **more}
    return side("NumberMessagingGroup", name, inputs)


def held_group(name: str, *members: Member, profile: str = PROFILE, **more: Any) -> Json:
    """A group in the state."""
    declared = group(name, *(member.spelled for member in members), profile=profile, **more)
    kept = {key: value for key, value in declared["inputs"].items() if key != "phoneNumbers"}
    return {**declared, "id": f"{name}-0000000", "outputs": {**kept, "__numbers": packed(members)}}


def member(number: str, profile: str = "", **more: Any) -> Member:
    """A member that was on ``profile`` before."""
    return Member(number, number, former={"messagingProfileId": profile}, **more)


def route(name: str, **inputs: Any) -> Json:
    """What a program declares of a route."""
    return side("MessageRoute", name, {**URL, **inputs})


def held_route(name: str, route_id: str, hidden: Json | None = None, **inputs: Any) -> Json:
    """A route in the state; ``hidden`` are further outputs."""
    return side(
        "MessageRoute",
        name,
        {**URL, **inputs},
        {**URL, **inputs, "messageRouteId": route_id, **(hidden or {})},
        route_id,
    )


def write(path: Path, *steps: Json, **more: Any) -> Path:
    """A preview of these steps."""
    path.write_text(json.dumps({"steps": steps, "duration": 1, "changeSummary": {}, **more}))
    return path


def write_state(path: Path, *resources: Json) -> Path:
    """A stack's state with these resources."""
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    return path
