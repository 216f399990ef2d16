"""Look-ups of a program: `get_message_routes`, `get_messaging_profiles`, `get_numbers`."""

from __future__ import annotations

import contextvars
import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pulumi
import pytest
from pulumi.runtime import Settings, configure, set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from pulumi_messaging import get_message_routes, get_messaging_profiles, get_numbers
from tests.support.account import VARIABLES, Account
from tests.support.emulator.seed import DEFAULT, SECOND, THIRD
from tests.support.secrets.canaries import PASSWORD, USER
from tests.support.secrets.scanner import Scanner

T = TypeVar("T")


class Monitor:
    """The stub of an engine's monitor, one for each run."""


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account whose credentials are in no variable."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    account = Account(tmp_path / "emulator.db")
    yield account
    account.close()


def run(program: Callable[[], T], config: dict[str, str], monitor: Any = None, *, dry_run: bool = False) -> T:
    """Run a program with a stack's configuration; what it says on stderr is pytest's."""

    def configured() -> T:
        configure(Settings("messaging", "dev", monitor=monitor or Monitor(), dry_run=dry_run))
        set_all_config(config)
        return program()

    return contextvars.Context().run(configured)


def refused(program: Callable[[], object], config: dict[str, str]) -> str:
    """The one line of a program that fails."""
    with pytest.raises(pulumi.RunError) as failed:
        run(program, config)
    assert "\n" not in str(failed.value)
    assert failed.value.__cause__ is failed.value.__context__ is None
    return str(failed.value)


@pytest.mark.parametrize("dry_run", [True, False], ids=["preview", "up"])
def test_objects_are_looked_up_by_name_and_by_what_they_are_on(account: Account, dry_run: bool) -> None:
    """Previews too; the list is the caller's own."""
    orders = account.route("orders", "+15550210001", "+15550210002")
    account.route("other", "+15550210003")
    support = account.profile("support", "+15550110001", tags=("vip",))

    def program() -> dict[str, Any]:
        (route,), (profile,) = get_message_routes(name=" orders"), get_messaging_profiles(name="support")
        get_message_routes().clear()
        return {
            "route": route.message_route_id,
            "profile": profile.id,
            "routes": [each.route_name for each in get_message_routes()],
            "none": [*get_message_routes(name="Orders"), *get_messaging_profiles(name="nobody")],
            "on route": [each.number for each in get_numbers(message_route_id=route.message_route_id.lower())],
            "on profile": [(each.number, each.tags) for each in get_numbers(messaging_profile_id=profile.id)],
            "on default": [each.number for each in get_numbers(messaging_profile_id=DEFAULT)],
            "all": Counter(each.vendor for each in get_numbers()),
        }

    assert run(program, account.config, dry_run=dry_run) == {
        "route": orders,
        "profile": support,
        "routes": ["orders", "other"],
        "none": [],
        "on route": ["+15550210001", "+15550210002"],
        "on profile": [("+15550110001", ("vip",))],
        "on default": [SECOND, THIRD],
        "all": {"telegent": 6, "telnyx": 7},
    }


def test_a_run_reads_each_list_once(account: Account) -> None:
    """However often a program looks; the next run reads again."""

    def program() -> None:
        for name in ("a", "b"):
            get_message_routes(name=name)
            get_messaging_profiles(name=name)
            get_numbers(message_route_id=f"MRID-{name}")
        get_numbers()

    run(program, account.config)
    expected = {
        "POST /v1.0/oauth2/tokens": 2,
        "GET /v1.0/account/message/routes": 1,
        "GET /v1.0/numbers/inventory": 1,
        "GET /v2/messaging_profiles": 1,
        "GET /v2/phone_numbers/messaging": 1,
    }
    assert Counter(account.requests()) == expected

    run(program, account.config)
    assert Counter(account.requests()) == expected


def test_only_the_vendor_of_the_filter_is_asked(account: Account) -> None:
    """A program of one vendor needs no credentials of the other."""
    telnyx = {key: value for key, value in account.config.items() if key.startswith("telnyx:")}
    telegent = {key: value for key, value in account.config.items() if key.startswith("telegent:")}

    assert len(run(lambda: get_numbers(messaging_profile_id=DEFAULT), telnyx)) == 2
    assert run(lambda: get_numbers(message_route_id="MRID-1"), telegent) == []
    assert {each.vendor for each in run(get_numbers, telnyx)} == {"telnyx"}
    assert {each.vendor for each in run(get_numbers, telegent)} == {"telegent"}


def test_a_look_up_reads_the_account_that_it_names(account: Account, tmp_path: Path) -> None:
    """A list of one account is not taken for that of another; a vendor without credentials there is left out."""
    other = Account(tmp_path / "eu.db")
    ours, theirs = account.route("orders"), other.route("orders")
    named = {key.replace(":", "-eu:"): value for key, value in other.config.items() if key.startswith("telegent:")}

    def program() -> list[str]:
        found = [get_message_routes(name="orders", account=each)[0].message_route_id for each in (None, "eu")]
        return [*found, *(each.vendor for each in get_numbers(account="eu"))]

    assert run(program, account.config | named) == [ours, theirs, *["telegent"] * 3]
    assert not {line for line in other.requests() if "/v2/" in line}
    other.close()


