"""The plugin in a pytest of its own: the documented example, what it costs who does not use it, sockets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "testing.md"
PLUGIN = "pulumi_messaging_engine.pytest_plugin"
# Of a developer's shell; none of it may matter to a test.
ENVIRONMENT = {
    "PULUMI_CONFIG_PASSPHRASE": "somebody else's",
    "TELEGENT_BASE_URL": "https://telegent.invalid",
    "TELEGENT_ACCOUNT_KEY": "DID-real",
    "TELEGENT_ACCOUNT_ID": "AID-real",
    "TELNYX_API_KEY": "KEYreal",
}
PROGRAM = """
from pulumi_messaging import NumberMessaging

def number():
    NumberMessaging("line", phone_number="+15550100001", messaging_product="A2P")
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a folder, with this plugin as the only one that pytest finds there."""
    environment = {**os.environ, **ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Pytest in a folder; warnings are errors."""
    return run(folder, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", *arguments)


def test_the_documented_example_runs_as_printed(tmp_path: Path) -> None:
    """The test module in docs/testing.md passes as it stands there, whatever is in the environment."""
    (example,) = re.findall(r"<!-- example: tests -->\n```python\n(.*?)```\n", DOCUMENT.read_text(), re.DOTALL)
    (tmp_path / "test_messaging.py").write_text(example)
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f" {example.count('def test_')} passed" in done.stdout


def test_a_failing_run_reads_well(tmp_path: Path) -> None:
    """The report ends at the user's own line with the errors, followed by what pulumi would have printed."""
    (tmp_path / "test_bad.py").write_text(
        PROGRAM.replace("A2P", "TOLL") + "\ndef test_it(messaging_stack):\n    messaging_stack(number).up()\n"
    )
    done = run_pytest(tmp_path)
    assert done.returncode == 1
    assert "StackFailed: up failed:" in done.stdout
    assert re.search(r"E +line: .*TOLL", done.stdout)
    assert "test_bad.py:8: StackFailed" in done.stdout
    assert "pytest_plugin.py" not in done.stdout
    assert "Captured stdout call" in done.stdout


def test_the_plugin_costs_next_to_nothing(tmp_path: Path) -> None:
    """Whoever does not use it loads three small modules: no Pulumi, gRPC, httpx, engine or emulator."""
    (found,) = entry_points(group="pytest11", name="pulumi_messaging")
    assert found.value == PLUGIN
    code = (
        "import sys, pytest\n"
        f"pytest.main(['--co', '-q', '-p', '{PLUGIN}', '-p', 'no:cacheprovider'])\n"
        "heavy = ('pulumi', 'grpc', 'httpx', 'google', 'pydantic', 'rich', 'yaml', 'cryptography', 'asyncio')\n"
        "heavy += ('pulumi_messaging', 'pulumi_messaging_engine', 'pulumi_messaging_emulator')\n"
        "print('loaded', *sorted(name for name in sys.modules if name.split('.')[0] in heavy))\n"
    )
    done = run(tmp_path, "-c", code)
    package = "pulumi_messaging_engine"
    ours = f"{package} {package}.errors {package}.pytest_plugin"
    assert done.stdout.splitlines()[-1] == f"loaded {ours}", done.stdout + done.stderr


def test_no_sockets_are_needed(tmp_path: Path) -> None:
    """With pytest-socket: an importable program needs nothing, a function the pair of sockets that asyncio makes."""
    pytest.importorskip("pytest_socket")
    (tmp_path / "programs.py").write_text(PROGRAM)
    (tmp_path / "test_sockets.py").write_text(
        "from programs import number\n"
        "def test_named(messaging_stack):\n    messaging_stack('programs:number').preview()\n"
        "def test_function(messaging_stack):\n    messaging_stack(number).preview()\n"
    )
    guard = ("-p", "pytest_socket", "--disable-socket")
    done = run_pytest(tmp_path, *guard, "--allow-unix-socket", "-k", "function")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run_pytest(tmp_path, *guard, "-W", "default")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert re.search("E .*EngineError: a program that is a function .* --allow-unix-socket", done.stdout)
