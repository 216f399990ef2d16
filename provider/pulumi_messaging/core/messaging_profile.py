"""The fields of a Telnyx messaging profile, and the rules over their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, Literal, get_args

from pulumi_messaging.core.declared import (
    Argument,
    Declared,
    Input,
    WiderArgument,
    field,
    like,
    table,
)
from pulumi_messaging.core.fields import UNKNOWN, Clear, Echo, Field, Kind, Values, Wording
from pulumi_messaging.core.hidden import AUTOMATIC_NAME
from pulumi_messaging.core.named import Named, completed_name
from pulumi_messaging.core.spelling import folded_name
from pulumi_messaging.errors import Problem

WebhookApiVersion = Literal["1", "2", "2010-04-01"]
OnDestroy = Literal["delete", "restore", "retain"]

DECLARED_NAME: Final = "__name"  # hidden output: the name as declared, where the profile's own differs; "": none
EVERYWHERE: Final = "*"  # the only entry of a list of destinations that allows all
_REDACTION_LEVELS: Final = (1, 2)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_ALPHA_SENDER: Final = re.compile(r"[A-Za-z0-9 ]{1,11}")


class NumberPoolSettings(Declared):
    """The keys of ``number_pool_settings``."""

    toll_free_weight: Argument[int | float] = field(Kind.NUMBER, "toll_free_weight", "Weight of toll-free numbers.")
    long_code_weight: Argument[int | float] = field(Kind.NUMBER, "long_code_weight", "Weight of long codes.")
    skip_unhealthy: Argument[bool] = field(Kind.BOOLEAN, "skip_unhealthy", "Leave unhealthy numbers out.")
    sticky_sender: Argument[bool | None] = field(
        Kind.BOOLEAN, "sticky_sender", "The same number for one recipient.", default=None
    )
    geomatch: Argument[bool | None] = field(Kind.BOOLEAN, "geomatch", "A number of the recipient's area.", default=None)


class UrlShortenerSettings(Declared):
    """The keys of ``url_shortener_settings``."""

    domain: Argument[str] = field(Kind.STRING, "domain", "Domain of the short links.")
    prefix: Argument[str | None] = field(
        Kind.STRING, "prefix", "Path before the links.", default=None, clear=Clear.EMPTY
    )
    replace_blacklist_only: Argument[bool | None] = field(
        Kind.BOOLEAN, "replace_blacklist_only", "Only links that Telnyx blocks.", default=None
    )
    send_webhooks: Argument[bool | None] = field(
        Kind.BOOLEAN, "send_webhooks", "Report clicks to the webhooks.", default=None
    )


def _keys(declared: type[Declared]) -> tuple[Field, ...]:
    return tuple(row for row in vars(declared).values() if isinstance(row, Field))


class MessagingProfileFields(Declared):
    """The arguments of a ``MessagingProfile``, which are its outputs too; its id is the resource's."""

    name: Argument[str | None] = field(
        Kind.STRING,
        "name",
        "Name; absent: `<resource name>-<7 hex>`, or the adopted profile's own.",
        default=None,
        held=DECLARED_NAME,
        form=folded_name,
    )
    whitelisted_destinations: WiderArgument[Sequence[str], Sequence[Input[str]]] = field(
        Kind.STRINGS,
        "whitelisted_destinations",
        'Countries that it may send to (ISO 3166-1 alpha-2), or `["*"]` for all; order and repetition mean nothing.',
    )
    enabled: Argument[bool | None] = field(
        Kind.BOOLEAN, "enabled", "Whether the profile is in use; the vendor's default is true.", default=None
    )
    webhook_url: Argument[str | None] = field(
        Kind.URL, "webhook_url", "Webhook that receives messages and receipts.", default=None, clear=Clear.NULL
    )
    webhook_failover_url: Argument[str | None] = like(
        webhook_url, "webhook_failover_url", "Webhook for when the first one fails.", default=None
    )
    webhook_api_version: Argument[WebhookApiVersion | None] = field(
        Kind.CHOICE,
        "webhook_api_version",
        "Format of the webhooks; the vendor's default is `2`.",
        default=None,
        choices=get_args(WebhookApiVersion),
    )
    number_pool_settings: Argument[dict[str, Any] | Literal[""] | None] = field(
        Kind.OBJECT,
        "number_pool_settings",
        "Sends from all numbers of the profile, by weight. Sent whole; a key that is left out gets the vendor's value.",
        default=None,
        clear=Clear.NULL,
        keys=_keys(NumberPoolSettings),
    )
    url_shortener_settings: Argument[dict[str, Any] | Literal[""] | None] = field(
        Kind.OBJECT,
        "url_shortener_settings",
        "Replaces short links by the vendor's own. Sent whole, as `number_pool_settings`.",
        default=None,
        clear=Clear.NULL,
        keys=_keys(UrlShortenerSettings),
    )
    alpha_sender: Argument[str | None] = field(
        Kind.STRING,
        "alpha_sender",
        "Sender in countries that want letters: 1 to 11 letters, digits and blanks.",
        default=None,
        clear=Clear.NULL,
    )
    daily_spend_limit: Argument[int | float | str | None] = field(
        Kind.DECIMAL, "daily_spend_limit", "Most USD a day (UTC), 0 or more.", default=None, echo=Echo.MAYBE
    )
    daily_spend_limit_enabled: Argument[bool | None] = field(
        Kind.BOOLEAN, "daily_spend_limit_enabled", "Whether that limit holds.", default=None
    )
    mms_fall_back_to_sms: Argument[bool | None] = field(
        Kind.BOOLEAN, "mms_fall_back_to_sms", "Send an SMS where an MMS cannot be sent.", default=None
    )
    mms_transcoding: Argument[bool | None] = field(
        Kind.BOOLEAN, "mms_transcoding", "Make the media of an MMS smaller.", default=None
    )
    # Answers of the API as it was before 2026 do not have the following ones.
    mobile_only: Argument[bool | None] = field(
        Kind.BOOLEAN, "mobile_only", "Send to mobile numbers only.", default=None, echo=Echo.MAYBE
    )
    smart_encoding: Argument[bool | None] = field(
        Kind.BOOLEAN, "smart_encoding", "Choose the encoding with the fewest parts.", default=None, echo=Echo.MAYBE
    )
    ai_assistant_id: Argument[str | None] = field(
        Kind.STRING, "ai_assistant_id", "Assistant that answers.", default=None, clear=Clear.NULL, echo=Echo.MAYBE
    )
    redaction_enabled: Argument[bool | None] = field(
        Kind.BOOLEAN,
        "redaction_enabled",
        "Redact the content of messages, where the organization may.",
        default=None,
        echo=Echo.MAYBE,
        update_only=True,
    )
    redaction_level: Argument[int | None] = field(
        Kind.INTEGER,
        "redaction_level",
        "1: records and reports; 2: webhooks as well.",
        default=None,
        echo=Echo.MAYBE,
        update_only=True,
    )
    # Every answer has it in clear: the client drops it.
    v1_secret: Argument[str | None] = field(
        Kind.STRING,
        "v1_secret",
        "Secret of the API of version 1; absent: the one that the vendor makes.",
        default=None,
        secret=True,
        echo=Echo.NEVER,
        update_only=True,
    )
    adopt: Argument[str | None] = field(
        Kind.UUID,
        None,
        "Existing profile that create takes over instead of making one. An id is no secret: the state has it in clear.",
        default=None,
    )
    on_destroy: Argument[OnDestroy | None] = field(
        Kind.CHOICE,
        None,
        "Action of destroy: delete the profile (refused while numbers use it; default of a profile made here), put "
        "back the former values (default of an adopted one), or leave it.",
        default=None,
        choices=get_args(OnDestroy),
    )


