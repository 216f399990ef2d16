"""Each project in examples/ runs, on accounts of the test's own; a second update has nothing to do."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from pulumi_messaging.testing import MessagingStack, MessagingStacks

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
WRITES = {  # of the first update
    "component": {"createMessageRoute": 2, "createProfile": 2, "updateMessaging": 3},
    "first-steps": {"createMessageRoute": 1, "updateMessaging": 1},
    "numbers-to-a-route": {"createMessageRoute": 1, "updateNumber": 3},
    "profile-with-numbers": {"createProfile": 1, "updateMessaging": 2},
    "routes-from-settings": {"createMessageRoute": 2},
    "two-accounts": {"updateMessaging": 1},  # and one in the other account
}
OTHERS = {"automation-api", "pytest-fixture", "template"}  # with a test of their own


def is_settled(stack: MessagingStack) -> bool:
    """Whether another update writes nothing."""
    stack.up()
    return stack.writes == []


@pytest.mark.parametrize("name", WRITES)
def test_a_project_is_set_up_and_settled(name: str, messaging_stack: MessagingStacks) -> None:
    stack = messaging_stack(EXAMPLES / name, stack="dev")
    stack.up()

    assert Counter(write.operation for write in stack.writes) == WRITES[name]
    assert is_settled(stack)


def test_every_example_is_listed_and_run() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    listed = re.findall(r"^\| \[`([\w-]+)`\]", (EXAMPLES / "README.md").read_text(), re.MULTILINE)

    assert set(listed) == folders == set(WRITES) | OTHERS


def test_the_automation_program_runs(messaging_stack: MessagingStacks, tmp_path: Path) -> None:
    """The program on the local engine; the whole script where a Pulumi CLI is on PATH."""
    script = Path(shutil.copy(EXAMPLES / "automation-api" / "main.py", tmp_path))
    stack = messaging_stack(runpy.run_path(str(script))["program"])
    stack.up()
    assert len(stack.routes) == 1
    for wrong in ([], ["update"]):
        done = subprocess.run([sys.executable, script, *wrong], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "usage: python main.py preview|up|destroy\n")

    if shutil.which("pulumi"):
        environment = {**os.environ, "PULUMI_HOME": str(tmp_path / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
        for command, said in (("up", "2 created"), ("preview", "2 unchanged"), ("destroy", "2 deleted")):
            ran = [sys.executable, str(script), command]
            done = subprocess.run(ran, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert said in done.stdout, done.stdout + done.stderr


def test_the_tests_of_the_example_pass(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLES / "pytest-fixture", tmp_path / "example")
    options = ["-p", "pulumi_messaging_engine.pytest_plugin", "-p", "no:cacheprovider", "-q"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(ran, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1].startswith("3 passed"), done.stdout + done.stderr


def test_the_template_becomes_a_project(messaging_stack: MessagingStacks, tmp_path: Path) -> None:
    """As `pulumi new` makes it: its names are put in, and its settings are those of the stack."""
    folder = shutil.copytree(EXAMPLES / "template", tmp_path / "project")
    text = (folder / "Pulumi.yaml").read_text().replace("${PROJECT}", "mine").replace("${DESCRIPTION}", "Mine")
    template = yaml.safe_load(text).pop("template")
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({**yaml.safe_load(text), "template": None}))
    settings = {key: asked["default"] for key, asked in template["config"].items()}
    (folder / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": settings}))
    stack = messaging_stack(folder, stack="dev")
    stack.up()

    assert set(settings.values()) == {"emulator"}
    assert len(stack.routes) == 1
    assert is_settled(stack)
