from __future__ import annotations

import pytest
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from pulumi_messaging.testing import Engine, EngineError, Project
from tests.support.engine.world import World, urn

NEW = "Thing('b', color=Thing('n').made)"
TWO = "a = Thing('a', key='1')\nb = Thing('b', color=a.made)"


def _calls(world: World, label: str) -> list[tuple[str, bool]]:
    """The calls for a thing, each with whether it had old values."""
    calls = world.calls()
    return [
        (call["call"], bool(call.get("olds") or call.get("id")))
        for call in calls
        if label in {(call.get("news") or call.get("props") or {}).get("label"), str(call.get("id"))[:1]}
        and call["call"] != "created"
    ]


@pytest.mark.parametrize("name", ["a", urn("a"), "**::a", "urn:pulumi:*::proj::**::a"])
def test_a_replaced_resource_is_checked_as_a_new_one_and_not_compared(world: World, name: str) -> None:
    """`replace` and a taint give the provider no old values before the create; the old object is deleted last."""
    world.up(TWO)
    forced = [("check", False), ("create", False), ("delete", True)]
    world.calls()

    result = world.up(replace=[name])
    assert result.changes == {"same": 2, "replace": 1}
    assert _calls(world, "a") == forced

    world.engine().taint(name)
    assert world.resources()["a"]["taint"] is True
    result = world.up()
    assert _calls(world, "a") == forced
    assert [one.diff for one in result.operations if one.op == "replace"] == [("~taint",)]
    assert "taint" not in world.resources()["a"]


def test_a_changed_trigger_replaces(world: World) -> None:
    """The trigger is recorded; the first one and its removal replace nothing, a secret one is encrypted."""
    program = "Thing('a', opts=Opts(replacement_trigger={}))".format
    secret = "pulumi.Output.secret('{}')".format
    assert world.up("Thing('a')").changes == {"create": 2}
    assert world.up(program(secret("x"))).changed is False
    assert world.up(program(secret("x"))).changed is False
    assert "ciphertext" in world.resources()["a"]["replacementTrigger"]
    world.calls()

    assert world.up(program(secret("y"))).changes == {"same": 1, "replace": 1}
    assert _calls(world, "a") == [("check", True), ("check", False), ("create", False), ("delete", True)]
    assert world.up(program("0")).changes == {"same": 1, "replace": 1}
    assert world.resources()["a"]["replacementTrigger"] == 0
    assert world.up("Thing('a')").changed is False


def test_a_run_touches_its_targets_only(world: World) -> None:
    """Other resources get no call and keep their state; a new one is skipped, its outputs unknown."""
    world.up("Thing('a', color='red')\nThing('b', color='red')\nThing('gone')")
    world.calls()

    world.program("Thing('a', color='blue')\nThing('b', color='blue')\npulumi.export('n', Thing('n').made)")
    result = world.up(targets=["b"])

    assert {call["call"]: call["id"] for call in world.calls("update", "create", "delete")} == {"update": "b-1"}
    assert result.changes == {"same": 4, "update": 1}
    assert result.outputs == {"n": "[unknown]"}
    assert world.resources()["a"]["inputs"]["color"] == "red"
    assert "n" not in world.resources()
    assert world.engine().refresh(targets=["a"]).ok
    assert [call["id"] for call in world.calls("read")] == ["a-1"]


@pytest.mark.parametrize(
    ("action", "options", "program", "error"),
    [
        ("up", {"targets": ["nix"]}, TWO, "Target 'nix' could not be found in the stack."),
        ("up", {"replace": ["nix"]}, TWO, "Target 'nix' could not be found in the stack."),
        ("up", {"targets": ["b"]}, NEW, f"b: Resource '{urn('b')}' depends on '{urn('n')}' which was not specified"),
        ("up", {"targets": ["a"]}, "pass", f"b: Resource '{urn('b')}' will be destroyed but was not specified"),
        ("destroy", {"targets": ["a"]}, TWO, f"b: Resource '{urn('b')}' will be destroyed but was not specified"),
    ],
)  # fmt: skip
def test_impossible_targets_are_refused(
    world: World, action: str, options: dict[str, list[str]], program: str, error: str
) -> None:
    """A name that nothing has, and a resource that would be left without another one: nothing is changed."""
    world.up(TWO)
    before = world.resources()
    world.calls()

    result = getattr(world.program(program).engine(), action)(**options)

    assert result.error is not None
    assert result.error.startswith(error)
    assert world.calls("create", "update", "delete") == []
    assert world.resources() == before


def test_names_are_refused_before_a_run_that_needs_no_program(world: World) -> None:
    """A refresh, a destroy and a taint start with a name that the state has."""
    world.up(TWO)

    for action in ("refresh", "destroy"):
        with pytest.raises(EngineError, match=r"^no resource named 'nix' found$"):
            getattr(world.engine(), action)(targets=["nix"])
    with pytest.raises(EngineError, match=r"^cannot taint 'nix': no resource of the stack has it; give the URN of one"):
        world.engine().taint("nix")
    with pytest.raises(EngineError, match=r"^cannot taint '\*\*': urn.*::a, urn.*::b; give the URN of one resource$"):
        world.engine().taint("**")


