"""Telnyx's API: the messaging settings of phone numbers, and messaging profiles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import httpx

from pulumi_messaging.api.bodies import Answer, count_of, text_of
from pulumi_messaging.api.call import A_LIST, ONE_OBJECT, Auth, Call, Vendor
from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.ids import checked_id, is_id, not_sent, segment
from pulumi_messaging.api.request_log import RequestLog
from pulumi_messaging.api.retry_table import Operation
from pulumi_messaging.api.telnyx_answers import PAGE_SIZE, Page, known_by, meta_of, pages_of, public, words
from pulumi_messaging.api.transport import TIMEOUT, HttpApi
from pulumi_messaging.api.words import one_line
from pulumi_messaging.errors import ApiError
from pulumi_messaging.settings import TELNYX_VERSION, TelnyxSettings

MOST_PAGES = 10_000
# The account of a row, as answers have it since about 2026-02; not in all of them.
ORGANIZATION = "organization_id"
# The path of the vendor's OpenAPI and SDKs; its bulk pages print /messaging_numbers/bulk_updates.
_BULK_UPDATES = "/messaging_numbers_bulk_updates"
_PROFILES = "/messaging_profiles"
_LIST_SETTINGS, _LIST_NUMBERS, _LIST_PROFILES = "list settings", "list numbers", "list profiles"


class TelnyxKey(Auth):
    """Authenticates a call with the account's API key."""

    def __init__(self, api_key: str) -> None:
        self.secrets = (api_key,)

    def bearer(self, action: str, deadline: float) -> str:  # noqa: ARG002
        """The key."""
        return self.secrets[0]


