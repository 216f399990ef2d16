"""The emulator's page at `/`, and the view that it shows: guarded as the control surface, and without secrets."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging_emulator.fault_kinds import PLANNED
from pulumi_messaging_emulator.operations import NAMES
from pulumi_messaging_emulator.settings import DEFAULTS, SETTINGS
from tests.support.emulator.client import ROUTE, Client
from tests.support.emulator.seed import DEFAULT
from tests.support.secrets.scanner import Scanner

if TYPE_CHECKING:
    from pulumi_messaging.emulator import Server

SECRETS = {
    "password": "pw-of-a-route-4711",
    "callback password": "callback-pw-4712",
    "user": "user-of-a-route-4713",
    "url user": "url-user:url-password-4714",
    "query": "token-in-a-query-4715",
    "pin": "port-out-pin-4716",
    "qr": "qr-activation-link-4717",
    "external pin": "external-pin-4718",
    "v1": "v1-secret-of-it-4719",
    "fault": "password-of-a-fault-4720",
    "script": "body-of-a-script-4721",
    "key": "KEY-of-another-one-4722",
    "pair": "DID-of-another-one-4723",
    "secret": "secret-of-a-pair-4724",
}
OURS = {"account secret": "emulator-secret"}


class Page(HTMLParser):
    """The controls of a page: for each select its options, for each input its type, by id or name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self._inside: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("id") or given.get("name") or ""
        if tag == "select":
            self._select = name
            self.controls[name] = []
        elif tag == "option":
            self.controls[self._select].append(given["value"])
        elif tag == "input":
            self.controls[name] = given["type"]
        elif tag in ("style", "script"):
            self._inside.append(tag)

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside.pop()] = data


def page(client: Client) -> httpx.Response:
    return client.http.get(f"{client.url}/")


def view(client: Client, find: str = "") -> Any:
    return client.http.get(f"{client.url}/_emulator/view", params={"find": find}).json()


def fill(client: Client) -> None:
    """Every secret that the emulator can hold."""
    url = f"https://{SECRETS['url user']}@hooks.example.com/in?token={SECRETS['query']}"
    passwords = {
        "MessagePasswordToken": SECRETS["password"],
        "CallbackMessagePasswordToken": SECRETS["callback password"],
    }
    route = {"MessageUrl": url, "MessageUsername": SECRETS["user"], **passwords}
    client.control("POST", "routes", {"RouteName": "orders", **route})
    client.telegent("POST", "/message/routes", {**ROUTE, **route})
    client.telegent("POST", "/message/routes", content=f"MessageUrl={url}".encode())
    client.control(
        "POST",
        "telegent-numbers",
        {"Number": "+15550210001", "PortOutPin": SECRETS["pin"], "QrActivationLink": SECRETS["qr"]},
    )
    details = {"details": {"external_pin": SECRETS["external pin"]}}
    client.control("POST", "numbers", {"phone_number": "+15550110001", **details})
    client.control("POST", "profiles", {"name": "support", "webhook_url": url, "v1_secret": SECRETS["v1"]})
    call = {"path": "routes", "body": {"MessagePasswordToken": SECRETS["fault"], "MessageUrl": url}}
    client.control("POST", "faults", {"operation": "createToken", "kind": "500", "calls": [call], "skip": 9})
    script = {"operation": "createToken", "body": SECRETS["script"], "headers": {"X-A": SECRETS["script"]}, "skip": 9}
    client.control("POST", "answers", script)
    client.control("POST", "telnyx-keys", {"key": SECRETS["key"]})
    client.control("POST", "telegent-keys", {"AccountKey": SECRETS["pair"], "AccountSecret": SECRETS["secret"]})


def test_the_page_is_one_document_that_trusts_itself_only(client: Client) -> None:
    """Its policy allows its own style and script and calls of the emulator, and nobody may put it into a frame."""
    answer = page(client)

    texts = Page(answer.text).texts
    style, script = (
        base64.b64encode(hashlib.sha256(texts[each].encode()).digest()).decode() for each in ("style", "script")
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; connect-src 'self'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert set(re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)) == {"#main"}


def test_looking_leaves_no_trace(client: Client) -> None:
    """The page and its view are no requests of a vendor; another method at `/` is one, as any unknown path."""
    page(client)
    view(client)
    assert client.log() == []

    assert client.http.post(f"{client.url}/").status_code == 404
    assert len(client.log()) == 1


@pytest.mark.parametrize("path", ["/", "/_emulator/view"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Host": "rebound.example.com"}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_it_is_guarded_as_the_control_surface(server: Server, path: str, headers: dict[str, str], status: int) -> None:
    """Another site's page can neither read it nor lead here; a name of its own does not help."""
    answer = httpx.get(server.url + path, headers=headers)

    assert answer.status_code == status
    assert (status == 200) == (b"number" in answer.content)


def test_no_secret_leaves_the_emulator_for_it(client: Client) -> None:
    """Not in objects, requests, faults that wait with calls, or scripted answers; nor the emulator's credentials."""
    fill(client)

    seen = json.dumps(view(client))

    assert Scanner(SECRETS | OURS).found(seen, page(client).text) == {}
    assert "KEYemulator" not in seen + page(client).text
    assert seen.count("https://[secret]@hooks.example.com/in?[secret]") == 6


def test_a_search_finds_no_secret(client: Client) -> None:
    """What is hidden cannot be guessed letter by letter either."""
    fill(client)

    for secret in ("pw-of", "user-of", "url-user", "token-in", "port-out", "external-pin-4", "v1-sec"):
        assert [objects["rows"] for objects in view(client, secret)["objects"].values()] == [[]] * 5, secret
    assert [row["object"]["name"] for row in view(client, "SUPPORT")["objects"]["profiles"]["rows"]] == ["support"]
    assert view(client, "+1555011")["objects"]["numbers"]["rows"][0]["object"]["phone_number"] == "+15550110001"


def test_the_view_is_bounded(client: Client) -> None:
    """The newest hundred of each kind, with counts of all; requests with ids, newest first."""
    client.settings(telnyxRequestsPerMinute=0)
    client.control("POST", "numbers", [{"phone_number": f"+1555030{index:04}"} for index in range(300)])
    for _ in range(103):
        client.telnyx("GET", "/messaging_profiles")
    client.patch(messaging_profile_id=DEFAULT)

    seen = view(client)

    numbers = seen["objects"]["numbers"]
    assert (numbers["count"], len(numbers["rows"]), numbers["more"]) == (306, 100, True)
    assert numbers["rows"][0]["object"]["phone_number"] == "+15550300299"
    some = view(client, "+155503000")["objects"]["numbers"]
    assert (some["count"], len(some["rows"]), some["more"]) == (306, 100, False)
    assert [entry["operation"] for entry in seen["requests"][:2]] == ["updateMessaging", "listProfiles"]
    assert [entry["id"] for entry in seen["requests"]] == list(range(104, 4, -1))
    assert seen["settings"] == DEFAULTS | {"telnyxRequestsPerMinute": 0}


def test_every_setting_and_every_fault_has_a_control(client: Client) -> None:
    """With the values that the setting takes, as JSON."""
    controls = Page(page(client).text).controls

    for setting in SETTINGS:
        control = controls[f"set-{setting.name}"]
        allowed = setting.allowed or ((True, False) if isinstance(setting.default, bool) else ())
        assert control == ([json.dumps(value) for value in allowed] or "number"), setting.name
    assert controls["operation"] == ["*", *NAMES]
    assert controls["kind"] == list(PLANNED)
    assert controls["position"] == ["before", "after"]
