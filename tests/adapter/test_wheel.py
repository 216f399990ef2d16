"""The wheel, built and installed into an empty environment."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOK = """
import json, sys
from importlib import metadata, resources
import pulumi_messaging, pulumi_messaging.program, pulumi_messaging.emulator
from pulumi_messaging.testing import Engine, MessagingStacks
files = resources.files("pulumi_messaging")
scripts = {e.name: e.value for e in metadata.entry_points(group="console_scripts") if e.name == "pulumi-messaging"}
plugins = {e.name: e.load().__name__ for e in metadata.entry_points(group="pytest11") if e.name == "pulumi_messaging"}
print(json.dumps({
    "where": pulumi_messaging.__file__,
    "version": [pulumi_messaging.__version__, metadata.version("pulumi-messaging")],
    "typed": files.joinpath("py.typed").is_file(),
    "plugin": json.loads(files.joinpath("pulumi-plugin.json").read_text()),
    "scripts": scripts,
    "plugins": plugins,
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), *offline, "--wheel-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


def test_content(wheel: Path) -> None:
    """It carries the package with its data files, and neither tests nor stacks nor caches."""
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.startswith("pulumi_messaging-")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {"pulumi_messaging/py.typed", "pulumi_messaging/pulumi-plugin.json"} <= set(names)
    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert packages == {path.parent.name for path in (ROOT / "provider").glob("*/__init__.py")}
    assert not [name for name in names if name.endswith(".pyc")]
    files = [path for kind in ("py", "html", "css", "js") for path in (ROOT / "provider").rglob(f"*.{kind}")]
    sources = {str(path.relative_to(ROOT / "provider")) for path in files}
    assert sources <= set(names)


def test_installed(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment it imports from the wheel, with its version, type marker, command and pytest plugin."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    site = next((home / "lib").glob("python*/site-packages"))
    offline = ("--no-index", "--no-deps", "--disable-pip-version-check", "--no-warn-script-location")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *offline, str(wheel)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    # The other packages, seen without their own .pth files: those would lead back to this checkout.
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")

    done = subprocess.run(
        [str(python), "-I", "-c", LOOK], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["where"]).is_relative_to(site)
    assert found["version"][0] == found["version"][1]
    assert found["typed"] is True
    assert found["plugin"] == {"resource": False}
    assert found["scripts"] == {"pulumi-messaging": "pulumi_messaging.cli:main"}
    assert found["plugins"] == {"pulumi_messaging": "pulumi_messaging_engine.pytest_plugin"}

    help_text = subprocess.run(
        [str(home / "bin" / "pulumi-messaging"), "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "local" in help_text
    assert "emulator" in help_text
