"""Settings of named accounts: keys, variables, base URLs and emulators of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.settings import telegent_settings, telnyx_settings

LOCAL = ("emulator", "emulator:x.db", "http://localhost:4020/v2", "https://127.0.0.1:4020/v2")


@pytest.mark.parametrize("default", LOCAL)
@pytest.mark.parametrize("by_environment", [True, False])
def test_a_named_account_reaches_the_vendor_by_a_word_only_where_the_default_one_does_not(
    default: str,
    by_environment: bool,
) -> None:
    """A base URL is not inherited, and a trial on an emulator does not reach the vendor because one is missing."""
    config, environ = {"telnyx-eu:apiKey": "k"}, {}
    if by_environment:
        environ = {"TELNYX_BASE_URL": default}
    else:
        config["telnyx:baseUrl"] = default
    source = "TELNYX_BASE_URL" if by_environment else "telnyx:baseUrl"

    with pytest.raises(ConfigurationError) as failed:
        telnyx_settings(config.get, environ, "eu")

    assert str(failed.value) == (
        f'Telnyx account "eu" cannot be used: telnyx-eu:baseUrl not set, while {source} is the emulator or a loopback '
        "host: run `pulumi config set telnyx-eu:baseUrl emulator`, or set it to https://api.telnyx.com/v2 for the "
        "vendor"
    )
    config["telnyx-eu:baseUrl"] = "https://api.telnyx.com/v2"
    assert telnyx_settings(config.get, environ, "eu").base_url == "https://api.telnyx.com/v2"


def test_the_base_url_of_a_named_account_is_its_own() -> None:
    """That of the default account is not inherited, whatever proxy it names; a wrong one is named by its own key."""
    config = {"telnyx:baseUrl": "https://proxy.example/v2", "telnyx-eu:apiKey": "k", "telnyx-us:baseUrl": "ftp://x"}

    assert telnyx_settings(config.get, {}, "eu").base_url == "https://api.telnyx.com/v2"
    with pytest.raises(ConfigurationError, match="telnyx-us:baseUrl is not an https URL"):
        telnyx_settings(config.get, {}, "us")


@pytest.mark.parametrize(
    ("account", "key", "variable"),
    [
        ("eu", "telegent-eu:accountKey", "TELEGENT_EU_ACCOUNT_KEY"),
        ("eu-west", "telegent-eu-west:accountKey", "TELEGENT_EU_WEST_ACCOUNT_KEY"),
    ],
)
def test_a_named_account_has_keys_and_variables_of_its_own(account: str, key: str, variable: str) -> None:
    """Its key wins over its variable, and what is the default account's does not count."""
    secret = {"TELEGENT_ACCOUNT_SECRET": "no", variable.replace("KEY", "SECRET"): "s"}
    environ = {"TELEGENT_ACCOUNT_KEY": "no", "TELEGENT_ACCOUNT_ID": "no", variable: "of the variable", **secret}

    of_variable = telegent_settings({"telegent:accountKey": "no"}.get, environ, account)
    of_key = telegent_settings({key: "of the key"}.get, environ, account)

    assert (of_variable.account_key, of_variable.account_secret, of_variable.account_id) == (
        "of the variable",
        "s",
        None,
    )
    assert of_key.account_key == "of the key"


def test_each_account_has_an_emulator_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default, or two names would mean one account; a path may name the same file."""
    monkeypatch.chdir(tmp_path)
    config = {f"telnyx{account}:baseUrl": "emulator" for account in ("", "-eu")}
    config["telnyx-us:baseUrl"] = "emulator:.emulator.db"

    stores = [telnyx_settings(config.get, {}, account).emulator_store for account in ("", "eu", "us")]

    assert stores == [str(tmp_path / name) for name in (".emulator.db", ".emulator.db.eu", ".emulator.db")]
