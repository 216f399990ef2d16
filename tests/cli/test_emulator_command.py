"""`pulumi-messaging emulator`: a store or an address that cannot be used is one line, which names the option."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_messaging.cli.commands import app
from pulumi_messaging.emulator import Server, application
from tests.support.emulator.seed import DEFAULT, FIRST


def refused(*options: object) -> str:
    result = CliRunner().invoke(app, ["emulator", *map(str, options)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()


def damaged(file: Path) -> Path:
    """A store that lost its end."""
    emulator = application(file)
    emulator.describe()
    emulator.close()
    file.write_bytes(file.read_bytes()[:5000])
    return file


@pytest.mark.parametrize(("make", "reason"), [(lambda file: file.parent, "Is a directory"), (damaged, "malformed")])
def test_a_store_that_cannot_be_used(make: Callable[[Path], Path], reason: str, tmp_path: Path) -> None:
    store = make(tmp_path / "store.db")
    line = refused("--store", store, "--port", "0")
    assert line.startswith(f"error: cannot keep the emulator's state in {store}: ")
    assert line.endswith(f"{reason}; give another --store")


def test_an_address_that_is_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("--store", tmp_path / "store.db", "--port", port)
    assert line.startswith(f"error: cannot serve the emulator on 127.0.0.1:{port}: Address already in use; give ")


def test_its_first_line_has_both_base_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then come the accounts, and some of what a fresh store holds."""
    monkeypatch.setattr(Server, "serve_forever", Server.close)

    result = CliRunner().invoke(app, ["emulator", "--port", "0", "--store", str(tmp_path / "store.db")])

    first, *others = result.stdout.splitlines()
    here = r"http://127\.0\.0\.1:[0-9]+"
    assert re.fullmatch(rf"Emulator: telegent:baseUrl ({here})/v1\.0  telnyx:baseUrl \1/v2", first)
    told = "\n".join(others)
    fixed = ("DID-emulator", "emulator-secret", "AID-emulator", "KEYemulator")
    assert [each for each in (*fixed, DEFAULT, FIRST) if each not in told] == []
