"""`pulumi-messaging adopt`: the code that it writes for what exists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pulumi_messaging.cli.adopt_program import program
from pulumi_messaging.core.fields import camel
from pulumi_messaging.estate.declarations import declared
from pulumi_messaging.estate.reading import Estate
from tests.support.account import Account
from tests.support.cli.adopting import adopt, adopted, registered
from tests.support.emulator.seed import DEFAULT

BASIC = {"MessageAuthenticationType": "Basic", "MessageUsername": "hooks", "MessagePasswordToken": "geheim-1"}
# What every profile of the emulator has.
GIVEN = {
    "enabled": True,
    "webhook_api_version": "2",
    "daily_spend_limit_enabled": False,
    "mms_fall_back_to_sms": False,
    "mms_transcoding": False,
    "mobile_only": False,
    "smart_encoding": False,
    "redaction_enabled": False,
    "redaction_level": 2,
}
PROFILE = "\n    ".join(
    [
        'whitelisted_destinations=["US"],',
        *(f"{name}={json.dumps(value).capitalize()}," for name, value in GIVEN.items()),
    ]
)
SETTINGS = "\n".join(f"      {camel(name)}: {json.dumps(value)}" for name, value in GIVEN.items())
HOOK = "https://hooks.example.com/in"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "messaging.py"


def test_what_exists_becomes_a_program(account: Account, out: Path) -> None:
    """Routes with their ids, numbers alike as groups; a password is a secret of the configuration."""
    route = account.route("Büro (EU)", **BASIC)
    profile = account.profile("gold", "+15550110002", "+15550110001", tags=("vip", "eu"))
    account.control("POST", "numbers", [{"phone_number": "+15550110003", "messaging_profile_id": profile}])

    result = adopt(out, "--name", "Büro*", "--name", "gold")

    assert (result.exit_code, result.stdout) == (0, "pulumi config set --secret buro-eu-messagePasswordToken\n")
    assert result.stderr.splitlines() == [
        f"{out}: 4 resources.",
        "Passwords are not managed until the commands above have set them.",
    ]
    assert (
        out.read_text(encoding="utf-8")
        == f'''\
"""Objects that existed before this program, as `pulumi-messaging adopt` found them."""

import pulumi
from pulumi_messaging import (
    MessageRoute,
    MessagingProfile,
    NumberMessaging,
    NumberMessagingGroup,
)

config = pulumi.Config()

route_buro_eu = MessageRoute(
    "buro-eu",
    adopt="{route}",
    message_url="{HOOK}",
    message_url_method="POST",
    route_name="Büro (EU)",
    message_route_enabled=True,
    message_authentication_type="Basic",
    message_username="hooks",
    message_password_token=config.get_secret("buro-eu-messagePasswordToken"),
)

profile_gold = MessagingProfile(
    "gold",
    adopt="{profile}",
    name="gold",
    {PROFILE}
)

NumberMessaging(
    "number-15550110003",
    phone_number="+15550110003",
    messaging_profile_id=profile_gold.id,
    messaging_product="A2P",
)

NumberMessagingGroup(
    "gold",
    phone_numbers=["+15550110001", "+15550110002"],
    messaging_profile_id=profile_gold.id,
    messaging_product="A2P",
    tags=["eu", "vip"],
)
'''
    )


def test_numbers_of_a_route_name_the_route_of_the_program(account: Account, out: Path) -> None:
    """Its id, where the program does not have the route."""
    account.route("one", "+15550210001", "+15550210002")
    account.route("other", "+15550210003")

    text = adopted(out, "--route", "one", "--route", "other")
    assert (
        """
NumberRoute(
    "number-15550210003",
    number="+15550210003",
    message_route_id=route_other.id,
)

NumberRouteGroup(
    "one",
    numbers=["+15550210001", "+15550210002"],
    message_route_id=route_one.id,
)
"""
        in text
    )

    bad = account.route("bad", "+15550210004", MessageUrl="ftp://x")
    assert f'message_route_id="{bad}"' in adopted(out.with_suffix(".bad"), "--route", "bad")


def test_it_becomes_a_settings_file(account: Account, out: Path) -> None:
    """Texts in quotes, so that no version of YAML reads a number in them; passwords are set below their resource."""
    route = account.route("on", CallbackMessageAuthenticationType="Bearer", CallbackMessagePasswordToken="geheim-2")

    result = adopt(out, "--format", "settings", "--name", "on", "--name", "default")

    assert result.stdout == ("pulumi config set --secret messaging:routes.on.callbackMessagePasswordToken --path\n"), (
        result.stderr
    )
    assert (
        out.read_text(encoding="utf-8")
        == f"""\
