"""Names of resources that are made from names of the vendors' objects: readable, unique, the same in every run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final
from unicodedata import normalize

_LONGEST: Final = 60
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Lower-case letters and digits of ASCII, joined by hyphens: ``Büro (EU)`` → ``buro-eu``; empty without any."""
    plain = normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain)[:_LONGEST].strip("-")


def unique(wanted: Mapping[str, tuple[str, str]], taken: Collection[str], account: str = "") -> dict[str, str]:
    """A name for each object, whatever the order of the objects.

    Args:
        wanted: Id of the object → wanted name, and a longer one, for where it is not free.
        taken: Names that are in use.
        account: Name of the account; each name begins with it, unless it is empty.

    Returns:
        Id → name: the first of the two that no other object has, else the longer one with a digest of the id.
    """
    prefix = f"{account}-" if account else ""
    names = {object_id: f"{prefix}{name}" for object_id, (name, _) in wanted.items()}
    longer = {object_id: f"{prefix}{name}" for object_id, (_, name) in wanted.items()}
    digested = {object_id: f"{name}-{_digest(object_id)}" for object_id, name in longer.items()}
    for others in (longer, digested):
        counts = Counter([*names.values(), *taken])
        names = {object_id: name if counts[name] == 1 else others[object_id] for object_id, name in names.items()}
    return names


def _digest(object_id: str) -> str:
    return sha256(object_id.encode()).hexdigest()[:12]