def test_the_name_of_an_account_is_checked(account: Account) -> None:
    """In one line, like that of a resource; what it lacks is named with it."""
    wrong: list[tuple[Any, str]] = [
        ("", "get_numbers: account must be a string, not an empty one"),
        (
            pulumi.Output.from_input("eu"),
            "get_numbers: account must be a string, not an Output, which is known too late",
        ),
        ("EU", 'get_numbers: account must be lower-case letters and digits, .*, not "EU"'),
        ("eu", "neither vendor has credentials: set TELEGENT_EU_ACCOUNT_KEY and TELEGENT_EU_ACCOUNT_SECRET, or "),
    ]
    for name, said in wrong:
        assert re.match(said, refused(lambda name=name: get_numbers(account=name), account.config))
    assert 'Telnyx account "eu" cannot be used: ' in refused(
        lambda: get_messaging_profiles(account="eu"), account.config
    )
    assert account.requests() == []


def test_credentials_that_are_missing_are_named(account: Account) -> None:
    """Nothing is sent."""
    assert "telegent:accountKey and telegent:accountSecret not set" in refused(get_message_routes, {})
    assert "telnyx:apiKey not set" in refused(get_messaging_profiles, {})
    assert "telnyx:apiKey not set" in refused(lambda: get_numbers(messaging_profile_id=DEFAULT), {})
    assert refused(get_numbers, {}).startswith("neither vendor has credentials: set TELEGENT_ACCOUNT_KEY and ")
    assert account.requests() == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"telegentListShort": True}, "cannot list message routes: Telegent answered with 0 and counts others; "),
        ({"telegentFailStatus": 503}, "cannot list message routes: "),
    ],
)
def test_a_list_that_cannot_be_read_whole_ends_the_program(
    account: Account, settings: dict[str, Any], said: str
) -> None:
    """In one line; the next look-up asks again."""
    account.settings(**settings)

    assert refused(get_message_routes, account.config | {"telegent:timeoutSeconds": "2"}).startswith(said)


def test_a_profile_that_does_not_exist_is_an_error(account: Account) -> None:
    """Unlike a profile without numbers."""
    missing = "00000000-0000-4000-8000-000000000000"

    line = refused(lambda: get_numbers(messaging_profile_id=missing), account.config)

    assert line.startswith(f"cannot list the numbers of messaging profile {missing}: Telnyx answered 404")


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "both": (
        lambda: get_numbers(messaging_profile_id=DEFAULT, message_route_id="MRID-1"),
        "get_numbers: give messaging_profile_id or message_route_id, not both",
    ),
    "an output": (
        lambda: get_message_routes(name=pulumi.Output.from_input("a")),  # type: ignore[arg-type]
        "get_message_routes: name must be a string, not an Output, which is known too late for a look-up",
    ),
    "a number": (
        lambda: get_messaging_profiles(name=5),  # type: ignore[arg-type]
        "get_messaging_profiles: name must be a string, not int",
    ),
    "an empty text": (
        lambda: get_numbers(message_route_id=" "),
        "get_numbers: message_route_id must be a string, not an empty one",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_arguments_are_refused(account: Account, what: str) -> None:
    """In one line; nothing is sent."""
    program, line = WRONG[what]

    assert refused(program, account.config) == line
    assert account.requests() == []


class NoMocks(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return args.name, args.inputs

    def call(self, args: MockCallArgs) -> dict[Any, Any]:
        return dict(args.args)


def test_under_mocks_every_list_is_empty(account: Account) -> None:
    """A unit test of a program needs no credentials, and sends nothing."""

    def program() -> list[Any]:
        return [*get_message_routes(), *get_messaging_profiles(), *get_numbers(), *get_numbers(message_route_id="M")]

    assert run(program, {}, MockMonitor(NoMocks())) == run(program, account.config, MockMonitor(NoMocks())) == []
    assert account.requests() == []


def test_the_objects_are_frozen_and_hold_no_secret(account: Account) -> None:
    """Passwords and user names do not get into the program's memory by a look-up."""
    account.route("orders", MessageAuthenticationType="Basic", MessageUsername=USER, MessagePasswordToken=PASSWORD)
    account.profile("support", v1_secret="v1-s3cr3t-of-the-profile")

    (route,), (profile,) = run(lambda: (get_message_routes(), get_messaging_profiles(name="support")), account.config)

    secrets = {"user": USER, "password": PASSWORD, "v1": "v1-s3cr3t-of-the-profile"}
    shown = [str(dataclasses.asdict(each)) + repr(each) for each in (route, profile)]
    assert not Scanner(secrets).found(*shown)
    with pytest.raises(dataclasses.FrozenInstanceError):
        route.route_name = "other"  # type: ignore[misc]
