"""`pulumi-messaging map` draws no secret and no markup of others, and its page calls nobody."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.members import Member, Standing
from tests.support.account import Account
from tests.support.emulator.seed import DEFAULT
from tests.support.maps import FORMS, HOOK, PROFILE, draw, drawn, group, members, resource, state
from tests.support.pulumi_values import SECRET
from tests.support.secrets.canaries import CALLBACK_PASSWORD, CALLBACK_USER, PASSWORD, USER
from tests.support.secrets.scanner import Scanner


def clear(value: object) -> dict[str, Any]:
    """A secret as `pulumi stack export --show-secrets` has it."""
    return SECRET | {"plaintext": json.dumps(value)}


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_of_a_state_is_drawn(tmp_path: Path, form: str) -> None:
    """Passwords, secrets of profiles, credentials in URLs, and whatever the program gave as a secret."""
    secrets = {
        "name": "orders-of-a-secret-customer",
        "url": "https://secret-receiver-of-theirs.invalid/x",
        "number": "+15550100001",
        "former": "+15550100002",
        "telegent number": "+15550200001",
        "plain number": "+15550200002",
        "profile": PROFILE,
        "v1": "v1-s3cr3t-of-the-profile",
        "password": PASSWORD,
        "user": USER,
        "query": "t0k3n-in-the-query",
        "path": "x8fh2kf92hf92hfa",
    }
    url = f"https://me:{secrets['v1']}@hooks.example.com/{secrets['path']}/in?token={secrets['query']}"
    route = resource(
        "MessageRoute",
        "MRID-1",
        routeName=clear(secrets["name"]),
        messageUrl=clear(secrets["url"]),
        messageUsername=secrets["user"],
        messagePasswordToken=clear(secrets["password"]),
    )
    profile = resource("MessagingProfile", DEFAULT, name="n", webhookUrl=url, v1Secret=clear(secrets["v1"]))
    one = resource("NumberMessaging", "1293", phoneNumber=clear(secrets["number"]), messagingProfileId=clear(PROFILE))
    drifted = Member("+15550100002", "+15550100002", standing=Standing.DRIFTED, now={"messagingProfileId": PROFILE})
    many = group("many", [drifted], messagingProfileId=clear(PROFILE))
    many["inputs"] = {"phoneNumbers": clear("+15550100002\n"), "__secrets": ["phoneNumbers", "messagingProfileId"]}
    telegent = resource("NumberRoute", "+15550200001", number=clear("+15550200001"), messageRouteId="MRID-1")
    marked = resource("NumberRoute", "+15550200002", {"__secrets": ["number"]}, number="+15550200002")
    marked["urn"] = marked["urn"].replace("+15550200002", "marked")
    telegent["urn"] = telegent["urn"].replace("+15550200001", "hidden")
    file = state(tmp_path / "state.json", route, profile, one, many, telegent, marked)

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert Scanner({name: value for name, value in secrets.items() if len(value) >= 12}).found(text) == {}
    assert "number of hidden: [secret]" in text
    assert "numbers of many: [secret]" in text
    assert "1293" in text


@pytest.mark.parametrize("form", FORMS)
def test_ciphertext_is_not_needed(tmp_path: Path, form: str) -> None:
    """An export without `--show-secrets` gives the same map; nothing of the ciphertext is in it."""
    cipher = SECRET | {"ciphertext": "v1:abcdefghijkl:def"}
    former = group("former", members("+15550100002"), messagingProfileId=PROFILE)
    former["outputs"]["__numbers"] = cipher
    many = group("many", [], messagingProfileId=PROFILE)
    many["inputs"]["phoneNumbers"], many["outputs"]["__numbers"] = cipher, cipher
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", messageUrl=cipher), former, many)

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert "v1:abcdefghijkl" not in text
    assert all(each in text for each in ("+15550100002", "numbers of many: [secret]"))


@pytest.mark.parametrize("form", FORMS)
def test_names_are_text_in_every_form(tmp_path: Path, form: str) -> None:
    """Nothing of a portal's names is markup, and what steers or hides text is written as code points."""
    name = "</script><script>alert(1)</script>&\"'\u202ex\x1b[31m"
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", routeName=name, messageUrl=HOOK))

    text = drawn(tmp_path / f"map.{form}", "--state", file)

    assert not {"\u202e", "\x1b"} & {*text}
    assert form in ("txt", "json") or "<script>alert" not in text
    if form == "svg":
        ET.fromstring(text)


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_of_an_account_is_drawn(account: Account, tmp_path: Path, form: str) -> None:
    account.route(
        "orders",
        "+15550210001",
        MessageUrl="https://somebody:hunter2-of-the-route@hooks.example.com/in?t=t0k3n-of-the-query",
        MessageAuthenticationType="Basic",
        MessageUsername=USER,
        MessagePasswordToken=PASSWORD,
        CallbackMessageUrl="https://hooks.example.com/services/x8fh2kf92hf92hfa",
        CallbackMessageUsername=CALLBACK_USER,
        CallbackMessagePasswordToken=CALLBACK_PASSWORD,
    )
    account.profile("support", v1_secret="v1-s3cr3t-of-the-profile", webhook_url="https://me:hunter3-of-it@a.example")
    secrets = {
        "user": USER,
        "password": PASSWORD,
        "callback user": CALLBACK_USER,
        "callback": CALLBACK_PASSWORD,
        "URL": "somebody:hunter2-of-the-route",
        "query": "t0k3n-of-the-query",
        "path": "x8fh2kf92hf92hfa",
        "webhook": "me:hunter3-of-it",
        "v1": "v1-s3cr3t-of-the-profile",
        "secret": "emulator-secret",
    }

    result = draw("--out", tmp_path / f"map.{form}")

    assert Scanner(secrets).found((tmp_path / f"map.{form}").read_text(), result.output) == {}


def test_the_page_calls_nobody(tmp_path: Path) -> None:
    """A webhook is no link, and the policy of the page allows nothing but its own style and script."""
    file = state(tmp_path / "state.json", resource("MessageRoute", "MRID-1", messageUrl=HOOK))

    page = drawn(tmp_path / "map.html", "--state", file)

    assert set(re.findall(r'(?:href|src|action)="([^"]*)"', page)) == {"#receivers"}
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert re.fullmatch(
        "default-src 'none'; style-src 'sha256-[^']{44}'; script-src 'sha256-[^']{44}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'",
        html.unescape(policy),
    )
