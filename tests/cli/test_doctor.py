"""`doctor`: what it finds at the vendors, in the settings and behind declared URLs; it reads only."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner

from pulumi_messaging.api import telegent
from pulumi_messaging.api.telegent import ENDPOINTS
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.cli import doctor_urls, doctor_vendors
from pulumi_messaging.cli.commands import app
from pulumi_messaging.cli.doctor_findings import at_once
from pulumi_messaging.cli.doctor_vendors import clock, limit_of
from pulumi_messaging.cli.exported import TOKEN, Resource
from pulumi_messaging.settings import TelnyxSettings
from tests.support.cli.doctor import doctor
from tests.support.peers.certificates import make
from tests.support.peers.sockets import Peer, answer
from tests.support.pulumi_values import SALT
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.account import Account

WRONG = {"TELEGENT_ACCOUNT_SECRET": "wr0ng-secret-for-this-account", "TELNYX_API_KEY": "KEY-wr0ng-for-this-account"}
PATHS = [f"telegent token {path}" for path in ENDPOINTS]


@pytest.fixture(autouse=True)
def _activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Pulumi CLI on PATH, the environment that it would take has this package, as a user's has."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def stack(**config: Any) -> None:
    """A project with a stack `prod` in the current folder."""
    Path("Pulumi.yaml").write_text("name: estate\nruntime: python\n")
    settings = {key.replace("_", ":"): value for key, value in config.items()}
    Path("Pulumi.prod.yaml").write_text(json.dumps({"encryptionsalt": SALT, "config": settings}))


def test_where_all_is_well_the_status_is_0_and_nothing_is_written(account: Account) -> None:
    """A token for each endpoint of Telegent, one page of Telnyx, and no other request."""
    account.route("orders", "+15550100009")
    account.requests()

    told = doctor()

    assert (told.status, told.failed()) == (0, {})
    assert {*PATHS, "telnyx key", "python", "telegent clock", "telnyx limit"} <= told.findings.keys()
    asked = [request.partition("?")[0] for request in account.requests()]
    assert sorted(asked) == ["GET /v2/messaging_profiles", *["POST /v1.0/oauth2/tokens"] * len(ENDPOINTS)]
    # Other tests of this process use the same account.
    assert told.findings["telegent limit"]["detail"].endswith("of 50 requests a minute used by this machine")
    assert int(told.findings["telegent limit"]["detail"].split()[0]) >= len(ENDPOINTS)


def test_each_endpoint_that_needs_a_token_is_asked_for_one() -> None:
    paths = {value for name, value in vars(telegent).items() if name.isupper() and str(value).startswith("/")}

    assert {*ENDPOINTS} == paths - {telegent.TOKENS}


def test_for_a_person_each_check_is_a_line(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.environ(monkeypatch, "TELEGENT_ACCOUNT_SECRET")

    result = CliRunner().invoke(app, ["doctor"])

    (line,) = [line for line in result.stdout.splitlines() if not line.startswith("ok    ")]
    assert line.startswith("FAIL  telegent credentials: Telegent cannot be used; telegent:accountSecret not set: run `")
    assert result.exit_code == 1


def test_refused_credentials_are_told_once_and_not_repeated(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tokens would be refused, too."""
    account.environ(monkeypatch, **WRONG)

    told = doctor()

    assert told.failed().keys() == {PATHS[0], "telnyx key"}
    assert told.failed()["telnyx key"].startswith("Telnyx answered 401")
    assert "check telnyx:apiKey" in told.failed()["telnyx key"]
    assert len(account.requests()) == 2
    assert not Scanner(WRONG).found(told.text)


def test_without_credentials_the_variables_are_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_API_KEY")
    assert "TELNYX_API_KEY" in doctor().failed()["credentials"]

    account.environ(monkeypatch, "TELNYX_API_KEY")
    assert doctor().findings["telnyx credentials"]["detail"] == "none: this vendor is not used"


