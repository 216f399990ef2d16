"""The composition root: which settings make which client."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.core.number_messaging_group import TELNYX_NUMBERS
from pulumi_messaging.core.number_route_group import TELEGENT_NUMBERS
from pulumi_messaging.emulator import serve
from pulumi_messaging.errors import AccessDenied, ConfigurationError, NoAnswer
from pulumi_messaging.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_messaging.emulator import Server

wiring = Wiring(print)
EMULATOR = {"telegent:baseUrl": "emulator", "telnyx:baseUrl": "emulator"}
ROUTE = {"RouteName": "r", "MessageUrl": "https://hooks.example/in", "MessageUrlMethod": "POST"}


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    """A project folder as the current one; all clients are closed at the end."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    with contextlib.chdir(tmp_path):
        yield tmp_path
    wiring.close()


def test_the_embedded_emulator_serves_both_vendors_from_one_file(project: Path) -> None:
    """With `baseUrl: emulator` both clients work without credentials, on the file beside Pulumi.yaml."""
    telegent, telnyx = wiring.telegent_client(EMULATOR.get, {}), wiring.telnyx_client(EMULATOR.get, {})

    telegent.create_message_route(ROUTE)

    assert telnyx.retrieve_messaging("+15550100001")["id"] == "1293384261075731501"
    assert (project / ".emulator.db").is_file()


def test_the_emulators_state_outlives_its_clients(project: Path) -> None:
    """What one process made is there for the next one, in the named file."""
    values = {"telegent:baseUrl": "emulator:e.db"}
    wiring.telegent_client(values.get, {}).create_message_route(ROUTE)
    wiring.close()

    assert len(wiring.telegent_client(values.get, {}).list_message_routes().routes) == 1
    assert (project / "e.db").is_file()


def test_clients_are_shared_per_settings() -> None:
    """Equal settings give the same client, from any thread; other settings give another one."""
    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: wiring.telegent_client(EMULATOR.get, {}), range(32)))
    other = wiring.telegent_client((EMULATOR | {"telegent:accountKey": "DID-2"}).get, {})

    assert len(clients) == 1
    assert other not in clients


def test_a_url_goes_over_the_network(tmp_path: Path) -> None:
    """A base URL on this machine reaches the emulator there; without /v1.0 too."""
    with serve(tmp_path / "served.db") as server:
        values = {
            "telegent:baseUrl": server.url,
            "telegent:accountKey": "DID-emulator",
            "telegent:accountSecret": "emulator-secret",
            "telnyx:baseUrl": server.telnyx_url,
            "telnyx:apiKey": "KEYemulator",
        }

        routes = wiring.telegent_client(values.get, {}).list_message_routes()
        number = wiring.telnyx_client(values.get, {}).retrieve_messaging("+15550100001")
        wiring.close()

    assert routes.complete
    assert number["id"] == "1293384261075731501"


def test_settings_are_checked_when_a_client_is_asked_for() -> None:
    """Missing credentials are an error of the ask, and every ask tells them again."""
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="pulumi config set --secret telnyx:apiKey"):
            wiring.telnyx_client({}.get, {})


def test_a_store_that_cannot_be_used_is_named(project: Path) -> None:
    """A file that is no emulator's state is a configuration error that names it."""
    (project / "e.db").write_bytes(b"this is no database, and long enough to be seen as none" * 20)

    with pytest.raises(ConfigurationError, match=r"cannot keep its state: .*e\.db is another program's file"):
        wiring.telnyx_client({"telnyx:baseUrl": "emulator:e.db"}.get, {})


def test_a_closed_client_fails_and_the_next_ask_makes_a_new_one() -> None:
    """After a close, calls on the old client end with an error, and a new client works."""
    old = wiring.telnyx_client(EMULATOR.get, {})
    wiring.close()

    with pytest.raises(NoAnswer, match="interrupted"):
        old.retrieve_messaging("+15550100001")

    assert wiring.telnyx_client(EMULATOR.get, {}).retrieve_messaging("+15550100001")


def _served(server: Server, **changes: str) -> dict[str, str]:
    return {
        "telegent:baseUrl": server.url,
        "telegent:accountKey": "DID-emulator",
        "telegent:accountSecret": "emulator-secret",
        **{f"telegent:{key}": value for key, value in changes.items()},
    }


def test_the_embedded_emulator_has_no_limit(project: Path) -> None:
    """Unless one is set: a dev stack of many resources is not answered 429."""
    client = wiring.telegent_client({"telegent:timeoutSeconds": "5", **EMULATOR}.get, {"XDG_CACHE_HOME": str(project)})
    for number in range(60):
        assert client.get_number(f"+1555020000{number % 3 + 1}")


