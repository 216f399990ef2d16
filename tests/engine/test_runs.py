from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_messaging.testing import Diagnostic, EngineError, Project, Step
from pulumi_messaging_engine.secrets import Crypter
from tests.support.engine.things import Thing, one_thing
from tests.support.engine.world import World, steps_of
from tests.support.pulumi_values import SALT

TYPE = "pulumi-python:dynamic/test:Thing"
PAIR = "a = Thing('a', color='red')\nb = Thing('b', color=a.made)\npulumi.export('made', b.made)\n"


def test_a_program_is_previewed_made_left_alone_and_destroyed(world: World) -> None:
    """The whole life of two resources: a preview makes nothing, an update makes them, the next has nothing to do."""
    world.program(PAIR)

    preview = world.engine().preview()
    assert preview.changes == {"create": 3}
    assert preview.outputs == {"made": "[unknown]"}
    assert [call["call"] for call in world.calls()] == ["configure", "check", "check"]
    assert not world.engine().state_file.exists()

    first = world.engine().up()
    assert first.changes == {"create": 3}
    assert first.outputs == {"made": "red!!"}
    assert [call["call"] for call in world.calls("create", "update", "delete")] == ["create", "create"]

    second = world.engine().up()
    assert second.changes == {"same": 3}
    assert not second.changed
    assert world.calls("create", "update", "delete") == []

    destroyed = world.engine().destroy()
    assert steps_of(destroyed.operations) == [("delete", "b"), ("delete", "a"), ("delete", "proj-dev")]
    assert world.state().get("resources") is None


def test_a_preview_names_changed_added_and_removed_inputs(world: World) -> None:
    """`diff` holds every changed input key with its sign, internal keys left out; `replaces` the keys that force it."""
    world.up("Thing('a', color='red', old=1, __inner='x', key='k')")
    world.program("Thing('a', color='blue', new=1, __inner='y', key='l')")

    operations = {operation.op: operation for operation in world.engine().preview().operations}

    assert operations["replace"].diff == ("+new", "-old", "~color", "~key")
    assert operations["replace"].replaces == ("key",)


def test_what_the_program_no_longer_declares_is_deleted_last_and_in_reverse_order(world: World) -> None:
    """Deletions come after everything else, dependents before what they depend on."""
    world.up("a = Thing('a')\nb = Thing('b', opts=Opts(parent=a))\nThing('c', color=b.made)")

    result = world.up("Thing('z')")

    assert [step for step in steps_of(result.operations) if step[0] != "same"] == [
        ("create", "z"), ("delete", "c"), ("delete", "b"), ("delete", "a"),
    ]  # fmt: skip


def test_four_provider_calls_are_made_at_once_and_no_more(world: World) -> None:
    """Of six slow creations four run together, the other two wait for a place."""
    world.program("for i in range(6): Thing(f't{i}', slow=0.4)")
    assert world.engine().up().ok

    running = highest = 0
    for call in world.calls("create", "created"):
        running += 1 if call["call"] == "create" else -1
        highest = max(highest, running)

    assert highest == 4


def test_after_a_failure_running_steps_end_and_no_new_one_begins(world: World) -> None:
    """One creation fails while another runs: that one is finished and recorded, those that wait for it never begin."""
    result = (
        world.program(
            "slow = Thing('slow', slow=2)\nThing('after', color=slow.made)\nThing('bad', slow=1, fail='create')"
        )
        .engine()
        .up()
    )

    assert not result.ok
    assert result.error == "bad: ValueError: no create today"
    assert [call["props"]["label"] for call in world.calls("create")].count("after") == 0
    assert world.resources()["slow"]["id"] == "slow-1"
    assert "pending_operations" not in world.state()


def test_what_a_failed_deletion_still_needs_is_not_deleted(world: World) -> None:
    """The deletion of a dependent fails: what it depends on stays, at the vendor's and in the state."""
    world.up("Thing('b', color=Thing('a').made, fail='delete')")
    world.calls()

    result = world.engine().destroy()

    assert result.error == "b: ValueError: no delete today"
    assert [call["id"] for call in world.calls("delete")] == ["b-1"]
    assert {"a", "b"} <= world.resources().keys()


def test_the_provider_is_not_started_where_no_call_is_needed(world: World) -> None:
    """A program of components only runs without a provider process."""
    world.up("Box('box')")

    assert world.calls() == []


