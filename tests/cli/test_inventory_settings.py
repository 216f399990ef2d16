"""`inventory`: whose credentials it uses, and what it says when a vendor cannot be read."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging_engine.secrets import Crypter
from tests.support.account import Account
from tests.support.emulator.seed import API_KEY
from tests.support.inventory import inventory, refused, shown
from tests.support.pulumi_values import SALT
from tests.support.secrets.scanner import Scanner


@pytest.mark.parametrize("vendor", ["TELEGENT", "TELNYX"])
def test_a_vendor_without_credentials_is_left_out(
    account: Account, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """It is not asked, and its lists are empty."""
    left_out = [name for name in os.environ if name.startswith(f"{vendor}_") and not name.endswith("URL")]
    account.environ(monkeypatch, *left_out)

    listed = shown()

    assert {each["vendor"] for each in listed["numbers"]} == {"telnyx" if vendor == "TELEGENT" else "telegent"}
    assert {each.split("/")[1] for each in account.requests()} == {"v2" if vendor == "TELEGENT" else "v1.0"}
    (other,) = {"Message routes", "Messaging profiles"} - {
        "Message routes" if vendor == "TELEGENT" else "Messaging profiles"
    }
    assert (other in inventory().stdout, account.requests() != []) == (True, True)


def test_without_any_credentials_the_variables_are_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with half of one vendor's, or a filter of that vendor, what is missing of it."""
    secrets = ("TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_API_KEY")
    account.environ(monkeypatch, *secrets)
    said = refused()
    assert all(name in said for name in secrets)
    assert "TELNYX_API_KEY" in refused("--profile", "default")

    account.environ(monkeypatch, "TELEGENT_ACCOUNT_SECRET")
    assert "TELEGENT_ACCOUNT_SECRET" in refused()
    assert account.requests() == []


def test_the_accounts_of_a_name_are_read(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """With their variables; those of the default account do not count."""
    account.environ(monkeypatch)
    assert "TELNYX_EU_API_KEY" in refused("--account", "eu")
    assert "must be lower-case letters and digits" in refused("--account", "EU")
    monkeypatch.setenv("TELNYX_EU_API_KEY", API_KEY)
    monkeypatch.setenv("TELNYX_EU_BASE_URL", account.server.telnyx_url)
    account.requests()

    assert {each["vendor"] for each in shown("--account", "eu")["numbers"]} == {"telnyx"}
    assert {each.split("/")[1] for each in account.requests()} == {"v2"}


def unreachable() -> str:
    """A URL at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


class Project:
    """A stack's settings in the current folder; short waits, so that errors come soon."""

    def __init__(self, account: Account) -> None:
        self.config = {**account.config, "telegent:timeoutSeconds": "2", "telnyx:timeoutSeconds": "2"}

    def write(self, **changes: Any) -> None:
        config = self.config | {key.replace("_", ":"): value for key, value in changes.items()}
        Path("Pulumi.yaml").write_text("name: estate\nruntime: python\n")
        Path("Pulumi.prod.yaml").write_text(json.dumps({"encryptionsalt": SALT, "config": config}))


@pytest.fixture
def project(account: Account, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose stack `prod` has the settings; the environment has none."""
    account.environ(monkeypatch, *[name for name in os.environ if name.startswith(("TELEGENT_", "TELNYX_"))])
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")
    project = Project(account)
    project.write()
    return project


def test_a_stack_gives_the_settings(account: Account, project: Project) -> None:
    """`-s` reads the stack's configuration, and decrypts its secrets with the passphrase."""
    sealed = {"secure": Crypter("", SALT).encrypt(account.config["telnyx:apiKey"])}
    project.write(telnyx_apiKey=sealed)

    assert len(shown("-s", "prod")["numbers"]) == 9
    assert "TELNYX_API_KEY" in refused()  # without `-s` the stack does not count


@pytest.mark.parametrize(
    ("vendor", "break_", "said"),
    [
        ("telegent", {"config": {"telegent_accountSecret": "wr0ng-secret-for-this-account"}}, "Telegent answered 401"),
        ("telnyx", {"config": {"telnyx_apiKey": "KEY-wr0ng-for-this-account"}}, "Telnyx answered 401"),
        ("telegent", {"settings": {"telegentFailStatus": 500}}, "Telegent answered 500"),
        ("telnyx", {"url": True}, "no connection to 127.0.0.1"),
        ("telegent", {"settings": {"telegentListShort": True}}, "cannot list message routes: Telegent answered with 0"),
    ],
)
def test_what_cannot_be_read_whole_is_an_error(
    account: Account, project: Project, vendor: str, break_: dict[str, Any], said: str
) -> None:
    """One line that says what to do, an exit status, and no JSON, whatever the other vendor answers."""
    account.settings(**break_.get("settings", {}))
    config = break_.get("config", {f"{vendor}_baseUrl": unreachable()} if "url" in break_ else {})
    project.write(**config)

    line = refused("-s", "prod")

    assert said in line
    assert "; " in line
    assert "--run-program" not in line  # of refresh and destroy, which may have an old key: no option of this command
    assert not Scanner({key: value for key, value in config.items() if "Url" not in key}).found(line)


@pytest.mark.parametrize(
    ("stack", "passphrase", "said"),
    [
        ("prdo", "", "the stack 'prdo' has no settings file "),
        ("prod", "other", "Pulumi.prod.yaml: telnyx:apiKey: incorrect passphrase: set "),
    ],
)
def test_a_stack_that_cannot_be_read_is_an_error(
    project: Project, monkeypatch: pytest.MonkeyPatch, stack: str, passphrase: str, said: str
) -> None:
    """Nothing is guessed: a mistyped name does not lead to the environment's account."""
    project.write(telnyx_apiKey={"secure": Crypter("", SALT).encrypt("KEY")})
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", passphrase)

    line = refused("-s", stack)

    assert line.startswith(said)
    assert line.endswith(", or give the credentials in the environment, without -s")


def test_a_stack_needs_a_project(account: Account) -> None:
    del account
    assert "no Pulumi.yaml in" in refused("-s", "prod")