class TelnyxClient(HttpApi):
    """One method per endpoint; any thread may call any of them. Arguments as for ``TelegentClient``."""

    def __init__(
        self,
        settings: TelnyxSettings,
        transport: httpx.BaseTransport | None = None,
        *,
        clock: Clock | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        log: RequestLog | None = None,
    ) -> None:
        super().__init__(VENDOR, settings, transport, clock=clock, timeout=timeout, log=log)
        self.settings = settings
        self._auth = TelnyxKey(settings.api_key)
        self._no_version = f"{settings.key('telnyx:baseUrl')} has no {TELNYX_VERSION} at its end: add it"

    def retrieve_messaging(self, number: str, deadline: float | None = None) -> dict[str, Any]:
        """Read the messaging settings of a number, named by E.164 or by its numeric id."""
        call = self._get(f"read messaging settings of number {number}", _settings_path("read", number), "read settings")
        return self._call(call, partial(self._settings, number), deadline)

    def update_messaging(self, number_id: str, changes: Mapping[str, Any], named: str = "") -> dict[str, Any]:
        """Change the settings named in ``changes``; the answer is the whole settings object after the change.

        Args:
            number_id: The numeric id.
            changes: The settings, as the vendor names them.
            named: The number in errors, where people would not know it by its id.

        Raises:
            ValueError: Nothing is changed, or a value is None: the vendor may take that as "keep" and answer 200.
        """
        if not changes or None in changes.values():
            raise ValueError("changes must name at least one setting, and none as None")
        action, path = f"update messaging settings of number {named or number_id}", _settings_path("update", number_id)
        call = Call(action, Operation.UPDATE, "PATCH", path, changes, auth=self._auth, endpoint="update settings")
        return self._call(call, partial(self._settings, number_id))

    def list_messaging(self, page: int = 1, numbers: Collection[str] = (), *, deadline: float | None = None) -> Page:
        """List the messaging settings of the account's numbers, or of these E.164 ones: one page.

        A vendor that does not know the filter answers with a page of all numbers.
        """
        # In an order that never changes, so that no edit moves a row to another page.
        query = f"{_paged(page)}&sort%5Bphone_number%5D=asc"
        if numbers:
            known = (segment(number, "list messaging settings of number") for number in numbers)
            query += f"&filter%5Bphone_number%5D={'%2C'.join(known)}"
        path = f"/phone_numbers/messaging?{query}"
        call = self._get("list messaging settings of numbers", path, _LIST_SETTINGS, A_LIST)
        return self._call(call, self._page, deadline)

    def list_messaging_profiles(
        self, page: int = 1, deadline: float | None = None, before: Callable[[], object] | None = None
    ) -> Page:
        """List the account's messaging profiles, without their secrets: one page.

        ``before`` is called when the request may leave, after every wait.
        """
        call = self._get("list messaging profiles", f"{_PROFILES}?{_paged(page)}", _LIST_PROFILES, A_LIST)
        return self._call(replace(call, before=before), self._page, deadline)

    def create_messaging_profile(
        self, body: Mapping[str, Any], before: Callable[[], object] | None = None
    ) -> dict[str, Any]:
        """Create a messaging profile; never sent again after an unclear outcome. ``before`` as for the list.

        Raises:
            UnreadableAnswer: Also for an answer without an id; ``text`` holds the answer.
        """
        action = f"create messaging profile {one_line(text_of(body.get('name')))}"
        call = Call(action, Operation.CREATE, "POST", _PROFILES, body, self._auth, "create profile", before=before)
        return self._call(call, partial(self._profile, None))

    def retrieve_messaging_profile(self, profile_id: str, deadline: float | None = None) -> dict[str, Any]:
        """Read a messaging profile, without its secret."""
        call = self._get(f"read messaging profile {profile_id}", _profile_path("read", profile_id), "read profile")
        return self._call(call, partial(self._profile, profile_id), deadline)

    def update_messaging_profile(self, profile_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change the settings named in ``changes``; None clears one that the vendor clears so."""
        action, path = f"update messaging profile {profile_id}", _profile_path("update", profile_id)
        call = Call(action, Operation.UPDATE, "PATCH", path, changes, self._auth, "update profile")
        return self._call(call, partial(self._profile, profile_id))

    def delete_messaging_profile(self, profile_id: str) -> None:
        """Delete a messaging profile; the vendor refuses one that numbers use."""
        action, path = f"delete messaging profile {profile_id}", _profile_path("delete", profile_id)
        call = Call(action, Operation.DELETE, "DELETE", path, auth=self._auth, endpoint="delete profile")
        self._call(call, partial(self._profile, profile_id))

    def list_profile_numbers(self, messaging_profile_id: str, page: int = 1) -> Page:
        """List the messaging settings of the numbers on a profile: one page.

        Raises:
            NotFound: There is no such profile.
        """
        action = "list the numbers of messaging profile"
        path = f"{_PROFILES}/{segment(messaging_profile_id, action)}/phone_numbers?{_paged(page)}"
        return self._call(
            self._get(f"{action} {messaging_profile_id}", path, "numbers of a profile", A_LIST), self._page
        )

    def create_bulk_update(self, messaging_profile_id: str, numbers: Sequence[str]) -> dict[str, Any]:
        """Order numbers (E.164) to be put on a profile, or with "" to be taken off theirs, and return the order.

        A second call makes a second order: it is sent again only where it met the limit of requests.
        """
        action = f"order messaging profile {messaging_profile_id or '(none)'} for {len(numbers)} numbers"
        body = {"messaging_profile_id": messaging_profile_id, "numbers": list(numbers)}
        call = Call(action, Operation.ORDER, "POST", _BULK_UPDATES, body, self._auth, "bulk update", longest=A_LIST)
        return self._call(call, self._order)

    def retrieve_bulk_update(self, order_id: str) -> dict[str, Any]:
        """Read the progress of an order."""
        path = f"{_BULK_UPDATES}/{segment(order_id, 'read bulk order')}"
        call = self._get(f"read bulk order {order_id}", path, "bulk status", A_LIST)
        return self._call(call, self._order)

    def count_profile_numbers(self, messaging_profile_id: str) -> int | None:
        """The count of numbers on a profile; None where the answer does not give it.

        Raises:
            NotFound: There is no such profile.
        """
        profile = segment(messaging_profile_id, "count the numbers of messaging profile")
        action = f"count the numbers of messaging profile {messaging_profile_id}"
        path = f"{_PROFILES}/{profile}/phone_numbers?page%5Bsize%5D=1"
        call = self._get(action, path, "numbers of a profile")
        return self._call(call, lambda _, answer: count_of(meta_of(answer).get("total_results")))

    def list_phone_numbers(self, phone_number: str) -> tuple[dict[str, Any], ...]:
        """List the account's numbers whose digits contain those of ``phone_number``; the caller compares exactly."""
        digits = "".join(char for char in checked_id(phone_number, "look up number") if char in "0123456789")
        if not digits:
            raise not_sent(phone_number, "look up number", "is not an id")
        # Percent-encoded: with raw brackets the vendor was seen to filter nothing.
        query = f"filter%5Bphone_number%5D={digits}&page%5Bsize%5D={PAGE_SIZE}"
        rows: dict[str, dict[str, Any]] = {}
        for page in range(1, MOST_PAGES + 1):
            path = f"/phone_numbers?{query}&page%5Bnumber%5D={page}"
            call = self._get(f"look up number {phone_number}", path, _LIST_NUMBERS, A_LIST)
            found = self._call(call, self._page)
            known = len(rows)
            rows.update((text_of(number.get("id")), number) for number in found.rows)
            # Without a count of pages the end is an empty page, or one that was there before.
            if page >= (found.pages or MOST_PAGES) or len(rows) == known:
                break
        return tuple(rows.values())

    def _get(self, action: str, path: str, endpoint: str, longest: int = ONE_OBJECT) -> Call:
        return Call(action, Operation.READ, "GET", path, auth=self._auth, endpoint=endpoint, longest=longest)

    def _wrong_url(self, call: Call, until: float) -> str:
        """As in ``HttpApi``: a list is never missing, so a 404 for one is about the base URL.

        A base URL without ``/v2`` may be that of a proxy which adds it, so a list is asked for. Nothing is asked where
        it has it, or where an answer has shown that it is right.
        """
        if self._understood.is_set() or self.settings.base_url.endswith(TELNYX_VERSION):
            return ""
        if call.endpoint in {_LIST_SETTINGS, _LIST_NUMBERS, _LIST_PROFILES}:
            return self._no_version
        try:
            self.list_messaging(deadline=until)
        except ApiError as error:
            return self._no_version if error.advice == self._no_version else ""
        return ""

    def _settings(self, number: str, call: Call, answer: Answer) -> dict[str, Any]:
        """The settings object of an answer, which must be that of the number asked for."""
        settings = self._object(call, answer)
        self._show([settings])
        by_number = number.startswith("+")
        if settings.get("phone_number" if by_number else "id") not in (None, number):
            raise self._unreadable(call, "with another number", answer)
        names = [name for name in ("id", "phone_number") if settings.get(name) is not None]
        if not all(known_by(settings[name]) == settings[name] != "" for name in names) or (
            by_number and "id" not in names
        ):
            raise self._unreadable(call, "without the number's id", answer)
        return settings if by_number else {**settings, "id": number}

    def _profile(self, profile_id: str | None, call: Call, answer: Answer) -> dict[str, Any]:
        """The profile of an answer, without its secret: that asked for, or a new one."""
        profile = public(self._object(call, answer))
        found = known_by(profile.get("id"))
        if profile_id is not None and found.lower() != profile_id.lower():
            what = "with another messaging profile" if found else "without the profile's id"
            raise self._unreadable(call, what, answer)
        if not found:
            raise self._unreadable(call, "without the profile's id", answer)
        self._show([profile])
        return {**profile, "id": found.lower()}

    def _show(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Tell of which account numbers are, and their ids."""
        for row in rows:
            if row.get("id") and row.get("phone_number"):
                self.given_secrets.known_as(text_of(row["phone_number"]), text_of(row["id"]))
        for organization in {text_of(row.get(ORGANIZATION)) for row in rows} - {""}:
            self.on_account(f"org-{organization}", "")

    def _object(self, call: Call, answer: Answer) -> dict[str, Any]:
        """The object in the envelope of an answer."""
        data = answer.value.get("data") if isinstance(answer.value, dict) else None
        if not isinstance(data, dict):
            raise self._unreadable(call, "without a data object", answer)
        return data

    def _order(self, call: Call, answer: Answer) -> dict[str, Any]:
        """The bulk order of an answer, which must have an id and its lists."""
        order = self._object(call, answer)
        lists = [order.get(name) for name in ("success", "pending", "failed")]
        if not is_id(text_of(order.get("order_id"))) or not all(isinstance(numbers, list) for numbers in lists):
            raise self._unreadable(call, "without an order id and its lists of numbers", answer)
        return order

    def _page(self, call: Call, answer: Answer) -> Page:
        data = answer.value.get("data") if isinstance(answer.value, dict) else None
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise self._unreadable(call, "without a data list", answer, keeps=False)
        rows = list(map(public, data))
        for row in rows:  # from here on ids and numbers are text; a value that can be neither is empty
            row.update((name, known_by(row[name])) for name in ("id", "phone_number") if name in row)
        self._show(rows)
        meta = meta_of(answer)
        return Page(rows, pages_of(meta), count_of(meta.get("total_results")))


def _paged(page: int) -> str:
    return f"page%5Bnumber%5D={page}&page%5Bsize%5D={PAGE_SIZE}"


def _settings_path(act: str, number: str) -> str:
    return f"/phone_numbers/{segment(number, f'{act} messaging settings of number')}/messaging"


def _profile_path(act: str, profile_id: str) -> str:
    return f"{_PROFILES}/{segment(profile_id, f'{act} messaging profile')}"


VENDOR = Vendor("Telnyx", words)