def _destinations(values: Values, wording: Wording) -> Iterator[Problem]:
    """Codes of countries, or the one entry that allows all."""
    row = MessagingProfileFields.whitelisted_destinations
    given = values.get(row.state)
    if not isinstance(given, list | tuple):
        return
    codes = [code for code in given if isinstance(code, str)]
    if not given:
        yield Problem(wording.spell(row.name), 'must hold at least one country; ["*"] allows all')
    elif EVERYWHERE in codes and set(codes) != {EVERYWHERE}:
        yield Problem(wording.spell(row.name), 'must hold "*" alone, or countries')
    wrong = next((code for code in codes if code.strip() and code != EVERYWHERE and not _COUNTRY.fullmatch(code)), None)
    if wrong is not None:
        reason = f"must hold countries as two capital letters (US){wording.not_value(wrong)}"
        yield Problem(wording.spell(row.name), reason)


def _forms(values: Values, wording: Wording) -> Iterator[Problem]:
    """A sender of letters, and a limit that is not negative: what the kinds of these fields do not check."""
    sender, limit = MessagingProfileFields.alpha_sender, MessagingProfileFields.daily_spend_limit
    text, usd = values.get(sender.state), values.get(limit.state)
    if isinstance(text, str) and text.strip() and not _ALPHA_SENDER.fullmatch(text):
        reason = f"must be 1 to 11 letters (A-Z), digits and blanks{wording.not_value(text)}"
        yield Problem(wording.spell(sender.name), reason)
    if usd is not None and usd is not UNKNOWN and str(usd).startswith("-"):
        yield Problem(wording.spell(limit.name), "must be 0 or more")
    level = MessagingProfileFields.redaction_level
    value = values.get(level.state)
    if isinstance(value, int | float) and value == value // 1 and value not in _REDACTION_LEVELS:
        yield Problem(wording.spell(level.name), f"must be 1 or 2{wording.not_value(value)}")


MESSAGING_PROFILE: Final = table(
    MessagingProfileFields,
    resource="MessagingProfile",
    page="developers.telnyx.com: Create a messaging profile; Update a messaging profile",
    rules=(_destinations, _forms),
    hidden=(AUTOMATIC_NAME,),
    complete=partial(completed_name, MessagingProfileFields.name.state, MessagingProfileFields.adopt.state),
)

PROFILES: Final = Named(
    MESSAGING_PROFILE,
    word="messaging profile",
    vendor="Telnyx",
    credentials="telnyx:apiKey",
    example="7d0c4c1e-…",
    id_key="id",
    name=MessagingProfileFields.name,
    adopt=MessagingProfileFields.adopt,
    on_destroy=MessagingProfileFields.on_destroy,
    keeping='"retain"',
)
