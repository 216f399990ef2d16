"""Telegent's frame: paths, tokens, scope, limits, error bodies."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from tests.support.emulator.client import ACCOUNT, ROUTE, Client, declined

ENDPOINT = "https://api.telegent.com/v1.0/message/routes"


def _claims(token: str) -> dict[str, object]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


def test_a_token_has_the_documented_shape(client: Client) -> None:
    """Keys in camelCase; the expiry text is the JWT's own exp, read as UTC, five minutes ahead."""
    answer = client.ask_token(**ACCOUNT, ApiEndpoint=ENDPOINT).json()

    assert set(answer) == {"token", "successful", "tokenExpiry"}
    claims = _claims(answer["token"])
    expiry = datetime.strptime(answer["tokenExpiry"], "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)
    assert expiry.timestamp() == claims["exp"]
    assert abs(expiry.timestamp() - datetime.now(UTC).timestamp() - 300) < 5
    assert "iat" not in claims


@pytest.mark.parametrize("missing", ["AccountKey", "AccountSecret", "ApiEndpoint"])
def test_the_token_call_needs_all_three_fields(client: Client, missing: str) -> None:
    """A missing field of the token call is 400 and named."""
    body = {name: value for name, value in {**ACCOUNT, "ApiEndpoint": ENDPOINT}.items() if name != missing}

    answer = client.ask_token(**body)

    declined(answer, 400)
    assert missing in answer.json()["Message"]


@pytest.mark.parametrize("wrong", [{"AccountKey": "DID-other"}, {"AccountSecret": "guess"}])
def test_unknown_credentials_are_refused_both_ways(client: Client, wrong: dict[str, str]) -> None:
    """An unknown pair is 401, or what the setting says."""
    body = {**ACCOUNT, "ApiEndpoint": ENDPOINT, **wrong}

    declined(client.ask_token(**body), 401)
    client.settings(telegentUnknownPairStatus=403)
    declined(client.ask_token(**body), 403)


@pytest.mark.parametrize(
    "endpoint",
    [
        "/v1.0/message/routes",
        "https://api.telegent.com/message/routes",
        "https://api.telegent.com/v1.0/v1.0/message/routes",
        "https://api.telegent.com/v1.0/message/route",
        "https://[",
        "ftp://api.telegent.com/v1.0/message/routes",
    ],
)
def test_api_endpoint_must_be_the_url_of_a_known_endpoint(client: Client, endpoint: str) -> None:
    """Anything but the full URL of an endpoint is 400."""
    declined(client.ask_token(**ACCOUNT, ApiEndpoint=endpoint), 400)


def test_an_unknown_endpoint_may_be_tolerated(client: Client) -> None:
    """With the check off a token is given, and is good for nothing else."""
    client.settings(telegentApiEndpointChecked=False)

    token = client.ask_token(**ACCOUNT, ApiEndpoint="https://api.telegent.com/v1.0/other").json()["token"]

    declined(client.telegent("GET", "/message/routes", token=token), 403)


def test_a_token_is_good_for_its_endpoint_only(client: Client) -> None:
    """A token of another endpoint is refused with 403, or 401 by setting."""
    token = client.token("/v1.0/message/routes")

    assert client.telegent("POST", "/message/routes", ROUTE, token=token).status_code == 200
    declined(client.telegent("GET", "/account/message/routes", token=token), 403)
    declined(client.telegent("POST", "/message/routes/update", {"MessageRouteId": "MRID-1"}, token=token), 403)
    client.settings(telegentWrongScopeStatus=401)
    declined(client.telegent("GET", "/account/message/routes", token=token), 401)


def test_query_and_method_are_no_part_of_the_scope(client: Client) -> None:
    """One token serves create and get one, whatever the query; settings make both part of the scope."""
    client.get(client.made())
    client.settings(telegentScopeQuery=True)
    declined(client.get("MRID-1"), 403)

    client.settings(telegentScopeQuery=False, telegentScopeMethod=True)
    assert client.create().status_code == 200
    declined(client.get("MRID-1"), 403)


def test_an_unscoped_token_exists_by_setting(client: Client) -> None:
    """Without ApiEndpoint a token is good everywhere, once the setting allows it."""
    client.settings(telegentUnscopedTokens=True)
    token = client.ask_token(**ACCOUNT).json()["token"]

    assert client.telegent("GET", "/account/message/routes", token=token).status_code == 200
    assert client.telegent("GET", "/numbers/inventory", token=token).status_code == 200
    client.settings(telegentUnscopedTokens=False)
    declined(client.telegent("GET", "/numbers/inventory", token=token), 403)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer a.b.c", "Bearer ..."])
def test_missing_and_malformed_tokens_are_401(client: Client, header: str | None) -> None:
    """No token, no bearer token, or an invented one: 401."""
    headers = {} if header is None else {"Authorization": header}

    answer = client.http.get(f"{client.url}/v1.0/account/message/routes", headers=headers)

    declined(answer, 401)


def test_a_forged_token_is_401(client: Client) -> None:
    """Changed claims do not carry the emulator's signature."""
    head, claims, signature = client.token("/v1.0/message/routes").split(".")
    forged = json.dumps({**_claims(f".{claims}."), "aud": "/v1.0/numbers"}).encode()
    token = f"{head}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}.{signature}"

    declined(client.telegent("GET", "/numbers", token=token), 401)


def test_tokens_expire_by_the_emulators_clock(client: Client) -> None:
    """After its lifetime a token is 401; the test clock makes minutes pass."""
    client.settings(telegentTokenSeconds=120)
    client.token("/v1.0/account/message/routes")
    client.settings(clockOffsetSeconds=119)
    assert client.telegent("GET", "/account/message/routes").status_code == 200

    client.settings(clockOffsetSeconds=121)

    declined(client.telegent("GET", "/account/message/routes"), 401)


def test_both_spellings_of_the_token_path_work(client: Client) -> None:
    """The specification writes OAuth2, the samples oauth2."""
    answer = client.http.post(f"{client.url}/v1.0/OAuth2/tokens", json={**ACCOUNT, "ApiEndpoint": ENDPOINT})

    assert answer.json()["successful"] is True
    assert client.log()[-1]["operation"] == "createToken"


def test_fifty_requests_a_minute_then_429(client: Client) -> None:
    """Token calls count; the next request waits as Retry-After says, and is served after it."""
    client.token("/v1.0/account/message/routes")
    statuses = [client.telegent("GET", "/account/message/routes").status_code for _ in range(49)]
    assert set(statuses) == {200}

    refused = client.telegent("GET", "/account/message/routes")

    declined(refused, 429)
    wait = int(refused.headers["retry-after"])
    assert 50 <= wait <= 60
    declined(client.ask_token(**ACCOUNT, ApiEndpoint=ENDPOINT), 429)
    client.settings(clockOffsetSeconds=wait)
    assert client.telegent("GET", "/account/message/routes").status_code == 200


def test_the_limit_has_settings(client: Client) -> None:
    """Token calls may be free, and the window may be kept for an endpoint or a token."""
    client.settings(telegentRequestsPerMinute=2, telegentCountTokens=False)
    for _ in range(5):
        assert client.ask_token(**ACCOUNT, ApiEndpoint=ENDPOINT).status_code == 200
    assert [client.create().status_code for _ in range(3)] == [200, 200, 429]

    client.settings(telegentLimitPer="endpoint")
    assert [client.create().status_code for _ in range(3)] == [200, 200, 429]
    assert client.telegent("GET", "/account/message/routes").status_code == 200
    client.settings(telegentRequestsPerMinute=0)
    assert client.create().status_code == 200


def test_paths_and_methods(client: Client) -> None:
    """One /v1.0, known paths, known methods; every error has exactly two keys."""
    declined(client.telegent("GET", "/v1.0/account/message/routes", token="x"), 404)
    declined(client.telegent("GET", "/message/route", token="x"), 404)
    declined(client.telegent("GET", "/numbers/provision", token="x"), 404)
    wrong = client.telegent("PUT", "/message/routes", token="x")
    declined(wrong, 405)
    assert wrong.headers["allow"] == "GET, POST"


def test_the_doubled_prefix_may_work(client: Client) -> None:
    """The specification, read literally, has /v1.0 twice."""
    client.settings(telegentDoubledPrefix="accept")
    token = client.token("/v1.0/account/message/routes")

    assert client.telegent("GET", "/v1.0/account/message/routes", token=token).status_code == 200


@pytest.mark.parametrize(("shape", "start"), [("text", "The "), ("problem", '{"Type"')])
def test_errors_come_in_other_shapes(client: Client, shape: str, start: str) -> None:
    """Plain text, or a body like RFC 7807."""
    client.settings(telegentErrorShape=shape)

    answer = client.get("MRID-none")

    assert answer.status_code == 404
    assert answer.text.startswith(start)


def test_errors_come_with_other_content_types(client: Client) -> None:
    """The documented body is also documented as text/json."""
    client.settings(telegentErrorType="text/json")

    answer = client.get("MRID-none")

    assert answer.headers["content-type"] == "text/json"
    declined(answer, 404)


@pytest.mark.parametrize("status", [408, 429, 500, 503, 504])
def test_every_call_may_fail(client: Client, status: int) -> None:
    """The vendor's passing failures, token calls included."""
    client.settings(telegentFailStatus=status)

    declined(client.ask_token(**ACCOUNT, ApiEndpoint=ENDPOINT), status)
