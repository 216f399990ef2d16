from __future__ import annotations

import pytest

from pulumi_messaging.testing import EngineError, Project
from pulumi_messaging_engine.secrets import Crypter
from tests.support.engine.world import World
from tests.support.pulumi_values import SALT


def _config(world: World, text: str, **overrides: object) -> dict[str, tuple[str, bool]]:
    world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\nconfig:\n{text}")
    resolved = Project.load(world.folder).stack_settings("dev").resolve(Crypter("", SALT), overrides)
    return {key: (value.text, value.secret) for key, value in resolved.items()}


def test_values_are_text_as_the_cli_makes_it(world: World) -> None:
    """Numbers and booleans become text, objects sorted JSON; `yes`, dates and times stay; keys are completed."""
    text = """  a: 1
  b: true
  c: yes
  d: 2026-11-22
  e: 1:30
  f: +15550100001
  g: 1.50
  h: "007"
  other:i: {z: 1, a: [x, <&>], n: null, t: 2026-11-22}
  j: {}
  k: ""
  l: 1e3
"""
    assert _config(world, text) == {
        "other:i": ('{"a":["x","\\u003c\\u0026\\u003e"],"n":null,"t":"2026-11-22","z":1}', False),
        "proj:a": ("1", False), "proj:b": ("true", False), "proj:c": ("yes", False), "proj:d": ("2026-11-22", False),
        "proj:e": ("1:30", False), "proj:f": ("15550100001", False), "proj:g": ("1.5", False), "proj:h": ("007", False),
        "proj:j": ("{}", False), "proj:k": ("", False), "proj:l": ("1000", False),
    }  # fmt: skip


def test_secure_values_are_decrypted_also_inside_objects(world: World) -> None:
    """A value with a secure part is secret as a whole."""
    sealed = Crypter("", SALT).encrypt("s3cret")

    assert _config(
        world, f"  a:\n    secure: {sealed}\n  b:\n    user: x\n    password:\n      secure: {sealed}\n"
    ) == {
        "proj:a": ("s3cret", True),
        "proj:b": ('{"password":"s3cret","user":"x"}', True),
    }


def test_a_broken_secure_value_names_file_and_key(world: World) -> None:
    """The error says which value of which file cannot be read."""
    with pytest.raises(EngineError, match=r"^Pulumi\.dev\.yaml: proj:a: a secret is not of the form"):
        _config(world, "  proj:a:\n    secure: nonsense\n")


def test_the_project_s_defaults_and_declarations_hold(world: World) -> None:
    """Defaults fill in what the stack leaves out; what is declared without one must be set, in the declared type."""
    world.write(
        "Pulumi.yaml",
        """
        name: proj
        runtime: python
        stackConfigDir: stacks
        config:
          plain: hello
          number: {type: integer, default: 4}
          vendor:list: {value: [1, 2]}
          needed: {type: boolean, description: must be set}
          ports: {type: array, items: {type: integer}, default: [1, 2]}
        """,
    )

    assert _config(world, "  needed: true\n  plain: other\n") == {
        "proj:needed": ("true", False), "proj:number": ("4", False), "proj:plain": ("other", False),
        "proj:ports": ("[1,2]", False), "vendor:list": ("[1,2]", False),
    }  # fmt: skip
    with pytest.raises(EngineError, match=r"missing configuration values that Pulumi\.yaml requires: 'needed'"):
        _config(world, "  plain: x\n")
    with pytest.raises(EngineError, match="needed must be of type boolean"):
        _config(world, "  needed: perhaps\n")
    with pytest.raises(EngineError, match="number must be of type integer"):
        _config(world, "  needed: true\n  number: four\n")
    with pytest.raises(EngineError, match="ports must be of type array"):
        _config(world, "  needed: true\n  ports: [x]\n")


@pytest.mark.parametrize(
    "declared", ["{type: integer, default: x}", "{type: array, items: {type: string}, value: [1]}"]
)
def test_a_default_has_the_declared_type(world: World, declared: str) -> None:
    """A project that contradicts itself is refused, as by the Pulumi CLI."""
    world.write("Pulumi.yaml", f"name: proj\nruntime: python\nstackConfigDir: stacks\nconfig: {{a: {declared}}}\n")

    with pytest.raises(EngineError, match=r"^Pulumi\.yaml: config\.a: the default must be of type (integer|array)$"):
        _config(world, "  b: 1\n")


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("Pulumi.yaml", "name: [", r"^Pulumi\.yaml cannot be read: while parsing"),
        ("Pulumi.yaml", "- a", r"^Pulumi\.yaml does not hold keys and values"),
        ("Pulumi.yaml", "runtime: python", r"^Pulumi\.yaml names no project"),
        ("stacks/Pulumi.dev.yaml", "config: {a: ", r"^Pulumi\.dev\.yaml cannot be read: "),
    ],
)
def test_a_broken_file_is_one_line(world: World, name: str, text: str, error: str) -> None:
    """The error names the file and the place."""
    world.write(name, text)

    with pytest.raises(EngineError, match=error) as caught:
        Project.load(world.folder).stack_settings("dev")
    assert "\n" not in str(caught.value)


def test_a_stack_without_a_file_has_no_configuration(world: World) -> None:
    """`Pulumi.<stack>.yaml` need not exist."""
    assert Project.load(world.folder).stack_settings("none").resolve(Crypter("", None)) == {}


@pytest.mark.parametrize("suffix", [".yml", ".json"])
def test_a_stack_file_has_the_suffix_of_the_project_file(world: World, suffix: str) -> None:
    """As for the Pulumi CLI: the settings of such a stack are not left out."""
    (world.folder / "Pulumi.yaml").unlink()
    world.write(f"Pulumi{suffix}", '{"name": "proj", "runtime": "python"}')
    world.write(f"Pulumi.dev{suffix}", '{"config": {"telegent:baseUrl": "emulator"}}')

    engine = world.engine()

    engine.ensure()
    assert engine.configuration() == {"telegent:baseUrl": "emulator"}
