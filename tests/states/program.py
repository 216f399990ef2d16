"""The program of the recorded stacks of routes and of numbers of Telnyx."""

from __future__ import annotations

import pulumi
from declarations import (
    ALERTS,
    DEFAULT,
    STEP,
    authentication,
    before,
    changed,
    group,
    number,
    number_id,
    phone_number,
    route,
)


def routes() -> None:
    """Every kind of route that is as declared."""
    message, callback = "message", "callback_message"
    bearer = authentication(callback, "Bearer", password="callback-token")
    receipts = {"callback_message_url": "https://hooks.example.com/receipts", "callback_message_url_method": "GET"}
    minimal = route("minimal")
    route("named", route_name="given-name")
    route(
        "full",
        message_url="https://hooks.example.com/full",
        route_name="full-name",
        message_route_enabled=True,
        **authentication(message, "Basic", "user", changed("password", "other-password")),
        **receipts,
        **bearer,
        inbound_bypass=True,
        outbound_bypass=False,
        intelligent_route_enabled=True,
        account_id="AID-emulator",
        on_destroy="delete",
    )
    given = {**receipts, **bearer, **authentication(message, "Basic", "user", "password")}
    empty = dict.fromkeys(given, "")
    route("cleared", **before(given, empty))
    route("cleared-later", message_url="https://hooks.example.com/cleared-later", **changed(given, empty))
    route("adopted", adopt="MRID-adopted", on_destroy="retain")
    route("adopted-equal", adopt="MRID-equal", message_route_enabled=True)
    route("adopted-named", adopt="MRID-named", route_name="new-name", **bearer)
    route("adopted-before", adopt=before("MRID-before", None))
    route("disable", on_destroy="disable", message_route_enabled=True)
    route("retain", on_destroy="retain", **authentication(message, "Bearer", password="token"))
    route("policy-changed", on_destroy=before("retain", "delete"))
    route("account", account_id="AID-emulator-2")
    route("managed-later", **before({}, {"message_route_enabled": False, **receipts}))
    handed_back = {"message_route_enabled": False, "inbound_bypass": True, **receipts, **bearer}
    route("handed-back", **before(handed_back, {}))
    route("name-dropped", route_name=before("dropped-name", None))
    route("renamed", route_name=before("first-name", "second-name"))
    aliases = [pulumi.Alias(name="alias-old")]
    route(before("alias-old", "alias-new"), opts=before(None, pulumi.ResourceOptions(aliases=aliases)))
    url = pulumi.Output.secret(changed("https://hooks.example.com/secret", "https://changed.example.com/secret"))
    route("secret", message_url=url)
    route(
        "dependent", callback_message_url=pulumi.Output.concat("https://hooks.example.com/", minimal.message_route_id)
    )


def numbers() -> None:
    """Every kind of number that is as declared."""
    profile = changed(ALERTS, DEFAULT)
    first = number("e164", 1001, messaging_profile_id=profile)
    number("numeric", 1002, phone_number=number_id(1002), messaging_profile_id=changed(ALERTS, ""))
    number("unassigned", 1003, messaging_profile_id=changed("", DEFAULT))
    number("product", 1004, messaging_product=changed("P2P", "A2P"))
    number("tags", 1005, tags=changed(["one", "two"], ["two", "three"]))
    number("no-tags", 1006, tags=changed([], ["new"]))
    number("full", 1007, messaging_profile_id=ALERTS, messaging_product=changed("P2P", "A2P"), tags=["one"])
    number("equal", 1008, messaging_profile_id=profile)
    number("managed-later", 1009, tags=["one"], **before({}, {"messaging_profile_id": profile}))
    number("handed-back", 1010, tags=changed(["one"], []), **before({"messaging_profile_id": ALERTS}, {}))
    number("restore", 1011, messaging_profile_id=profile, on_destroy="restore")
    number("unassign", 1012, messaging_profile_id=profile, on_destroy="unassign")
    number("retain", 1013, messaging_profile_id=profile, on_destroy="retain")
    number("replaced", before(1014, 1015), messaging_profile_id=profile)
    spelled = before(phone_number(1016), number_id(1016))
    number("respelled", 1016, phone_number=spelled, messaging_profile_id=profile)
    secret = pulumi.Output.secret(phone_number(1017))
    number("secret", 1017, phone_number=secret, messaging_profile_id=pulumi.Output.secret(profile), tags=["one"])
    number("upper-case", 1018, messaging_profile_id=profile.upper())
    number("dependent", 1019, messaging_profile_id=first.messaging_profile_id)


def groups() -> None:
    """Every kind of group that is as declared."""
    group("constants", 2001, 2002, 2003)
    group("numeric", 2004, phone_numbers=[number_id(2004), phone_number(2005)])
    outputs = [pulumi.Output.from_input(phone_number(last)) for last in (2006, 2007)]
    group("outputs", phone_numbers=outputs)
    group("secret", phone_numbers=pulumi.Output.secret([phone_number(2008), number_id(2009)]))
    group("unassigned", 2010, 2011, messaging_profile_id=changed("", DEFAULT))
    group("full", 2012, 2013, messaging_product="P2P", tags=["one", "two"])
    group("no-tags", 2014, 2015, tags=changed([], ["new"]), messaging_profile_id=ALERTS)
    group("shrunk", *before((2016, 2017, 2018), (2016, 2018)))
    group("grown", *before((2019,), (2019, 2020)))
    group("managed-later", 2021, 2022, **before({}, {"tags": ["one"]}))
    group("handed-back", 2023, 2024, **before({"tags": ["one"], "messaging_product": "P2P"}, {}))
    group("unassign", 2025, 2026, on_destroy="unassign")
    group("retain", 2027, 2028, on_destroy="retain")
    group("respelled", phone_numbers=before([phone_number(2029)], [number_id(2029)]))
    group("another-number", *changed((2030, 2031), (2031, 2032)), messaging_profile_id=ALERTS)


def drifted() -> None:
    """What was changed outside Pulumi, as a refresh found it, beside what was not."""
    route("route", message_route_enabled=True)
    route("route-url")
    route("route-disabled", message_route_enabled=True)
    basic = authentication("message", "Basic", "user", "password")
    route("route-credentials", **basic, callback_message_url="https://hooks.example.com/receipts")
    route("route-unmanaged")
    route("route-gone")
    profile = changed(ALERTS, DEFAULT)
    number("number", 3001, messaging_profile_id=profile, tags=["one"])
    number("number-moved", 3002, messaging_profile_id=profile)
    number("number-settings", 3003, messaging_profile_id=profile, messaging_product="P2P", tags=["one"])
    number("number-unmanaged", 3004, tags=changed(["one"], ["two"]))
    number("number-gone", changed(3005, 3016), messaging_profile_id=profile)
    group("group", 3006, 3007)
    group("group-moved", 3008, 3009, 3010, tags=["one"])
    group("group-gone", *changed((3011, 3012, 3013), (3011, 3012)))
    group("group-secret", phone_numbers=pulumi.Output.secret([phone_number(3014), phone_number(3015)]))


def unfinished() -> None:
    """What an update did in part only."""
    if STEP != "before":
        group("created", 4001, 4002, 4003)
    group("updated", *before((4004,), (4004, 4005, 4006, 4007)))
    route("replaced", account_id=before("AID-emulator", "AID-emulator-2"))


def elsewhere() -> None:
    """What was made at another address of the vendor, and is not in the account of this one."""
    route("route")


{
    "routes": routes,
    "numbers": numbers,
    "groups": groups,
    "drifted": drifted,
    "unfinished": unfinished,
    "elsewhere": elsewhere,
}[pulumi.get_stack()]()
