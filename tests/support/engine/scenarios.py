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
    run_program: bool = False
    targets: tuple[str, ...] = ()  # names, of which both engines get the URNs
    replace: tuple[str, ...] = ()
    taint: str = ""  # name of a resource that is tainted before the run


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
    Scenario("replacement by option", (
        P("a = Thing('a', key='1')\nb = Thing('b', color=a.made)"),
        P(None, "preview", replace=("a",)),
        P(None, replace=("a",)),
        P("a = Thing('a', key='2', color='red', opts=Opts(delete_before_replace=True, ignore_changes=['color']))\nb = Thing('b', source=a.made)", replace=("a",)),
        P(None, replace=("a", "nix")),
        P("a = Thing('a', opts=Opts(protect=True))"),
        P(None, "preview", replace=("a",)),
        P(None, replace=("a",)),
    )),
    Scenario("replacement of a tainted resource", (
        P("a = Thing('a', key='1')\nb = Thing('b', color=a.made)"),
        P(None, "preview", taint="a"),
        P(None, "refresh"),
        P(),
        P("a = Thing('a', key='1', fail='create', opts=Opts(delete_before_replace=True))\nb = Thing('b', color=a.made)", taint="a"),
        P("a = Thing('a', key='1', opts=Opts(delete_before_replace=True))\nb = Thing('b', color=a.made)"),
    )),
    Scenario("replacement by trigger", (
        P("Thing('a', key='1', opts=Opts(replacement_trigger={'k': ['v', 1.5]}))\nThing('b', opts=Opts(replacement_trigger=1))\nThing('c', opts=Opts(replacement_trigger=pulumi.Output.secret('s')))\nThing('d')"),
        P("Thing('a', key='1', opts=Opts(replacement_trigger={'k': ['v', 2.5]}))\nThing('b', opts=Opts(replacement_trigger=0))\nThing('c', opts=Opts(replacement_trigger=pulumi.Output.secret('s')))\nThing('d', opts=Opts(replacement_trigger='new'))", "preview"),
        P(), P(None, "refresh"),
        P("Thing('a', key='1')\nThing('b', opts=Opts(delete_before_replace=True, replacement_trigger='z'))\nThing('c', opts=Opts(replacement_trigger=pulumi.Output.secret('s')))\nThing('d', opts=Opts(replacement_trigger=Thing('e').made))"),
    )),
    Scenario("refresh with the program", (
        P("a = Thing('a', color='red')\nb = Thing('b', color=a.made)\nThing('c')\nThing('d')\npulumi.export('x', a.made); pulumi.export('old', 1)", config="config:\n  proj:size: 5\n"),
        P("a = Thing('a', color='blue', opts=Opts(protect=True))\nb = Thing('b', color=a.made, opts=Opts(depends_on=[Box('box')]))\nn = Thing('new')\nThing('d')\npulumi.export('x', a.made); pulumi.export('n', n.made)", "refresh", change={"c-1": {"gone": True}, "d-1": {"color": "drift"}}, run_program=True, config="config:\n  proj:size: 6\n"),
        P(None, "refresh"),
        P(None, "preview", True, {"a-1": {"color": "drift"}, "b-1": {"gone": True}}, run_program=True),
        P(None, "up", True, run_program=True),
        P(None, "refresh", change={"b-2": {"gone": True}}, run_program=True),
        P(None, "up", True, run_program=True),
        P("raise pulumi.RunError('no way')", "refresh", run_program=True),
        P("a = Thing('a')\nThing('n', color=a.made)", "destroy", config="config:\n  proj:size: 7\n", run_program=True),
        P("a = Thing('a')", "up"),
        P("a = Thing('a')\nThing('n', color=a.made)", "destroy", config="config:\n  proj:size: 8\n", run_program=True),
    )),
    Scenario("replacement first with a refresh by the program", (
        P("a = Thing('a', key='1')\nb = Thing('b', source=a.id)\nThing('gone')"),
        P("a = Thing('a', key='2')\nb = Thing('b', source=a.id)\nThing('new')", "preview", True, run_program=True),
        P(None, "up", True, run_program=True),
    )),
    Scenario("partial failures", (
        P("a = Thing('a', key='1', color=pulumi.Output.secret('red'), half='create')\nThing('b', color=a.made)"),
        P(None, "preview"), P(),
        P("a = Thing('a', key='1', color='blue', half='update')"),
        P("a = Thing('a', key='1', color='blue')"),
        P("a = Thing('a', key='2', first=False, color='blue', half='create')"),
        P("a = Thing('a', key='2', first=False, color='blue')"),
        P("a = Thing('a', key='2', first=False, color='blue', half='create')", replace=("a",)),
        P(None, "destroy"),
    )),
    Scenario("targets", (
        P("a = Thing('a')\nb = Thing('b')\npulumi.export('a', a.made); pulumi.export('b', b.made); pulumi.export('c', 'const')", targets=("b",)),
        P("a = Thing('a', color='red')\nb = Thing('b', color='red', opts=Opts(protect=True))\nThing('c')\nThing('d', color=a.made)"),
        P("a = Thing('a', color='blue')\nb = Thing('b', color='blue')\nThing('new')\nThing('d', color=a.made)", "preview", targets=("a", "c")),
        P(None, targets=("a", "c")),
        P(None, "up", True, {"b-1": {"color": "drift"}}, targets=("b",)),
        P(None, "refresh", change={"d-1": {"color": "drift"}}, targets=("d",)),
        P(None, "refresh", run_program=True, targets=("a",)),
        P(None, targets=("nix", "a")),
        P(None, "refresh", targets=("nix",)),
        P("n = Thing('n')\na = Thing('a', color=n.made)", targets=("a",)),
        P("a = Thing('a', key='9', first=False, color='x')\nThing('d', color=a.made)", targets=("a",), replace=("d",)),
        P("Thing('a', opts=Opts(parent=Box('box')))", targets=("box",)),
    )),
    Scenario("targets that others need", (
        P("a = Thing('a', key='1', color='x')\nb = Thing('b', source=a.made)\nc = Thing('c', color=b.made)\nThing('d', opts=Opts(depends_on=[c]))\ne = Thing('e')\nThing('f', color=e.made)"),
        P(None, "destroy", targets=("a", "b")),
        P("a = Thing('a', key='2', color='y')\nb = Thing('b', source=a.made, color='new')\nc = Thing('c', color=b.made)\nThing('d', opts=Opts(depends_on=[c]))\nThing('f', color='own')", targets=("a",)),
        P(None, targets=("e",)),
        P("pass", targets=("e",)),
        P(None, "destroy", targets=("a", "b", "c", "d")),
        P(None, "destroy", targets=("nix",)),
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