def test_a_refresh_with_the_program_reads_what_the_program_declares_in_its_order(world: World) -> None:
    """Each resource is read when it is declared, and then checked; what is gone is created in the same run."""
    world.up(TWO)
    world.change("a-1", gone=True)
    world.calls()

    result = world.up(refresh=True, run_program=True)

    assert result.changes == {"same": 2, "create": 1}
    calls = [(call["call"], call.get("id")) for call in world.calls() if call["call"] not in {"configure", "created"}]
    assert calls == [
        ("read", "a-1"), ("check", None), ("create", None),
        ("read", "b-1"), ("diff", "b-1"), ("check", None), ("diff", "b-1"),
    ]  # fmt: skip


def test_a_refresh_and_a_destroy_with_the_program_use_its_configuration_and_options(world: World) -> None:
    """Without it they use what the state records: an old configuration, and a protection that was removed."""
    world.program("Thing('a', opts=Opts(protect=pulumi.Config().require_bool('hold')))")
    assert world.engine(config={"hold": True, "size": 1}).up().ok
    later = world.engine(config={"hold": False, "size": 2})
    world.calls()

    assert later.refresh().ok
    assert not later.destroy().ok
    assert [call["size"] for call in world.calls("configure")] == ["1"]
    assert later.refresh(run_program=True).ok
    assert later.refresh().ok
    assert later.destroy(run_program=True).ok
    assert [call["size"] for call in world.calls("configure")] == ["2", "2", "2"]
    assert world.resources() == {}


def test_a_project_that_always_refreshes_is_refreshed(world: World) -> None:
    """`options.refresh: always` of Pulumi.yaml holds as with the Pulumi CLI, also for a destroy with the program."""
    world.up("Thing('a')")
    world.write("Pulumi.yaml", "name: proj\nruntime: python\nstackConfigDir: stacks\noptions: {refresh: always}\n")
    world.calls()

    assert world.engine().destroy(run_program=True).ok

    assert [call["call"] for call in world.calls("read", "delete")] == ["read", "delete"]


def test_an_update_that_failed_in_part_keeps_its_old_inputs(world: World) -> None:
    """The outputs are the new ones, and the next update goes on."""
    world.up("Thing('a', color='red')")
    assert not world.program("Thing('a', color='blue', half='update')").engine().up().ok

    assert world.resources()["a"]["inputs"]["color"] == "red"
    assert world.resources()["a"]["outputs"]["color"] == "blue"
    assert world.up("Thing('a', color='blue', size=2)").changes == {"same": 1, "update": 1}


def test_a_replacement_that_failed_in_part_leaves_the_old_object_for_deletion(world: World) -> None:
    """The state holds both until an update has finished the new one."""
    world.up("Thing('a', key='1', first=False)")
    assert not world.program("Thing('a', key='2', first=False, half='create')").engine().up().ok
    records = [each for each in world.state()["resources"] if each["urn"] == urn("a")]
    assert {each["id"]: each.get("delete", False) for each in records} == {"a-1": True, "a-2": False}
    world.calls()

    world.up("Thing('a', key='2', first=False)")
    assert [call["id"] for call in world.calls("update", "delete")] == ["a-2", "a-1"]


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy", "state taint a"])
def test_the_command_refuses_a_stack_that_is_not_there(
    world: World, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A mistyped name has neither a file nor a state; nothing is run or written."""
    monkeypatch.chdir(world.program("raise SystemExit(3)").folder)
    world.write(".pulumi-local/proj/old.json", "{}")

    done = CliRunner().invoke(app, ["local", *command.split(), "-s", "prd"])

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "error: no stack 'prd': it has neither a file Pulumi.prd.yaml nor a state; there are: dev, old; "
        "--create makes it\n"
    )
    assert not (world.folder / ".pulumi-local" / ".gitignore").exists()


def test_a_stack_is_made_on_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards it is there by its state, or by the journal of a killed run; Pulumi would not take other names."""
    monkeypatch.chdir(world.program("pass").folder)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)

    assert CliRunner().invoke(app, ["local", "up", "-s", "new", "--create"]).exit_code == 0
    engine = Engine(Project.load(world.folder), "new")
    engine.ensure()
    engine.state_file.rename(engine.state_file.with_suffix(".journal"))  # as a killed run leaves it
    engine.ensure()
    for wrong in ("../new", "a b", ""):
        with pytest.raises(EngineError, match=r"^the name of a stack has up to 100 letters, digits"):
            Engine(Project.load(world.folder), wrong).ensure(create=True)
        with pytest.raises(EngineError, match=r"^the name of a stack has up to 100 letters, digits"):
            Engine(Project.load(world.folder), wrong).ensure()


def test_the_command_takes_the_options(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags have the names that the Pulumi CLI gives them."""
    world.program(TWO)
    monkeypatch.chdir(world.folder)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["local", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    run("up")
    assert "    +-1 to replace\n" in run("preview", "--replace", "a", "--target", urn("a"))
    assert run("state", "taint", "a") == "a is replaced by the next update\n"
    assert "    +-1 replaced\n" in run("up", "--refresh", "--run-program")
    assert "Refreshing (dev):\n" in run("refresh", "--run-program", "--target", "b")
    assert "    - 1 deleted\n" in run("destroy", "--run-program", "--target", "b")
