"""A malformed project, settings or state file is one line with the file and the field, and no value."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_messaging.testing import Engine, EngineError, Project
from pulumi_messaging_engine.secrets import Crypter
from pulumi_messaging_engine.state import State, stored_salt
from tests.support.engine.world import World
from tests.support.pulumi_values import SALT, SECRET

PROJECT = {"name": "proj", "runtime": {"name": "python", "options": {"virtualenv": "venv"}}, "stackConfigDir": "stacks"}
URN = "urn:pulumi:dev::proj::pulumi-python:dynamic/test:Thing::a"
RESOURCE = {"urn": URN, "custom": True, "id": "a-1", "type": "pulumi-python:dynamic/test:Thing", "inputs": {"size": 1}}
RECORD = "; restore it from a copy, or from `pulumi stack export`"


def fails_with(action: Any, error: str) -> None:
    """The action raises an EngineError whose text is this line."""
    with pytest.raises(EngineError) as caught:
        action()
    assert str(caught.value) == error
    assert "\n" not in error


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": 5}, "name: Input should be a valid string"),
        *(
            ({"name": name}, "name: String should match pattern '^[A-Za-z0-9_.-]{1,100}$'")
            for name in ("../other", "a\nb", "a::b", "x" * 101)
        ),
        ({"runtime": None}, "runtime: Input should be an object"),
        ({"runtime": ["python"]}, "runtime: Input should be an object"),
        ({"runtime": {}}, "runtime.name: Field required"),
        ({"runtime": {"name": 3}}, "runtime.name: Input should be a valid string"),
        ({"runtime": {"name": "python", "options": "x"}}, "runtime.options: Input should be an object"),
        ({"runtime": {"name": "python", "options": {"virtualenv": 1}}}, "runtime.options.virtualenv: Input should be"),
        ({"stackConfigDir": ["x"]}, "stackConfigDir: Input should be a valid string"),
        ({"options": {"refresh": "never"}}, "options.refresh: Input should be 'always'"),
        ({"config": [1]}, "config: Input should be a valid dictionary"),
        ({"config": {"size": {"items": "string"}}}, "config.size: items: Input should be an object"),
        ({"config": {"size": {"type": "number"}}}, "config.size: type: Input should be 'string', 'integer', 'boolean'"),
        ({"config": {"size": {"secret": "yes"}}}, "config.size: secret: Input should be a valid boolean"),
        ({"config": {"size": {"description": 1}}}, "config.size: description: Input should be a valid string"),
    ],
)
def test_a_project_file_of_wrong_types(world: World, change: dict[str, Any], error: str) -> None:
    """The error names `Pulumi.yaml` and the path of the field."""
    world.write("Pulumi.yaml", json.dumps({**PROJECT, **change}))

    with pytest.raises(EngineError) as caught:
        Project.load(world.folder)
    assert str(caught.value).startswith(f"Pulumi.yaml: {error}")


def test_a_project_file_without_a_runtime(world: World) -> None:
    """The error names the missing field."""
    world.write("Pulumi.yaml", "name: proj\n")

    fails_with(lambda: Project.load(world.folder), "Pulumi.yaml: runtime: Field required")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("config: 5", "config: Input should be a valid dictionary"),
        ("config: [a]", "config: Input should be a valid dictionary"),
        ("encryptionsalt: 5", "encryptionsalt: Input should be a valid string"),
        *(
            (f"encryptionsalt: '{salt}'", ("encryptionsalt: the stack's encryptionsalt is not of the form "
             "v1:<salt>:<check>: restore the line as it was"))
            for salt in ("", "nonsense", "v1:abc", "v1:!!:v1:a:b", "v2" + SALT[2:], SALT.rpartition(":")[0])
        ),
        ("config: {a: !!timestamp 2026-01-01}", "config.a: input was not a valid JSON value"),
        ("config: {a: {b: [!!binary aGk=]}}", "config.a.dict.b.list.0: input was not a valid JSON value"),
    ],
)  # fmt: skip
def test_a_settings_file_of_wrong_types(world: World, text: str, error: str) -> None:
    """The error names `Pulumi.<stack>.yaml` and the path of the field."""
    world.write("stacks/Pulumi.dev.yaml", text)

    fails_with(lambda: Project.load(world.folder).stack_settings("dev"), f"Pulumi.dev.yaml: {error}")


@pytest.mark.parametrize("name", ["Pulumi.yaml", "stacks/Pulumi.dev.yaml"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"a: [", "while parsing a flow node expected the node content, but found '<stream end>' (line 1, column 5)"),
        (b"a: {b: 'secret}", "while scanning a quoted scalar found unexpected end of stream (line 1, column 16)"),
        (b"name: a\nname: b", "duplicate key 'name' (line 2, column 1)"),
        (b"config: {a: {b: 1, b: 2}}", "duplicate key 'b' (line 1, column 20)"),
        (b"? [a]\n: b", "a key is not text (line 1, column 3)"),
        (b"a: &a [*a]", "found unconstructable recursive node (line 1, column 4)"),
        (b"a: *b", "found undefined alias 'b' (line 1, column 4)"),
        (b"a: 1\n---\nb: 2", "expected a single document in the stream but found another document (line 2, column 1)"),
        (b"a: !!python/object:os.system x", ("could not determine a constructor for the tag "
         "'tag:yaml.org,2002:python/object:os.system' (line 1, column 4)")),
        *(
            (b"a: " + value, "it is not YAML that Pulumi reads")
            for value in (
                b"!!int x", b"!!int ''", b"!!float ''", b"!!bool x", b"!!timestamp x", b'"\\Uffffffff"',
                b"0x" + b"f" * 5000,
            )
        ),
        (b"a: \x00", "it is not YAML that Pulumi reads"),
        (b"a: " + b"[" * 5000, "it is not YAML that Pulumi reads"),
        (b'a: "\\ud800\\udc00"', "it is not YAML that Pulumi reads"),
        (b"name: caf\xe9", "it is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_yaml(world: World, name: str, content: bytes, error: str) -> None:
    """The error names the file and the place; the line itself, which may hold a secret, is not quoted."""
    (world.folder / name).write_bytes(content)

    fails_with(lambda: Project.load(world.folder).stack_settings("dev"), f"{Path(name).name} cannot be read: {error}")


def test_numbers_with_leading_zeros_are_read_as_go_does(world: World) -> None:
    """`08` is no octal number: it is eight, as for the Pulumi CLI."""
    world.write("stacks/Pulumi.dev.yaml", "config: {a: 08, b: 010, c: 0o10, d: 1_000, e: 0x1F, 5: x}\n")

    values = Project.load(world.folder).stack_settings("dev").resolve(Crypter("", None))

    assert [value.text for value in values.values()] == ["x", "8", "8", "8", "1000", "31"]


@pytest.mark.parametrize("name", ["Pulumi.yaml", "stacks/Pulumi.dev.yaml", ".pulumi-local/proj/dev.json"])
def test_a_folder_in_place_of_a_file(world: World, name: str) -> None:
    """A folder is not taken for a missing file."""
    (world.folder / name).unlink(missing_ok=True)
    (world.folder / name).mkdir(parents=True)

    fails_with(lambda: world.engine().outputs(), f"{Path(name).name} cannot be read: Is a directory")


def test_a_folder_name_that_is_too_long(world: World) -> None:
    """The operating system refuses it; the error names the file that was looked for in that folder."""
    world.write("Pulumi.yaml", json.dumps({**PROJECT, "stackConfigDir": "x" * 300}))

    error = "Pulumi.dev.yaml cannot be read: File name too long"
    fails_with(lambda: Project.load(world.folder).stack_settings("dev"), error)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_virtual_environment_that_no_folder_can_be(world: World, name: str) -> None:
    """It does not exist, so the running interpreter is taken."""
    world.write("Pulumi.yaml", json.dumps({**PROJECT, "runtime": {"name": "python", "options": {"virtualenv": name}}}))

    assert Project.load(world.folder).python == sys.executable


def test_a_stack_name_that_is_too_long(world: World) -> None:
    """Neither its settings nor its state can exist."""
    with pytest.raises(EngineError, match="cannot be read: File name too long"):
        Engine(Project.load(world.folder), "x" * 300).preview()


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (".pulumi-local", "File exists"),
        (".pulumi-local/proj/dev.lock/x", "Is a directory"),
        (".pulumi-local/proj/dev.pid/x", "Is a directory"),
    ],
)
def test_a_state_folder_that_cannot_be_written(world: World, place: str, error: str) -> None:
    """The error names the state file, its folder and the reason of the operating system."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.write(place, "")
    folder = world.folder / ".pulumi-local/proj"

    with pytest.raises(EngineError, match=rf"^dev\.json cannot be written in {folder}: ({error}|Not a directory)$"):
        world.engine().refresh()