def test_output_of_program_and_provider_is_told_live_and_kept(world: World) -> None:
    """Lines of both processes and log messages arrive as diagnostics, in the run and in the result."""
    world.program(
        "print('from the program')\na = Thing('a', noise=True)\npulumi.log.warn('careful', a)\npulumi.log.debug('hush')"
    )

    result = world.engine().up()

    told = {(one.severity, one.text, one.urn.rpartition("::")[2]) for one in result.diagnostics}
    assert told == {
        ("info", "from the program", ""), ("info", "creating a", ""), ("info", "on stderr", ""),
        ("warning", "careful", "a"),
    }  # fmt: skip
    assert {event for event in world.events if isinstance(event, Diagnostic)} == set(result.diagnostics)


def test_configured_secrets_are_hidden_in_output(world: World) -> None:
    """A secret configuration value that a program prints is shown as `[secret]`."""
    word = Crypter("", SALT).encrypt("hunter2")
    world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\nconfig:\n  proj:word:\n    secure: {word}\n")
    world.program("print('it is', pulumi.Config().require('word'))")

    assert world.engine().preview().text == "it is [secret]"


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("raise pulumi.RunError('no way')", "no way"),
        ("import sys; sys.exit(3)", "an unhandled error occurred: program exited with non-zero exit code: 3"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import nothing_of_the_kind", "ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
        (
            "Thing('a', color='bad')",
            f"a: {TYPE} resource 'a': property color value {{bad}} has a problem: must not be bad",
        ),
        ("Thing('a', shape='bad')", f"a: {TYPE} resource 'a' has a problem: has no shape"),
        ("Thing('a', die='create')", "a: the provider process ended before it answered: its own words above say why"),
    ],
)  # fmt: skip
def test_an_error_is_one_line(world: World, program: str, error: str) -> None:
    """Whatever goes wrong, `Result.error` says it in one line, and the run is not ok."""
    result = world.program(program).engine().up()

    assert not result.ok
    assert result.error == error


def test_a_traceback_shows_the_user_s_files_only(world: World) -> None:
    """An unhandled exception is shown from the program's own first line on."""
    result = world.program("def f():\n    return 1 / 0\nf()").engine().preview()

    assert result.text.startswith("Program failed with an unhandled exception:\nTraceback (most recent call last):\n")
    assert result.text.count("__main__.py") == 2
    assert "host.py" not in result.text
    assert "runpy" not in result.text


def test_every_check_failure_is_reported_with_the_value_of_the_property_that_it_names(world: World) -> None:
    """All failures of a resource appear together; as in the CLI, a secret stands there in clear."""
    result = world.program("Thing('a', color=pulumi.Output.secret('bad'), shape='bad')").engine().preview()

    errors = [one.text.partition("'a'")[2] for one in result.diagnostics if one.severity == "error"]
    assert errors == [
        ": property color value {&{{bad}}} has a problem: must not be bad",
        " has a problem: has no shape",
    ]


def test_outputs_hide_secrets_unless_asked(world: World) -> None:
    """Secret stack outputs are masked in `outputs`, in clear in `reveal()`, and ciphertext in the state file."""
    result = world.up(
        "a = Thing('a', color=pulumi.Output.secret('red'), mark=True)\n"
        "for name in ('made', 'token', 'color'): pulumi.export(name, getattr(a, name))"
    )

    assert result.outputs == {"token": "[secret]", "color": "[secret]", "made": "red!"}
    assert result.reveal() == {"token": "t0ken", "color": "red", "made": "red!"}
    assert world.engine().outputs() == result.outputs
    assert world.engine().outputs(show_secrets=True) == result.reveal()
    text = world.engine().state_file.read_text()
    assert "t0ken" not in text
    assert '"color": "red"' not in text


def test_an_input_that_becomes_secret_makes_the_output_secret_too(world: World) -> None:
    """Nothing is updated, because the value is the same; the state holds it encrypted from then on."""
    world.up("Thing('a', color='red')")

    assert world.up("Thing('a', color=pulumi.Output.secret('red'))").changed is False
    assert "ciphertext" in world.resources()["a"]["inputs"]["color"]
    assert "ciphertext" in world.resources()["a"]["outputs"]["color"]


def test_a_local_function_runs_in_this_process_with_settings_of_its_own(world: World) -> None:
    """A closure is a program too: it sees the test's variables, its `pulumi.Config`, and leaves no settings behind."""
    seen: list[Any] = []

    def program() -> None:
        seen.append((pulumi.get_stack(), pulumi.Config().require("word"), threading.current_thread().name))
        pulumi.export("made", Thing("a", color="red").made)

    before = pulumi.get_stack()
    result = world.engine(program=program, config={"word": "abc"}).up()

    assert result.ok, result.text
    assert result.outputs == {"made": "red!"}
    assert seen == [("dev", "abc", "program")]
    assert pulumi.get_stack() == before
    assert not world.engine(program=lambda: 1 / 0).preview().ok


