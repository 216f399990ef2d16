# ruff: noqa: E501  programs and what is shown stand as they are
from __future__ import annotations

import io
import re

from rich.console import Console

from pulumi_messaging.testing import Display
from tests.support.engine.world import World


def _shown(
    world: World, action: str, source: str | None = None, *, diff: bool = False, colour: bool = False, **options: bool
) -> str:
    if source is not None:
        world.program(source)
    text = io.StringIO()
    console = Console(
        file=text, soft_wrap=True, highlight=False, force_terminal=colour, color_system="standard" if colour else None
    )
    getattr(world.engine(on_event=Display(console, diff=diff)), action)(**options)
    return re.sub(r"\((?!0s)\d+(\.\d\d)?s\)", "(0.00s)", re.sub(r"Duration: \d+s", "Duration: 1s", text.getvalue()))


def test_rows_of_a_preview_and_an_update(world: World) -> None:
    """One row for each step with the operation's sign and word, then outputs and the summary, as the CLI prints them."""
    program = "a = Thing('a', color='red', word=pulumi.Output.secret('x'))\npulumi.export('made', a.made)\npulumi.export('word', a.word)"

    assert (
        _shown(world, "preview", program)
        == """\
Previewing update (dev):

 +  pulumi:pulumi:Stack proj-dev create
 +  pulumi-python:dynamic/test:Thing a create
 +  pulumi:pulumi:Stack proj-dev create
Outputs:
    made: [unknown]
    word: [secret]

Resources:
    + 2 to create

"""
    )
    assert _shown(world, "up") == """\
Updating (dev):

 +  pulumi:pulumi:Stack proj-dev creating (0s)
 +  pulumi-python:dynamic/test:Thing a creating (0s)
 +  pulumi-python:dynamic/test:Thing a created (0.00s)
 +  pulumi:pulumi:Stack proj-dev created (0.00s)
Outputs:
    made: "red!"
    word: [secret]

Resources:
    + 2 created

Duration: 1s

"""  # fmt: skip


def test_changed_keys_stand_in_the_row(world: World) -> None:
    """`[diff: ...]` names the keys; a replacement shows its steps in an update."""
    world.up("Thing('a', color='red', old=1)\nThing('b', key=1)")
    text = _shown(world, "up", "Thing('a', color='blue', new=1)\nThing('b', key=2, __inner=1)")

    assert " ~  pulumi-python:dynamic/test:Thing a updated (0.00s) [diff: +new-old~color]\n" in text
    for row in (" -- .*Thing b deleted original", r" \+- .*Thing b replaced", r" \+\+ .*Thing b created replacement"):
        assert re.search(row + r" \(0\.00s\)( \[diff: ~key\])?\n", text)
    assert "    ~ 1 updated\n    +-1 replaced\n    2 changes. 1 unchanged\n" in text


def test_property_lines(world: World) -> None:
    """`--diff` shows every property of what changes, old and new, secrets and unknowns by name, internal keys not at all."""
    world.up(
        "a = Thing('a', color='red', tags=['x', {'y': 1}], word=pulumi.Output.secret('x'), __inner=1, same=1.5)\nThing('b', color=a.made)"
    )
    program = "a = Thing('a', color='blue', tags=['x', {'y': 2}, 3], word=pulumi.Output.secret('z'), __inner=2, same=1.5)\nThing('b', color=a.made)"
    text = _shown(world, "preview", program, diff=True)

    assert (
        text
        == """\
Previewing update (dev):
  pulumi:pulumi:Stack: (same)
    [urn=urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev]
    ~ pulumi-python:dynamic/test:Thing: (update)
        [id=a-1]
        [urn=urn:pulumi:dev::proj::pulumi-python:dynamic/test:Thing::a]
      ~ color: "red" => "blue"
        label: "a"
        same : 1.5
        size : 1
      ~ tags : [
            [0]: "x"
          ~ [1]: {
              ~ y: 1 => 2
            }
          + [2]: 3
        ]
      ~ word : [secret] => [secret]
    ~ pulumi-python:dynamic/test:Thing: (update)
        [id=b-1]
        [urn=urn:pulumi:dev::proj::pulumi-python:dynamic/test:Thing::b]
      ~ color: "red!" => [unknown]
        label: "b"
        size : 1
Resources:
    ~ 2 to update
    1 unchanged

"""
    )


