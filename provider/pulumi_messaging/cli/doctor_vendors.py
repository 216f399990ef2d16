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

from pulumi_messaging.account_names import accounts_in, namespace_of
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


def vendors(config: Mapping[str, str], environ: Mapping[str, str], say: Callable[[str], None]) -> list[Finding]:
    """The findings about all accounts that have credentials, asked at the same time.

    ``say`` writes a line about a long wait.
    """
    accounts = [
        _Account(vendor, name, config.get, environ) for name in accounts_in(config, environ) for vendor in VENDORS
    ]
    asked = [account for account in accounts if has_credentials(account.vendor, config.get, environ, account.name)]
    try:
        if not asked:
            vendors_with_credentials(config.get, environ)  # raises the error that names what to set
    except ConfigurationError as error:
        return [failed("credentials", error)]
    wiring = Wiring(say)
    found = at_once([partial(account.findings, wiring) for account in asked], SECONDS + _RESERVE)
    if all(found):  # a thread that hangs still has its connection
        wiring.close()
    told = dict(zip(asked, found, strict=True))
    return [
        finding
        for account in accounts
        for finding in (told[account] or [account.hung] if account in told else account.unused)
    ]


@dataclass(frozen=True, slots=True)
class _Account:
    """An account of one vendor; the name of the default one is empty."""

    vendor: Vendor
    name: str
    get: Get
    environ: Mapping[str, str] = field(hash=False)

    @property
    def label(self) -> str:
        """What its findings begin with."""
        return namespace_of(self.vendor, self.name)

    @property
    def hung(self) -> Finding:
        """The finding where nothing came back."""
        advice = "check the network and its resolver"
        return Finding(f"{self.label} answers", False, f"no answer within {SECONDS:.0f} s", advice)

    @property
    def unused(self) -> list[Finding]:
        """The finding of a default account without credentials."""
        return [] if self.name else [Finding(f"{self.label} credentials", True, "none: this vendor is not used")]

    def findings(self, wiring: Wiring) -> list[Finding]:
        """What its answers tell. An embedded emulator without a file is not asked: it would make the file."""
        check, given = f"{self.label} credentials", (self.get, self.environ, self.name)
        try:
            settings = (telegent_settings if self.vendor == "telegent" else telnyx_settings)(*given)
            if settings.emulator_store and not Path(settings.emulator_store).exists():
                return [Finding(check, True, "not needed: the embedded emulator, which the first run makes")]
            client = (wiring.telegent_client if self.vendor == "telegent" else wiring.telnyx_client)(*given)
        except MessagingError as error:
            return [failed(check, error)]
        session = _Session(self.label, client)
        client.on_answer = lambda headers, now: session.answers.append((headers, now))
        place = "the embedded emulator" if settings.emulator_store else settings.base_url
        return [Finding(check, True, f"set, for {place}"), *session.findings(self.environ)]


@dataclass(slots=True)
class _Session:
    """The requests to one account, and what their answers tell beside."""

    label: str
    client: TelegentClient | TelnyxClient
    answers: list[Answer] = field(default_factory=list)

    def findings(self, environ: Mapping[str, str]) -> list[Finding]:
        asked = list(self._requests())
        if not self.answers:
            return [Finding(f"{self.label} answers", False, asked[0].detail, asked[0].advice)]
        answered = Finding(f"{self.label} answers", True, "it can be reached")
        return [answered, *asked, clock(self.label, self.answers), *self._limits(environ)]

    def _requests(self) -> Iterator[Finding]:
        """One finding for each request; no other one follows on an error that the others would meet, too."""
        clock = self.client.clock
        until = clock.monotonic() + SECONDS
        bounded = self.client.until(lambda: until)
        if isinstance(bounded, TelnyxClient):
            yield _asked(
                f"{self.label} key", "the list of messaging profiles can be read", bounded.list_messaging_profiles
            )
            return
        for path in ENDPOINTS:
            finding = _asked(f"{self.label} token {path}", "the vendor gives one", partial(bounded.ask_for_token, path))
            yield finding
            if not finding.ok and (path == ENDPOINTS[0] or clock.monotonic() >= until):
                return

    def _limits(self, environ: Mapping[str, str]) -> Iterator[Finding]:
        check = f"{self.label} limit"
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
