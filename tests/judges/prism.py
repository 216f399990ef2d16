"""Lets Prism judge the Telnyx calls: `python -m tests.judges.prism`.

Prism stands as a proxy between the clients and the emulator and holds both sides to the vendor's own description,
`../shared/spec/telnyx-messaging-openapi.json`. Every request here is one the description allows; what the emulator
refuses is tested without Prism. Exit status 1 = a violation was found.
"""

# ruff: noqa: T201 - a script speaks by printing

from __future__ import annotations

import contextlib
import importlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_messaging.emulator import Server, serve
from tests.support.emulator.seed import ALERTS, API_KEY, DEFAULT, FIRST_ID, THIRD_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "5.14.2"
ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT.parent / "shared" / "spec" / "telnyx-messaging-openapi.json"
CACHE = ROOT / ".cache" / "prism" / VERSION
START_SECONDS = 60.0


class Judge(httpx.BaseTransport):
    """Passes requests on and notes what Prism complains about."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.requests = 0
        self.violations: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request through the proxy."""
        answer = self._inner.handle_request(request)
        answer.read()
        self.requests += 1
        complaint = answer.headers.get("sl-violations")
        if complaint or "problem+json" in answer.headers.get("content-type", ""):
            self.violations.append(f"{request.method} {request.url.path}: {complaint or answer.text}")
        return answer

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


def main() -> int:
    """Runs the judge; says in one line why it cannot."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        print("prism: skipped, node and npm are not installed")
        return 0
    if not SPEC.exists():
        print("prism: skipped, the vendor's description ../shared/spec/telnyx-messaging-openapi.json is not here")
        return 0
    command = [node, str(_installed(npm)), "proxy", "--errors"]
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "emulator.db") as server:
        httpx.patch(f"{server.url}/_emulator/settings", json={"telnyxRequestsPerMinute": 0}).raise_for_status()
        with _proxy(command, server) as url:
            return _judged(url, server)


def _judged(url: str, server: Server) -> int:
    judge = Judge()
    with httpx.Client(transport=judge, headers={"Authorization": f"Bearer {API_KEY}"}, base_url=url) as http:
        _drive(http, server)
        clients = ["plain requests", *_real_client(url, judge)]
        found = list(judge.violations)
        awake = _sees_violations(http, server, judge)
    print(f"prism {VERSION}: {judge.requests} requests by {' and '.join(clients)}, {len(found)} violations")
    for violation in found:
        print(f"  {violation}")
    if not awake:
        print("  the judge sleeps: it let a wrong request or a wrong answer pass")
    return 1 if found or not awake else 0


def _drive(http: httpx.Client, server: Server) -> None:
    """Every Telnyx operation that the vendor's description has, in every answer that it allows."""
    settings = f"/phone_numbers/{FIRST_ID}/messaging"
    for spelling in ("longcode", "long-code"):
        httpx.patch(f"{server.url}/_emulator/settings", json={"telnyxTypeSpelling": spelling}).raise_for_status()
        _ask(http, "GET", settings)
        _ask(http, "GET", "/phone_numbers/%2B15550100001/messaging")
        _ask(http, "GET", "/phone_numbers/messaging?page%5Bsize%5D=250&page%5Bnumber%5D=1")
    _ask(http, "PATCH", settings, {"messaging_profile_id": DEFAULT})
    _ask(http, "PATCH", settings, {"messaging_profile_id": ALERTS, "messaging_product": "A2P"})
    _ask(http, "PATCH", f"/phone_numbers/{THIRD_ID}/messaging", {"messaging_product": "P2P"})
    _ask(http, "PATCH", settings, {"messaging_product": "P2P"}, status=422)
    _ask(http, "PATCH", settings, {"messaging_profile_id": ""})
    _ask(http, "GET", "/phone_numbers/1/messaging", status=404)
    for query in ("", "?filter%5Bphone_number%5D=5550100&page%5Bsize%5D=2", "?filter%5Bphone_number%5D=%2B15550100002"):
        _ask(http, "GET", f"/phone_numbers{query}")
    _ask(http, "GET", f"/phone_numbers/{FIRST_ID}")
    _ask(http, "PATCH", f"/phone_numbers/{FIRST_ID}", {"tags": ["a"], "customer_reference": "b"})
    _bulk(http)
    _profiles(http)


def _bulk(http: httpx.Client) -> None:
    path = "/messaging_numbers_bulk_updates"
    numbers = ["+15550100001", "+15550100004", "+15550999999"]
    for profile in (ALERTS, ""):
        order = _ask(http, "POST", path, {"messaging_profile_id": profile, "numbers": numbers})
        _ask(http, "GET", f"{path}/{order['order_id']}")
    _ask(http, "GET", f"{path}/{ALERTS}", status=404)


