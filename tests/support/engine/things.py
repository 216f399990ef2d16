"""A dynamic provider for the engine's tests: objects are files in a folder, every call is a line in a log.

`THINGS` names the folder. How a thing behaves is said by its inputs, so that one provider serves every test.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pulumi
from pulumi import dynamic
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

from pulumi_messaging.partial_failure import attach_outputs

_REPLACES = ("key", "source")
_COMPUTED = ("made", "hidden", "token")


def _folder() -> Path:
    return Path(os.environ["THINGS"])


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return "<unknown>"
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in sorted(value.items()) if key != "__provider"}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _note(call: str, **details: Any) -> None:
    line = json.dumps({"call": call, **{key: _plain(value) for key, value in details.items()}})
    with (_folder() / "calls").open("a") as file:
        file.write(line + "\n")


def _fail_halfway(props: dict[str, Any], call: str, id_: str, outs: dict[str, Any]) -> None:
    if props.get("half") == call:
        attach_outputs(
            id_,
            {**outs, "__provider": props["__provider"]},
            [f"half a {call}{props.get('half_because', '')}"],
            "halfway",
        )
        raise ValueError("halfway")


def _fail(props: dict[str, Any], call: str) -> None:
    if props.get("fail") == call:
        raise ValueError(f"no {call} today{props.get('because', '')}")
    if props.get("die") == call:
        os._exit(3)


def _outputs(props: dict[str, Any]) -> dict[str, Any]:
    outs = {key: value for key, value in props.items() if key != "__provider"}
    outs["made"] = f"{props.get('color')}!"
    if "hidden" in props:
        outs["hidden"] = "nothing"
    if props.get("mark"):
        outs["token"] = wrap_rpc_secret("t0ken")
    return outs


def _store(id_: str, outs: dict[str, Any]) -> None:
    content = {key: "t0ken" if key == "token" else value for key, value in outs.items()}
    (_folder() / f"{id_}.json").write_text(json.dumps(content))


class ThingProvider(dynamic.ResourceProvider):
    serialize_as_secret_always = False

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        _note(
            "configure",
            size=req.config.get("size"),
            apiKey=req.config.get("telnyx:apiKey"),
            tree=req.config.get("tree"),
        )
        sys.tracebacklimit = 0

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        _note("check", olds=olds, news=news)
        _fail(news, "check")
        failures = []
        if news.get("color") == "bad":
            failures.append(dynamic.CheckFailure("color", "must not be bad"))
        if news.get("shape") == "bad":
            failures.append(dynamic.CheckFailure("", "has no shape"))
        failures += [dynamic.CheckFailure(name, reason) for name, reason in news.get("refuse", {}).items()]
        if news.get("mark"):
            news["pin"] = wrap_rpc_secret("1234")
        return dynamic.CheckResult({"size": 1, **news}, failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.DiffResult:
        _note("diff", id=id_, olds=olds, news=news)
        _fail(news, "diff")
        if news.get("say") == "nothing":
            return dynamic.DiffResult()
        keys = {key for key in olds.keys() | news.keys() if key not in ("__provider", *_COMPUTED)}
        changed = sorted(key for key in keys if isinstance(news.get(key), Unknown) or olds.get(key) != news.get(key))
        return dynamic.DiffResult(
            changes=bool(changed),
            replaces=[key for key in changed if key in _REPLACES],
            stables=[],
            delete_before_replace=bool(news.get("first", True)),
        )

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        _note("create", props=props)
        if props.get("noise"):
            sys.stdout.write(f"creating {props['label']}{props.get('said', '')}\n")
            sys.stderr.write(f"on stderr{props.get('warned', '')}\n")
        time.sleep(props.get("slow", 0))
        _fail(props, "create")
        count = len(list(_folder().glob(f"{props['label']}-*.json")))
        id_ = f"{props['label']}-{count + 1}"
        outs = _outputs(props)
        _store(id_, outs)
        _note("created", id=id_)
        _fail_halfway(props, "create", id_, outs)
        return dynamic.CreateResult(id_, outs)

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        _note("read", id=id_, props=props)
        _fail(props, "read")
        file = _folder() / f"{id_}.json"
        if not file.exists() or (content := json.loads(file.read_text())).get("gone"):
            return dynamic.ReadResult("", {})
        inputs = {key: value for key, value in content.items() if key not in _COMPUTED}
        return dynamic.ReadResult(id_, content, inputs=None if content.get("mute") else inputs)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        _note("update", id=id_, olds=olds, news=news)
        _fail(news, "update")
        outs = _outputs(news)
        _store(id_, outs)
        _fail_halfway(news, "update", id_, outs)
        return dynamic.UpdateResult(outs)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        _note("delete", id=id_, props=props)
        _fail(props, "delete")
        file = _folder() / f"{id_}.json"
        file.write_text(json.dumps({"gone": True}))


class Thing(dynamic.Resource, module="test", name="Thing"):
    made: pulumi.Output[str]
    token: pulumi.Output[str]

    def __init__(self, label: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(ThingProvider(), label, {"label": label, "made": None, "token": None, **props}, opts)


class Box(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("test:index:Box", name, props, opts)


def one_thing() -> None:
    """A program that a child process can import."""
    Thing("a")
    pulumi.export("pid", str(os.getpid()))
