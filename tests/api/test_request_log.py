"""The log of requests for a support case: every request, and nothing that the program gave."""

from __future__ import annotations

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_messaging.api.request_log import VARIABLE, RequestLog, request_log, shown_path
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import ConfigurationError, MessagingError
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from pulumi_messaging.wiring import Wiring
from tests.support.api.vendor import TELEGENT, TELNYX, Vendor, answer, token_answer
from tests.support.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER_ID = "1293384261075731501"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


def embedded(folder: Path) -> dict[str, str]:
    return dict.fromkeys(("telegent:baseUrl", "telnyx:baseUrl"), f"emulator:{folder}/e.db")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_attempt_is_a_line(file: Path) -> None:
    """When and what was asked, the names of the fields that were sent, what came back, and how long it took."""
    time = VirtualClock()

    def slow(_: httpx.Request) -> httpx.Response:
        time.elapsed += 0.25
        return httpx.Response(200, json={"data": {"id": NUMBER_ID}}, headers={"X-Request-Id": "r-2"})

    vendor = Vendor([answer(503, X_Request_Id="r-1"), httpx.ReadTimeout("t"), slow])
    client = TelnyxClient(TELNYX, vendor.transport, clock=time.clock, log=RequestLog(file, pytest.fail))

    client.update_messaging(NUMBER_ID, {"tags": ["a"], "messaging_product": "A2P"})

    first, second, third = lines(file)
    assert first == {
        "time": "2027-01-15T08:00:00.000+00:00",
        "vendor": "Telnyx",
        "method": "PATCH",
        "path": f"/phone_numbers/{NUMBER_ID}/messaging",
        "fields": ["tags", "messaging_product"],
        "attempt": 1,
        "milliseconds": 0,
        "status": 503,
        "requestId": "r-1",
    }
    assert (second["attempt"], second["failed"]) == (2, "no answer in time")
    assert "status" not in second
    assert (third["attempt"], third["status"], third["requestId"], third["milliseconds"]) == (3, 200, "r-2", 250)


def test_a_token_is_a_request_too(file: Path) -> None:
    """Two lines for the first call of an endpoint."""
    vendor = Vendor([{"Results": [], "TotalRoutes": 0}])

    TelegentClient(TELEGENT, vendor.transport, log=RequestLog(file, pytest.fail)).list_message_routes("AID-1")

    assert [(line["path"], line["fields"]) for line in lines(file)] == [
        ("/oauth2/tokens", ["AccountKey", "AccountSecret", "ApiEndpoint"]),
        ("/account/message/routes?AccountId=[secret]", []),
    ]


def test_a_request_that_is_not_sent_is_no_line(file: Path) -> None:
    """The log has what the vendor can have seen."""
    client = TelnyxClient(TELNYX, Vendor([{}]).transport, log=RequestLog(file, pytest.fail))
    client.close()

    with pytest.raises(MessagingError, match="interrupted"):
        client.retrieve_messaging("1")

    assert lines(file) == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/phone_numbers/{NUMBER_ID}/messaging", f"/phone_numbers/{NUMBER_ID}/messaging"),
        ("/phone_numbers/%2B15550100001/messaging", "/phone_numbers/[secret]/messaging"),
        ("/phone_numbers/155501000010000/messaging", "/phone_numbers/[secret]/messaging"),
        ("/messaging_profiles/4001aaaa-0000/phone_numbers?page%5Bsize%5D=1",
         "/messaging_profiles/[secret]/phone_numbers?page[size]=1"),
        ("/messaging_numbers_bulk_updates/4001aaaa-0000", "/messaging_numbers_bulk_updates/4001aaaa-0000"),
        ("/message/routes?MessageRouteId=MRID-1", "/message/routes?MessageRouteId=MRID-1"),
        ("/numbers/inventory?PageNumber=2&Filter=All", "/numbers/inventory?PageNumber=2&Filter=All"),
        ("/numbers?Number=%2B15550100001", "/numbers?Number=[secret]"),
        ("/phone_numbers?filter%5Bphone_number%5D=15550100001", "/phone_numbers?filter[phone_number]=[secret]"),
    ],
)  # fmt: skip
def test_of_a_path_the_vendors_own_ids_are_shown(path: str, shown: str) -> None:
    """Routes, numbers by their id, orders and pages; a phone number or a profile may be a secret of the program."""
    assert shown_path(path) == shown


