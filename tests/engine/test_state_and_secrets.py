from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulumi_messaging.testing import EngineError
from pulumi_messaging_engine.resources import Resource, dependents_of, in_order, layers
from pulumi_messaging_engine.secrets import Crypter, passphrase_of
from pulumi_messaging_engine.state import State, stored_salt
from pulumi_messaging_engine.values import Secret, equal
from tests.support.engine.world import World
from tests.support.pulumi_values import SALT


def _resource(name: str, *needs: str, **fields: object) -> Resource:
    return Resource(
        urn=f"urn:pulumi:s::p::t::{name}",
        type="t",
        dependencies=[f"urn:pulumi:s::p::t::{one}" for one in needs],
        **fields,
    )  # type: ignore[arg-type]


def test_a_value_encrypted_by_the_pulumi_cli_is_read() -> None:
    """Salt and ciphertext below were made by the CLI with the passphrase `pw`."""
    crypter = Crypter("pw", "v1:DfvvVAFu+KE=:v1:o8sG528LmUvdblUQ:FAsvH6Ey3BAHyKAZ6oPrp3tH+JgHCA==")

    assert crypter.decrypt("v1:RjV28xt9vDyQ8X3t:7JBTVXEqQg3O1FdSPjbXnNZNYPcK1BEApA==") == "se<&>cret"


def test_a_wrong_passphrase_is_one_line(world: World) -> None:
    """The error names the variables to set; nothing is run."""
    world.up("Thing('a', color=pulumi.Output.secret('x'))")
    world.environment["PULUMI_CONFIG_PASSPHRASE"] = "wrong"

    with pytest.raises(
        EngineError, match=r"^incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"
    ):
        world.engine().preview()


def test_the_passphrase_may_be_in_a_file(tmp_path: Path) -> None:
    """`PULUMI_CONFIG_PASSPHRASE_FILE` is used where the variable itself is not set; a missing file is an error."""
    (tmp_path / "secret").write_text("pw\n")

    assert passphrase_of({"PULUMI_CONFIG_PASSPHRASE_FILE": "secret"}, tmp_path) == "pw"
    assert passphrase_of({"PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": "secret"}, tmp_path) == ""
    assert passphrase_of({}, tmp_path) is None
    with pytest.raises(EngineError, match="PULUMI_CONFIG_PASSPHRASE_FILE cannot be read"):
        passphrase_of({"PULUMI_CONFIG_PASSPHRASE_FILE": "none"}, tmp_path)


def test_many_secrets_cost_one_derivation_of_the_key() -> None:
    """A thousand secrets are encrypted and read in less time than a second derivation would take."""
    crypter = Crypter("some other", None)
    crypter.encrypt("first")
    started = time.perf_counter()
    texts = [crypter.encrypt(str(number)) for number in range(1000)]
    again = Crypter("some other", crypter.salt)

    assert [again.decrypt(text) for text in texts] == [str(number) for number in range(1000)]
    assert time.perf_counter() - started < 0.3


def test_no_key_is_derived_where_nothing_is_secret(world: World) -> None:
    """A stack without secrets and without a salt gets none, and its state names no secrets provider."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.up("Thing('a')")

    assert "secrets_providers" not in world.state()


def test_a_stack_without_a_salt_keeps_one_of_its_own_in_its_state(world: World) -> None:
    """The salt is made with the first secret and used from then on; unchanged secrets keep their ciphertext."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.up("Thing('a', color=pulumi.Output.secret('red'))")
    first = world.state()
    world.up("Thing('a', color=pulumi.Output.secret('red'))\nThing('b')")
    second = world.state()

    assert first["secrets_providers"] == second["secrets_providers"]
    by_name = [{r["urn"].rpartition("::")[2]: r for r in state["resources"]} for state in (first, second)]
    assert by_name[0]["a"] == by_name[1]["a"]
    assert world.engine().export()["deployment"]["secrets_providers"]["type"] == "passphrase"


