"""Dynamic providers as people write them by hand, to be compared with.

The usual way of the examples that are about: module-level `requests` calls with the key from the environment, the whole
body in every update, one read for each refresh, a diff over the declared fields, no retries or a plain loop of them.
``Lists…`` is the pattern of the package `pulumi-unifi-dynamic` 0.1.0 (adoption by listing in every create, no write
while adopting). That package speaks UniFi's API only, so the pattern is rebuilt here; none of its code is.
"""

from __future__ import annotations

import os
import time
from typing import Any, ClassVar

import requests  # type: ignore[import-untyped]
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

Props = dict[str, Any]
NUMBER_FIELDS = ("messaging_profile_id", "messaging_product", "tags")
ROUTE_FIELDS = ("RouteName", "MessageUrl", "MessageUrlMethod")
_TRIES = 3
_PAGE = 250


class _Numbers(ResourceProvider):
    """A number's messaging settings; subclasses say how often a call is tried."""

    tries: ClassVar[int] = 1

    def create(self, props: Props) -> CreateResult:
        data = self._call("PATCH", f"/phone_numbers/{props['phone_number']}/messaging", _body(props))["data"]
        return CreateResult(data["id"], dict(props))

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in NUMBER_FIELDS))

    def read(self, id_: str, props: Props) -> ReadResult:
        data = self._call("GET", f"/phone_numbers/{id_}/messaging")["data"]
        return ReadResult(id_, {**props, **_body(data)})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        self._call("PATCH", f"/phone_numbers/{_id}/messaging", _body(_news))
        return UpdateResult(dict(_news))

    def _call(self, method: str, path: str, body: Props | None = None, query: Props | None = None) -> Props:
        url = os.environ["TELNYX_BASE_URL"] + path
        key = {"Authorization": f"Bearer {os.environ['TELNYX_API_KEY']}"}
        return _sent(self.tries, method, url, headers=key, json=body, params=query)


class NumberProvider(_Numbers):
    """Without retries."""


class RetryingNumberProvider(_Numbers):
    """Three tries, a second apart, whatever went wrong."""

    tries = _TRIES


class ListsNumberProvider(_Numbers):
    """Looks the number up in the account's list in every create, and adopts what is there without a write."""

    def create(self, props: Props) -> CreateResult:
        """Adopt."""
        found = next(one for one in self._listed() if one["phone_number"] == props["phone_number"])
        return CreateResult(found["id"], {**props, **_body(found)})

    def _listed(self) -> list[Props]:
        found: list[Props] = []
        pages = number = 1
        while number <= pages:
            query = {"page[number]": number, "page[size]": _PAGE}
            answer = self._call("GET", "/phone_numbers/messaging", query=query)
            found += answer["data"]
            pages, number = answer["meta"]["total_pages"], number + 1
        return found


class _Routes(ResourceProvider):
    """A message route, with a token for each call, as the vendor's quick start has it."""

    tries: ClassVar[int] = 1

    def create(self, props: Props) -> CreateResult:
        data = self._call("POST", "/message/routes", {name: props[name] for name in ROUTE_FIELDS})
        return CreateResult(data["MessageRouteId"], dict(props))

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in ROUTE_FIELDS))

    def _call(self, method: str, path: str, body: Props | None = None) -> Props:
        base = os.environ["TELEGENT_BASE_URL"]
        account = {"AccountKey": os.environ["TELEGENT_ACCOUNT_KEY"], "AccountSecret": os.environ["TELEGENT_SECRET"]}
        token = _sent(self.tries, "POST", f"{base}/oauth2/tokens", json={**account, "ApiEndpoint": base + path})
        key = {"Authorization": f"Bearer {token['token']}"}
        return _sent(self.tries, method, base + path, headers=key, json=body)


class RouteProvider(_Routes):
    """Without retries."""


class RetryingRouteProvider(_Routes):
    """Three tries, a second apart, whatever went wrong."""

    tries = _TRIES


class ListsRouteProvider(_Routes):
    """Looks for the name in the account's list in every create; makes the route where it is not there."""

    def create(self, props: Props) -> CreateResult:
        """Adopt, or make."""
        for found in self._call("GET", "/account/message/routes")["Results"]:
            if found["RouteName"] == props["RouteName"]:
                live = {name: found.get(name) for name in ROUTE_FIELDS}
                return CreateResult(found["MessageRouteId"], {**props, **live})
        return super().create(props)


PROVIDERS: dict[str, dict[str, type[ResourceProvider]]] = {
    "plain": {"number": NumberProvider, "route": RouteProvider},
    "retrying": {"number": RetryingNumberProvider, "route": RetryingRouteProvider},
    "lists": {"number": ListsNumberProvider, "route": ListsRouteProvider},
}


class Handmade(Resource):
    """What the programs of such providers declare."""


def declare(contender: str, kind: str, name: str, props: Props) -> Resource:
    """One object in a program."""
    return Handmade(PROVIDERS[contender][kind](), name, dict(props))


def _body(props: Props) -> Props:
    return {name: props[name] for name in NUMBER_FIELDS}


def _sent(tries: int, method: str, url: str, **given: Any) -> Props:
    for left in reversed(range(tries)):
        try:
            answer = requests.request(method, url, timeout=30, **given)
            answer.raise_for_status()
            data: Props = answer.json()
        except requests.RequestException:
            if not left:
                raise
            time.sleep(1)
        else:
            return data
    raise AssertionError("the last try returns or raises")
