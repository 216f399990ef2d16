"""The filters of `inventory`: what is shown of an account, without a request."""

from __future__ import annotations

import pytest

from pulumi_messaging.cli.filters import Filters
from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.estate.objects import MessageRouteInfo, MessagingProfileInfo, NumberInfo
from pulumi_messaging.estate.reading import Estate

A, B, C, D = "MRID-a", "MRID-b", "MRID-c", "MRID-d"
PA, PB, PC = "11111111-1111-4111-8111-11111111111a", "11111111-1111-4111-8111-11111111111b", "profile-c"


def route(route_id: str, name: str | None) -> MessageRouteInfo:
    return MessageRouteInfo(route_id, name, None, None, None, None, None)


def profile(profile_id: str, name: str) -> MessagingProfileInfo:
    return MessagingProfileInfo(profile_id, name, None, None, ())


def telegent(number: str, route_id: str | None = None) -> NumberInfo:
    return NumberInfo("telegent", number, number, message_route_id=route_id)


def telnyx(number: str, profile_id: str | None = None, *tags: str) -> NumberInfo:
    return NumberInfo("telnyx", number, f"1{number[1:]}", messaging_profile_id=profile_id, tags=tags)


# Two teams with a route and a profile each; routes without numbers, without a name, and with a name of brackets.
ESTATE = Estate(
    routes=(route(A, "team-a"), route(B, "team-b"), route(C, "team-c"), route(D, None), route("MRID-e", "x[1]")),
    profiles=(profile(PA, "team-a"), profile(PB, "team-b"), profile(PC, "Zoe\u0308  1")),
    numbers=(
        *(telegent("+100", None), telegent("+101", A), telegent("+102", B), telegent("+103", "MRID-unlisted")),
        *(telnyx("+200"), telnyx("+201", PA.upper(), "vip", "eu"), telnyx("+202", PB, "other")),
    ),
)

# Filters → routes, profiles, numbers.
CASES: dict[str, tuple[Filters, str, str, str]] = {
    "no filter": (Filters(), "a b c d e", "a b c", "100 101 102 103 200 201 202"),
    "a name": (Filters(names=["team-a"]), "a", "a", "101 201"),
    "a name that is a pattern of no other": (Filters(names=["x[1]"]), "e", "", ""),
    "brackets are no pattern": (Filters(names=["team-[ab]", "?[1]", "[!x]*"]), "e", "", ""),
    "a name in another spelling": (Filters(names=[" Zo\u00eb 1"]), "", "c", ""),
    "a name in another case": (Filters(names=["Team-a"]), "", "", ""),
    "a pattern of names": (Filters(names=["team-*"]), "a b c", "a b", "101 102 201 202"),
    "several names": (Filters(names=["team-a", "team-?"]), "a b c", "a b", "101 102 201 202"),
    "a profile by name": (Filters(profiles=["team-b"]), "a b c d e", "b", "100 101 102 103 202"),
    "a profile by id": (Filters(profiles=[PA]), "a b c d e", "a", "100 101 102 103 201"),
    "a route by id": (Filters(routes=["mrid-B"]), "b", "a b c", "102 200 201 202"),
    "a route that is not listed": (Filters(routes=["MRID-unlisted"]), "", "a b c", "103 200 201 202"),
    "a route and a profile": (Filters(routes=[B], profiles=["team-a"]), "b", "a", "102 201"),
    "a number": (Filters(numbers=["+101"]), "a", "", "101"),
    "digits": (Filters(numbers=["20"]), "", "a b", "200 201 202"),
    "a pattern of numbers": (Filters(numbers=["+?02"]), "b", "b", "102 202"),
    "a pattern is the whole number": (Filters(numbers=["10*"]), "", "", ""),
    "a tag": (Filters(tags=["vip", "none"]), "a b c d e", "a", "100 101 102 103 201"),
    "unassigned": (Filters(unassigned=True), "", "", "100 200"),
    "unassigned with a name": (Filters(unassigned=True, names=["team-a"]), "", "", ""),
    "a name and a number": (Filters(names=["team-a"], numbers=["1"]), "a", "a", "101 201"),
    "nothing": (Filters(names=["nobody"]), "", "", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_filters_show_what_belongs_together(case: str) -> None:
    """Of several values one fits, of several filters all; where numbers are chosen, routes and profiles follow."""
    filters, routes, profiles, numbers = CASES[case]

    shown = filters.of(ESTATE)

    assert " ".join(each.message_route_id[-1] for each in shown.routes) == routes
    assert " ".join(each.id[-1] for each in shown.profiles) == profiles
    assert " ".join(each.number[1:] for each in shown.numbers) == numbers


@pytest.mark.parametrize("filters", [{"names": ("a", "")}, {"numbers": [" "]}, {"tags": [""]}, {"routes": [""]}])
def test_an_empty_value_is_refused(filters: dict[str, list[str]]) -> None:
    """It comes from a variable that is not set, and as a part of a number it would fit all numbers."""
    with pytest.raises(ConfigurationError, match=r"^a value of --[a-z]+ is empty"):
        Filters(**filters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "vendors"),
    [
        (Filters(), "telegent telnyx"),
        (Filters(names=["a"], numbers=["1"], unassigned=True), "telegent telnyx"),
        (Filters(profiles=["a"]), "telnyx"),
        (Filters(tags=["a"]), "telnyx"),
        (Filters(routes=["a"]), "telegent"),
        (Filters(routes=["a"], profiles=["b"]), "telegent telnyx"),
        (Filters(routes=["a"], tags=["b"]), "telegent telnyx"),
    ],
)
def test_a_filter_of_one_vendor_leaves_the_other_out(filters: Filters, vendors: str) -> None:
    """A route is Telegent's, a profile and a tag are Telnyx's: the other vendor need not be asked."""
    assert " ".join(filters.vendors) == vendors