def test_each_named_account_is_asked_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A default account is not needed beside it."""
    account.environ(monkeypatch, "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_API_KEY")
    named = {key.replace("telnyx:", "telnyx-eu:"): value for key, value in account.config.items()}
    stack(**{key: value for key, value in named.items() if key.startswith("telnyx-eu:")})

    told = doctor("-s", "prod")

    assert told.failed() == {}
    assert {"telnyx-eu credentials", "telnyx-eu key"} <= told.findings.keys()
    assert told.findings["telnyx credentials"]["detail"] == "none: this vendor is not used"
    assert "telegent-eu credentials" not in told.findings


def test_a_named_account_of_the_environment_is_asked_without_a_base_url_too(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sets the vendor's own. The default account is on this machine here: the named one must not leave it."""
    monkeypatch.setenv("TELNYX_EU_API_KEY", "KEYeu")
    monkeypatch.setenv("TELEGENT_US_ACCOUNT_KEY", "DID-us")

    failed = doctor().failed()

    assert "telnyx-eu:baseUrl not set" in failed["telnyx-eu credentials"]
    assert "telegent-us:accountSecret not set" in failed["telegent-us credentials"]


@pytest.fixture
def peers() -> Iterator[Callable[..., Peer]]:
    """Makes servers, and closes them."""
    made: list[Peer] = []

    def peer(*arguments: Any, **options: Any) -> Peer:
        made.append(Peer(*arguments, **options))
        return made[-1]

    yield peer
    for each in made:
        each.close()


def test_a_vendor_that_hangs_costs_at_most_its_bound(
    account: Account, monkeypatch: pytest.MonkeyPatch, peers: Callable[..., Peer]
) -> None:
    silent = peers(lambda peer, _connection: peer.pause(20))
    account.environ(monkeypatch, TELNYX_BASE_URL=f"http://127.0.0.1:{silent.port}/v2")
    monkeypatch.setattr(doctor_vendors, "SECONDS", 0.5)
    began = time.monotonic()

    told = doctor()

    assert told.failed().keys() == {"telnyx answers"}
    assert "did not answer in time" in told.failed()["telnyx answers"]
    assert time.monotonic() - began < 5


