"""A production install has the base dependencies only; other packages are in extras, named where one is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pulumi_messaging_engine.plugin import Plugin
from pulumi_messaging_engine.resources import Resource
from tests.support.plugin import ROUTE

ROOT = Path(__file__).parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
# PyYAML is not among these: Pulumi's SDK depends on it and imports it (pulumi.automation, which `import pulumi` loads).
UNNEEDED = {"typer", "click", "rich", "cryptography", "pydantic", "pytest", "pulumi_messaging_engine"}
# The plugin process that Pulumi starts; when it is ended, it prints the modules that it has loaded.
PLUGIN = """
import os, runpy, signal, sys
def tell(*_):
    print("loaded", *sys.modules)
    os._exit(0)
signal.signal(signal.SIGTERM, tell)
runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
"""
# Pytest where the modules of argument 1 are not installed.
PYTEST = """
import sys
from importlib.abc import MetaPathFinder
class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import pytest
sys.exit(pytest.main(["-p", "pulumi_messaging_engine.pytest_plugin", "-p", "no:cacheprovider", "-q", *sys.argv[2:]]))
"""


def run(python: str | Path, code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program in a fresh interpreter, where the only pytest plugin is the one that the program names."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [str(python), "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


def closure(requirements: Iterable[str], extras: Iterable[str] = ("",)) -> dict[str, metadata.Distribution]:
    """The distributions that requirements need, directly or through others."""
    found: dict[str, metadata.Distribution] = {}
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            distribution = metadata.distribution(requirement.name)
            found[distribution.name] = distribution
            found |= closure(distribution.requires or (), requirement.extras or ("",))
    return found


@pytest.fixture(scope="module")
def base_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with this package and its base dependencies, and no other package."""
    home = tmp_path_factory.mktemp("base") / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = (home / "lib").glob("python*/site-packages")
    installed = Path(sysconfig.get_path("purelib"))
    for distribution in closure(DEPENDENCIES).values():
        for top in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(installed / top)
    (site / "checkout.pth").write_text(f"{ROOT / 'provider'}\n")
    return home / "bin" / "python"


def test_the_base_dependencies_are_seven() -> None:
    """A production install has what the provider needs; the extras' packages are no base dependencies."""
    names = {Requirement(each).name for each in DEPENDENCIES}
    assert {"pulumi", "httpx", "httpcore", "pydantic", "filelock", "cryptography", "PyYAML"} == names
    assert not {"typer", "rich", "pytest"} & closure(DEPENDENCIES).keys()


@pytest.mark.parametrize("module", ["pulumi_messaging", "pulumi_messaging.program", "pulumi_messaging.functions"])
def test_a_program_loads_no_extra(base_python: Path, module: str, tmp_path: Path) -> None:
    """Importing the package and its resources works without extras, and loads none of them where they are installed."""
    for python in (base_python, sys.executable):
        done = run(python, f"import sys, {module}; print(*sys.modules)", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert UNNEEDED & {name.partition(".")[0] for name in done.stdout.split()} == set()


@pytest.mark.parametrize("installed", ["base", "everything"])
def test_the_plugin_process_loads_no_extra(base_python: Path, installed: str, tmp_path: Path) -> None:
    """A route is created through the embedded emulator with the base dependencies; no extra is loaded."""
    python = str(base_python) if installed == "base" else sys.executable
    lines: list[str] = []
    plugin = Plugin(python, str(tmp_path), {**os.environ, "PYTHONUNBUFFERED": "1"}, "project", lines.append)
    plugin._command = [python, "-c", PLUGIN]
    try:
        plugin.configure({"telegent:baseUrl": "emulator:e.db", "telnyx:baseUrl": "emulator:e.db"})
        inputs = {"messageUrl": "https://hooks.example.com", "messageUrlMethod": "POST", "__autoname": "it-0123456"}
        new = Resource(urn="urn:pulumi:dev::p::t::it", type="t")
        new.inputs, failures = plugin.check(new.urn, {}, {**inputs, "__provider": ROUTE}, unknowns=False)
        assert failures == []
        identity, _ = plugin.create(new)
    finally:
        plugin.stop()

    assert identity.startswith("MRID"), lines
    (loaded,) = (line.split() for line in lines if line.startswith("loaded "))
    assert "pulumi_messaging.dynamic" in loaded
    assert UNNEEDED & {name.partition(".")[0] for name in loaded} == set()


def test_the_command_names_the_missing_extra(base_python: Path, tmp_path: Path) -> None:
    """Without `[local]` the command prints one line and exits with status 1."""
    for arguments in ([], ["--help"], ["local", "up"], ["emulator"]):
        done = run(base_python, "from pulumi_messaging.cli import main; main()", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "error: the module 'typer' is not installed: run pip install 'pulumi-messaging[local]'\n"
        )


def test_the_engine_names_the_missing_extra(base_python: Path, tmp_path: Path) -> None:
    """Importing a name of the engine without its packages ends with one line that names the extra."""
    done = run(base_python, "from pulumi_messaging.testing import Display", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "pulumi_messaging_engine.errors.MissingExtraError: the module 'rich' is not installed: "
        "run pip install 'pulumi-messaging[local]'"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "from pulumi_messaging.testing import MessagingStacks",
        "from pulumi_messaging.testing.pytest_plugin import MessagingStacks",
    ],
)
def test_the_names_of_the_fixture_name_their_extra(base_python: Path, tmp_path: Path, statement: str) -> None:
    """The names of the fixture need `[testing]`: where only `[local]` is installed, pytest is still missing."""
    done = run(base_python, statement, cwd=tmp_path)

    assert done.stderr.splitlines()[-1] == (
        "pulumi_messaging_engine.errors.MissingExtraError: the module 'pytest' is not installed: "
        "run pip install 'pulumi-messaging[testing]'"
    )


def test_the_pytest_plugin_names_the_missing_extra(tmp_path: Path) -> None:
    """Without `[testing]` the plugin is silent; a test that asks for its fixture fails with one line."""
    (tmp_path / "test_it.py").write_text("def test_other(): pass\ndef test_it(messaging_stack): pass\n")
    missing = "typer,rich,cryptography,yaml"

    silent = run(sys.executable, PYTEST, missing, "-k", "other", cwd=tmp_path)
    asked = run(sys.executable, PYTEST, missing, cwd=tmp_path)

    assert silent.returncode == 0, silent.stdout + silent.stderr
    assert silent.stderr == ""
    assert "1 passed, 1 error" in asked.stdout
    assert re.search(
        r"\nmessaging_stack: the module '\w+' is not installed: run pip install 'pulumi-messaging\[testing\]'\n",
        asked.stdout,
    )
    assert "Traceback" not in asked.stdout
    assert "another exception" not in asked.stdout
