"""The real provider process and real runs of the engines, over sockets, with every logger of every process at DEBUG."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pulumi_messaging_emulator.fault_kinds import PLANNED
from tests.support.emulator.seed import ALERTS
from tests.support.plugin import NUMBER as NUMBER_PAYLOAD
from tests.support.plugin import ROUTE as ROUTE_PAYLOAD
from tests.support.plugin import Failed, Plugin
from tests.support.secrets.canaries import ALLOWED
from tests.support.secrets.processes import SECRET_KEYS, Vendors
from tests.support.secrets.world import CHANGED_ROUTE, NUMBER, ROUTE

if TYPE_CHECKING:
    from pathlib import Path

LIVES, THREADS = 60, 4
FIELDS = [name for name in ROUTE if name.endswith(("Url", "Username", "PasswordToken"))]
# Everything that is a canary comes out of the configuration as a secret, or out of a file as plain text.
PROGRAM = (
    """
import json
import re

import pulumi
from pulumi_messaging import MessageRoute, NumberMessaging

config, plain = pulumi.Config(), json.load(open("plain.json"))
which = plain.get("which", "first")
given = {name: plain.get(name) or config.require_secret(f"{which}-{name}") for name in FIELDS}
MessageRoute(
    "it",
    message_url_method="POST",
    message_authentication_type="Basic",
    callback_message_url_method="POST",
    callback_message_authentication_type="Basic",
    **{re.sub("([A-Z])", lambda found: "_" + found[0].lower(), name): value for name, value in given.items()},
)
NumberMessaging("number", phone_number=NUMBER, messaging_profile_id=PROFILE)
""".replace("FIELDS", repr(FIELDS))
    .replace("NUMBER,", f"{NUMBER['phoneNumber']!r},")
    .replace("PROFILE", repr(ALERTS))
)
SECRETS = {
    f"secrets:{which}-{name}": values[name]
    for which, values in (("first", ROUTE), ("second", CHANGED_ROUTE))
    for name in FIELDS
}
# A route is read by itself or with the account's list.
READS = ("getMessageRoute", "listMessageRoutes")
# What is run, which faults it meets, and whether it succeeds all the same.
RUNS: list[tuple[str, list[tuple[str, str, str]], bool]] = [
    ("preview", [], True),
    ("up", [("createMessageRoute", "400-echo", "before"), ("updateMessaging", "400-echo", "before")], False),
    ("up", [("createToken", "503", "before"), ("createMessageRoute", "reset", "after")], True),
    ("refresh", [(read, "500-html", "before") for read in READS], True),
    ("change", [], True),
    ("preview", [], True),
    ("up", [("updateMessageRoute", "400-echo", "before")], False),
    ("up", [("updateMessageRoute", "expired-token", "before")], True),
    ("refresh", [(read, "400-echo", "before") for read in READS], False),
    ("destroy", [("deleteMessageRoute", "400-echo", "before"), ("updateMessaging", "400-echo", "before")], False),
    ("destroy", [], True),
]


def test_the_provider_process_tells_nothing(vendors: Vendors) -> None:
    """Every kind of fault between requests of four threads: errors over gRPC, output, logs and files hold no secret."""
    faults = [
        {
            "operation": "*",
            "kind": kind,
            "position": ("before", "after")[place % 2],
            "skip": 1,
            "seconds": 60 if kind == "timeout" else 1,
        }
        for place, kind in enumerate(PLANNED)
    ]
    vendors.control("POST", "faults", faults)
    errors: list[str] = []
    with Plugin(vendors.config | SECRET_KEYS) as plugin, ThreadPoolExecutor(THREADS) as pool:
        for place in range(LIVES):
            pool.submit(_life, vendors, plugin, place, errors)
    fired = vendors.control("DELETE", "faults")["fired"]

    assert {fault["kind"] for fault in fired} == set(PLANNED)
    assert len(errors) > 10
    said = "".join(plugin.said)
    assert "DEBUG httpcore.http11 send_request_headers.complete" in said
    kept = vendors.kept()
    assert {text.partition("\n")[0] for text in kept["files"]} >= {"limits.db"}
    found = {
        sink: vendors.scanner().found(*texts) for sink, texts in {"errors": errors, "output": [said], **kept}.items()
    }
    assert not any(found.values()), found


def _life(vendors: Vendors, plugin: Plugin, place: int, errors: list[str]) -> None:
    """A route and a number from their creation to their end, whatever fails; over when every fault has fired."""
    if not vendors.control("GET", "faults")["plan"]:
        return
    name = f"it-{place}"
    route = {**ROUTE, "routeName": name, "__autoname": name}

    def attempt(method: Any, *arguments: Any) -> Any:
        try:
            return method(*arguments)
        except Failed as failed:
            errors.append(str(failed))
        return None

    route_id, held = attempt(plugin.create, ROUTE_PAYLOAD, route) or ("MRID-none", {**route, "messageRouteId": "none"})
    attempt(plugin.read, ROUTE_PAYLOAD, route_id, held)
    changed = {**CHANGED_ROUTE, "routeName": name, "__autoname": name}
    held = attempt(plugin.update, ROUTE_PAYLOAD, route_id, held, changed) or held
    attempt(plugin.delete, ROUTE_PAYLOAD, route_id, held)
    number_id, held = attempt(plugin.create, NUMBER_PAYLOAD, NUMBER) or ("1293384261075731502", NUMBER)
    attempt(plugin.read, NUMBER_PAYLOAD, number_id, held)
    attempt(plugin.delete, NUMBER_PAYLOAD, number_id, held)


def test_runs_tell_nothing(vendors: Vendors, kind: Any, tmp_path: Path) -> None:
    """What a program declares as a secret is in nothing that a run prints, logs or keeps, whatever goes wrong."""
    stack = kind(tmp_path, vendors, PROGRAM, SECRETS)
    for action, faults, succeeds in RUNS:
        if action == "change":
            stack.declare({"which": "second"})
            continue
        planned = [dict(zip(("operation", "kind", "position"), fault, strict=True)) for fault in faults]
        vendors.control("POST", "faults", planned)
        assert stack.run(action) is succeeds, stack.told["output"][-3:]
        # After a failure an engine starts nothing new, so that not all of several faults need to have fired.
        assert bool(vendors.control("DELETE", "faults")["fired"]) is bool(faults)

    sinks = stack.told | vendors.kept()
    assert sinks.keys() >= {"output", "properties", "events", "state", "request log", "files"}
    assert "DEBUG httpcore.http11" in "".join(sinks["output"])
    assert "ciphertext" in "".join(sinks["state"])
    found = {sink: vendors.scanner().found(*set(texts)) for sink, texts in sinks.items()}
    assert not any(found.values()), found


def test_what_plain_declarations_tell(vendors: Vendors, kind: Any, tmp_path: Path) -> None:
    """User names and URLs that are declared as plain text are where inputs are, and nowhere else; passwords nowhere."""
    stack = kind(tmp_path, vendors, PROGRAM, {})
    stack.declare({name: ROUTE[name] for name in FIELDS})
    vendors.control("POST", "faults", [{"operation": "createMessageRoute", "kind": "400-echo"}])

    assert [stack.run(action) for action in ("preview", "up", "up", "destroy")] == [True, False, True, True]

    vendors.control("DELETE", "faults")
    sinks = stack.told | vendors.kept()
    found = {sink: set(vendors.scanner().found(*set(texts))) for sink, texts in sinks.items()}
    assert {sink: names for sink, names in found.items() if names} == {
        sink: names for sink, names in ALLOWED.items() if sink in sinks
    }
