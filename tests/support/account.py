"""An account at both vendors, an emulator over TCP, that tests of the command line and of look-ups read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator import serve
from tests.support.emulator.config import config_of
from tests.support.emulator.control import control
from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET, API_KEY

if TYPE_CHECKING:
    import pytest

VARIABLES = (
    *("TELEGENT_ACCOUNT_KEY", "TELEGENT_ACCOUNT_SECRET", "TELEGENT_ACCOUNT_ID", "TELEGENT_BASE_URL"),
    *("TELNYX_API_KEY", "TELNYX_BASE_URL"),
)


class Account:
    """Both vendors in one store."""

    def __init__(self, store: Path) -> None:
        self.server = serve(store)
        self.config = config_of(self.server)
        self.control("PATCH", "settings", {"telegentRequestsPerMinute": 0, "telegentInventoryPageSize": 250})

    def close(self) -> None:
        self.server.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control surface."""
        return control(self.server, method, path, body)

    def settings(self, **changes: Any) -> None:
        """Set switches of the emulator."""
        self.control("PATCH", "settings", changes)

    def route(self, name: str, *numbers: str, **fields: Any) -> str:
        """Make a route with these new numbers; its id."""
        route_id: str = self.control("POST", "routes", {"RouteName": name, **fields})["MessageRouteId"]
        self.control("POST", "telegent-numbers", [{"Number": each, "MessageRouteId": route_id} for each in numbers])
        return route_id

    def profile(self, name: str, *numbers: str, tags: tuple[str, ...] = (), **fields: Any) -> str:
        """Make a profile with these new numbers; its id."""
        profile_id: str = self.control("POST", "profiles", {"name": name, **fields})["id"]
        given = {"messaging_profile_id": profile_id, "tags": list(tags)}
        self.control("POST", "numbers", [{"phone_number": each, **given} for each in numbers])
        return profile_id

    def requests(self) -> list[str]:
        """Method and path of what was asked since the last time this was called."""
        log = self.control("GET", "requests")
        self.control("DELETE", "requests")
        return [f"{entry['method']} {entry['path']}" for entry in log]

    def environ(self, monkeypatch: pytest.MonkeyPatch, *left_out: str, **changes: str) -> None:
        """Set the variables of the environment, without these."""
        given = {
            "TELEGENT_BASE_URL": self.server.url,
            "TELEGENT_ACCOUNT_KEY": ACCOUNT_KEY,
            "TELEGENT_ACCOUNT_SECRET": ACCOUNT_SECRET,
            "TELNYX_BASE_URL": self.server.telnyx_url,
            "TELNYX_API_KEY": API_KEY,
            **changes,
        }
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
            if name in given and name not in left_out:
                monkeypatch.setenv(name, given[name])
