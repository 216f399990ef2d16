"""What happens outside the happy machine: other keys and accounts, other machines, an emulator in a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.emulator.seed import ACCOUNT_KEY, ACCOUNT_SECRET, API_KEY

if TYPE_CHECKING:
    from tests.support.scenarios.world import World

OURS = {"TELEGENT_ACCOUNT_KEY": ACCOUNT_KEY, "TELEGENT_ACCOUNT_SECRET": ACCOUNT_SECRET, "TELNYX_API_KEY": API_KEY}
ROTATED = {"TELEGENT_ACCOUNT_KEY": "DID-rotated", "TELEGENT_ACCOUNT_SECRET": "new", "TELNYX_API_KEY": "KEYrotated"}
OTHERS = {"TELEGENT_ACCOUNT_KEY": "DID-others", "TELEGENT_ACCOUNT_SECRET": "theirs", "TELNYX_API_KEY": "KEYothers"}
OUR_ORGANIZATION = "11111111-2222-4333-8444-555555555555"
THEIR_ORGANIZATION = "99999999-2222-4333-8444-555555555555"


def by_environment(world: World) -> None:
    """Credentials and base URLs come from the environment, where the next run may find others."""
    names = ("accountKey", "accountSecret", "baseUrl")
    world.configure(**{f"telegent_{name}": None for name in names}, telnyx_apiKey=None, telnyx_baseUrl=None)
    urls = {"TELEGENT_BASE_URL": world.emulator.url, "TELNYX_BASE_URL": world.emulator.telnyx_url}
    world.engine.environment.update(OURS, **urls)


def hide_identities(world: World) -> None:
    """Nothing that the vendors answer names the account."""
    world.settings(telegentAccountIdShown=False, telnyxOrganizationIdShown=False)


def own(world: World) -> None:
    """The vendors' account is another one than that of every emulator."""
    world.control("PATCH", f"telegent-keys/{ACCOUNT_KEY}", {"AccountIds": ["AID-ours"]})
    world.control("PATCH", f"telnyx-keys/{API_KEY}", {"organization_id": OUR_ORGANIZATION})
    state = world.control("GET", "state")
    for path, key in (("numbers", "id"), ("profiles", "id")):
        for row in state[path]:
            world.control("PATCH", f"{path}/{row[key]}", {"organization_id": OUR_ORGANIZATION})
    for path, table, key in (("routes", "routes", "MessageRouteId"), ("telegent-numbers", "telegentNumbers", "Number")):
        for row in state[table]:
            world.control("PATCH", f"{path}/{row[key]}", {"AccountId": "AID-ours"})


def use_key_of_others(world: World) -> None:
    """The next runs find the valid key of somebody else."""
    key, secret = OTHERS["TELEGENT_ACCOUNT_KEY"], OTHERS["TELEGENT_ACCOUNT_SECRET"]
    pair = {"AccountKey": key, "AccountSecret": secret, "AccountIds": ["AID-others"]}
    world.control("POST", "telegent-keys", pair)
    world.control("POST", "telnyx-keys", {"key": OTHERS["TELNYX_API_KEY"], "organization_id": THEIR_ORGANIZATION})
    world.engine.environment.update(OTHERS)


def rotate_keys(world: World) -> None:
    """The account has new keys, and the old ones are no good any more."""
    key, secret = ROTATED["TELEGENT_ACCOUNT_KEY"], ROTATED["TELEGENT_ACCOUNT_SECRET"]
    old, old_key = (
        world.control("DELETE", path) for path in (f"telegent-keys/{ACCOUNT_KEY}", f"telnyx-keys/{API_KEY}")
    )
    world.control("POST", "telegent-keys", {**old, "AccountKey": key, "AccountSecret": secret})
    world.control("POST", "telnyx-keys", {**old_key, "key": ROTATED["TELNYX_API_KEY"]})
    world.engine.environment.update(ROTATED)


def use_emulator(world: World) -> None:
    """Somebody left an emulator in the shell."""
    store = f"emulator:{world.folder / 'another.db'}"
    world.engine.environment.update(TELEGENT_BASE_URL=store, TELNYX_BASE_URL=store)


def fresh_container(world: World) -> None:
    """The next runs find no file of the runs before."""
    world.engine.environment["XDG_CACHE_HOME"] = str(world.folder.parent / "container")


def another_machine(world: World) -> None:
    """As a fresh container, with an embedded emulator: its list needs no time to settle, and no run waits for that."""
    fresh_container(world)
    store = f"emulator:{world.store}"
    world.configure(telegent_baseUrl=store, telnyx_baseUrl=store)
