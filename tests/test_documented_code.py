"""Every block of code on a page runs, or is checked against what it is for; the tutorial is gone through as printed."""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import jsonschema
import pulumi.automation
import pytest
import typer
import yaml

import pulumi_messaging
from pulumi_messaging.cli.commands import app
from pulumi_messaging.testing import MessagingStacks
from site_tools.reference import commands

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "examples/README.md", *sorted((ROOT / "docs").glob("*.md"))]
FIRST_STEPS = ROOT / "examples/first-steps"
FENCE = re.compile(r"(?:<!-- example: ([\w -]+) -->\n)?^( *)```(\w+)\n(.*?)^\2```$", re.MULTILINE | re.DOTALL)
COMMANDS = {" ".join(path): described for path, described in commands((), typer.main.get_command(app))}
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
# Of the Pulumi CLI 3.260; others would be a typing error.
PULUMI = {
    *(
        "cancel",
        "config get",
        "config rm",
        "config set",
        "destroy",
        "login",
        "new",
        "preview",
        "refresh",
        "stack export",
    ),
    *("stack import", "stack init", "stack select", "state delete", "up", "version"),
}
SHELL = {"", "cd", "cp", "curl", "echo", "export", "jq", "mkdir", "pip", "python", "python3", "rm", "sed"}  # "" is `.`
stack_of = pulumi.automation.create_or_select_stack
PROFILE = "7d0c4c1e-5a51-4a51-9f4e-0c7b3f0a1d22"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    name: str | None
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        name, indentation, language, code = found.groups()
        yield Block(
            page, text[: found.start()].count("\n") + 1, name, language, re.sub(f"(?m)^{indentation}", "", code)
        )


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def blocks(*languages: str, named: bool | None = None) -> list[Any]:
    return [
        pytest.param(block, id=str(block))
        for block in BLOCKS
        if block.language in languages and named in {None, block.name is not None}
    ]


def named(name: str) -> list[str]:
    return [block.code for block in BLOCKS if block.name == name]


def test_every_block_has_a_language_that_is_checked() -> None:
    """`text` and `console` have output; `hcl` is Terraform's, and `gitignore` has no syntax to break."""
    assert {block.language for block in BLOCKS} <= {
        "python",
        "yaml",
        "json",
        "sh",
        "console",
        "text",
        "hcl",
        "gitignore",
    }
    assert sum(page.read_text().count("```") for page in PAGES) == 2 * len(BLOCKS)


