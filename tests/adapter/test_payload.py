"""`__provider`: the bytes that stand in every user's state for ever."""

from __future__ import annotations

import base64
import importlib
import os
import shutil
import subprocess
from pathlib import Path

import dill
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.dynamic import (
    MessageRouteProvider,
    MessagingProfileProvider,
    NumberGroupProvider,
    NumberMessagingProvider,
    NumberRouteGroupProvider,
    NumberRouteProvider,
)
from tests.support.plugin import GROUP, NUMBER, NUMBER_ROUTE, NUMBER_ROUTE_GROUP, PROFILE, ROUTE

PAYLOADS = {
    MessageRouteProvider: ROUTE,
    NumberMessagingProvider: NUMBER,
    NumberGroupProvider: GROUP,
    MessagingProfileProvider: PROFILE,
    NumberRouteProvider: NUMBER_ROUTE,
    NumberRouteGroupProvider: NUMBER_ROUTE_GROUP,
}
NAMES = tuple(provider.__name__ for provider in PAYLOADS)
VERSIONS = ("3.11", "3.12", "3.13")
# Imports nothing but dill: a class of the same name in a module of the same name pickles to the same reference.
STAND_IN = f"""
import base64, pickle
import dill
from pulumi_messaging.dynamic import {", ".join(NAMES)}
pickle.Pickler = pickle._Pickler
for provider in ({", ".join(NAMES)}):
    print(base64.b64encode(dill.dumps(provider(), protocol=pickle.DEFAULT_PROTOCOL, recurse=True)).decode())
"""


def test_bytes_are_pinned() -> None:
    """The payloads are these constants: at most 96 bytes, and nothing but a module path and a class name."""
    assert {provider.resource.table for provider in PAYLOADS} == {*TABLES}
    for provider, payload in PAYLOADS.items():
        assert serialize_provider(provider()) == payload
        assert len(payload) <= 96
        assert b"pulumi_messaging.dynamic" in base64.b64decode(payload)
        assert provider.__name__.encode() in base64.b64decode(payload)


def test_payload_loads_from_the_module_path() -> None:
    """What an old state holds still leads to the class, by importing the module it names."""
    module = importlib.import_module("pulumi_messaging.dynamic")
    for provider, payload in PAYLOADS.items():
        assert type(dill.loads(base64.b64decode(payload))) is getattr(module, provider.__name__)


def test_instances_have_no_attributes() -> None:
    """Nothing is set before pickling, so nothing is pickled; what is not encrypted holds nothing."""
    for provider in PAYLOADS:
        assert vars(provider()) == {}
        assert provider.serialize_as_secret_always is False


@pytest.mark.parametrize("version", VERSIONS)
def test_bytes_are_the_same_on_every_supported_python(version: str, tmp_path: Path) -> None:
    """Every supported Python of this machine makes the same bytes."""
    python = _python(version)
    if python is None:
        pytest.skip(f"no Python {version} on PATH or under ~/.pyenv/versions")
    package = tmp_path / "stand-in" / "pulumi_messaging"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "dynamic.py").write_text("".join(f"class {name}:\n    pass\n\n\n" for name in NAMES))
    assert dill.__file__ is not None
    only_dill = tmp_path / "dill"
    only_dill.mkdir()
    (only_dill / "dill").symlink_to(Path(dill.__file__).parent)
    done = subprocess.run(
        [python, "-s", "-P", "-B", "-c", STAND_IN],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(package.parent), str(only_dill)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [*PAYLOADS.values()]


def _python(version: str) -> str | None:
    """An interpreter of this version that really starts (a shim on PATH may lead nowhere)."""
    pyenv = Path.home() / ".pyenv" / "versions"
    found = [shutil.which(f"python{version}"), *sorted(map(str, pyenv.glob(f"{version}.*/bin/python")))]
    for candidate in filter(None, found):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([candidate, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None
