"""The control surface: settings, scripted answers, the request log, the state, foreign edits."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_messaging_emulator.settings import DEFAULTS, SETTINGS
from tests.support.emulator.client import ACCOUNT, ROUTE, Client, declined
from tests.support.emulator.seed import DEFAULT, FIRST_ID

SECRET = "top-secret-value"


def _raw(client: Client, method: str, path: str, **more: Any) -> httpx.Response:
    return client.http.request(method, f"{client.url}/_emulator/{path}", **more)


# Settings ------------------------------------------------------------------------------------------------------------


def test_settings_start_with_their_defaults(client: Client) -> None:
    """All switches, flat, with the defaults; null puts one back."""
    assert client.control("GET", "settings") == DEFAULTS
    assert client.settings(telegentRequestsPerMinute=7)["telegentRequestsPerMinute"] == 7
    assert client.settings(telegentRequestsPerMinute=None)["telegentRequestsPerMinute"] == 50


@pytest.mark.parametrize("switch", SETTINGS, ids=lambda switch: switch.name)
def test_every_setting_refuses_wrong_values(switch: Any) -> None:
    """Each switch says what it may be: text for a number, a number for a choice, a text for a flag are wrong."""
    wrong: list[Any] = ["nonsense", [], -1]
    wrong += [1, 1.5] if isinstance(switch.default, bool) else [True]

    assert all(switch.problem(value) for value in wrong)
    assert switch.problem(switch.default) is None
    assert all(switch.problem(value) is None for value in switch.allowed)
    assert switch.meaning


def test_wrong_settings_are_400_and_change_nothing(client: Client) -> None:
    """An unknown name or a wrong value refuses the whole change and says why."""
    for body, words in (
        ({"latencySeconds": 1, "telnyxTypo": 1}, "telnyxTypo"),
        ({"latencySeconds": 1, "telegentDeleteInUse": "perhaps"}, '"refuse", "allow"'),
        ({"latencySeconds": "1"}, "number"),
        ([], "object"),
    ):
        answer = _raw(client, "PATCH", "settings", json=body)
        assert answer.status_code == 400
        assert words in answer.json()["error"]
    assert client.control("GET", "settings") == DEFAULTS


# Scripted answers ----------------------------------------------------------------------------------------------------


def test_a_scripted_answer_without_effect(client: Client) -> None:
    """`none`: the request is not carried out, not even its credentials are looked at; then all is as before."""
    script = {"operation": "updateMessaging", "status": 418, "body": {"tea": True}, "headers": {"X-Tea": "1"}}
    client.control("POST", "answers", script)

    answer = client.patch(messaging_profile_id=DEFAULT)

    assert (answer.status_code, answer.json(), answer.headers["x-tea"]) == (418, {"tea": True}, "1")
    assert client.number()["messaging_profile_id"] is None
    assert client.patch(messaging_profile_id=DEFAULT).status_code == 200


def test_a_scripted_answer_with_effect(client: Client) -> None:
    """`applied`: the request is carried out and the script's answer is sent."""
    text = "<html>oops</html>"
    client.control(
        "POST",
        "answers",
        {"operation": "updateMessaging", "text": text, "headers": {"Content-Type": "text/html"}, "effect": "applied"},
    )

    answer = client.patch(messaging_profile_id=DEFAULT)

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, text, "text/html")
    assert client.number()["messaging_profile_id"] == DEFAULT


def test_scripts_wait_in_line(client: Client) -> None:
    """`skip` lets requests pass, `times` repeats, scripts of one operation follow each other, others are untouched."""
    client.control("POST", "answers", {"operation": "retrieveMessaging", "status": 500, "skip": 1, "times": 2})
    client.control("POST", "answers", {"operation": "retrieveMessaging", "status": 503})
    path = f"/phone_numbers/{FIRST_ID}/messaging"

    statuses = [client.telnyx("GET", path).status_code for _ in range(5)]

    assert statuses == [200, 500, 500, 503, 200]
    assert client.control("GET", "answers") == []


def test_a_script_may_drop_the_connection(client: Client) -> None:
    """With effect or without: nothing comes back, and the log says null for the status."""
    for effect, profile in (("none", None), ("applied", DEFAULT)):
        client.control("POST", "answers", {"operation": "updateMessaging", "effect": effect, "dropConnection": True})
        with pytest.raises((httpx.TransportError, ConnectionError)):
            client.patch(messaging_profile_id=DEFAULT)
        assert client.number()["messaging_profile_id"] == profile
        assert client.log()[-1]["status"] is None


