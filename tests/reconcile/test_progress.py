"""Long work tells how far it is."""

from __future__ import annotations

from pulumi_messaging.reconcile.numbers.reports import Progress, by_reason


def test_progress_is_told_every_few_seconds() -> None:
    """Done, left and the time that is left by the pace so far; at most one line in five seconds."""
    seconds, said = 0.0, list[str]()
    progress = Progress(1000, "group-1, setting", said.append, lambda: seconds)

    for seconds in range(1, 13):  # noqa: B007 - the clock is the loop
        progress.done(50)

    assert said == [
        "group-1, setting: 250 of 1000 numbers done, 750 left, about 15 s",
        "group-1, setting: 500 of 1000 numbers done, 500 left, about 10 s",
    ]


def test_short_work_is_silent() -> None:
    """What takes less than five seconds says nothing."""
    said = list[str]()
    Progress(2, "group-1, setting", said.append, lambda: 4.0).done(2)

    assert said == []


def test_failures_for_one_reason_are_one_line_whatever_their_requests_were() -> None:
    """The vendor gives every request another id: the first one's is told."""
    refused = {f"+1555010000{number}": f"Telnyx answered 422, request id r-{number}; correct it" for number in (1, 2)}

    told = by_reason({**refused, "+15550100003": "not in the account"}, print)

    assert told == (
        "+15550100001, +15550100002: Telnyx answered 422, request id r-1; correct it",
        "+15550100003: not in the account",
    )