def test_a_check_that_nothing_can_interrupt_is_left_behind() -> None:
    """A resolver of names, for one: the others' results are there, and an error is raised where it is waited for."""
    over = threading.Event()
    try:
        assert at_once([lambda: 1, over.wait, lambda: 3], 0.2) == [1, None, 3]
        with pytest.raises(ZeroDivisionError):
            at_once([lambda: 1 // 0], 5)
    finally:
        over.set()


def test_without_a_home_the_limit_is_kept_for_each_process_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    assert doctor().failed()["telegent limit"].endswith("counted for each process alone; set HOME or XDG_CACHE_HOME")


def test_the_embedded_emulator_is_not_made(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.environ(monkeypatch, *WRONG)
    stack(telegent_baseUrl="emulator", telnyx_baseUrl="emulator")

    assert doctor("-s", "prod").failed() == {}
    assert not Path(".emulator.db").exists()


def test_a_mistyped_key_is_told_with_the_one_meant(account: Account) -> None:
    stack(**account.config, telegent_acountId="AID-1")

    assert doctor("-s", "prod").failed() == {
        "configuration keys": "telegent:acountId is not a setting, and has no effect; did you mean telegent:accountId?"
    }


def test_with_settings_that_cannot_be_read_no_account_is_asked(account: Account) -> None:
    """The environment's account may be another one."""
    stack()

    told = doctor("-s", "prdo")

    file, environment = Path("Pulumi.prdo.yaml").absolute(), "or give the credentials in the environment, without -s"
    reason = f"the stack 'prdo' has no settings file {file}: correct the name of the stack"
    assert told.failed() == {"settings": f"{reason}; {environment}"}
    assert account.requests() == []


@pytest.mark.parametrize(("skew", "ok"), [(0, True), (-29, True), (29, True), (31, False), (-3600, False)])
def test_the_clock_is_compared_with_the_vendors_dates(skew: int, ok: bool) -> None:
    date = httpx.Headers({"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    late = httpx.Headers({"Date": "Wed, 31 Dec 2025 20:00:00 GMT"})  # held up somewhere: the other date counts

    found = clock("telegent", [(date, 1_767_225_600.0 + skew), (late, 1_767_225_600.0 + skew)])

    assert found.ok == ok
    assert found.detail == f"this machine is {abs(skew)} s {'ahead of' if skew >= 0 else 'behind'} the vendor"


@pytest.mark.parametrize(("left", "ok"), [("3", True), ("0", False)])
def test_a_limit_that_is_used_up_is_told(account: Account, left: str, ok: bool) -> None:
    client = TelnyxClient(TelnyxSettings("KEY", account.server.telnyx_url))
    headers = {"x-ratelimit-limit": "10", "x-ratelimit-remaining": left, "x-ratelimit-reset": "7"}

    found = limit_of("telnyx limit", (httpx.Headers(headers), 0.0), client)

    assert found is not None
    assert (found.ok, found.detail) == (ok, f"{left} of 10 requests left, for 7 s")
    client.close()


def test_each_host_of_a_declared_url_is_asked_once(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, peers: Callable[..., Peer]
) -> None:
    """Without the path: a message could be made of it. Of the URL only scheme, host and port are shown."""
    monkeypatch.setattr(doctor_urls, "SECONDS", 2.0)
    closed = peers(lambda _peer, _connection: None)
    closed.close()
    well = peers(lambda _peer, connection: connection.sendall(answer(b"", status="404 Not Found")))
    ill = peers(lambda _peer, connection: connection.sendall(answer(b"", status="502 Bad Gateway")))
    untrusted = peers(lambda *_: None, make(tmp_path, "self-signed").server)
    stack(
        **account.config,
        messaging_routes={
            "one": {"messageUrl": f"http://u:s3cr3t-0123456789@127.0.0.1:{well.port}/in?k=s3cr3t-0123456789"},
            "two": {"messageUrl": f"http://127.0.0.1:{well.port}/other"},
        },
        estate_hooks=[f"http://127.0.0.1:{ill.port}", f"https://127.0.0.1:{untrusted.port}/x"],
        estate_gone=f"http://127.0.0.1:{closed.port}/",
    )

    told = doctor("-s", "prod", "--urls")

    assert well.heads == ["HEAD / HTTP/1.1"]
    assert told.findings[f"url http://127.0.0.1:{well.port}"]["ok"]
    failed = {name.rpartition(":")[2]: text for name, text in told.failed().items() if name.startswith("url ")}
    assert failed.keys() == {str(ill.port), str(untrusted.port), str(closed.port)}
    assert failed[str(ill.port)].startswith("it answers 502: nobody is behind its proxy (estate:hooks)")
    assert failed[str(untrusted.port)].startswith("its certificate is not accepted (")
    assert failed[str(closed.port)].startswith("nobody answers (")
    assert "s3cr3t" not in told.text


def test_urls_of_the_state_are_asked_and_secret_ones_are_not() -> None:
    route = Resource(
        urn="urn:pulumi:prod::estate::t::orders",
        type=f"{TOKEN}MessageRoute",
        inputs={
            "messageUrl": "https://a.example.com/in",
            "callbackMessageUrl": {"4dabf18193072939515e22adb298388d": "x"},
        },
    )
    config = {
        "telegent-eu:baseUrl": "https://api.example.com",
        "estate:hook": {"secure": "https://b.example.com"},
        "estate:text": "no URL",
        "estate:port": "https://c.example.com:99999999/",
    }

    assert doctor_urls.declared(config, [route]) == {"https://a.example.com": "messageUrl of orders"}


def test_a_name_without_an_address_is_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise OSError(-2, "Name or service not known")

    stack(**account.config, estate_hook="https://hooks.exmaple.com/in")
    monkeypatch.setattr(doctor_urls.socket, "getaddrinfo", unknown)

    (found,) = doctor_urls.urls({"https://hooks.exmaple.com": "estate:hook"})

    assert (found.ok, found.detail) == (False, "its name has no address (estate:hook)")
