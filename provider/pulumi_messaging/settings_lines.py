"""Lines about the settings of a run: keys that are no settings, and vendors that are the embedded emulator."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from pulumi_messaging.account_names import accounts_in, default_key, key_of
from pulumi_messaging.settings import IN_TEST, KEYS, Get, is_embedded
from pulumi_messaging.text import brief

_VENDORS: Final = {"telegent": "Telegent", "telnyx": "Telnyx"}
# A vendor's namespace, or one that an account's was meant to be: ``telnyx_eu``, ``telnyx-EU``, ``telnyxeu``.
_NAMESPACE: Final = re.compile(r"(telegent|telnyx)([^:]*):(.*)", re.IGNORECASE)


def unknown_keys(configured: Iterable[str]) -> Iterator[str]:
    """One line for each key of a vendor's namespace that is no setting, with the one that is meant."""
    for key in sorted(configured):
        if meant := _meant(key):
            yield f"warning: {brief(key)} is not a setting, and has no effect; {meant}"


def _meant(key: str) -> str:
    """What a key is meant to be; empty for a setting, and for a key of somebody else."""
    known, account = default_key(key)
    vendor, _, name = known.partition(":")
    if known in KEYS:
        return ""
    if own := [one for one in KEYS if one.startswith(f"{vendor}:")]:
        near = _nearest(name, own) or _nearest(name, KEYS)
        if near:
            return f"did you mean {key_of(near, account)}?"
        return f"there are {', '.join(key_of(one, account) for one in own)}"
    named = _NAMESPACE.fullmatch(key)
    if named is None or (known := f"{named[1].lower()}:{named[3]}") not in KEYS:
        return ""
    account = "-".join(re.findall(r"[a-z0-9]+", named[2].lower()))
    return f"did you mean {key_of(known, account)}?"


def _nearest(name: str, keys: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - a stack without mistakes does not need it

    names = {key.partition(":")[2].casefold(): key for key in keys}
    return names.get("".join(get_close_matches(name.casefold(), names, 1)), "")


def emulator_notice(get: Get, environ: Mapping[str, str], keys: Collection[str]) -> str:
    """What to say where vendors are the embedded emulator, which a run without a request would not show; else empty.

    Args:
        get: Value of a configuration key.
        environ: Environment variables.
        keys: The configuration keys, for the names of accounts.
    """
    accounts = accounts_in(keys, environ)
    places = [(vendor, account) for account in accounts for vendor in _VENDORS]
    embedded = [place for place in places if is_embedded(place[0], get, environ, place[1])]
    if not embedded or IN_TEST in environ:
        return ""
    names = [_VENDORS[vendor] + (f' account "{account}"' if account else "") for vendor, account in embedded]
    keys_set = [key_of(f"{vendor}:baseUrl", account) for vendor, account in embedded]
    are, plural = ("are", "s") if len(embedded) > 1 else ("is", "")
    of_these = " of these" if accounts[1:] else ""
    return (
        f"{' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))} {are} the embedded emulator in this run "
        f"({', '.join(keys_set)}): nothing{of_these} reaches the vendor{plural}"
    )
