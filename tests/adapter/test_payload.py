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

from pulumi_messaging.dynamic import (
    MessageRouteProvider,
    MessagingProfileProvider,
    NumberGroupProvider,
    NumberMessagingProvider,
)
from tests.support.plugin import GROUP, NUMBER, PROFILE, ROUTE

VERSIONS = ("3.11", "3.12", "3.13")
# Imports nothing but dill: a class of the same name in a module of the same name pickles to the same reference.
STAND_IN = """
import base64, pickle
import dill
from pulumi_messaging.dynamic import MessageRouteProvider, NumberGroupProvider, NumberMessagingProvider
from pulumi_messaging.dynamic import MessagingProfileProvider
pickle.Pickler = pickle._Pickler
for provider in (MessageRouteProvider(), NumberMessagingProvider(), NumberGroupProvider(), MessagingProfileProvider()):
    print(base64.b64encode(dill.dumps(provider, protocol=pickle.DEFAULT_PROTOCOL, recurse=True)).decode())
"""


def test_bytes_are_pinned() -> None:
    """The payloads are these constants: at most 96 bytes, and nothing but a module path and a class name."""
    assert serialize_provider(MessageRouteProvider()) == ROUTE
    assert serialize_provider(NumberMessagingProvider()) == NUMBER
    assert serialize_provider(NumberGroupProvider()) == GROUP
    assert serialize_provider(MessagingProfileProvider()) == PROFILE
    assert (len(ROUTE), len(NUMBER), len(GROUP), len(PROFILE)) == (92, 96, 88, 96)
    names = (b"MessageRouteProvider", b"NumberMessagingProvider", b"NumberGroupProvider", b"MessagingProfileProvider")
    for payload, name in zip((ROUTE, NUMBER, GROUP, PROFILE), names, strict=True):
        assert b"pulumi_messaging.dynamic" in base64.b64decode(payload)
        assert name in base64.b64decode(payload)


def test_payload_loads_from_the_module_path() -> None:
    """What an old state holds still leads to the class, by importing the module it names."""
    module = importlib.import_module("pulumi_messaging.dynamic")
    assert type(dill.loads(base64.b64decode(ROUTE))) is module.MessageRouteProvider
    assert type(dill.loads(base64.b64decode(NUMBER))) is module.NumberMessagingProvider
    assert type(dill.loads(base64.b64decode(GROUP))) is module.NumberGroupProvider
    assert type(dill.loads(base64.b64decode(PROFILE))) is module.MessagingProfileProvider


def test_instances_have_no_attributes() -> None:
    """Nothing is set before pickling, so nothing is pickled; what is not encrypted holds nothing."""
    for provider in (
        MessageRouteProvider(),
        NumberMessagingProvider(),
        NumberGroupProvider(),
        MessagingProfileProvider(),
    ):
        assert vars(provider) == {}
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
    names = ("MessageRouteProvider", "NumberMessagingProvider", "NumberGroupProvider", "MessagingProfileProvider")
    (package / "dynamic.py").write_text("".join(f"class {name}:\n    pass\n\n\n" for name in names))
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
    assert done.stdout.split() == [ROUTE, NUMBER, GROUP, PROFILE]


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
