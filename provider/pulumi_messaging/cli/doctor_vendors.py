"""Checks of the vendors' accounts: credentials, answers, tokens, clock and limits. Nothing is written there.

A vendor costs at most ``SECONDS``: seven short requests of Telegent, one of Telnyx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from pulumi_messaging.api.bodies import count_of
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.header_times import until_reset, vendor_now
from pulumi_messaging.api.telegent import ENDPOINTS, TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.api.transport import HttpApi
from pulumi_messaging.cache_folder import cache_folder
from pulumi_messaging.cli.doctor_findings import Finding, at_once, failed
from pulumi_messaging.errors import ApiError, ConfigurationError, MessagingError
from pulumi_messaging.estate.objects import Vendor
from pulumi_messaging.estate.reading import VENDORS, vendors_with_credentials
from pulumi_messaging.settings import Get, has_credentials, telegent_settings, telnyx_settings
from pulumi_messaging.wiring import Wiring

SECONDS: Final = 20.0  # of one vendor
_RESERVE: Final = 5.0  # of its thread, whose look-up of a name nothing interrupts
# A token lives for minutes, and a certificate for weeks.
SKEW: Final = 30.0

Answer = tuple[httpx.Headers, float]


def vendors(get: Get, environ: Mapping[str, str], say: Callable[[str], None]) -> list[Finding]:
    """The findings about both vendors' accounts, asked at the same time; ``say`` writes a line about a long wait."""
    try:
        asked = vendors_with_credentials(get, environ)
    except ConfigurationError as error:
        return [failed("credentials", error)]
    wiring = Wiring(say)
    checks = [partial(_vendor, vendor, get, environ, wiring) for vendor in asked]
    found = dict(zip(asked, at_once(checks, SECONDS + _RESERVE), strict=True))
    if all(found.values()):  # a thread that hangs still has its connection
        wiring.close()
    return [finding for vendor in VENDORS for finding in _told(vendor, found, get, environ)]


def _told(
    vendor: Vendor, found: Mapping[Vendor, list[Finding] | None], get: Get, environ: Mapping[str, str]
) -> list[Finding]:
    if not has_credentials(vendor, get, environ):
        return [Finding(f"{vendor} credentials", True, "none: this vendor is not used")]
    hung = Finding(
        f"{vendor} answers", False, f"no answer within {SECONDS:.0f} s", "check the network and its resolver"
    )
    return found[vendor] or [hung]


def _vendor(vendor: Vendor, get: Get, environ: Mapping[str, str], wiring: Wiring) -> list[Finding]:
    """The findings about one vendor's account. An embedded emulator without a file is not asked: it would make it."""
    check = f"{vendor} credentials"
    try:
        settings = (telegent_settings if vendor == "telegent" else telnyx_settings)(get, environ)
        if settings.emulator_store and not Path(settings.emulator_store).exists():
            return [Finding(check, True, "not needed: the embedded emulator, which the first run makes")]
        client = (wiring.telegent_client if vendor == "telegent" else wiring.telnyx_client)(get, environ)
    except MessagingError as error:
        return [failed(check, error)]
    session = _Session(vendor, client)
    client.on_answer = lambda headers, now: session.answers.append((headers, now))
    place = "the embedded emulator" if settings.emulator_store else settings.base_url
    return [Finding(check, True, f"set, for {place}"), *session.findings(environ)]


@dataclass(slots=True)
class _Session:
    """The requests to one vendor, and what their answers tell beside."""

    vendor: Vendor
    client: TelegentClient | TelnyxClient
    answers: list[Answer] = field(default_factory=list)

    def findings(self, environ: Mapping[str, str]) -> list[Finding]:
        asked = list(self._requests())
        if not self.answers:
            return [Finding(f"{self.vendor} answers", False, asked[0].detail, asked[0].advice)]
        answered = Finding(f"{self.vendor} answers", True, "it can be reached")
        return [answered, *asked, clock(self.vendor, self.answers), *self._limits(environ)]

    def _requests(self) -> Iterator[Finding]:
        """One finding for each request; no other one follows on an error that the others would meet, too."""
        clock = self.client.clock
        until = clock.monotonic() + SECONDS
        bounded = self.client.until(lambda: until)
        if isinstance(bounded, TelnyxClient):
            yield _asked("telnyx key", "the list of messaging profiles can be read", bounded.list_messaging_profiles)
            return
        for path in ENDPOINTS:
            finding = _asked(f"telegent token {path}", "the vendor gives one", partial(bounded.ask_for_token, path))
            yield finding
            if not finding.ok and (path == ENDPOINTS[0] or clock.monotonic() >= until):
                return

    def _limits(self, environ: Mapping[str, str]) -> Iterator[Finding]:
        check = f"{self.vendor} limit"
        yield from filter(None, [limit_of(check, self.answers[-1], self.client)])
        used = self.client.used_requests()
        if used is None:
            return
        detail = f"{used[0]} of {used[1]} requests a minute used by this machine"
        if cache_folder(environ) is None:
            yield Finding(check, False, f"{detail}, counted for each process alone", "set HOME or XDG_CACHE_HOME")
        else:
            yield Finding(check, True, detail)


def _asked(check: str, detail: str, request: Callable[[], object]) -> Finding:
    try:
        request()
    except ApiError as error:
        return failed(check, error)
    return Finding(check, True, detail)


def clock(vendor: str, answers: list[Answer]) -> Finding:
    """How far this machine's clock is from the vendor's, by the ``Date`` of the answers."""
    check = f"{vendor} clock"
    dated = [(headers, now) for headers, now in answers if "Date" in headers]
    if not dated:
        return Finding(check, True, "the vendor's answers have no date")
    # The least difference is the one with the shortest way. A date that cannot be read counts as now.
    skew = min((vendor_now(headers, _at(now)) - now for headers, now in dated), key=abs)
    ok = abs(skew) <= SKEW
    detail = f"this machine is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the vendor"
    return Finding(check, ok, detail, "" if ok else "set this machine's clock, for example with NTP")


def limit_of(check: str, answer: Answer, client: HttpApi) -> Finding | None:
    """What the rate-limit headers of an answer say; None where it has none."""
    headers, _ = answer
    left, reset = count_of(headers.get("x-ratelimit-remaining")), until_reset(headers, client.clock)
    if left is None:
        return None
    most = count_of(headers.get("x-ratelimit-limit"))
    detail = f"{left}{'' if most is None else f' of {most}'} requests left" + (
        "" if reset is None else f", for {reset:.0f} s"
    )
    return Finding(check, left > 0, detail, "" if left else "wait, and look what else uses this account")


def _at(now: float) -> Clock:
    return Clock(now=lambda: now)