def test_a_script_for_every_operation(client: Client) -> None:
    """`*` is any operation; DELETE forgets what waits."""
    client.control("POST", "answers", {"operation": "*", "status": 500, "times": 9})
    assert client.telnyx("GET", "/phone_numbers").status_code == 500
    assert client.ask_token().status_code == 500

    assert client.control("DELETE", "answers")[0]["times"] == 7

    assert client.telnyx("GET", "/phone_numbers").status_code == 200


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"operation": "updateEverything"},
        {"operation": "updateMessaging", "effect": "before"},
        {"operation": "updateMessaging", "status": 99},
        {"operation": "updateMessaging", "body": 1, "text": "1"},
        {"operation": "updateMessaging", "headers": {"a": 1}},
        {"operation": "updateMessaging", "time": 1},
    ],
)
def test_wrong_scripts_are_400(client: Client, script: dict[str, Any]) -> None:
    """Unknown operations, words and keys are told at once."""
    assert _raw(client, "POST", "answers", json=script).status_code == 400


# The log -------------------------------------------------------------------------------------------------------------


def test_the_log_holds_every_vendor_request(client: Client) -> None:
    """Method, path, query, body, status, vendor and operation; refused and unknown ones too, control calls not."""
    client.patch(messaging_profile_id=None)
    client.telnyx("GET", "/phone_numbers", params={"page[size]": "1"})
    client.telegent("GET", "/nowhere", token="x")
    client.http.get(f"{client.url}/favicon.ico")

    patch, listed, nowhere, other = client.log()

    expected = {"method": "PATCH", "path": f"/v2/phone_numbers/{FIRST_ID}/messaging", "query": {}, "status": 200}
    expected |= {"body": {"messaging_profile_id": None}, "vendor": "telnyx", "operation": "updateMessaging"}
    assert expected.items() <= patch.items()
    assert (listed["query"], listed["body"]) == ({"page[size]": "1"}, None)
    assert (nowhere["vendor"], nowhere["operation"], nowhere["status"]) == ("telegent", None, 404)
    assert (other["vendor"], other["status"]) == (None, 404)


def test_the_log_can_be_selected_and_cleared(client: Client) -> None:
    """By vendor and operation; DELETE answers what it clears."""
    client.patch()
    client.ask_token(**ACCOUNT)

    assert [entry["operation"] for entry in client.control("GET", "requests?vendor=telnyx")] == ["updateMessaging"]
    assert len(client.control("GET", "requests?operation=createToken")) == 1
    assert len(client.control("DELETE", "requests")) == 2
    assert client.log() == []


def test_the_log_is_bounded(client: Client) -> None:
    """The last requests are kept, as many as the setting says."""
    client.settings(requestLogKeep=3)
    for size in range(1, 6):
        client.telnyx("GET", "/phone_numbers", params={"page[size]": str(size)})

    assert [entry["query"]["page[size]"] for entry in client.log()] == ["3", "4", "5"]


def test_no_secret_is_in_the_log(client: Client) -> None:
    """Not in JSON, nested or broken, not in a form or a query; keys, tokens and credentials neither."""
    named = ("AccountSecret", "MessagePasswordToken", "CallbackMessagePasswordToken", "v1_secret", "external_pin")
    named += ("AccountKey", "MessageUsername", "CallbackMessageUsername")
    body = {**dict.fromkeys(named, SECRET), "MessageUrl": f"https://hooks.example.com/in?token={SECRET}"}
    client.telegent("POST", "/message/routes", {**ROUTE, **body, "nested": [body]})
    client.telegent("POST", "/message/routes/update", {"nested": {"CallbackMessageUrl": f"http://a#{SECRET}"}})
    client.ask_token(AccountKey="DID-emulator", AccountSecret=SECRET)
    client.telnyx("PATCH", f"/messaging_profiles/{DEFAULT}", {"v1_secret": SECRET})
    broken = json.dumps(body)[:-1]
    for content in (broken, broken.replace('"', "'"), "&".join(f"{name}={SECRET}" for name in named), broken[:-1]):
        client.telegent("POST", "/message/routes", content=content.encode())
    client.telnyx("GET", "/phone_numbers", params={"v1_secret": SECRET})

    text = json.dumps(client.log())

    assert SECRET not in text
    assert "[secret]" in text
    for hidden in ("KEYemulator", "DID-emulator", "emulator-secret", client.token("/v1.0/message/routes"), "Bearer"):
        assert hidden not in text
    assert "https://hooks.example.com/in?[secret]" in text