def test_texts_of_many_lines(world: World) -> None:
    """A text is shown in full lines: what goes, what comes and two lines beside it; one that stays, by its beginning."""
    first = "".join(f"{number}\\n" for number in range(1, 21))
    second = first.replace("4\\n5", "4\\nfour and a half\\n5").replace("17\\n", "")
    world.up(f"Thing('a', text='{first}', same='{first}')")
    text = _shown(world, "preview", f"Thing('a', text='{second}', same='{first}')", diff=True)

    assert (
        """\
        same : "1\\n2\\n3\\n..."
        size : 1
      ~ text :
            ...
            3
            4
          + four and a half
            5
            6
            ...
            15
            16
          - 17
            18
            19
            20
Resources:
"""
        in text
    )


def test_messages_come_live_and_again_under_diagnostics(world: World) -> None:
    """A provider's line is shown when it is printed and once more at the end, under the stack; an error under its resource."""
    text = _shown(world, "up", "a = Thing('a', noise=True)\nThing('b', color=a.made, fail='create')")

    assert "    pulumi:pulumi:Stack proj-dev  creating a\n" in text
    assert " +  pulumi-python:dynamic/test:Thing b **creating failed**\n" in text
    assert " +  pulumi:pulumi:Stack proj-dev created (0.00s) 1 error; 2 messages\n" in text
    assert (
        """\
  pulumi-python:dynamic/test:Thing (b):
    error: ValueError: no create today

"""
        in text
    )
    assert text.endswith("    + 2 created\n    2 errored\n\nDuration: 1s\n\n")


def test_drift_is_shown_field_by_field(world: World) -> None:
    """A refresh names the drifted key in the row and, with `--diff`, both values."""
    world.up("Thing('a', color='red')")
    world.change("a-1", color="green")

    assert " ~  pulumi-python:dynamic/test:Thing a refresh [diff: ~color]\n" in _shown(world, "preview", refresh=True)
    assert '      ~ color: "red" => "green"\n' in _shown(world, "preview", refresh=True, diff=True)
    assert '      ~ color: "green" => "red"\n' in _shown(world, "preview", refresh=True, diff=True)
    assert " ~  pulumi-python:dynamic/test:Thing a updated (0.00s) [diff: ~color]\n" in _shown(world, "refresh")


def test_protected_and_retained_resources_are_marked(world: World) -> None:
    """A lock stands behind what is protected, `[retain]` behind the deletion of what stays at the vendor's."""
    world.up("Thing('a', opts=Opts(retain_on_delete=True))\nThing('b', opts=Opts(protect=True))")
    text = _shown(world, "preview", "Thing('b', color=1, opts=Opts(protect=True))", diff=True)

    assert "    - pulumi-python:dynamic/test:Thing: (delete[retain])\n" in text
    assert "    ~ pulumi-python:dynamic/test:Thing: (update) 🔒\n" in text


def test_colour_on_a_terminal_only(world: World) -> None:
    """The same text, with colours where a terminal shows it."""
    plain = _shown(world, "preview", "Thing('a')")
    coloured = _shown(world, "preview", colour=True)

    assert "\x1b[32m +  pulumi-python:dynamic/test:Thing a create" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert "\x1b" not in plain


def test_the_value_of_a_text_that_is_yaml_is_shown(world: World) -> None:
    """As the CLI shows it: its value for several lines of YAML, and the lines that differ from a text that is none."""
    assert re.findall(r"^ +[+] color.*\n.*\n.*$", _shown(world, "preview", YAML, diff=True), re.MULTILINE) == [
        '      + color: (yaml) {\n          + 2 lines: "one two"\n        }'
    ]
    _shown(world, "up", YAML)
    lines = _shown(world, "preview", YAML.replace("two", r"three\nfour").replace("}", "]"), diff=True).splitlines()
    assert [line.strip() for line in lines if line.strip().startswith(("+ ", "- "))] == [
        "- two", "- }", "+ three", "+ four", "+ ]",
    ]  # fmt: skip


YAML = r"a = Thing('a', color='{2 lines:\none\ntwo\n}')"


def test_a_refresh_that_fails_leaves_the_outputs(world: World) -> None:
    world.up("Thing('a', fail='read')\npulumi.export('made', 1)")

    assert "\nOutputs:\n    made: 1\n" in _shown(world, "refresh")