def test_a_state_that_cannot_be_written_at_the_end(world: World) -> None:
    """The journal keeps the run."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.write(".pulumi-local/proj/dev.json.tmp/x", "")

    fails_with(
        lambda: world.engine().refresh(),
        f"dev.json cannot be written in {world.folder / '.pulumi-local/proj'}: Is a directory; "
        "dev.journal keeps the run: put that right and run again",
    )
    assert (world.folder / ".pulumi-local/proj/dev.journal").exists()


def test_a_configuration_that_is_too_large_for_the_system(world: World) -> None:
    """A process cannot be started with it, by the Pulumi CLI neither."""
    world.write("stacks/Pulumi.dev.yaml", f"config:\n  a: {'x' * 200_000}\n")

    fails_with(
        lambda: world.engine().preview(),
        "the program cannot be started with the stack's configuration: Argument list too long",
    )


def test_a_file_that_may_not_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the reason of the operating system."""

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)

    fails_with(lambda: Project.load(world.folder), "Pulumi.yaml cannot be read: Permission denied")


@pytest.mark.parametrize(
    ("deployment", "error"),
    [
        (5, "deployment: Input should be an object"),
        ({"resources": {}}, "deployment.resources: Input should be a valid array"),
        ({"resources": [5]}, "deployment.resources.0: Input should be an object"),
        ({"resources": [{"urn": URN}]}, "deployment.resources.0.type: Field required"),
        ({"resources": [{"type": "t"}]}, "deployment.resources.0.urn: Field required"),
        *(
            ({"resources": [RESOURCE, {**RESOURCE, "urn": f"{URN}b", key: value}]}, f"deployment.resources.1.{error}")
            for key, value, error in (
                ("urn", "nonsense", "urn: String should match pattern '(?s)^urn:pulumi:[^:]+::[^:]+::.+::.+$'"),
                ("type", 5, "type: Input should be a valid string"),
                ("custom", "yes", "custom: Input should be a valid boolean"),
                ("id", 5, "id: Input should be a valid string"),
                ("inputs", [], "inputs: Input should be an object"),
                ("outputs", {"a": SECRET},
                 "outputs: a secret holds no JSON, encrypted or in clear"),
                *(
                    ("outputs", {"a": {**SECRET, "plaintext": plaintext}},
                     "outputs: a secret holds no JSON, encrypted or in clear")
                    for plaintext in ('"\\ud800"', "[" * 100_000)
                ),
                ("inputs", {"a": [10**400]}, "inputs: a number is out of range"),
                ("propertyDependencies", {"a\nb": 5}, "propertyDependencies.a b: Input should be a valid array"),
                ("outputs", {"a": {**SECRET, "plaintext": "hush"}},
                 "outputs: a secret holds no JSON, encrypted or in clear"),
                ("outputs", {"a": {**SECRET, "ciphertext": "x"}},
                 ("outputs: a secret is not of the form v1:<nonce>:<ciphertext>, as Pulumi's passphrase secrets are: "
                 "set it again")),
                ("dependencies", "x", "dependencies: Input should be a valid array"),
                ("dependencies", [5], "dependencies.0: Input should be a valid string"),
                ("propertyDependencies", {"a": "b"}, "propertyDependencies.a: Input should be a valid array"),
                ("protect", 1, "protect: Input should be a valid boolean"),
                ("initErrors", [None], "initErrors.0: Input should be a valid string"),
            )
        ),
        ({"resources": [RESOURCE, RESOURCE]}, f"the resource {URN} occurs twice"),
        ({"pending_operations": [{"type": "creating"}]}, "deployment.pending_operations.0.resource: Field required"),
        ({"pending_operations": [{"resource": RESOURCE}]}, "deployment.pending_operations.0.type: Field required"),
        ({"secrets_providers": []}, "deployment.secrets_providers: Input should be an object"),
        ({"secrets_providers": {"type": "passphrase", "state": {"salt": 5}}},
         "deployment.secrets_providers.state.salt: Input should be a valid string"),
        ({"secrets_providers": {"type": "passphrase", "state": {"salt": "v1:x"}}},
         ("deployment.secrets_providers.state.salt: the stack's encryptionsalt is not of the form v1:<salt>:<check>: "
         "restore the line as it was")),
    ],
)  # fmt: skip
def test_a_state_of_wrong_types(world: World, deployment: Any, error: str) -> None:
    """The error names the state file and the path of the field, and says how to restore the file."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n" if "encryptionsalt" in error else f"encryptionsalt: {SALT}\n")
    world.write(".pulumi-local/proj/dev.json", json.dumps({"version": 3, "deployment": deployment}))

    fails_with(lambda: world.engine().outputs(), f"dev.json: {error}{RECORD}")


def test_properties_with_the_signature_of_a_secret(world: World) -> None:
    """Only a value can be a secret, not all properties of a resource, as for the Pulumi CLI."""
    stack = {"urn": "urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev", "type": "pulumi:pulumi:Stack"}
    world.write("stacks/Pulumi.dev.yaml", f"encryptionsalt: {SALT}\n")
    resources = [{**stack, "outputs": {**SECRET, "plaintext": "[1]"}}]
    world.write(".pulumi-local/proj/dev.json", json.dumps({"deployment": {"resources": resources}}))

    assert world.engine().outputs() == {**SECRET, "plaintext": "[1]"}


@pytest.mark.parametrize("text", ["", "[]", "null", "hello"])
def test_a_state_that_is_no_object(world: World, text: str) -> None:
    """A file of something else is not a deployment."""
    world.write(".pulumi-local/proj/dev.json", text)

    fails_with(lambda: world.engine().outputs(), f"dev.json is not a Pulumi deployment{RECORD.replace(';', ':')}")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "Invalid JSON: EOF while parsing an object at line 1 column 1"),
        ("{}", "deployment: Field required"),
        ("{} {}", "Invalid JSON: trailing characters at line 1 column 4"),
    ],
)
def test_a_state_that_is_not_json(world: World, text: str, error: str) -> None:
    """The error names the place."""
    world.write(".pulumi-local/proj/dev.json", text)

    fails_with(lambda: world.engine().outputs(), f"dev.json: {error}{RECORD}")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nonsense", "Invalid JSON: expected ident at line 1 column 2"),
        ("[]", "Input should be an object"),
        ('{"put": [{"type": "t"}]}', "put.0.urn: Field required"),
        ('{"began": [["creating"]]}', "began.0.1: Field required"),
        ('{"dropped": "x"}', "dropped: Input should be a valid array"),
        ('{"salt": "x"}', ("salt: the stack's encryptionsalt is not of the form v1:<salt>:<check>: restore the line as "
         "it was")),
    ],
)  # fmt: skip
def test_a_malformed_journal(world: World, line: str, error: str) -> None:
    """The error names the journal, the line and the field."""
    world.write("stacks/Pulumi.dev.yaml", "config: {}\n")
    world.write(".pulumi-local/proj/dev.journal", f'{{"ended": []}}\n{line}\n')

    advice = "; restore it from a copy, or remove it, which forgets the interrupted run"
    fails_with(lambda: world.engine().outputs(), f"dev.journal: line 2: {error}{advice}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
STATE = {
    "version": 3,
    "deployment": {
        "secrets_providers": {"type": "passphrase", "state": {"salt": SALT}},
        "resources": [{**RESOURCE, "dependencies": [URN], "propertyDependencies": {"size": [URN]}, "parent": URN}],
        "pending_operations": [{"type": "creating", "resource": RESOURCE}],
    },
}


def _replaced(content: Any, data: st.DataObject) -> Any:
    """The content with another value at a random place."""
    if not content or not isinstance(content, dict | list) or data.draw(st.integers(0, 3)) == 0:
        return data.draw(JSON)
    key = data.draw(st.sampled_from(sorted(content) if isinstance(content, dict) else range(len(content))))
    copy: Any = content.copy()
    copy[key] = _replaced(content[key], data)
    return copy


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_other_value_anywhere_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever stands in the place of a value, there is no other exception, and no second line."""
    folder = tmp_path_factory.mktemp("any")
    config = {"encryptionsalt": SALT, "config": {"proj:a": {"b": [1, True]}}}
    try:
        (folder / "Pulumi.yaml").write_text(json.dumps(_replaced(PROJECT, data)))
        project = Project.load(folder)
        settings_file, content = project.stack_file("dev"), json.dumps(_replaced(config, data))
        with contextlib.suppress(OSError, ValueError):  # a name that no folder can have
            settings_file.parent.mkdir(exist_ok=True)
            settings_file.write_text(content)
        project.stack_settings("dev").resolve(Crypter("", None))
        state = folder / "dev.json"
        state.write_text(json.dumps(_replaced(STATE, data)))
        State(state, Crypter("", stored_salt(state))).export()
    except EngineError as error:
        assert "\n" not in str(error)  # noqa: PT017  one of many outcomes
