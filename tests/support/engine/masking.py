"""Which secrets an engine shows in which kind of text: one program with every pair, and its reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_messaging_engine.secrets import Crypter
from tests.support.pulumi_values import SALT

if TYPE_CHECKING:
    from collections.abc import Callable

# Where a value comes from. In texts a value stands as the program or the provider writes it, whatever its origin.
VALUES = {
    "config": "cfg-Aq7",
    "leaf": "leaf-Bw6",
    "item": "item-Ce5",
    "three": "q#x",
    "short": "zq",
    "word": "true",
    "quoted": 'j"q<s>',
    "output": "out-Dr4",
    "nested": "nest-Gv3",
    "plain": "plain-Ft2",
}
_IN_JSON = {**VALUES, "quoted": r"j\"q\u003cs\u003e"}
# Texts that name every origin once.
TEXTS = ("program stdout", "program warning", "failed check", "init error", "provider stdout", "provider error")
# Properties that have every value once.
PROPERTIES = ("input", "input with more", "stack output", "failed check's value")

_HEAD = f"""
import sys
config = pulumi.Config()
tree = config.require_object("tree")
values = {{name: config.require(name) for name in ("config", "three", "short", "word", "quoted")}}
values |= {{"leaf": tree["leaf"], "item": tree["items"][0], "plain": {VALUES["plain"]!r}}}
secret = pulumi.Output.secret
def given(prefix):
    nested = {{f"{{prefix}}_nested": secret({VALUES["nested"]!r})}}
    flat = values | {{"output": secret({VALUES["output"]!r}), "object": nested}}
    return {{f"{{prefix}}_{{name}}": value for name, value in flat.items()}}
def text(kind):
    written = {_IN_JSON!r}
    return "".join(f" {{kind}}.{{name}}=<{{value}}>" for name, value in written.items())
"""
_PREVIEW = """
print(text("program stdout"))
pulumi.log.warn(text("program warning"))
Thing("a", **given("input"))
Thing("b", **{f"more_{name}": f"({value})" for name, value in values.items()})
for name, value in given("export").items(): pulumi.export(name, value)
"""
_REFUSED = """
refused = given("refused")
Thing("a", refuse={name: "reason" for name in refused} | {"label": text("failed check")}, **refused)
"""
_PARTIAL = """
Thing("a", half="create", half_because=text("init error"), noise=True, said=text("provider stdout"),
      fail="delete", because=text("provider error"))
"""
RUNS = ((_PREVIEW, "preview"), (_REFUSED, "preview"), (_PARTIAL, "up"), (None, "destroy"))
_PLACES = {
    "input": r"input_{name} *: (.*)",
    "input with more": r'more_{name} *: "\((.*)\)"',
    "stack output": r"export_{name} *: (.*)",
    "failed check's value": r"property refused_{name} value (.*) has a problem: reason",
}


def settings() -> dict[str, Any]:
    """The content of the stack's settings file."""
    crypter = Crypter("", SALT)
    sealed = {name: {"secure": crypter.encrypt(value)} for name, value in VALUES.items()}
    config = {f"proj:{name}": sealed[name] for name in ("config", "three", "short", "word", "quoted")}
    config["proj:tree"] = {"leaf": sealed["leaf"], "items": [sealed["item"]], "open": "open"}
    return {"encryptionsalt": SALT, "config": config}


def masked(run: Callable[[str | None, str], str]) -> dict[str, set[str]]:
    """The origins whose values are masked, by kind of text; `run` gives the text of one run.

    A pair that no text shows, or that a text shows both ways, is an error.
    """
    texts = [run(None if program is None else _HEAD + program, action) for program, action in RUNS]
    shown = "\n".join(texts)
    return {kind: {name for name in _names(kind) if _is_masked(shown, kind, name)} for kind in (*TEXTS, *PROPERTIES)}


def _names(kind: str) -> list[str]:
    return [name for name in VALUES if kind != "input with more" or name not in {"output", "nested"}]


def _is_masked(text: str, kind: str, name: str) -> bool:
    place = _PLACES[kind].format(name=name) if kind in _PLACES else re.escape(f"{kind}.{name}=<") + "(.*?)>(?= |$|\n)"
    place = place.replace("refused_nested", "refused_object")
    found = {"[secret]" in each for each in re.findall(place, text)}
    assert len(found) == 1, f"{kind} of {name}: {re.findall(place, text)}"
    return found.pop()
