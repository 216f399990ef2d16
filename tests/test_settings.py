"""Stack configuration and environment -> settings."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.settings import KEYS, telegent_settings, telnyx_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TELEGENT = {"telegent:accountKey": "DID-1", "telegent:accountSecret": "hush", "telegent:accountId": "AID-1"}
TELNYX = {"telnyx:apiKey": "KEY1"}
TELEGENT_ENVIRONMENT = {
    "TELEGENT_ACCOUNT_KEY": "DID-env",
    "TELEGENT_ACCOUNT_SECRET": "env-hush",
    "TELEGENT_ACCOUNT_ID": "AID-env",
    "TELEGENT_BASE_URL": "https://env.example",
}


def test_the_configuration_names_account_and_default_urls() -> None:
    """With credentials alone the vendors' public URLs are used."""
    telegent = telegent_settings(TELEGENT.get, {})
    telnyx = telnyx_settings(TELNYX.get, {})

    assert (telegent.account_key, telegent.account_secret, telegent.account_id) == ("DID-1", "hush", "AID-1")
    assert telegent.base_url == "https://api.telegent.com/v1.0"
    assert (telnyx.api_key, telnyx.base_url) == ("KEY1", "https://api.telnyx.com/v2")
    assert telegent.emulator_store is None
    assert telnyx.emulator_store is None


def test_the_environment_stands_in_for_every_absent_key() -> None:
    """Each key has a variable that is used where the key is absent."""
    telegent = telegent_settings({}.get, TELEGENT_ENVIRONMENT)
    telnyx = telnyx_settings({}.get, {"TELNYX_API_KEY": "KEYenv", "TELNYX_BASE_URL": "https://env.example/v2"})

    assert (telegent.account_key, telegent.account_secret, telegent.account_id) == ("DID-env", "env-hush", "AID-env")
    assert telegent.base_url == "https://env.example/v1.0"
    assert (telnyx.api_key, telnyx.base_url) == ("KEYenv", "https://env.example/v2")


def test_a_configuration_key_wins_over_its_variable() -> None:
    """A stack's own value is used whatever the shell holds, key by key."""
    settings = telegent_settings({"telegent:accountKey": "DID-1"}.get, TELEGENT_ENVIRONMENT)

    assert settings.account_key == "DID-1"
    assert settings.account_secret == "env-hush"


def test_blank_values_count_as_absent_and_blanks_around_a_value_are_dropped() -> None:
    """A blank key falls back to the variable; a line end pasted with a secret is no part of it."""
    settings = telegent_settings(
        {"telegent:accountKey": " ", "telegent:accountSecret": "hush\n"}.get, TELEGENT_ENVIRONMENT
    )

    assert settings.account_key == "DID-env"
    assert settings.account_secret == "hush"


def test_an_account_id_is_optional() -> None:
    """A direct account has no account id."""
    values = {key: TELEGENT[key] for key in ("telegent:accountKey", "telegent:accountSecret")}

    assert telegent_settings(values.get, {}).account_id is None


def test_missing_credentials_are_told_at_once_with_the_line_to_run() -> None:
    """One line names every missing key, its `pulumi config set` line and its variable."""
    with pytest.raises(ConfigurationError) as telegent:
        telegent_settings({}.get, {})
    with pytest.raises(ConfigurationError) as telnyx:
        telnyx_settings({}.get, {})

    for words in (
        "`pulumi config set telegent:accountKey <value>`",
        "`pulumi config set --secret telegent:accountSecret`",
        "TELEGENT_ACCOUNT_KEY",
        "TELEGENT_ACCOUNT_SECRET",
    ):
        assert words in str(telegent.value)
    assert "`pulumi config set --secret telnyx:apiKey`" in str(telnyx.value)
    assert "TELNYX_API_KEY" in str(telnyx.value)
    assert "\n" not in f"{telegent.value}{telnyx.value}"


def test_missing_credentials_and_a_wrong_url_are_told_together() -> None:
    """Everything wrong with one vendor stands in one error."""
    with pytest.raises(ConfigurationError, match=r"telnyx:apiKey not set.*; telnyx:baseUrl .*plain http"):
        telnyx_settings({"telnyx:baseUrl": "http://far.example"}.get, {})


def test_secrets_are_not_shown() -> None:
    """The representation of settings holds no secret."""
    shown = repr(telegent_settings(TELEGENT.get, {})) + repr(telnyx_settings(TELNYX.get, {}))

    assert "hush" not in shown
    assert "KEY1" not in shown


