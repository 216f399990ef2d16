"""Random estates: what people and vendors leave behind in portals."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from pulumi_messaging.emulator import application
from tests.support.emulator.control import control

_NAME: Final = st.text("ab Zé日_-.'\"\\{}#\u200b\U0001f680", min_size=1, max_size=8)
_URLS: Final = st.sampled_from(
    [
        *("https://hooks.example.com/in", "HTTPS://Hooks.Example.com:443", "http://10.0.0.1:8080/a?key=1&b=%7e"),
        *("https://user:geheim@hooks.example.com/in", "ftp://hooks.example.com", "", "https://bücher.example/ü"),
    ]
)
_METHODS: Final = st.sampled_from(["POST", "GET", "post"])
_KINDS: Final = st.sampled_from([None, "None", "Basic", "Bearer", "basic"])
_USERS: Final = st.sampled_from([None, "hooks", " 'x' "])
_ROUTES: Final = st.fixed_dictionaries(
    {
        "RouteName": _NAME,
        "MessageUrl": _URLS,
        "MessageUrlMethod": _METHODS,
        "MessageRouteEnabled": st.booleans(),
        "MessageAuthenticationType": _KINDS,
        "MessageUsername": _USERS,
        "MessagePasswordToken": st.sampled_from([None, "geheim"]),
        "CallbackMessageUrl": st.none() | _URLS,
        "CallbackMessageUrlMethod": st.none() | _METHODS,
        "CallbackMessageAuthenticationType": _KINDS,
        "CallbackMessageUsername": _USERS,
        "CallbackMessagePasswordToken": st.sampled_from([None, "geheim"]),
        "InboundBypass": st.booleans(),
    }
)
_POOL: Final = {"toll_free_weight": 1, "long_code_weight": 2.5, "skip_unhealthy": True}
_PROFILES: Final = st.fixed_dictionaries(
    {"name": _NAME, "webhook_url": _URLS},
    optional={
        "enabled": st.booleans(),
        "whitelisted_destinations": st.sampled_from([["US"], ["US", "CA"], ["*"], [], ["us"]]),
        "number_pool_settings": st.sampled_from([None, _POOL, {**_POOL, "geomatch": False}]),
        "url_shortener_settings": st.sampled_from([None, {"domain": "a.example", "prefix": ""}]),
        "alpha_sender": st.sampled_from([None, "Shop 1", "way too long for it"]),
        "daily_spend_limit": st.sampled_from(["10", "10.50", "0"]),
        "v1_secret": st.just("geheim"),
    },
)
_TAGS: Final = st.lists(st.sampled_from(["vip", "eu", "a'b\"", "日"]), max_size=3)
_SETTINGS: Final = st.fixed_dictionaries(
    {},
    optional={
        "telegentReturnFlags": st.booleans(),
        "telegentUnsetAs": st.sampled_from(["null", "absent"]),
        "telegentEnabledAs": st.sampled_from(["boolean", "number"]),
        "telegentReturnSecrets": st.sampled_from(["clear", "masked", "absent"]),
        "telnyxNoTagsAs": st.sampled_from(["null", "absent"]),
        "telnyxUnassignedAs": st.sampled_from(["", "absent"]),
    },
)
# Of each number: the place of its profile or route in the list, or none; product; tags; whether it is Telegent's.
_NUMBER: Final = st.tuples(st.none() | st.integers(0, 9), st.sampled_from(["A2P", "P2P"]), _TAGS, st.booleans())
ESTATES: Final = st.tuples(
    st.lists(_ROUTES, max_size=6), st.lists(_PROFILES, max_size=4), st.lists(_NUMBER, max_size=12), _SETTINGS
)


def build(store: Path, estate: Any) -> dict[str, str]:
    """Put an estate into an emulator's file; the settings with which a stack reaches it."""
    routes, profiles, numbers, settings = estate
    emulator = application(str(store))
    route_ids = [control(emulator, "POST", "routes", each)["MessageRouteId"] for each in routes]
    profile_ids = [control(emulator, "POST", "profiles", each)["id"] for each in profiles]
    for index, (place, product, tags, telegent) in enumerate(numbers):
        ids = route_ids if telegent else profile_ids
        assigned = ids[place % len(ids)] if ids and place is not None else None
        if telegent:
            given = {"Number": f"+1555021{index:04}", "MessageRouteId": assigned}
            control(emulator, "POST", "telegent-numbers", given)
        else:
            given = {"messaging_profile_id": assigned, "messaging_product": product, "tags": tags}
            control(emulator, "POST", "numbers", {"phone_number": f"+1555011{index:04}", **given})
    control(emulator, "PATCH", "settings", settings)
    emulator.close()
    return {f"{vendor}:baseUrl": f"emulator:{store}" for vendor in ("telegent", "telnyx")}


def requests(store: Path) -> list[str]:
    """Method and path of all requests of an emulator's file."""
    emulator = application(str(store))
    log = control(emulator, "GET", "requests")
    emulator.close()
    return [f"{entry['method']} {entry['path']}" for entry in log]