# Objects that existed before this stack, as `pulumi-messaging adopt` found them.
config:
  messaging:routes:
    "on":
      adopt: "{route}"
      messageUrl: "{HOOK}"
      messageUrlMethod: "POST"
      routeName: "on"
      messageRouteEnabled: true
      callbackMessageAuthenticationType: "Bearer"
  messaging:groups:
    "default":
      phoneNumbers:
        - "+15550100002"
        - "+15550100003"
      messagingProfileId: "{DEFAULT}"
      messagingProduct: "A2P"
  messaging:profiles:
    "default":
      adopt: "{DEFAULT}"
      name: "default"
      whitelistedDestinations:
        - "US"
{SETTINGS}
"""
    )


def test_what_the_checks_refuse_is_commented_out_and_named(account: Account, out: Path) -> None:
    """An optional argument alone where that is enough; user names and passwords of URLs are hidden."""
    whole = account.route("whole", MessageUrl="https://u:geheim-1@hooks.example.com/in")
    part = account.route("part", CallbackMessageUrl="https://u:geheim-2@hooks.example.com/in")
    user = account.route("user", MessageAuthenticationType="Basic", MessagePasswordToken="geheim-3")

    result = adopt(out, "--name", "whole", "--name", "part", "--name", "user")

    text = out.read_text(encoding="utf-8")
    assert "geheim" not in text + result.output
    url = "must not contain a user name or password: use the authentication arguments"
    basic = "message_username is required with message_authentication_type"
    assert result.stderr.splitlines()[1:] == [
        f"MessageRoute part ({part}): callback_message_url is commented out: callback_message_url {url}",
        f"MessageRoute user ({user}): message_authentication_type is commented out: {basic}",
        f"MessageRoute whole ({whole}) is commented out: message_url {url}",
    ]
    assert '    # callback_message_url="https://[secret]@hooks.example.com/in",\n' in text
    assert '# MessageRoute(\n#     "whole",\n' in text
    assert f'    # Refused: {basic}.\n    # message_authentication_type="Basic",\n' in text
    assert "config" not in text


def test_a_credential_in_a_url_is_told(account: Account, out: Path) -> None:
    """Also in path or fragment: it is a part of the address, so it is written, and whoever commits it should know."""
    route = account.route("query", MessageUrl=f"{HOOK}?a=1&access_token=x", CallbackMessageUrl=f"{HOOK}?monkey=1")
    account.route("fragment", MessageUrl=f"{HOOK}#access_token=x")
    account.route("path", MessageUrl=f"{HOOK}/T0C4X2B9/orders")

    result = adopt(out, *("--name", "query", "--name", "fragment", "--name", "path"))

    assert result.stderr.count("seems to hold a credential") == 3
    assert result.stderr.splitlines()[3].startswith(
        f"MessageRoute query ({route}): message_url seems to hold a credential, which {out} has in clear: "
    )
    assert "callback" not in result.stderr


def test_a_name_that_the_account_has_twice_is_left_out(account: Account, out: Path) -> None:
    """Blanks do not make another name, case does; the filters do not matter."""
    route = account.route("orders")
    account.route(" orders ")
    account.route("Orders")

    text = adopted(out, "--route", "?rders")
    assert text.count("route_name") == 3
    assert 'route_name="Orders"' in text
    assert text.count("# Another route has the same name: route_name is not declared.\n") == 2
    one = adopted(out.with_suffix(".one"), "--route", route)
    assert "route_name=" not in one


def test_a_number_that_the_account_lists_twice_is_commented_out(account: Account, out: Path) -> None:
    """Two resources of one number are refused by `up`; filters do not hide the other entry."""
    twice = "+15550110001"
    account.profile("gold", twice, "+15550110002")
    account.profile("other", twice)

    result = adopt(out, "--profile", "gold")

    assert [each.name for each in registered(out.read_text(encoding="utf-8"))] == ["gold", "number-15550110002"]
    assert f"is commented out: the account lists {twice} twice: declare the one you mean\n" in result.stderr


def test_a_tag_that_is_empty_is_not_dropped(account: Account, out: Path) -> None:
    """The number has it: without it, the declared tags would be other ones, and `up` would write them."""
    account.profile("gold", "+15550110001", tags=("", "vip"))

    assert '    # tags=["", "vip"],\n' in adopted(out, "--profile", "gold")


def test_the_accounts_of_a_name_are_adopted(
    account: Account, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every resource names them; names and keys of passwords begin with theirs; only their part of a state counts."""
    route = account.route("orders", "+15550210001", **BASIC)
    account.profile("gold", "+15550110001", "+15550110002")
    for name in ("TELEGENT_BASE_URL", "TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELNYX_BASE_URL"):
        vendor, _, rest = name.partition("_")
        monkeypatch.setenv(f"{vendor}_EU_{rest}", os.environ[name])
        monkeypatch.delenv(name)
    monkeypatch.setenv("TELNYX_EU_API_KEY", os.environ["TELNYX_API_KEY"])
    mine = ("--account", "eu", "--name", "orders", "--name", "gold")

    result = adopt(out, *mine)

    assert result.stdout == "pulumi config set --secret eu-orders-messagePasswordToken\n", result.stderr
    found = registered(out.read_text(encoding="utf-8"))
    assert {each.inputs["account"] for each in found} == {"eu"}
    assert sorted(each.name for each in found) == ["eu-gold", "eu-gold", "eu-number-15550210001", "eu-orders"]
    settings = adopted(out.with_suffix(".yaml"), *mine, "--format", "settings")
    assert settings.count('      account: "eu"\n') == settings.count('    "eu-') == len(found)

    urn = "urn:pulumi:dev::infra::pulumi-python:dynamic/messaging:"
    for given, left in (({}, len(found)), ({"account": "eu"}, len(found) - 2)):
        held = [("MessageRoute", route, "orders"), ("NumberRoute", "+15550210001", "number-15550210001")]
        resources = [
            {"urn": f"{urn}{kind}::{name}", "type": urn.rpartition("::")[2] + kind, "id": object_id, "inputs": given}
            for kind, object_id, name in held
        ]
        state = tmp_path / "state.json"
        state.write_text(json.dumps({"deployment": {"resources": resources}}))
        again = out.with_name(f"{left}.py")
        assert len(registered(adopted(again, *mine, "--state", str(state)))) == left


