"""Telnyx's calls for messaging profiles.

Vendor pages: developers.telnyx.com, messaging profiles (create, retrieve, list, update, delete), "List phone numbers
associated with a messaging profile".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pulumi_messaging.core.messaging_profile import PROFILES
from pulumi_messaging.errors import NotFound, Refused
from pulumi_messaging.reconcile.accounts import Mark
from pulumi_messaging.reconcile.named.calls import AccountId, Place, Row, Rows, Users

if TYPE_CHECKING:
    from pulumi_messaging.api.telnyx import TelnyxClient

_ID: Final = re.compile(r'"id"\s*:\s*"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"')
_MOST_PAGES: Final = 1000


class ProfileCalls:
    """The calls of ``reconcile.named.calls.Calls``, made by a client."""

    kind = PROFILES

    def __init__(self, client: TelnyxClient) -> None:
        self._client = client
        self.clock = client.clock
        its = client.settings
        mark = Mark.of(its, its.api_key).key
        self.place = Place(its.base_url, its.emulator_store, None, mark, its.timeout_seconds, its.equal_only)
        self.get = client.retrieve_messaging_profile
        self.update = client.update_messaging_profile
        self.delete = client.delete_messaging_profile

    def check_access(self) -> None:
        """A key is sent with each request; no token is needed before."""

    def create(self, body: Mapping[str, Any], before: Callable[[], None]) -> Row:
        """Make a profile."""
        return self._client.create_messaging_profile(body, before)

    def list(self, _account_id: AccountId, deadline: float | None, before: Callable[[], object]) -> Rows:
        """List the profiles, without their secrets. ``before`` is called for the first page only."""
        rows: dict[str, Row] = {}
        for number in range(1, _MOST_PAGES + 1):
            page = self._client.list_messaging_profiles(number, deadline, before if number == 1 else None)
            known = len(rows)
            rows.update((str(row.get("id") or "").lower(), row) for row in page.rows)
            # Without a count of pages the end is an empty page, or one that was there before.
            if (page.pages is not None and number >= page.pages) or len(rows) == known:
                break
        nameless = rows.pop("", None) is not None
        found = tuple({**row, "id": profile_id} for profile_id, row in rows.items())
        return Rows(found, complete=not nameless and page.total in {None, len(found)})

    def ids_in(self, text: str) -> set[str]:
        """The ids in an answer that could not be read."""
        return {found.lower() for found in _ID.findall(text)}

    def users(self, object_id: str) -> Users:
        """The numbers on a profile; none where it is gone."""
        try:
            page = self._client.list_profile_numbers(object_id)
        except NotFound:
            self._confirm_gone(object_id)
            return Users()
        if not page.rows and page.total:
            raise Refused(
                f"cannot delete messaging profile {object_id}: Telnyx counts {page.total} number(s) on it and lists "
                f"none; run the same command again, and ask Telnyx if it stays so"
            )
        named = tuple(str(row.get("phone_number") or row.get("id") or "a number without a name") for row in page.rows)
        return Users(named, max(len(named), page.total or 0))

    def _confirm_gone(self, profile_id: str) -> None:
        """Return if a profile whose numbers are not found is not found either: else they may be on it."""
        try:
            self.get(profile_id)
        except NotFound:
            return
        raise Refused(
            f"cannot delete messaging profile {profile_id}: Telnyx answered 404 for its numbers although it has the "
            f"profile; run the same command again, and ask Telnyx if it stays so"
        )
