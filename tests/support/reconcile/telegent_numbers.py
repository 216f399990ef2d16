"""A Telegent account in the emulator, for the tests that hold for the numbers of every vendor.

Such a test speaks of profiles. Here each is a message route, and "no profile" is a route too: Telegent documents no
way to take a number off its route.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.in_process import InProcess
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.resource_types import NUMBER_ROUTE, NUMBER_ROUTE_GROUP
from pulumi_messaging.settings import TelegentSettings
from pulumi_messaging_emulator.accounts import EMBEDDED_TELEGENT_URL
from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET, ALERTS, DEFAULT
from tests.support.reconcile.groups import Account, phones

NOTHING = "MRID-nothing"
_NAMES = {"phoneNumber": "number", "phoneNumbers": "numbers", "messagingProfileId": "messageRouteId"}


def route_of(profile: str | None) -> str:
    """The route that stands for a profile."""
    return f"MRID-{profile}" if profile else NOTHING


class TelegentAccount(Account):
    """As ``Account``, with its numbers on ``NOTHING``."""

    single, group = NUMBER_ROUTE, NUMBER_ROUTE_GROUP
    assignment = "messageRouteId"
    operations = ("updateNumber", "getNumber")

    def __init__(self, folder: Path, numbers: int = 0, *, routes: tuple[str, ...] = ()) -> None:
        super().__init__(folder)
        self.secret = ACCOUNT_SECRET
        self.equal_only = self.named = ""
        self.settings(telegentRequestsPerMinute=0, telegentInventoryPageSize=100)
        for route in (NOTHING, route_of(ALERTS), route_of(DEFAULT), *routes):
            url = {"MessageUrl": "https://hooks.example.com/in", "MessageUrlMethod": "POST"}
            self.control("POST", "routes", {"MessageRouteId": route, "RouteName": route.lower(), **url})
        for row in self.rows():
            self.control("DELETE", f"telegent-numbers/{row['Number']}")
        self.add(*phones(numbers))
        self.forget_requests()

    def add(self, *numbers: str, **fields: Any) -> None:
        """Numbers are bought."""
        rows = [{"Number": number, "MessageRouteId": NOTHING, **fields} for number in numbers]
        self.control("POST", "telegent-numbers", rows)

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        named = {_NAMES.get(name, name): value for name, value in values.items()}
        if isinstance(route := named.get("messageRouteId"), str) and not route.startswith("MRID-"):
            named["messageRouteId"] = route_of(route)
        return named

    def edit(self, number: str, **fields: Any) -> None:
        if "messaging_profile_id" in fields:
            fields["MessageRouteId"] = route_of(fields.pop("messaging_profile_id"))
        self.control("PATCH", f"telegent-numbers/{number}", fields)

    def drop(self, number: str) -> dict[str, Any]:
        row = next(row for row in self.rows() if row["Number"] == number)
        self.control("DELETE", f"telegent-numbers/{number}")
        return row

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", "state")["telegentNumbers"]
        return rows

    def routes(self) -> dict[str, str | None]:
        """Number → its route."""
        return {row["Number"]: row["MessageRouteId"] for row in self.rows()}

    def profiles(self, numbers: Any = None) -> dict[str, str | None]:
        """Number → the profile that its route stands for."""
        found = self.routes().items()
        wanted = None if numbers is None else set(numbers)
        known = {
            number: str(route).removeprefix("MRID-") for number, route in found if wanted is None or number in wanted
        }
        return {number: None if route == "nothing" else route for number, route in known.items()}

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.settings(clockOffsetSeconds=self.seconds)  # the vendor's time passes too

    def id_of(self, number: str) -> str:
        return number

    @property
    def asked(self) -> dict[str, int]:
        """The requests since the last look, tokens apart."""
        return {name: count for name, count in super().asked.items() if name != "createToken"}

    @property
    def writes(self) -> list[dict[str, Any]]:
        return [entry for entry in self.log if entry["operation"] == "updateNumber"]

    def script(self, operation: str, **answer: Any) -> None:
        if operation == "updateMessaging":
            operation, answer["body"] = "updateNumber", {"StatusCode": answer["status"], "Message": "No."}
        super().script(operation, **answer)

    def interrupt_after_write(self, patch: pytest.MonkeyPatch) -> None:
        def written(client: TelegentClient, *arguments: Any) -> None:
            update(client, *arguments)
            raise KeyboardInterrupt

        update = TelegentClient.update_number
        patch.setattr(TelegentClient, "update_number", written)

    def client(self) -> Any:
        settings = TelegentSettings(
            ACCOUNT_KEY if self.key.startswith("KEY") else self.key,
            self.secret,
            None,
            EMBEDDED_TELEGENT_URL,
            emulator_store=self.emulator_store,
            equal_only=self.equal_only,
            account=self.named,
        )
        clock = Clock(monotonic=lambda: self.seconds, sleep=self.sleep)
        return TelegentClient(settings, InProcess(self._app), clock=clock)