CANARIES = ["canary-key-01", "canary-secret-02", "canary-token-03", "canary-value-04", "+15550100777", "canary-acc-05"]
ROUTE = {
    "RouteName": CANARIES[3],
    "MessagePasswordToken": CANARIES[3],
    "MessageUrl": f"https://x.example/{CANARIES[3]}",
}
CALLS: list[Callable[[TelegentClient, TelnyxClient], object]] = [
    lambda telegent, _: telegent.create_message_route(ROUTE),
    lambda telegent, _: telegent.update_message_route("MRID-1", ROUTE),
    lambda telegent, _: telegent.list_message_routes(CANARIES[5]),
    lambda telegent, _: telegent.get_number(CANARIES[4]),
    lambda telegent, _: telegent.list_inventory(),
    lambda _, telnyx: telnyx.retrieve_messaging(CANARIES[4]),
    lambda _, telnyx: telnyx.update_messaging(NUMBER_ID, {"messaging_profile_id": CANARIES[3]}),
    lambda _, telnyx: telnyx.list_messaging(numbers=[CANARIES[4]]),
    lambda _, telnyx: telnyx.list_phone_numbers(CANARIES[4]),
    lambda _, telnyx: telnyx.create_bulk_update(CANARIES[3], [CANARIES[4]]),
    lambda _, telnyx: telnyx.count_profile_numbers(CANARIES[3]),
]


KNOWN = {"Telegent": CANARIES[:3], "Telnyx": CANARIES[:1]}  # the credentials of each


@pytest.mark.parametrize("status", [200, 401, 422, 503])
@pytest.mark.parametrize("echo", CANARIES)
def test_nothing_secret_is_in_the_log(file: Path, echo: str, status: int) -> None:
    """Keys, tokens, values and numbers, sent by the program and echoed by the vendor; an id that is a key is none."""
    log, time = RequestLog(file, pytest.fail), VirtualClock()

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tokens"):
            return token_answer(CANARIES[2])
        vendor = str(request.url.host).partition(".")[0].capitalize()
        ids = {"X-Request-Id": echo} if echo in KNOWN[vendor] else {}
        return httpx.Response(status, json={"Message": echo, "TraceId": echo}, headers=ids)

    transport = httpx.MockTransport(respond)
    of_telegent = TelegentSettings(CANARIES[0], CANARIES[1], None, "https://telegent.example/canary-url/v1.0")
    telegent = TelegentClient(of_telegent, transport, clock=time.clock, log=log)
    of_telnyx = TelnyxSettings(CANARIES[0], "https://telnyx.example/canary-url/v2")
    telnyx = TelnyxClient(of_telnyx, transport, clock=time.clock, log=log)

    for call in CALLS:
        with suppress(MessagingError):
            call(telegent, telnyx)

    kept = file.read_text()
    assert {line["vendor"] for line in lines(file)} == set(KNOWN)
    assert [canary for canary in (*CANARIES, "canary-url", "15550100777") if canary in kept] == []


def test_the_file_is_its_owners_only(file: Path) -> None:
    """Whatever the umask is, and whatever rights it had."""
    file.write_text("earlier\n")
    file.chmod(0o644)
    before = os.umask(0)
    try:
        RequestLog(file, pytest.fail).write(status=200)
        RequestLog(file.with_suffix(".new"), pytest.fail)
    finally:
        os.umask(before)

    assert file.read_text() == 'earlier\n{"status": 200}\n'
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.with_suffix(".new"))] == [0o600, 0o600]


def test_processes_append_whole_lines(file: Path) -> None:
    """Each has opened the file by itself."""
    logs = [RequestLog(file, pytest.fail) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: logs[number % 4].write(number=number, fill="x" * 1000), range(400)))

    assert sorted(line["number"] for line in lines(file)) == list(range(400))


def test_a_disk_that_is_full_is_told_once_and_requests_go_on(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log must not stop a run half-way."""
    said = list[str]()
    client = TelnyxClient(TELNYX, Vendor([{"data": {"id": "1"}}]).transport, log=RequestLog(file, said.append))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert [client.retrieve_messaging("1")["id"] for _ in range(2)] == ["1", "1"]

    assert said == [f"the log of requests {file} lacks a request (No space left on device); requests go on"]


@pytest.mark.parametrize("kind", ["no folder", "a folder", "a pipe"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path, kind: str) -> None:
    """Whoever asks for a log gets one, or no run."""
    name = tmp_path / "missing" / "log" if kind == "no folder" else tmp_path / "log"
    if kind == "a folder":
        name.mkdir()
    elif kind == "a pipe":
        os.mkfifo(name)
    wiring = Wiring(print)

    for connect in (wiring.telegent_client, wiring.telnyx_client):
        with pytest.raises(ConfigurationError, match=f"^{VARIABLE} names {name}, which cannot be written"):
            connect(embedded(tmp_path).get, {VARIABLE: str(name)})


def test_the_environment_switches_it_on(tmp_path: Path, file: Path) -> None:
    """One file for both vendors, the embedded emulator included; none without the variable."""
    values, wiring = embedded(tmp_path), Wiring(print)
    wiring.telegent_client(values.get, {VARIABLE: str(file)}).list_message_routes()
    wiring.telnyx_client(values.get, {VARIABLE: str(file)}).list_messaging()
    wiring.close()

    assert [line["vendor"] for line in lines(file)] == ["Telegent", "Telegent", "Telnyx"]
    assert request_log({VARIABLE: " "}, print) is None