@pytest.fixture
def estate(messaging_stack: MessagingStacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MessagingStacks:
    """Accounts that have what the programs on the pages name, and a folder with their files."""
    eu = messaging_stack.account("eu")
    hook = {"MessageUrl": "https://old.example.com/sms", "MessageUrlMethod": "POST"}
    for account in (messaging_stack, eu):
        account.foreign_create("routes", MessageRouteId="MRID-0d1", RouteName="orders", **hook)
    messaging_stack.foreign_create("routes", MessageRouteId="MRID-5d1c", RouteName="legacy orders", **hook)
    messaging_stack.foreign_create("profiles", id="e1d2c3b4-7a54-4c57-8f3c-3a1f6c0c2f11", name="support")
    eu.foreign_create("numbers", phone_number="+4930550100001")
    (tmp_path / "support-numbers.txt").write_text("+15550100001\n+15550100002\n")
    monkeypatch.chdir(tmp_path)
    stack = create_autospec(pulumi.automation.Stack)
    monkeypatch.setattr(pulumi.automation, "create_or_select_stack", create_autospec(stack_of, return_value=stack))
    return messaging_stack


@pytest.mark.parametrize("block", blocks("python", named=False))
def test_python_runs(block: Block, estate: MessagingStacks, pytestconfig: pytest.Config) -> None:
    """Tests are called, the Automation API is a double, and a program is previewed on the emulator."""
    namespace: dict[str, Any] = {name: getattr(pulumi_messaging, name) for name in pulumi_messaging.__all__}
    namespace |= {"profile": PROFILE, "program": vip, "messaging_stack": estate, "config": pulumi.Config()}
    if "messaging_stack" in block.code or "automation" in block.code:
        exec(block.code, namespace)
        given = {"messaging_stack": estate, "pytestconfig": pytestconfig}
        for test in [value for name, value in namespace.items() if name.startswith("test_")]:
            test(**{name: given[name] for name in inspect.signature(test).parameters})
    else:
        config = {"support:webhookUrl": "https://hooks.example.com/support"}
        printed = without_ids(estate(lambda: exec(block.code, namespace), config=config).preview().text)
        assert [line for line in told_by_a_preview(block) if without_ids(line) not in printed] == []


def vip() -> None:
    """The program of an example that has none."""
    pulumi_messaging.NumberMessaging("vip", phone_number="+15550100001", tags=["vip"], account="eu")


def told_by_a_preview(block: Block) -> list[str]:
    """The lines about take-overs in the block after a program."""
    later = [each for each in BLOCKS if each.page == block.page and each.line > block.line]
    return [line for each in later[:1] for line in each.code.splitlines() if "`pulumi up` will overwrite" in line]


@pytest.mark.parametrize("block", blocks("yaml"))
def test_yaml_is_what_it_is_for(block: Block) -> None:
    """A settings file fits the schema; workflows are checked by tests/test_workflows.py."""
    content = yaml.safe_load(block.code)

    if "config" in content:
        jsonschema.validate(content, json.loads((ROOT / "stacks/schema.json").read_text()))


@pytest.mark.parametrize("block", blocks("json"))
def test_json_can_be_read(block: Block) -> None:
    json.loads(block.code)


@pytest.mark.parametrize("block", blocks("sh", "console"))
def test_commands_exist(block: Block) -> None:
    """With the options that are given to them."""
    typed = re.findall(r"^\$ (.*)", block.code, re.MULTILINE) if block.language == "console" else [block.code]
    unknown = [words for code in typed for words in commands_of(code) if not is_command(words)]

    assert unknown == []


@pytest.mark.parametrize(
    "line", ["pulumi previev", "make paint", "pulumi-messaging paint", "pulumi-messaging map --paint x", "paint"]
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert not is_command(shlex.split(line))


def commands_of(code: str) -> Iterator[list[str]]:
    """The words of each command of a block, without comments, variables before it and redirections."""
    lexer = shlex.shlex(code.replace("\\\n", " ").replace("\n", "\n; "), posix=True, punctuation_chars=";|&")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if not re.fullmatch("[;|&]+", word):
            words += [] if not words and re.match(r"[A-Z_]+=", word) else [word]
        elif words:
            yield words
            words = []


def is_command(words: list[str]) -> bool:
    match words:
        case ["make", target, *_]:
            return target in TARGETS
        case ["pulumi", *rest]:
            return bool({" ".join(rest[:1]), " ".join(rest[:2])} & PULUMI)
        case ["pulumi-messaging", *rest]:
            called = [path for path in COMMANDS if rest[: len(path.split())] == path.split()]
            return bool(called) and options(rest) <= {opt for each in COMMANDS[called[0]].params for opt in each.opts}
        case [first, *_]:
            return Path(first).name in SHELL
    return False


def options(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"} - {"--help"}


def test_program_and_settings_are_those_of_the_example() -> None:
    (readme,), (tutorial,), (settings,) = named("program"), named("first-steps"), named("settings")

    assert readme == tutorial == (FIRST_STEPS / "__main__.py").read_text()
    assert settings == (FIRST_STEPS / "Pulumi.dev.yaml").read_text()


def test_the_tutorial_says_what_happens(tmp_path: Path) -> None:
    """Its commands, run by a shell in a new user's folder, print what it shows; so does the preview of the README."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    folder = tmp_path / "my-messages"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PULUMI", "TELEGENT", "TELNYX"))},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "COLUMNS": "250",
    }
    subprocess.run(["cp", "-r", str(FIRST_STEPS), str(folder)], check=True)
    (test,) = named("tutorial test")
    (folder / "test_messages.py").write_text(test)
    _, *steps = [block for block in BLOCKS if block.page.stem == "tutorial" and block.language in {"sh", "text"}]
    printed = ""
    server = None
    try:
        for step in steps:
            code = step.code.replace("4020", port)
            if step.language == "text":
                assert masked(step.code) <= masked(printed), step
            elif code.startswith("pulumi-messaging emulator"):
                words = [*shlex.split(code), "--port", port]
                server = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
                wait_for(int(port))
            else:
                done = subprocess.run(
                    ["bash", "-ec", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, done.stdout + done.stderr
                printed += done.stdout
    finally:
        if server:
            server.terminate()
            server.wait()
    (preview,) = named("preview")
    assert masked(preview) <= masked(printed)
    assert "1 passed" in printed


def masked(text: str) -> set[str]:
    """The lines, without generated ids and with one blank for many."""
    return {" ".join(line.split()) for line in without_ids(text).splitlines() if line.strip()}


def without_ids(text: str) -> str:
    """A text without the parts that differ between accounts and stacks: ids of routes, ends of automatic names."""
    return re.sub(r"MRID-[\w-]{36}|(?<=\w-)[0-9a-f]{7}\b", "…", text)


def wait_for(port: int) -> None:
    """Wait for the server, at most 20 s."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the emulator did not start")
