"""A bare virtual environment: what somebody has who installs the package, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
_SECONDS: Final = 3600.0  # of one command: pip may download everything, and the tests run
_NOT_GIVEN: Final = ("PYTHON", "PULUMI", "TELEGENT", "TELNYX")
_IMPORTS: Final = "import pulumi_messaging.program, pulumi_messaging.functions, pulumi_messaging.stackfile"
_PROJECT: Final = ("__main__.py", "Pulumi.yaml", "stacks")
_EXAMPLE: Final = re.compile(r"<!-- example: tests -->\n```python\n(.*?)```\n", re.DOTALL)


class Failed(Exception):
    """A command did not end as it must; the text has its output."""


class Environment:
    """A virtual environment in the folder of a copy of this repository's project.

    Args:
        python: The interpreter to make it with.
        folder: An empty folder.

    Raises:
        Failed: The interpreter makes no environment.
    """

    def __init__(self, python: str, folder: Path) -> None:
        self.folder = folder
        for name in _PROJECT:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(_NOT_GIVEN)},
            "PULUMI_CONFIG_PASSPHRASE": "",
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self._run([python, "-m", "venv", str(folder / ".venv")])

    def install(self, *requirements: str) -> None:
        """Let pip install requirements from the package index, and check that the versions fit each other."""
        self.run("pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
        self.run("pip", "check", "--disable-pip-version-check")

    def run(self, command: str, *arguments: str, expected: int = 0) -> str:
        """Run a command of the environment in its folder, and return its output.

        Raises:
            Failed: Its exit status is not the expected one.
        """
        return self._run([str(self.folder / ".venv" / "bin" / command), *arguments], expected)

    def versions(self) -> str:
        """What pip installed, as one line of pins."""
        return " ".join(self.run("pip", "freeze", "--disable-pip-version-check").split("\n"))

    def use_resources(self) -> None:
        """Without an extra the resources are there; the command names the extra that it needs."""
        self.run("python", "-c", _IMPORTS)
        told = self.run("pulumi-messaging", "--help", expected=1)
        if "pip install 'pulumi-messaging[local]'" not in told:
            raise Failed(f"pulumi-messaging does not name the extra [local]: {told}")

    def use_command(self) -> None:
        """With ``[local]`` the dev stack runs from create to destroy on the embedded emulator."""
        for command in ("up", "preview", "destroy"):
            self.run("pulumi-messaging", "local", command, "--stack", "dev")

    def use_fixture(self) -> None:
        """With ``[testing]`` the documented tests pass."""
        page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
        for example in _EXAMPLE.findall(page):
            (self.folder / "test_messaging.py").write_text(example, encoding="utf-8")
        self.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_messaging.py")

    def _run(self, command: list[str], expected: int = 0) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, text=True, timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != expected:
            raise Failed(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}")
        return done.stdout
