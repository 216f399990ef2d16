"""A plain client of the emulator for its tests: no more than requests, tokens and the control surface."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.emulator.seed import (
    ACCOUNT_KEY,
    ACCOUNT_SECRET,
    API_KEY,
    DEFAULT,
    FIRST_ID,
    SECOND_ID,
    THIRD_ID,
    TOLL_FREE_ID,
)

ACCOUNT = {"AccountKey": ACCOUNT_KEY, "AccountSecret": ACCOUNT_SECRET}
ROUTE = {"RouteName": "sms", "MessageUrl": "https://hooks.example.com/in", "MessageUrlMethod": "POST"}
ROUTE_KEYS = {
    *("MessageRouteId", "AccountId", "RouteName", "MessageUrl", "MessageUrlMethod", "MessageRouteEnabled"),
    *("MessageAuthenticationType", "MessageUsername", "MessagePasswordToken"),
    *("CallbackMessageUrl", "CallbackMessageUrlMethod", "CallbackMessageAuthenticationType"),
    *("CallbackMessageUsername", "CallbackMessagePasswordToken"),
}
FULL_ROUTE = {
    **ROUTE,
    "MessageRouteEnabled": False,
    "MessageAuthenticationType": "Basic",
    "MessageUsername": "user",
    "MessagePasswordToken": "password",
    "CallbackMessageUrl": "https://hooks.example.com/receipts",
    "CallbackMessageUrlMethod": "GET",
    "CallbackMessageAuthenticationType": "Bearer",
    "CallbackMessagePasswordToken": "token",
    "InboundBypass": True,
    "OutboundBypass": False,
    "IntelligentRouteEnabled": True,
    "AccountId": "AID-emulator-2",
}
ON_DEFAULT, TWO_PRODUCTS, TOLL_FREE = SECOND_ID, THIRD_ID, TOLL_FREE_ID
NOBODY = "00000000-0000-4000-8000-000000000000"


class Client:
    """Both vendors as a test sees them."""

    def __init__(self, http: httpx.Client, url: str) -> None:
        self.http = http
        self.url = url
        self.account: dict[str, str] = ACCOUNT
        self._tokens: dict[str, str] = {}

    # Control ---------------------------------------------------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One control call that must succeed."""
        answer = self.http.request(method, f"{self.url}/_emulator/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settings(self, **changes: Any) -> Any:
        """Sets switches."""
        return self.control("PATCH", "settings", changes)

    def state(self) -> Any:
        """The stored values."""
        return self.control("GET", "state")

    def number(self, number_id: str = FIRST_ID) -> Any:
        """One stored number."""
        return next(one for one in self.state()["numbers"] if one["id"] == number_id)

    def log(self) -> Any:
        """The request log."""
        return self.control("GET", "requests")

    def plan(self, *faults: Any, **fault: Any) -> Any:
        """Plans these faults, or one."""
        return self.control("POST", "faults", list(faults) or fault)

    def faults(self) -> Any:
        """The plan, and what has fired."""
        return self.control("GET", "faults")

    def fired(self) -> list[tuple[str, str, str, int]]:
        """Operation, kind, position and times of what has fired."""
        return [(row["operation"], row["kind"], row["position"], row["times"]) for row in self.faults()["fired"]]

    # Telegent --------------------------------------------------------------------------------------------------------

    def ask_token(self, **body: Any) -> httpx.Response:
        """A token call."""
        return self.http.post(f"{self.url}/v1.0/oauth2/tokens", json=body)

    def token(self, path: str) -> str:
        """A token for an endpoint, asked for once."""
        if path not in self._tokens:
            answer = self.ask_token(**self.account, ApiEndpoint=f"https://api.telegent.com{path}")
            assert answer.status_code == 200, answer.text
            self._tokens[path] = answer.json()["token"]
        return self._tokens[path]

    def telegent(self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any) -> Any:
        """One Telegent call with the right token."""
        path = f"/v1.0{path}"
        headers = {"Authorization": f"Bearer {self.token(path) if token is None else token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.http.request(method, self.url + path, headers=headers, **more)

    def create(self, **fields: Any) -> httpx.Response:
        """Creates a route."""
        body = {**ROUTE, **fields}
        return self.telegent("POST", "/message/routes", {name: value for name, value in body.items() if value != ...})

    def made(self, **fields: Any) -> str:
        """Creates a route that must succeed; its id."""
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["MessageRouteId"])

    def update(self, route_id: str, **fields: Any) -> httpx.Response:
        """Updates a route."""
        return self.telegent("POST", "/message/routes/update", {"MessageRouteId": route_id, **fields})

    def get(self, route_id: str) -> httpx.Response:
        """Reads a route."""
        return self.telegent("GET", "/message/routes", params={"MessageRouteId": route_id})

    def delete(self, route_id: str) -> httpx.Response:
        """Deletes a route."""
        return self.telegent("POST", "/message/routes/delete", {"MessageRouteId": route_id})

    def routes(self, **query: str) -> Any:
        """The list of routes."""
        return self.telegent("GET", "/account/message/routes", params=query).json()

    def stored(self, route_id: str) -> Any:
        """One stored route."""
        return next(one for one in self.state()["routes"] if one["MessageRouteId"] == route_id)

    # Telnyx ----------------------------------------------------------------------------------------------------------

    def telnyx(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One Telnyx call with the right key."""
        if body is not None:
            more["json"] = body
        headers = {"Authorization": f"Bearer {API_KEY}", **more.pop("headers", {})}
        return self.http.request(method, f"{self.url}/v2{path}", headers=headers, **more)

    def patch(self, number_id: str = FIRST_ID, **fields: Any) -> httpx.Response:
        """Updates a number's messaging settings."""
        return self.telnyx("PATCH", f"/phone_numbers/{number_id}/messaging", fields)

    def assign(self) -> httpx.Response:
        """Puts the first number on the default profile."""
        return self.patch(messaging_profile_id=DEFAULT)

    def read(self, number_id: str = FIRST_ID) -> Any:
        """A number's messaging settings."""
        answer = self.telnyx("GET", f"/phone_numbers/{number_id}/messaging")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Asserts a Telnyx refusal in its full shape."""
    assert answer.status_code == status, answer.text
    error = answer.json()["errors"][0]
    assert error["code"] == code
    assert error["title"]
    assert error["meta"]["url"].endswith(code)


def declined(answer: httpx.Response, status: int) -> None:
    """Asserts a Telegent refusal in its full shape."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"StatusCode", "Message"}
    assert answer.json()["StatusCode"] == status
