"""The error tree and its drawing."""

from __future__ import annotations

import inspect
import re

from pulumi_messaging import errors


def test_the_drawing_equals_the_classes() -> None:
    """The tree in the module's docstring has every error class, under its parent, and no other."""
    assert _drawn() == _defined()


def test_an_api_error_is_one_line() -> None:
    """The text of an API error is: what was attempted, what came back, what to do."""
    error = errors.ErrorAnswer("update message route MRID-1", "Telegent answered 400", "correct the value", status=400)

    assert str(error) == "cannot update message route MRID-1: Telegent answered 400; correct the value"


def test_invalid_input_tells_every_problem() -> None:
    """All problems stand in one line, each with resource and property."""
    problems = (errors.Problem("messageUrl", "has no host"), errors.Problem("onDestroy", "is unknown"))

    error = errors.InvalidInput("route a", problems)

    assert str(error) == "route a: messageUrl has no host; route a: onDestroy is unknown"
    assert error.problems == problems


def test_without_a_word_of_its_outcome_only_a_lost_answer_is_unclear() -> None:
    """A lost or unreadable answer has to be told as clear, anything else as unclear."""
    words = ("create message route r", "reason", "advice")

    unclear = [
        errors.NoAnswer(*words, sent=True),
        errors.UnreadableAnswer(*words),
        errors.ErrorAnswer(*words, status=503, unclear=True),
        errors.NotApplied(*words, unclear=True),
    ]
    clear = [
        errors.NoAnswer(*words, sent=False),
        errors.NoAnswer(*words, sent=True, unclear=False),
        errors.UnreadableAnswer(*words, unclear=False),
        errors.ErrorAnswer(*words, status=400),
        errors.NotApplied(*words),
    ]

    assert all(error.unclear for error in unclear)
    assert not any(error.unclear for error in clear)


def test_a_failure_is_told_of_another_action_with_everything_else_kept() -> None:
    """Callers that waited for one request get errors of the same kind, each with its own action."""
    error = errors.AccessDenied("read message route MRID-1", "no token", "check", status=401, code="7")
    error.unclear = True

    other = error.during("list message routes")

    assert str(other) == "cannot list message routes: no token; check"
    assert (type(other), other.status, other.code, other.unclear) == (errors.AccessDenied, 401, "7", True)
    assert str(error) == "cannot read message route MRID-1: no token; check"


def test_a_reason_is_not_said_twice() -> None:
    """A vendor out of reach fails the read after a write for the reason of the write; a group repeats it by number."""
    lost = errors.ApiError("update number +15550100001", "no answer", "check", unclear=True)

    assert lost.unsettled("no answer").reason == (
        "no answer, and what became of it could not be read for the same reason"
    )
    assert lost.unsettled("no token").reason == "no answer, and what became of it could not be read: no token"


def _drawn() -> dict[str, str]:
    """Class name -> name of its parent, as drawn: the depth of a line is the column of its name."""
    parents: dict[str, str] = {}
    branch: list[tuple[int, str]] = [(-1, "Exception")]
    for line in inspect.cleandoc(errors.__doc__ or "").splitlines():
        match = re.match(r"^( {4}[│├└─ ]*)([A-Z]\w+) {2,}\S", line)
        if match is None:
            continue
        while branch[-1][0] >= len(match[1]):
            branch.pop()
        parents[match[2]] = branch[-1][1]
        branch.append((len(match[1]), match[2]))
    return parents


def _defined() -> dict[str, str]:
    classes = [
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, Exception) and member.__module__ == errors.__name__
    ]
    return {member.__name__: member.__bases__[0].__name__ for member in classes}