@pytest.mark.parametrize("value", ["hus\nh", "hüsh", "hu\x00sh", "hu\u2028sh"])
def test_a_credential_that_cannot_be_sent_is_refused_without_being_shown(value: str) -> None:
    """A credential with a control or non-ASCII character names its key, not its value."""
    with pytest.raises(ConfigurationError) as wrong:
        telnyx_settings({"telnyx:apiKey": value}.get, {})

    assert str(wrong.value).endswith("telnyx:apiKey holds a character that is not printable ASCII: set it again")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://api.telegent.com", "https://api.telegent.com/v1.0"),
        ("https://api.telegent.com/", "https://api.telegent.com/v1.0"),
        ("https://api.telegent.com/v1.0", "https://api.telegent.com/v1.0"),
        ("https://api.telegent.com/v1.0//", "https://api.telegent.com/v1.0"),
        ("https://api.telegent.com/v1.0/v1.0", "https://api.telegent.com/v1.0"),
        ("https://gateway.example:8443/telegent/", "https://gateway.example:8443/telegent/v1.0"),
        ("HTTPS://API.example", "https://api.example/v1.0"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1.0"),
        ("http://127.9.9.9", "http://127.9.9.9/v1.0"),
        ("http://localhost:8080/v1.0", "http://localhost:8080/v1.0"),
        ("http://[::1]:8080", "http://[::1]:8080/v1.0"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]/v1.0"),
    ],
)
def test_a_telegent_url_has_its_version_once(given: str, used: str) -> None:
    """Whether or not the base URL carries /v1.0 and slashes at its end, the URL used has the version once."""
    assert telegent_settings((TELEGENT | {"telegent:baseUrl": given}).get, {}).base_url == used


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://api.telnyx.com/v2/", "https://api.telnyx.com/v2"),
        ("https://api.telnyx.com:443/v2", "https://api.telnyx.com:443/v2"),
        ("https://gateway.example/telnyx", "https://gateway.example/telnyx"),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
    ],
)
def test_a_telnyx_url_is_used_as_given(given: str, used: str) -> None:
    """A Telnyx base URL carries its version itself; a proxy or a mock may have the API below any path."""
    assert telnyx_settings((TELNYX | {"telnyx:baseUrl": given}).get, {}).base_url == used