def test_a_vendor_on_the_network_is_asked_as_often_as_its_limit_allows(tmp_path: Path) -> None:
    """The limit counts tokens, and holds for further clients of the account, in this process or the next."""
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with serve(tmp_path / "served.db") as server:
        values = _served(server, requestsPerMinute="3", timeoutSeconds="5")
        first = wiring.telegent_client(values.get, environ)
        first.list_message_routes()
        wiring.close()
        second = wiring.telegent_client((values | {"telegent:accountId": "AID-emulator"}).get, environ)
        with pytest.raises(NoAnswer) as failed:
            second.list_message_routes()
        wiring.close()

    assert not failed.value.sent
    assert "Telegent's 3 requests a minute (telegent:requestsPerMinute) are used for 6" in failed.value.reason
    assert failed.value.reason.endswith("longer than telegent:timeoutSeconds leaves")
    assert (tmp_path / "cache" / "pulumi-messaging" / "limits.db").is_file()


def test_accounts_and_emulators_do_not_share_a_limit(tmp_path: Path) -> None:
    """Another AccountKey, and another file of the embedded emulator, have requests of their own."""
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    limit = {"telegent:requestsPerMinute": "2", "telegent:timeoutSeconds": "5"}
    one, other = ({"telegent:baseUrl": f"emulator:{name}.db"} | limit for name in ("one", "other"))

    wiring.telegent_client(one.get, environ).list_message_routes()
    with pytest.raises(NoAnswer, match="2 requests a minute"):
        wiring.telegent_client(one.get, environ).list_message_routes()

    assert wiring.telegent_client(other.get, environ).list_message_routes().complete
    with pytest.raises(AccessDenied):
        wiring.telegent_client((one | {"telegent:accountKey": "DID-2"}).get, environ).list_message_routes()


def test_where_no_folder_can_be_had_the_limit_holds_for_the_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without a home one line says so, and requests go on."""
    with serve(tmp_path / "served.db") as server:
        client = wiring.telegent_client(_served(server).get, {})
        client.list_message_routes()
        client.list_message_routes()
        wiring.close()

    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("pulumi-messaging: neither XDG_CACHE_HOME nor HOME is set; the limit of requests a minute")


def test_a_wait_for_the_limit_is_announced(tmp_path: Path) -> None:
    """A process that has to wait says once for whom, why, how long and how many are before it."""
    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    values = {"telegent:baseUrl": "emulator", "telegent:requestsPerMinute": "2"}
    code = (
        "import sys; from pulumi_messaging.wiring import Wiring; wiring = Wiring(print)\n"
        f"client = wiring.telegent_client({values!r}.get, {environ!r})\n"
        "client.list_message_routes(); print('asked', flush=True); client.list_message_routes()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        said = process.stderr.readline().decode()
        process.kill()

    assert said == (
        "pulumi-messaging: Telegent's 2 requests a minute (telegent:requestsPerMinute) are used; "
        "waiting 61 s to list message routes\n"
    )


IDLE = """
import sys
from pulumi_messaging.wiring import Wiring
wiring = Wiring(print)
values = {"telegent:baseUrl": "http://127.0.0.1:9", "telegent:accountKey": "k", "telegent:accountSecret": "s"}
wiring.telegent_client(values.get, {"XDG_CACHE_HOME": sys.argv[1]})
wiring.close()
print("sqlite3" in sys.modules)
"""


def test_the_store_of_the_limit_is_loaded_with_the_first_request(tmp_path: Path) -> None:
    """A client that asks nothing loads no database, and makes no file."""
    command = [sys.executable, "-c", IDLE, str(tmp_path / "cache")]

    found = subprocess.run(command, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "False"
    assert not (tmp_path / "cache").exists()


def test_objects_of_two_vendors_are_apart_without_credentials() -> None:
    """One E.164 at both vendors is two numbers, also in a run that has no settings to tell the accounts by."""
    kinds = (TELEGENT_NUMBERS, TELNYX_NUMBERS, ROUTES, PROFILES)

    assert len({id(wiring.ownership(kind, {}.get, {})) for kind in kinds}) == len(kinds)
    assert wiring.ownership(ROUTES, {}.get, {}) is wiring.ownership(ROUTES, {}.get, {})


def test_importing_the_adapter_loads_no_client() -> None:
    """A run without a request pays for neither httpx nor the emulator, and for no reconciler."""
    reconcilers = [
        f"pulumi_messaging.reconcile.{name}"
        for name in ("named.objects", "routes.calls", "profiles.calls", "numbers.single", "numbers.bulk_orders")
    ]
    assert all(map(find_spec, reconcilers)), "a module that is gone is never loaded"
    unneeded = ["httpx", "sqlite3", "pydantic", "filelock", "pulumi_messaging_emulator.app", *reconcilers]
    code = f"import sys, pulumi_messaging.dynamic; print([name for name in {unneeded} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_the_clients_do_not_load_pydantic() -> None:
    """The provider's process imports the clients; pydantic stays out of it."""
    code = (
        "import sys, pulumi_messaging.api.telegent, pulumi_messaging.api.telnyx;"
        "print([name for name in ('pydantic', 'pulumi', 'sqlite3') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_a_client_does_not_load_the_command_line_of_httpx() -> None:
    """A third of the time to import httpx is its command, which nobody runs here; httpx is whole without it."""
    code = (
        "import sys; from pulumi_messaging.wiring import Wiring;"
        "Wiring(print).telnyx_client({'telnyx:apiKey': 'k'}.get, {});"
        "print([name for name in ('httpx', 'httpx._main', 'rich', 'click') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "['httpx']"