def test_a_missing_passphrase_is_the_empty_one_and_said_on_stderr(world: World) -> None:
    """The note is given once, in a process of its own so that this can be seen."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.program("Thing('a', color=pulumi.Output.secret('red'))")
    del world.environment["PULUMI_CONFIG_PASSPHRASE"]
    code = f"import os; os.environ.pop('PULUMI_CONFIG_PASSPHRASE', None); os.environ.update({world.environment!r})\n"
    code += "from pulumi_messaging.testing import Engine, Project\n"
    code += f"engine = Engine(Project.load({str(world.folder)!r}), 'dev'); print(engine.up().ok, engine.up().ok)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert answer.stdout == "True True\n"
    assert answer.stderr.count("no PULUMI_CONFIG_PASSPHRASE is set") == 1


def test_the_journal_replays_to_what_was_recorded(tmp_path: Path) -> None:
    """A state whose process is gone before it could save is read back from its journal, secrets and salt included."""
    state = State(tmp_path / "dev.json", Crypter("", None))
    state.open_journal()
    state.begin("creating", _resource("a"))
    state.commit(
        put=[_resource("a", inputs={"pw": Secret({"x": [1, 2.5, None]})}, id="1")], end="urn:pulumi:s::p::t::a"
    )
    state.begin("updating", _resource("b"))
    state.commit(put=[_resource("c")])
    state.commit(drop=["urn:pulumi:s::p::t::c"])
    state.close()

    salt = stored_salt(tmp_path / "dev.json")
    again = State(tmp_path / "dev.json", Crypter("", salt))

    assert salt is not None
    assert list(again.resources) == ["urn:pulumi:s::p::t::a"]
    assert equal(again.resources["urn:pulumi:s::p::t::a"].inputs, {"pw": Secret({"x": [1, 2.5, None]})})
    assert [(item.kind, item.resource.name) for item in again.undecided] == [("updating", "b")]


def test_a_step_costs_the_same_in_a_stack_of_any_size(tmp_path: Path) -> None:
    """What a step writes does not grow with the number of resources."""
    sizes = []
    for count in (10, 1000):
        state = State(tmp_path / f"{count}.json", Crypter("", None))
        state.open_journal()
        state.commit(put=[_resource(f"r{number}") for number in range(count)])
        before = state.journal_path.stat().st_size
        state.begin("creating", _resource("x"))
        state.commit(put=[_resource("x")], end="urn:pulumi:s::p::t::x")
        sizes.append(state.journal_path.stat().st_size - before)
        state.save()

    assert sizes[0] == sizes[1]


def test_the_checkpoint_is_replaced_whole_and_the_journal_removed(tmp_path: Path) -> None:
    """After saving there is one file, readable on its own."""
    state = State(tmp_path / "dev.json", Crypter("", None))
    state.open_journal()
    state.commit(put=[_resource("a", id="1", custom=True)])
    state.save()

    assert [path.name for path in tmp_path.iterdir()] == ["dev.json"]
    assert json.loads(state.path.read_text())["version"] == 3
    assert State(state.path, Crypter("", None)).resources.keys() == state.resources.keys()


def test_a_file_that_is_no_deployment_is_an_error(tmp_path: Path) -> None:
    """Nothing is overwritten that is not ours."""
    (tmp_path / "dev.json").write_text("[]")

    with pytest.raises(EngineError, match=r"^dev\.json is not a Pulumi deployment: restore it"):
        State(tmp_path / "dev.json", Crypter("", None))


def test_resources_stand_after_what_they_need() -> None:
    """Whatever the order they were made in, every resource follows what it needs; those to be deleted come last."""
    a, b, c, d = _resource("a"), _resource("b", "a"), _resource("c", "b"), _resource("d", "a", "c")
    old = _resource("b", "a", delete=True, id="9")

    assert [one.name for one in in_order([old, d, c, b, a])] == ["a", "b", "c", "d", "b"]
    assert [one.name for one in dependents_of(b, [d, c, b, a, old])] == ["c", "d"]
    assert [sorted(one.name for one in layer) for layer in layers([a, b, c, d, _resource("e")])] == [
        ["d", "e"],
        ["c"],
        ["b"],
        ["a"],
    ]


def test_a_long_chain_needs_no_recursion() -> None:
    """Five thousand resources, each needing the one before, are put in order."""
    chain = [_resource(f"r{number}", *([f"r{number - 1}"] if number else [])) for number in range(5000)]

    assert [one.name for one in in_order(reversed(chain))] == [f"r{number}" for number in range(5000)]


def test_the_salt_of_the_tests_belongs_to_the_empty_passphrase() -> None:
    """What every other test relies on."""
    assert Crypter("", SALT).decrypt(Crypter("", SALT).encrypt("x")) == "x"