def test_an_importable_function_and_an_import_path_run_in_a_child(world: World) -> None:
    """`module:name`, given as text or as the function itself, is imported by a fresh process."""
    for program in ("tests.support.engine.things:one_thing", one_thing):
        result = world.engine(program=program).up()
        assert result.ok, result.text
        assert result.outputs["pid"] != str(os.getpid())


def test_config_given_to_the_engine_lies_over_the_stack_s(world: World) -> None:
    """Values given in Python replace the file's; objects arrive as JSON text."""
    world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\nconfig:\n  proj:size: 1\n  proj:other: x\n")
    world.program("c = pulumi.Config()\npulumi.export('all', [c.get('size'), c.get('other'), c.get_object('tree')])")

    result = world.engine(config={"size": 2, "tree": {"b": [1, True]}}).preview()

    assert result.outputs == {"all": ["2", "x", {"b": [1, True]}]}


def test_a_lost_virtual_environment_means_the_running_interpreter(world: World) -> None:
    """`options.virtualenv` is used where it exists; a copy of a project without it runs with this interpreter."""
    world.write(
        "Pulumi.yaml", "name: proj\nruntime: {name: python, options: {virtualenv: .venv}}\nstackConfigDir: stacks\n"
    )
    assert world.engine().project.python == sys.executable

    (world.folder / ".venv").symlink_to(sys.prefix)
    assert world.engine().project.python == str(world.folder / ".venv" / "bin" / "python")
    world.program(
        "import os; pulumi.export('env', [os.environ['PULUMI_RUNTIME_VIRTUALENV'], os.environ['PATH'].split(':')[0]])"
    )
    assert world.engine().preview().outputs == {
        "env": [str(world.folder / ".venv"), str(world.folder / ".venv" / "bin")]
    }


def test_drift_is_shown_recorded_and_corrected(world: World) -> None:
    """A refresh names the drifted keys and records what it read; the next update corrects it, or makes it anew."""
    world.up("Thing('a', color='red')\nThing('b')\nThing('c')")
    world.change("a-1", color="green")
    world.change("b-1", gone=True)

    shown = world.engine().preview(refresh=True)
    found = world.engine().refresh()
    operations = {(one.op, one.name): one.diff for one in found.operations}

    assert {(one.op, one.name, one.diff) for one in shown.operations if one.op != "same"} == {
        ("refresh", "a", ("~color",)), ("refresh", "b", ()), ("update", "a", ("~color",)), ("create", "b", ()),
    }  # fmt: skip
    assert operations == {
        ("same", "proj-dev"): (),
        ("update", "a"): ("~color",),
        ("delete", "b"): (),
        ("same", "c"): (),
    }
    assert world.resources()["a"]["inputs"]["color"] == "green"
    assert world.up().changes == {"same": 2, "update": 1, "create": 1}
    assert world.thing("a-1")["color"] == "red"
    assert world.engine().refresh(preview=True).changed is False


def test_events_come_one_at_a_time_and_in_order(world: World) -> None:
    """Every step begins before it ends; the result is the last event."""
    result = world.program("for i in range(8): Thing(f't{i}', slow=0.01)").engine().up()

    steps = [(event.phase, event.resource.name) for event in world.events if isinstance(event, Step)]
    assert sorted(name for phase, name in steps if phase == "end") == sorted([*(f"t{i}" for i in range(8)), "proj-dev"])
    assert all(steps.index(("begin", name)) < steps.index(("end", name)) for _, name in steps)
    assert world.events[-1] is result


def test_the_stack_is_refused_to_a_second_run_that_names_the_first(world: World) -> None:
    """While an update runs, another one stops with one line and the pid; a preview may look at any time."""
    world.program("Thing('a', slow=2)")
    thread = threading.Thread(target=world.engine().up)
    thread.start()
    deadline = time.monotonic() + 20
    while not world.calls("create") and time.monotonic() < deadline:
        time.sleep(0.05)

    with pytest.raises(
        EngineError, match=rf"^the stack 'dev' is locked by another run \(process {os.getpid()}\): wait"
    ):
        world.engine().up()
    assert world.engine(on_event=None).destroy(preview=True).ok
    thread.join()
    assert world.engine().destroy().ok


def test_a_run_in_a_folder_without_a_project_says_so(tmp_path: Path) -> None:
    """The error names the missing file."""
    with pytest.raises(EngineError, match=r"no Pulumi\.yaml in "):
        Project.load(tmp_path)
