"""A vendor that takes requests and never answers: the user is told while the first request still waits."""

from __future__ import annotations

import threading

import pytest

from pulumi_messaging.api.circuit_breaker import CircuitBreaker
from pulumi_messaging.api.outage import OutageTeller
from tests.support.clock import VirtualClock


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        (999.0, ["20 s; giving up in 40 s", "40 s; giving up in 20 s"]),
        (30.0, ["20 s; giving up in 40 s", "20 s; giving up in 40 s"]),
    ],
)
def test_silence_is_told_every_twenty_seconds(
    capsys: pytest.CaptureFixture[str], answered: float, told: list[str]
) -> None:
    """Each answer begins the count anew."""
    clock, ended = VirtualClock(), threading.Event()
    breaker = CircuitBreaker(clock.clock)

    def second(_: float) -> bool:
        clock.elapsed += 1
        if clock.elapsed == answered:
            breaker.responded()
            with breaker.sending():
                pass
        if clock.elapsed == 65:
            ended.set()
        return ended.is_set()

    with breaker.sending(), OutageTeller("Telnyx", breaker, second).call():
        assert ended.wait(10)

    assert capsys.readouterr().err.splitlines() == [
        f"pulumi-messaging: Telnyx has not answered for {line}" for line in told
    ]


def test_silence_between_two_attempts_is_not_told_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """No request is under way before an attempt is repeated; the outage goes on."""
    clock, ended = VirtualClock(), threading.Event()
    breaker = CircuitBreaker(clock.clock)
    first, second = breaker.sending(), breaker.sending()

    def passes(_: float) -> bool:
        clock.elapsed += 1
        if clock.elapsed == 29:
            first.__exit__(None, None, None)
        if clock.elapsed == 31:
            second.__enter__()
        if clock.elapsed == 45:
            ended.set()
        return ended.is_set()

    first.__enter__()
    with OutageTeller("Telnyx", breaker, passes).call():
        assert ended.wait(10)

    told = [line.partition(" for ")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == ["20 s; giving up in 40 s", "40 s; giving up in 20 s"]
