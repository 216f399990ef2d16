"""The program of the recorded stacks of profiles, of Telegent's numbers, and of a second account."""

from __future__ import annotations

import pulumi
from declarations import (
    EU_OTHER,
    EU_PROFILE,
    STEP,
    adopted_profile,
    authentication,
    before,
    changed,
    group,
    line,
    lines_of,
    number,
    profile,
    route,
    telegent_number,
)


def profiles() -> None:
    """Every kind of profile that is as declared, and numbers on them; some in another account."""
    given = {
        "webhook_failover_url": "https://hooks.example.com/failover",
        "number_pool_settings": {"toll_free_weight": 10, "long_code_weight": 1, "skip_unhealthy": True},
        "url_shortener_settings": {"domain": "short.example.com", "prefix": ""},
        "alpha_sender": "Orders 1",
        "ai_assistant_id": "assistant-1",
    }
    empty = dict.fromkeys(given, "")
    minimal = profile("minimal")
    profile("named", name="given-name")
    profile(
        "full",
        **given,
        name="full-name",
        enabled=True,
        webhook_api_version="2",
        daily_spend_limit=10.5,
        daily_spend_limit_enabled=True,
        mms_fall_back_to_sms=True,
        mms_transcoding=False,
        mobile_only=True,
        smart_encoding=True,
        redaction_enabled=True,
        redaction_level=1,
        v1_secret=changed("v1-secret", "other-v1-secret"),
        on_destroy="delete",
    )
    profile("cleared", **before(given, empty))
    profile("cleared-later", **changed(given, empty))
    profile("limit", daily_spend_limit=changed("10.50", "20"), daily_spend_limit_enabled=True)
    profile("adopted", adopt=adopted_profile(1), on_destroy="retain")
    profile("adopted-equal", adopt=adopted_profile(2), enabled=True)
    profile("adopted-named", adopt=adopted_profile(3), name="new-name", v1_secret="v1-secret")
    profile("adopted-before", adopt=before(adopted_profile(4), None))
    profile("retain", on_destroy="retain")
    profile("policy-changed", on_destroy=before("retain", "delete"))
    profile("managed-later", **before({}, {"enabled": True, **given}))
    profile("handed-back", **before({"enabled": False, "v1_secret": "v1-secret", **given}, {}))
    profile("name-dropped", name=before("dropped-name", None))
    profile("renamed", name=before("first-name", "second-name"))
    aliases = [pulumi.Alias(name="alias-old")]
    profile(before("alias-old", "alias-new"), opts=before(None, pulumi.ResourceOptions(aliases=aliases)))
    url = pulumi.Output.secret(changed("https://hooks.example.com/secret", "https://changed.example.com/secret"))
    profile("secret", webhook_url=url)
    number("on-profile", 5001, messaging_profile_id=minimal.id, tags=changed(["one"], ["two"]))
    group("all-on-profile", 5002, 5003, messaging_profile_id=minimal.id)
    there = profile("eu", account="eu", v1_secret="v1-secret")
    profile("eu-adopted", account="eu", adopt=EU_PROFILE)
    profile("eu-moved", account=before(None, "eu"))
    number("eu-number", 5101, account="eu", messaging_profile_id=changed(there.id, EU_OTHER))
    group("eu-group", 5102, 5103, account="eu", messaging_profile_id=changed(EU_PROFILE, EU_OTHER), tags=["one"])


def lines() -> None:
    """Every kind of number of Telegent that is on its declared route; some in another account."""
    orders = route("orders")
    line("constant", 6001)
    line("moved", 6002)
    line("equal", 6003)
    line("dependent", 6004, message_route_id=changed(orders.message_route_id, "MRID-other"))
    line("restore", 6006, on_destroy="restore")
    line("detach", 6007, on_destroy="detach")
    line("retain", 6008, on_destroy="retain")
    line("policy-changed", 6009, on_destroy=before("retain", "detach"))
    line("replaced", before(6010, 6012))
    secret = pulumi.Output.secret(telegent_number(6014))
    line("secret", 6014, number=secret, message_route_id=pulumi.Output.secret(changed("MRID-target", "MRID-other")))
    lines_of("constants", 6020, 6021, 6022)
    lines_of("outputs", numbers=[pulumi.Output.from_input(telegent_number(last)) for last in (6023, 6024)])
    lines_of("all-secret", numbers=pulumi.Output.secret([telegent_number(6025), telegent_number(6026)]))
    lines_of("all-dependent", 6028, 6030, message_route_id=changed(orders.message_route_id, "MRID-other"))
    lines_of("shrunk", *before((6031, 6032, 6033), (6031, 6033)))
    lines_of("grown", *before((6034,), (6034, 6035)))
    lines_of("all-detached", 6036, 6037, on_destroy="detach")
    lines_of("all-retained", 6038, 6039, on_destroy="retain")
    lines_of("another-number", *changed((6040, 6041), (6041, 6042)), message_route_id="MRID-target")
    there = route("eu", account="eu")
    route("eu-adopted", account="eu", adopt="MRID-eu-adopted", **authentication("message", "Bearer", password="token"))
    route("eu-moved", account=before(None, "eu"))
    line("eu-line", 6102, account="eu", message_route_id=changed(there.message_route_id, "MRID-eu"))
    lines_of("eu-lines", 6104, 6106, account="eu", message_route_id=changed("MRID-eu", there.message_route_id))


def drifted_more() -> None:
    """What was changed outside Pulumi, of profiles and of numbers of Telegent, beside what was not."""
    profile("profile", v1_secret="v1-secret")
    profile("profile-url")
    profile("profile-settings", name="settings", enabled=True, url_shortener_settings={"domain": "short.example.com"})
    profile("profile-unmanaged")
    profile("profile-gone")
    line("line", 7001)
    line("line-moved", 7002)
    line("line-gone", changed(7003, 7004))
    lines_of("lines", 7005, 7006)
    lines_of("lines-moved", 7007, 7008, 7009)
    lines_of("lines-gone", *changed((7010, 7011, 7012), (7010, 7011)))
    profile("eu-profile", account="eu")
    line("eu-line", 7102, account="eu", message_route_id="MRID-eu", on_destroy=changed("restore", "retain"))


def unfinished_more() -> None:
    """What an update of profiles and of numbers of Telegent did in part only."""
    if STEP != "before":
        profile("created", v1_secret="v1-secret")
        lines_of("lines-created", 8001, 8002, 8003)
    lines_of("lines-updated", *before((8004,), (8004, 8005, 8006, 8007)))


{
    "profiles": profiles,
    "lines": lines,
    "drifted-more": drifted_more,
    "unfinished-more": unfinished_more,
}[pulumi.get_stack()]()