@pytest.mark.parametrize(
    ("key", "given", "url"),
    [
        *(("telnyx", f"https://api.telnyx.com{path}", "https://api.telnyx.com/v2") for path in ("", "/v1", "/v2/v2")),
        ("telnyx", "https://api.telegent.com/v2", "https://api.telnyx.com/v2"),
        *(
            ("telegent", f"https://api.telegent.com{path}", "https://api.telegent.com")
            for path in ("/v1", "/v1.0/oauth2")
        ),
        ("telegent", "https://api.telnyx.com/v2", "https://api.telegent.com"),
    ],
)
def test_a_vendors_host_has_one_url(key: str, given: str, url: str) -> None:
    """On the vendor's own host, a path too much or too little is known without a request."""
    read, values = (telnyx_settings, TELNYX) if key == "telnyx" else (telegent_settings, TELEGENT)

    with pytest.raises(ConfigurationError) as wrong:
        read((values | {f"{key}:baseUrl": given}).get, {})

    assert str(wrong.value).endswith(f"cannot be used: {key}:baseUrl is not the URL of the vendor's API: write {url}")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("http://api.telnyx.com/v2", "plain http to api.telnyx.com"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("http://localhost.evil.example", "plain http"),
        ("http://0.0.0.0:80", "plain http"),
        ("https://", "no host"),
        ("https:///v2", "no host"),
        ("api.telnyx.com", "not an https URL"),
        ("ftp://api.telnyx.com", "not an https URL"),
        ("file:///etc/passwd", "not an https URL"),
        ("Emulator", "not an https URL"),
        ("https://user:pa55@api.telnyx.com", "credentials"),
        ("https://pa55@api.telnyx.com", "credentials"),
        ("https://api.telnyx.com/v2?token=pa55", "query"),
        ("https://api.telnyx.com/v2?", "query"),
        ("https://api.telnyx.com/v2#pa55", "fragment"),
        ("https://api.telnyx.com:port", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://api.telnyx.com:99999", "cannot be read"),
        ("http://127.0.0.1\\@evil.example", "backslash"),
        ("https://api telnyx.com", "blank"),
        ("https://api.tel\tnyx.com", "blank"),
        ("https://-.-", "not a host name"),
        ("https://%65vil", "not a host name"),
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused(given: str, reason: str) -> None:
    """The error names the key and what is wrong, and repeats nothing that may be a secret."""
    with pytest.raises(ConfigurationError) as wrong:
        telnyx_settings((TELNYX | {"telnyx:baseUrl": given}).get, {})

    assert "telnyx:baseUrl " in str(wrong.value)
    assert reason in str(wrong.value)
    assert "pa55" not in str(wrong.value)


def test_a_wrong_url_of_the_environment_names_its_variable() -> None:
    """The error points at the place the value came from."""
    with pytest.raises(ConfigurationError, match="TELNYX_BASE_URL sends credentials over plain http"):
        telnyx_settings(TELNYX.get, {"TELNYX_BASE_URL": "http://far.example"})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project folder with a Pulumi.yaml, and the current directory two folders below it."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    with contextlib.chdir(below):
        yield tmp_path


def test_the_emulator_needs_no_credentials(project: Path) -> None:
    """`baseUrl: emulator` uses the emulator's fixed accounts and a file beside Pulumi.yaml."""
    telegent = telegent_settings({"telegent:baseUrl": "emulator"}.get, {})
    telnyx = telnyx_settings({"telnyx:baseUrl": "emulator"}.get, {})

    assert (telegent.account_key, telegent.account_secret) == ("DID-emulator", "emulator-secret")
    assert telegent.account_id == "AID-emulator"
    assert telnyx.api_key == "KEYemulator"
    assert telegent.emulator_store == telnyx.emulator_store == str(project / ".emulator.db")
    assert telegent.base_url == "http://emulator.localhost/v1.0"
    assert telnyx.base_url == "http://emulator.localhost/v2"


def test_the_emulators_file_can_be_named(project: Path, tmp_path: Path) -> None:
    """A relative path is relative to the project's folder; an absolute one stands as it is."""
    relative = telnyx_settings({"telnyx:baseUrl": "emulator:state/e.db"}.get, {})
    absolute = telnyx_settings({"telnyx:baseUrl": f"emulator:{tmp_path}/e.db"}.get, {})

    assert relative.emulator_store == str(project / "state" / "e.db")
    assert absolute.emulator_store == str(tmp_path / "e.db")


def test_without_a_project_the_emulators_file_is_in_the_current_folder(tmp_path: Path) -> None:
    """Outside any project the current folder takes the project's place."""
    with contextlib.chdir(tmp_path):
        settings = telnyx_settings({"telnyx:baseUrl": "emulator"}.get, {})

    assert settings.emulator_store == str(tmp_path / ".emulator.db")


def test_credentials_given_for_the_emulator_are_used(project: Path) -> None:
    """A stack's own keys are sent to the emulator too; the shell's variables of a real account are not."""
    given = telegent_settings(
        {"telegent:baseUrl": "emulator", "telegent:accountKey": "DID-2"}.get, TELEGENT_ENVIRONMENT
    )

    assert given.account_key == "DID-2"
    assert given.account_secret == "emulator-secret"


def test_the_environment_may_name_the_emulator(project: Path) -> None:
    """TELNYX_BASE_URL=emulator works like the key."""
    assert telnyx_settings({}.get, {"TELNYX_BASE_URL": "emulator"}).emulator_store == str(project / ".emulator.db")


@pytest.mark.parametrize(
    ("given", "kept"), [(None, 50), ("", 50), (" ", 50), ("1", 1), ("50", 50), (" 120 ", 120), ("1000000", 1_000_000)]
)
def test_the_limit_of_requests_a_minute(given: str | None, kept: int) -> None:
    """Telegent's standard tier, or what the configuration says."""
    values = TELEGENT if given is None else TELEGENT | {"telegent:requestsPerMinute": given}

    assert telegent_settings(values.get, {}).requests_per_minute == kept


@pytest.mark.parametrize(
    "given", ["0", "-1", "50.0", "1e3", "fifty", "1000001", "9" * 30, "\u0665\u0660", "50 a minute", "true"]
)
def test_a_limit_that_is_none_is_refused(given: str) -> None:
    """The error names the key and what is allowed."""
    with pytest.raises(ConfigurationError) as wrong:
        telegent_settings((TELEGENT | {"telegent:requestsPerMinute": given}).get, {})

    assert str(wrong.value) == (
        "Telegent cannot be used: telegent:requestsPerMinute is not a whole number from 1 to 1000000"
    )


def test_the_embedded_emulator_is_paced_only_where_that_is_asked_for(project: Path) -> None:
    """Trying out needs no waiting; an emulator on this machine's network is paced as the vendor is."""
    embedded = {"telegent:baseUrl": "emulator"}
    served = TELEGENT | {"telegent:baseUrl": "http://127.0.0.1:8080"}

    assert telegent_settings(embedded.get, {}).requests_per_minute is None
    assert telegent_settings((embedded | {"telegent:requestsPerMinute": "7"}).get, {}).requests_per_minute == 7
    assert telegent_settings(served.get, {}).requests_per_minute == 50


@pytest.mark.parametrize(
    ("given", "seconds"), [(None, 300), ("", 300), ("1", 1), ("0.5", 0.5), ("600", 600), ("86400", 86_400)]
)
def test_the_time_for_an_operation(given: str | None, seconds: float) -> None:
    """Five minutes, or what the configuration says, for each vendor by itself."""
    telegent = TELEGENT if given is None else TELEGENT | {"telegent:timeoutSeconds": given}
    telnyx = TELNYX if given is None else TELNYX | {"telnyx:timeoutSeconds": given}

    assert telegent_settings(telegent.get, {}).timeout_seconds == seconds
    assert telnyx_settings(telnyx.get, {}).timeout_seconds == seconds
    assert telnyx_settings((TELNYX | {"telegent:timeoutSeconds": "7"}).get, {}).timeout_seconds == 300


@pytest.mark.parametrize("given", ["0", "0.0", "-1", "nan", "inf", "5m", "1e2", ".", "86401", "\u0663"])
def test_a_time_that_is_none_is_refused(given: str) -> None:
    """The error names the key and what is allowed, for either vendor."""
    for read, values, vendor in ((telegent_settings, TELEGENT, "Telegent"), (telnyx_settings, TELNYX, "Telnyx")):
        key = f"{vendor.lower()}:timeoutSeconds"
        with pytest.raises(ConfigurationError) as wrong:
            read((values | {key: given}).get, {})
        assert str(wrong.value) == (
            f"{vendor} cannot be used: {key} is not a number of seconds above 0 and up to 86400"
        )


def test_the_keys_are_those_that_are_read() -> None:
    """A new setting is no unknown key, and an old one is not listed."""
    read = set[str]()

    def get(key: str) -> str:
        read.add(key)
        return ""

    for settings in (telegent_settings, telnyx_settings):
        with contextlib.suppress(ConfigurationError):
            settings(get, {})

    assert read == set(KEYS)


def test_settings_need_the_standard_library_only() -> None:
    """Importing the settings loads neither Pulumi nor httpx."""
    code = "import sys, pulumi_messaging.settings; print({'pulumi', 'httpx', 'pydantic'} & set(sys.modules))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)

    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize(("given", "kept"), [(None, ""), (" ", ""), ("equal", "adopt"), (" equal\n", "adopt")])
def test_take_overs_may_be_limited_to_equal_objects(given: str | None, kept: str) -> None:
    """The settings keep the key, which refusals name."""
    values = {} if given is None else {"telegent:adopt": given, "telnyx:adopt": given}

    assert telegent_settings((TELEGENT | values).get, {}).equal_only == (kept and f"telegent:{kept}")
    assert telnyx_settings((TELNYX | values).get, {}).equal_only == (kept and f"telnyx:{kept}")


@pytest.mark.parametrize("given", ["Equal", "equals", "true", "none"])
def test_another_limit_of_take_overs_is_refused(given: str) -> None:
    """A misspelled guard does not guard, so it is an error."""
    with pytest.raises(ConfigurationError) as wrong:
        telnyx_settings((TELNYX | {"telnyx:adopt": given}).get, {})

    assert str(wrong.value) == (
        'Telnyx cannot be used: telnyx:adopt must be "equal" or absent: run `pulumi config set telnyx:adopt equal`'
    )


def test_missing_settings_have_a_short_text_too() -> None:
    """For a line that is no error."""
    with pytest.raises(ConfigurationError) as wrong:
        telegent_settings({}.get, {})

    assert wrong.value.short == "telegent:accountKey and telegent:accountSecret not set"