def test_null_and_empty_secrets_stay_visible(client: Client) -> None:
    """They are no secret, and a test wants to see what was asked."""
    route_id = client.made()
    client.update(route_id, MessagePasswordToken=None)

    assert client.log()[-1]["body"] == {"MessageRouteId": route_id, "MessagePasswordToken": None}


def test_text_bodies_are_cut(client: Client) -> None:
    """A body that is no JSON is logged as text of at most 500 characters."""
    client.telnyx("PATCH", f"/phone_numbers/{FIRST_ID}/messaging", content=b"x" * 2000)

    assert client.log()[-1]["body"] == "x" * 500


# State and foreign edits ---------------------------------------------------------------------------------------------


def test_the_state_is_the_stored_truth(client: Client) -> None:
    """Objects as stored, in the order they were made; the emulator's own keys are not shown."""
    client.settings(telnyxUnassignedAs="absent", telegentReturnSecrets="absent")
    client.made(MessagePasswordToken="p")
    state = client.state()

    assert set(state) == {"routes", "numbers", "profiles", "telegentNumbers", "bulkUpdates"}
    assert state["routes"][0]["MessagePasswordToken"] == "p"
    assert state["numbers"][0]["messaging_profile_id"] is None
    assert [row["phone_number"][-1] for row in state["numbers"]] == list("123456")
    assert not [key for rows in state.values() for row in rows for key in row if key.startswith("_")]


def test_foreign_edits(client: Client) -> None:
    """Values change behind everybody's back, are not checked, and leave no trace in the log."""
    route_id = client.made()
    before = client.log()

    client.control("PATCH", f"routes/{route_id}", {"RouteName": "foreign", "InboundBypass": True})
    client.control("PATCH", "numbers/+15550100001", {"messaging_profile_id": DEFAULT, "messaging_product": "P2P"})

    assert client.log() == before
    assert client.get(route_id).json()["RouteName"] == "foreign"
    assert client.read()["messaging_product"] == "P2P"
    assert _raw(client, "PATCH", f"routes/{route_id}", json={"Typo": 1}).status_code == 400
    assert _raw(client, "PATCH", "routes/MRID-none", json={}).status_code == 404


def test_foreign_deletes(client: Client) -> None:
    """Routes and numbers disappear."""
    route_id = client.made()

    client.control("DELETE", f"routes/{route_id}")
    client.control("DELETE", f"numbers/{FIRST_ID}")

    declined(client.get(route_id), 404)
    assert client.telnyx("GET", f"/phone_numbers/{FIRST_ID}/messaging").status_code == 404


def test_objects_can_be_made(client: Client) -> None:
    """One or a list of them, with defaults for what is not given; an existing key is 409."""
    numbers = [{"phone_number": f"+1555030{index:04}"} for index in range(300)]
    assert len(client.control("POST", "numbers", numbers)) == 300
    route = client.control("POST", "routes", {"RouteName": "theirs"})
    client.control("POST", "telegent-numbers", {"Number": "+15550209999", "MessageRouteId": route["MessageRouteId"]})
    profile = client.control("POST", "profiles", {"name": "third"})

    assert client.get(route["MessageRouteId"]).json()["RouteName"] == "theirs"
    declined(client.delete(route["MessageRouteId"]), 400)
    assert client.patch("+15550300299", messaging_profile_id=profile["id"]).status_code == 200
    assert _raw(client, "POST", "telegent-numbers", json={"Number": "+15550209999"}).status_code == 409
    assert _raw(client, "POST", "numbers", json={}).status_code == 400


def test_a_reset_makes_everything_fresh(client: Client) -> None:
    """Objects, settings, log, scripts, windows and tokens; old tokens are no good any more."""
    route_id = client.made()
    client.settings(telegentRequestsPerMinute=0)
    client.control("POST", "answers", {"operation": "*"})

    client.control("POST", "reset")

    assert client.log() == []
    assert client.state()["routes"] == []
    assert client.control("GET", "settings") == DEFAULTS
    declined(client.get(route_id), 401)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("PUT", "state", 405), ("GET", "numbers", 405), ("GET", "reset", 404)],
)
def test_unknown_control_calls(client: Client, method: str, path: str, status: int) -> None:
    """They answer JSON that says what there is."""
    answer = _raw(client, method, path)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_latency_setting_delays_answers(client: Client) -> None:
    """Every vendor answer waits; control calls do not."""
    client.settings(latencySeconds=0.05)

    assert client.telnyx("GET", "/phone_numbers").elapsed.total_seconds() >= 0.05