def _profiles(http: httpx.Client) -> None:
    _ask(http, "GET", "/messaging_profiles?filter%5Bname%5D=default")
    small = _ask(http, "POST", "/messaging_profiles", {"name": "small", "whitelisted_destinations": ["US"]})
    full = {
        "name": "full",
        "whitelisted_destinations": ["US", "CA"],
        "enabled": False,
        "webhook_url": "https://hooks.example.com/in",
        "webhook_failover_url": None,
        "webhook_api_version": "1",
        "number_pool_settings": {"toll_free_weight": 1, "long_code_weight": 2, "skip_unhealthy": True},
        "url_shortener_settings": {"domain": "example.ex"},
        "alpha_sender": "Sender 1",
        "daily_spend_limit": "10.50",
    }
    other = _ask(http, "POST", "/messaging_profiles", full)
    _ask(http, "PATCH", f"/messaging_profiles/{small['id']}", {"number_pool_settings": None, "webhook_url": None})
    _ask(http, "GET", f"/messaging_profiles/{other['id']}")
    _ask(http, "GET", f"/messaging_profiles/{DEFAULT}/phone_numbers?page%5Bsize%5D=1")
    _ask(http, "DELETE", f"/messaging_profiles/{small['id']}")
    _ask(http, "DELETE", f"/messaging_profiles/{DEFAULT}", status=422)


def _ask(http: httpx.Client, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
    answer = http.request(method, path, json=body) if body is not None else http.request(method, path)
    if answer.status_code != status:
        words = answer.headers.get("sl-violations") or answer.text
        raise SystemExit(f"prism: {method} {path} answered {answer.status_code} instead of {status}: {words}")
    return answer.json().get("data", {})


def _real_client(url: str, judge: Judge) -> list[str]:
    """Drives this package's own client over the same proxy."""
    try:
        telnyx = importlib.import_module("pulumi_messaging.api.telnyx")
        settings = importlib.import_module("pulumi_messaging.settings")
    except ModuleNotFoundError:
        return []
    client = telnyx.TelnyxClient(settings.TelnyxSettings(api_key=API_KEY, base_url=url), transport=judge)
    (number,) = client.list_phone_numbers("+15550100005")
    client.retrieve_messaging("+15550100005")
    client.update_messaging(number["id"], {"messaging_profile_id": DEFAULT, "messaging_product": "A2P"})
    client.update_messaging(number["id"], {"messaging_profile_id": ""})
    client.list_messaging()
    client.list_messaging(numbers=["+15550100005"])
    order = client.create_bulk_update(ALERTS, ["+15550100005"])
    client.retrieve_bulk_update(order["order_id"])
    made = client.create_messaging_profile({"name": "made", "whitelisted_destinations": ["US"]})
    client.update_messaging_profile(made["id"], {"webhook_url": "https://hooks.example.com/in", "v1_secret": "mine"})
    client.update_messaging_profile(made["id"], {"webhook_url": None, "mobile_only": True})
    client.retrieve_messaging_profile(made["id"])
    client.list_messaging_profiles()
    client.list_profile_numbers(ALERTS)
    client.count_profile_numbers(ALERTS)
    client.delete_messaging_profile(made["id"])
    return ["TelnyxClient"]


def _sees_violations(http: httpx.Client, server: Server, judge: Judge) -> bool:
    """A wrong request and a wrong answer must both be noticed, or nothing above means anything."""
    seen = len(judge.violations)
    path = f"/phone_numbers/{FIRST_ID}/messaging"
    http.patch(path, json={"messaging_profile_id": None})
    wrong = {"operation": "retrieveMessaging", "body": {"data": {"id": 1293384261075731501}}}
    httpx.post(f"{server.url}/_emulator/answers", json=wrong).raise_for_status()
    http.get(path)
    return len(judge.violations) - seen == len(("request", "answer"))


def _installed(npm: str) -> Path:
    """Prism's program, installed once into the cache."""
    program = CACHE / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        package = f"@stoplight/prism-cli@{VERSION}"
        print(f"prism: installing {package} into {CACHE.relative_to(ROOT)}")
        options = ["--prefix", str(CACHE), "--no-audit", "--no-fund", "--no-save"]
        subprocess.run([npm, "install", *options, package], check=True, stdout=subprocess.DEVNULL)
    return program


@contextlib.contextmanager
def _proxy(command: list[str], server: Server) -> Iterator[str]:
    """A running proxy; ends the one process it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Prism knows no /v2: the vendor's description has it in the server's URL, the proxy in the upstream's.
    arguments = ["-h", "127.0.0.1", "-p", str(port), str(SPEC), server.telnyx_url]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=10)
        process.kill()


def _wait(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"prism: did not start: {process.communicate()[0][-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"prism: did not listen within {START_SECONDS:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