def test_with_a_state_only_what_is_new_is_written(account: Account, out: Path, tmp_path: Path) -> None:
    """Names of the state's resources are taken; nothing new: no file, and no failure."""
    held, new = account.route("orders"), account.route("Orders")
    state = tmp_path / "state.json"
    urn = "urn:pulumi:dev::infra::pulumi-python:dynamic/messaging:MessageRoute::orders"
    one = '{"urn": "%s", "type": "pulumi-python:dynamic/messaging:MessageRoute", "id": "%s"}'
    state.write_text('{"deployment": {"resources": [%s]}}' % (one % (urn, held)))

    text = adopted(out, "--state", str(state), "--name", "?rders")
    assert held not in text
    assert f'"orders-{new.removeprefix("MRID-")[:8]}",\n    adopt="{new}"' in text

    nothing = adopt(out.with_suffix(".none"), "--state", str(state), "--route", held)
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "Nothing to adopt: no file is written.\n")
    assert not out.with_suffix(".none").exists()


def test_a_folder_that_is_missing_is_told_before_anything_is_read(account: Account, out: Path) -> None:
    account.requests()
    result = adopt(out / "messaging.py")
    advice = "make it, or give another --out"
    told = f"error: cannot write {out / 'messaging.py'}: there is no folder {out}; {advice}\n"
    assert (result.exit_code, result.stderr) == (1, told)
    assert account.requests() == []


def test_a_file_that_exists_is_never_written(account: Account, out: Path) -> None:
    """Nor is anything asked of the vendors."""
    out.write_text("mine")
    account.requests()

    result = adopt(out)

    assert (result.exit_code, result.stdout, out.read_text()) == (1, "", "mine")
    assert (
        result.stderr == f"error: cannot write {out}: it exists already; name another file with --out, or remove it\n"
    )
    assert account.requests() == []


def test_the_order_of_the_vendors_lists_does_not_matter(account: Account, out: Path) -> None:
    """Names and places are the same."""
    for name in ("a b", "a-b", "A B", "日", "本", "a-b"):
        account.route(name)
    account.profile("a", "+15550110001", "+15550110002")
    account.profile("a", "+15550110003", "+15550110004", tags=("x",))
    estate = _estate(account)
    turned = replace(estate, **{name: getattr(estate, name)[::-1] for name in ("routes", "profiles", "numbers")})

    def text(found: Estate) -> str:
        return program(declared(found, found, found.rows, {}).resources)

    assert text(estate) == text(turned)


def _estate(account: Account) -> Estate:
    from pulumi_messaging.cli.filters import Filters  # noqa: PLC0415
    from pulumi_messaging.cli.inventory import accounts  # noqa: PLC0415

    with accounts(Filters(), None) as read:
        return Estate.read(read.telegent, read.telnyx, read.progress)


def test_the_program_is_formatted(account: Account, out: Path) -> None:
    """Also with names and values that no portal should have had."""
    account.route('it\'s "odd" \\ {x} \u200b', **BASIC | {"MessageUsername": 'us"er'})
    account.route(
        f"{'long name ' * 9}日本", CallbackMessageAuthenticationType="Bearer", MessageUrl=f"{HOOK}/{'x' * 99}"
    )
    account.route("bad", MessageUrl="ftp://x")
    account.profile("many", *(f"+1555011{index:04}" for index in range(20)), tags=("日本", "it's", 'a "b"'))

    adopted(out)

    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        [*ruff, "format", "--isolated", "--diff"],
        [*ruff, "check", "--isolated", "--select=E4,E7,E9,F,I,UP"],
    ):
        done = subprocess.run([*command, str(out)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
