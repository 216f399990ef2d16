"""Programs in steps that both engines run; both must do the same."""

# ruff: noqa: E501  a program stands on one line
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Phase:
    """One run; before it the program is written, if there is one, and things are changed behind the engine's back."""

    program: str | None = None
    action: str = "up"
    refresh: bool = False
    change: dict[str, dict[str, Any]] = field(default_factory=dict)
    config: str | None = None


@dataclass(frozen=True)
class Scenario:
    name: str
    phases: tuple[Phase, ...]


P = Phase

SCENARIOS = (
    Scenario("create, same, update, delete, destroy", (
        P("a = Thing('a', color='red', n=3, tags=['x', {'y': 1.5}], none=None, empty='', no=False)\n"
          "b = Thing('b', color=a.made, opts=Opts(depends_on=[a]))\n"
          "pulumi.export('made', b.made); pulumi.export('id', a.id)", "preview"),
        P(), P(None, "preview"),
        P("a = Thing('a', color='blue', n=3, tags=['x', {'y': 1.5}])\nb = Thing('b', color=a.made)", "preview"),
        P(),
        P("Thing('a', color='blue', n=3, tags=['x', {'y': 1.5}])"),
        P(None, "destroy"),
    )),
    Scenario("replacement, delete first, with cascade", (
        P("a = Thing('a', key='1')\nb = Thing('b', source=a.id)\nc = Thing('c', color=a.made)\nd = Thing('d', source=b.id, opts=Opts(depends_on=[c]))"),
        P("a = Thing('a', key='2')\nb = Thing('b', source=a.id)\nc = Thing('c', color=a.made)\nd = Thing('d', source=b.id, opts=Opts(depends_on=[c]))", "preview"),
        P(),
        P("a = Thing('a', key='3')\nc = Thing('c', color=a.made)"),
    )),
    Scenario("replacement, create first", (
        P("a = Thing('a', key='1', first=False)\nb = Thing('b', color=a.id)"),
        P("a = Thing('a', key='2', first=False)\nb = Thing('b', color=a.id)", "preview"),
        P(),
        P("a = Thing('a', key='3', first=False, opts=Opts(delete_before_replace=True))\nb = Thing('b', color=a.id)"),
        P("a = Thing('a', key='4', opts=Opts(delete_before_replace=False))\nb = Thing('b', color=a.id)"),
    )),
    Scenario("replacement that fails half way, then goes on", (
        P("a = Thing('a', key='1')\nb = Thing('b', source=a.id)"),
        P("a = Thing('a', key='2', fail='create')\nb = Thing('b', source=a.id)"),
        P("a = Thing('a', key='2')\nb = Thing('b', source=a.id)"),
    )),
    Scenario("create-first replacement whose delete fails", (
        P("a = Thing('a', key='1', first=False, fail='delete')"),
        P("a = Thing('a', key='2', first=False)"),
        P(None, "preview"),
    )),
    Scenario("secrets", (
        P("s = pulumi.Output.secret\na = Thing('a', color=s('red'), pair={'open': 1, 'shut': s('x')}, many=['a', s('b')], mark=True, hidden=1, opts=Opts(additional_secret_outputs=['hidden', 'n']))\n"
          "b = Thing('b', color=a.made, n=a.token)\nfor k in ('made', 'token', 'pair', 'color'): pulumi.export(k, getattr(a, k) if k != 'pair' else a.pair)"),
        P(),
        P("Thing('c', color='red')"), P("Thing('c', color=pulumi.Output.secret('red'))"),
    )),
    Scenario("options: protect, retain, ignore, replace_on_changes", (
        P("Thing('a', color='red', opts=Opts(protect=True))\nThing('b', opts=Opts(retain_on_delete=True))\nThing('c', color='red', size=5, tags=['x','y'], opts=Opts(ignore_changes=['color', 'tags[0]', 'other']))\nThing('d', color='red', say='nothing', opts=Opts(replace_on_changes=['color']))\nThing('e', color='red', opts=Opts(replace_on_changes=['color']))"),
        P("Thing('a', color='red', opts=Opts(protect=True))\nThing('c', color='blue', size=6, tags=['z','w'], other=1, opts=Opts(ignore_changes=['color', 'tags[0]', 'other']))\nThing('d', color='blue', say='nothing', opts=Opts(replace_on_changes=['color']))\nThing('e', color='blue', opts=Opts(replace_on_changes=['color']))"),
        P("Thing('c', color='blue', size=6)"),
        P("Thing('a', key='1', color='red', opts=Opts(protect=True))", "preview"),
        P("Thing('a', key='1', color='red', opts=Opts(protect=True))"),
        P("Thing('a', color='red', opts=Opts(protect=False))"),
        P(None, "destroy"),
    )),
    Scenario("components, parents and aliases", (
        P("box = Box('box', lid=True)\na = Thing('a', opts=Opts(parent=box))\nb = Thing('b', opts=Opts(parent=a, protect=False))\nbox.register_outputs({'made': a.made})\nThing('old')\nThing('child', opts=Opts(parent=Thing('mum')))"),
        P("box = Box('crate', lid=False, opts=Opts(aliases=[pulumi.Alias(name='box')]))\na = Thing('a', opts=Opts(parent=box))\nb = Thing('b', opts=Opts(parent=a))\nbox.register_outputs({'made': a.made})\nThing('new', opts=Opts(aliases=[pulumi.Alias(name='old')]))\nThing('child', opts=Opts(aliases=[pulumi.Alias(parent='urn:pulumi:dev::proj::pulumi-python:dynamic/test:Thing::mum')]))"),
        P(None, "preview"),
        P("Thing('x', opts=Opts(parent=Box('crate', opts=Opts(protect=True))))"),
        P("pass"),
    )),
    Scenario("refresh: drift, gone, mute", (
        P("a = Thing('a', color='red')\nb = Thing('b', color=a.made)\nThing('c', color='red')\nThing('d', color='red')"),
        P(None, "preview", True, {"a-1": {"color": "drift"}, "b-1": {"gone": True}, "c-1": {"mute": True, "color": "grey"}}),
        P(None, "refresh"),
        P(None, "refresh"),
        P(None, "preview"),
        P(None, "up", True, {"d-1": {"gone": True}}),
        P(None, "up", True),
    )),
    Scenario("configuration: recorded one for refresh and destroy", (
        P("Thing('a', size=pulumi.Config().require('size'))", config="config:\n  proj:size: 5\n  tree:\n    b: <1>\n    a: [1, true]\n"),
        P(None, "refresh", config="config:\n  proj:size: 6\n"),
        P("Thing('a', size=pulumi.Config().require('size'))"),
        P(None, "destroy", config="config:\n  proj:size: 7\n"),
    )),
    Scenario("failures", (
        P("Thing('a', color='bad', shape='bad', secret=pulumi.Output.secret(1))\n"),
        P("a = Thing('a')\nb = Thing('b', color=a.made, fail='create')\nc = Thing('c', color=b.made)\npulumi.export('x', a.made)\npulumi.export('c', c.made)"),
        P("a = Thing('a', color=1, fail='update')"),
        P("raise pulumi.RunError('no way')"),
        P("Thing('x', opts=Opts(depends_on=[Thing('x')]))"),
        P("import sys; Thing('y'); sys.exit(3)"),
        P("Thing('d', say='nothing', color='red')"),
        P("Thing('d', say='nothing', color='blue', fail='diff')"),
        P("Thing('c', opts=Opts(depends_on=[Thing('b', fail='delete')]))"),
        P(None, "destroy"),
    )),
)  # fmt: skip
