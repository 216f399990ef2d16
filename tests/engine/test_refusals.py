from __future__ import annotations

import json

import pytest

from pulumi_messaging.testing import EngineError, Project, UnsupportedError
from tests.support.engine.world import World

PROVIDER = "class P(pulumi.ProviderResource):\n    pass\n"


@pytest.mark.parametrize(
    ("program", "what"),
    [
        ("Thing('a', opts=Opts(import_='x'))", "resource 'a': the resource option `import_`"),
        ("Thing('a', opts=Opts(version='1.0.0'))", "resource 'a': the resource option `version`"),
        ("Thing('a', opts=Opts(plugin_download_url='x'))", "resource 'a': the resource option `plugin_download_url`"),
        ("Thing('a', opts=Opts(custom_timeouts=pulumi.CustomTimeouts('5m')))", "resource 'a': the resource option"),
        ("Thing('a', opts=Opts(deleted_with=Thing('b')))", "resource 'a': the resource option `deleted_with`"),
        ("Thing('a', opts=Opts(replace_with=[Thing('b')]))", "resource 'a': the resource option `replace_with`"),
        ("Thing('a', opts=Opts(hide_diffs=['color']))", "resource 'a': the resource option `hide_diffs`"),
        ("Thing('a', opts=Opts(transforms=[lambda args: None]))", "resource 'a': the resource option `transforms`"),
        ("Thing('a', opts=Opts(id='x'))", "reading the existing resource 'a' (`get` or the option `id`)"),
        ("Thing('a', color=pulumi.FileAsset('x'))", "resource 'a': assets"),
        ("pulumi.CustomResource('other:index:T', 'a', {})", "resource 'a': the resource type other:index:T"),
        ("pulumi.ProviderResource('pulumi-python', 'p', {})", "resource 'p': the resource type pulumi:providers:pul"),
        ("pulumi.StackReference('org/x/y')", "the StackReference 'org/x/y'"),
        ("pulumi.runtime.invoke('aws:index:f', {})", "the function aws:index:f"),
        ("pulumi.runtime.register_resource_transform(lambda args: None)", "a stack transform"),
        ("pulumi.ResourceHook('h', lambda args: None)\nThing('a')", "the resource hook 'h'"),
    ],
)  # fmt: skip
def test_what_only_the_cli_does_is_refused_in_one_line(world: World, program: str, what: str) -> None:
    """The error names the resource and the option, says to use the Pulumi CLI, and nothing is created."""
    result = world.program(program).engine().up()

    assert not result.ok
    assert result.error is not None
    assert result.error.startswith(what)
    assert "Pulumi CLI" in result.error
    assert "\n" not in result.error
    assert [one.text for one in result.diagnostics if one.severity == "error"] == [result.error]
    assert [call["props"]["label"] for call in world.calls("create") if call["props"]["label"] == "a"] == []


def test_an_option_without_effect_on_a_component_is_a_warning(world: World) -> None:
    """As the CLI does: the option is named, the component is registered."""
    result = world.up("Box('box', opts=Opts(ignore_changes=['lid']))")

    assert [(one.severity, one.text) for one in result.diagnostics] == [
        ("warning", "The option 'ignoreChanges' has no effect on component resources.")
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: p\nruntime: nodejs\n", "a runtime other than python"),
        ("name: p\nruntime: python\nmain: src\n", "`main` in Pulumi.yaml"),
        ("name: p\nruntime: python\nplugins: {providers: []}\n", "`plugins` in Pulumi.yaml"),
        *(
            (f"name: p\nruntime: {{name: python, options: {{{option}: {value}}}}}\n",
             f"`runtime.options.{option}` in Pulumi.yaml")
            for option, value in (("toolchain", "uv"), ("toolchain", "poetry"), ("typechecker", "mypy"))
        ),
        ("name: p\nruntime: python\nbackend: {url: s3://states}\n", "`backend` in Pulumi.yaml"),
        ("name: p\nruntime: python\nrequiredPulumiVersion: '>=3'\n", "`requiredPulumiVersion` in Pulumi.yaml"),
    ],
)  # fmt: skip
def test_a_project_setting_it_does_not_know_is_refused(world: World, text: str, what: str) -> None:
    """`Pulumi.yaml` is refused with the name of the setting."""
    world.write("Pulumi.yaml", text)

    with pytest.raises(UnsupportedError, match=f"^{what}.* is not supported by the local engine: use the Pulumi CLI$"):
        Project.load(world.folder)


def test_a_test_has_a_state_and_an_environment_of_its_own(world: World) -> None:
    """The fixture runs projects whose state and environment are made by the Pulumi CLI; settings are obeyed as ever."""
    options = "{toolchain: uv, typechecker: mypy, virtualenv: venv}"
    rest = "backend: {url: s3://states}\nrequiredPulumiVersion: '>=3'\noptions: {refresh: always}\n"
    world.write("Pulumi.yaml", f"name: p\nruntime: {{name: python, options: {options}}}\n{rest}")

    project = Project.load(world.folder, in_test=True)
    assert (project.virtualenv, project.refresh) == ("venv", True)


@pytest.mark.parametrize("setting", ["secretsprovider: awskms://x", "environment: [prod]", "encryptedkey: abc"])
def test_another_secrets_provider_is_refused(world: World, setting: str) -> None:
    """Only passphrase secrets can be read."""
    world.write("stacks/Pulumi.dev.yaml", setting + "\n")

    with pytest.raises(EngineError, match="use the Pulumi CLI"):
        world.engine().preview()


def test_a_state_with_what_it_does_not_know_is_refused(world: World) -> None:
    """A resource whose recorded fields would change what must be done with it is not touched."""
    world.up("Thing('a')")
    file = world.engine().state_file
    file.write_text(file.read_text().replace('"id": "a-1"', '"id": "a-1", "deletedWith": "b"'))

    with pytest.raises(UnsupportedError, match=r"^dev\.json: the state of urn:.*::a: `deletedWith` is not supported"):
        world.engine().preview()


@pytest.mark.parametrize("action", ["preview", "up", "refresh", "destroy"])
@pytest.mark.parametrize(
    ("version", "place", "error"),
    [
        (3, "resources", "dev.json: the state of {urn}: the resource type aws:s3/bucket:Bucket"),
        (3, "pending_operations", "dev.json: the state of {urn}: the resource type aws:s3/bucket:Bucket"),
        (4, "", "a deployment of version 4, as dev.json is,"),
    ],
)
def test_a_state_of_what_only_the_cli_knows_is_refused(
    world: World, action: str, version: int, place: str, error: str
) -> None:
    """A resource of another package, and a later format: refused before anything runs, and the file stays as it is."""
    urn = "urn:pulumi:dev::proj::aws:s3/bucket:Bucket::b"
    bucket = {"urn": urn, "type": "aws:s3/bucket:Bucket", "custom": True, "id": "b-1"}
    content = {"resources": [bucket], "pending_operations": [{"type": "creating", "resource": bucket}]}
    deployment = {place: content[place]} if place else {}
    text = json.dumps({"version": version, "deployment": deployment})
    world.write(".pulumi-local/proj/dev.json", text)

    with pytest.raises(UnsupportedError) as refused:
        getattr(world.engine(), action)()

    assert str(refused.value) == f"{error.format(urn=urn)} is not supported by the local engine: use the Pulumi CLI"
    assert world.engine().state_file.read_text() == text
