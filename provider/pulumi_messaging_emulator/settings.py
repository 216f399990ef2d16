"""The settings (`/_emulator/settings`), one row each: readings of the vendors' documentation, and faults.

A reading is a choice that the emulator makes where a vendor is silent or contradicts itself. The values are kept in the
store, so that all its processes see the same ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import Transaction
from pulumi_messaging_emulator.wire import JSON_TYPE as _JSON
from pulumi_messaging_emulator.wire import Refusal, Settings


@dataclass(frozen=True)
class Setting:
    """One setting; `allowed` lists the values of a choice, else the type of the default decides."""

    name: str
    default: Any
    meaning: str
    allowed: tuple[Any, ...] = ()

    def problem(self, value: Any) -> str | None:
        """The reason why a value is refused, or None."""
        if self.allowed:
            good = any(value == one and type(value) is type(one) for one in self.allowed)
            return None if good else f"must be one of {', '.join(json.dumps(one) for one in self.allowed)}"
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else "must be true or false"
        kinds = (int, float) if isinstance(self.default, float) else (int,)
        number = isinstance(value, kinds) and not isinstance(value, bool) and value >= 0
        return None if number else f"must be a{' whole' if kinds == (int,) else ''} number, 0 or more"


_NAME_SPELLING = "RouteName is kept as sent; trimmed, with runs of blanks as one; so, and in lower case"
_ORDER_STATUS = "UpdateOrderStatus: done at once, telegentNumberOrderSeconds later, or never"
_INVENTORY_SPELLING = "key and value of MessageRouteId in the inventory: as documented, or messageRouteID in lower case"
_URL_SPELLING = (
    "URLs are kept as sent; scheme and host in lower case, no default port, / as empty path; so, and / at the end"
)

GENERAL: tuple[Setting, ...] = (
    Setting("latencySeconds", 0.0, "every vendor answer waits this long"),
    Setting("clockOffsetSeconds", 0.0, "the emulator's clock runs this far ahead: ages tokens, windows and lags"),
    Setting("requestLogKeep", 10_000, "number of requests that the log keeps"),
)
READINGS: tuple[Setting, ...] = (
    Setting("telegentDoubledPrefix", "refuse", "/v1.0/v1.0/…, as in the specification", ("refuse", "accept")),
    Setting("telegentUnknownPairStatus", 401, "unknown AccountKey and AccountSecret", (401, 400, 403)),
    Setting("telegentUnscopedTokens", False, "ApiEndpoint may be left out; such a token is good everywhere"),
    Setting("telegentApiEndpointChecked", True, "ApiEndpoint must be the URL of a known endpoint"),
    Setting("telegentScopeQuery", False, "the query string is part of a token's scope"),
    Setting("telegentScopeMethod", False, "a token is bound to the method it is first used with"),
    Setting("telegentWrongScopeStatus", 403, "a token of another endpoint", (403, 401)),
    Setting("telegentTokenSeconds", 300, "lifetime of a token"),
    Setting("telegentRequestsPerMinute", 50, "requests in any 60 seconds; 0 = no limit"),
    Setting("telegentCountTokens", True, "token calls count towards the limit"),
    Setting("telegentLimitPer", "account", "the scope of the limit", ("account", "endpoint", "token")),
    Setting("telegentLenientBody", False, "unknown body keys are ignored instead of refused"),
    Setting("telegentContentTypeChecked", True, "a content type other than JSON is refused with 415"),
    Setting("telegentAuthChecked", True, "Basic without user or token, Bearer without token are refused"),
    Setting("telegentNullRequired", "refuse", "null for RouteName, MessageUrl, MessageUrlMethod", ("refuse", "keep")),
    Setting("telegentEmptyText", "refuse", 'the value ""', ("refuse", "clear", "store")),
    Setting("telegentNullBoolean", "refuse", "null for a boolean", ("refuse", "keep")),
    Setting("telegentNoneWipes", False, "authentication type None also clears the stored user name and token"),
    Setting("telegentDuplicateNames", "accept", "a RouteName that the account already has", ("accept", "refuse")),
    Setting("telegentListDefault", "all", "the list without AccountId: all accounts or the first", ("all", "first")),
    Setting("telegentGetWithoutId", 400, "get one without MessageRouteId", (400, 404)),
    Setting("telegentReturnFlags", False, "answers carry the three booleans and leave three credential keys out"),
    Setting("telegentReturnSecrets", "clear", "the two secrets in answers", ("clear", "masked", "null", "absent")),
    Setting("telegentUnsetAs", "null", "a field that was never set, in answers", ("null", "absent")),
    Setting("telegentEchoEnabledWrong", False, "create and update answers show MessageRouteEnabled negated"),
    Setting("telegentAccountIdAsDid", False, "answers show AID-… as DID-…"),
    Setting("telegentAccountIdShown", True, "routes and lists name their account; false: no AccountId, no AccountID"),
    Setting("telegentEnabledAs", "boolean", "MessageRouteEnabled in answers: true, or 1", ("boolean", "number")),
    Setting("telegentNameSpelling", "sent", _NAME_SPELLING, ("sent", "folded", "lower")),
    Setting("telegentUrlSpelling", "sent", _URL_SPELLING, ("sent", "normal", "slash")),
    Setting("telegentDeleteInUse", "refuse", "deleting a route that numbers use", ("refuse", "allow")),
    Setting("telegentDeleteSupported", True, "false: the delete endpoint answers 405"),
    Setting("telegentInventoryPageSize", 2, "numbers on an inventory page"),
    Setting("telegentMixedBooleans", True, 'every second inventory row writes booleans as "true" and "false"'),
    Setting("telegentUnknownRouteStatus", 400, "numbers/update with an unknown MessageRouteId", (400, 404, 0)),
    Setting("telegentNumberOrderStatus", "Complete", _ORDER_STATUS, ("Complete", "Pending", "Failed")),
    Setting("telegentNumberOrderSeconds", 2.0, "a Pending order moves its number this late"),
    Setting("telegentNullRoute", "detach", "null as MessageRouteId of numbers/update", ("detach", "keep", "refuse")),
    Setting("telegentNumberSpelling", "e164", "numbers in answers: with or without plus", ("e164", "digits")),
    Setting("telegentNoRouteAs", "null", "MessageRouteId of a number without one", ("null", "", "absent")),
    Setting("telegentInventorySpelling", "documented", _INVENTORY_SPELLING, ("documented", "lower")),
    Setting("telnyxRequestsPerMinute", 1000, "requests in a minute; 0 = no limit and no x-ratelimit headers"),
    Setting("telnyxLimitPerEndpoint", True, "the limit is kept for each endpoint; false: for the key"),
    Setting("telnyxRateHeaders", True, "answers carry x-ratelimit-limit, -remaining, -reset"),
    Setting("telnyxResetAsEpoch", False, "x-ratelimit-reset is a time instead of seconds to wait"),
    Setting("telnyxRetryAfter", False, "a 429 carries Retry-After"),
    Setting("telnyxWrongMethodStatus", 405, "wrong method on a known path", (405, 404)),
    Setting("telnyxBadBodyStatus", 400, "a body that is not a JSON object", (400, 422)),
    Setting("telnyxContentTypeChecked", True, "a content type other than JSON is refused with 415"),
    Setting("telnyxLenientBody", False, "unknown body keys are ignored, as the live schema allows"),
    Setting("telnyxWrongTypeStatus", 422, "a value of the wrong type", (422, 400)),
    Setting("telnyxUnknownProfileStatus", 422, "a well-formed profile id that does not exist", (422, 404, 400)),
    Setting("telnyxMalformedProfileStatus", 422, "a profile id that is no UUID, in a body", (422, 400)),
    Setting("telnyxMalformedProfilePathStatus", 404, "a profile id that is no UUID, in the path", (404, 422)),
    Setting("telnyxProductRefusedStatus", 422, "a product that the number may not have", (422, 400, 403, 409)),
    Setting("telnyxEligibilityStrict", True, "the product must be in eligible_messaging_products"),
    Setting("telnyxProductNeedsProfile", True, "a product change needs a profile before or after it"),
    Setting("telnyxEmptyProduct", "refuse", 'messaging_product ""', ("refuse", "keep")),
    Setting("telnyxAllOrNothing", True, "false: the profile is changed although the product is refused"),
    Setting("telnyxP2PDropsMms", True, "product P2P turns features.mms to null"),
    Setting("telnyxUnassignResetsProduct", False, "leaving a profile sets the product back to A2P"),
    Setting("telnyxProfileResetsProduct", False, "every change of the profile sets the product back to A2P"),
    Setting("telnyxProductResetsProfile", False, "a change of the product alone takes the number off its profile"),
    Setting("telnyxOrganizationIdShown", True, "messaging settings and profiles have organization_id"),
    Setting("telnyxNoTagsAs", "[]", "tags of a number without tags", ("[]", "null", "absent")),
    Setting("telnyxTags", "replace", "tags in a PATCH", ("replace", "merge")),
    Setting("telnyxTouchAlways", False, "updated_at changes although nothing else did"),
    Setting("telnyxTypeSpelling", "longcode", "type with or without a hyphen", ("longcode", "long-code")),
    Setting("telnyxUnassignedAs", "null", "messaging_profile_id of an unassigned number", ("null", "", "absent")),
    Setting("telnyxNumberUnassignedAs", "absent", "the same in /phone_numbers", ("absent", "null")),
    Setting("telnyxUnsetWebhookAs", "null", "an unset webhook_url; the default is no URL of the schema", ("null", "")),
    Setting("telnyxPageOutOfRange", "refuse", "page[size] above 250 and the like", ("refuse", "clamp")),
    Setting("telnyxPlusInFilter", True, "filter[phone_number] of /phone_numbers may hold a +"),
    Setting("telnyxBulkPolls", 1, "the poll of a bulk update that finds it done; 0 = done at once"),
    Setting("telnyxBulkSeconds", 0.0, "a bulk update is not done earlier than this"),
    Setting("telnyxBulkNullProfile", "refuse", "null as messaging_profile_id of a bulk update", ("refuse", "keep")),
    Setting("telnyxBulkUnknown", "failed", "unknown numbers in a bulk update", ("failed", "refuse")),
    Setting("telnyxBulkMost", 0, "a bulk update of more numbers is refused; 0 = of any number"),
    Setting("telnyxAllDestinations", "refuse", 'whitelisted_destinations ["*"]', ("refuse", "accept")),
    Setting("telnyxDuplicateProfiles", "accept", "a profile's name that the account has", ("accept", "refuse")),
    Setting("telnyxNestedObjects", "replace", "an object of a profile in a PATCH, by keys", ("replace", "merge")),
    Setting("telnyxSpendLimitAs", "sent", "daily_spend_limit: as sent, with two decimals", ("sent", "cents", "absent")),
    Setting("telnyxProfileFieldsOf2026", True, "answers have the fields of a profile that are new in 2026"),
    Setting("telnyxSecretShown", True, "answers have the v1_secret of a profile"),
    Setting("telnyxProfileInUseStatus", 422, "deleting a profile that numbers use", (422, 400, 409)),
    Setting("telnyxIdempotencyKeys", False, "Idempotency-Key replays the answer of a POST"),
    Setting("telnyxIntegerErrorCodes", False, "error codes are integers, as one specification said"),
)
FAULTS: tuple[Setting, ...] = (
    Setting("telegentListLagSeconds", 0.0, "the list learns of created and deleted routes this late"),
    Setting("telegentListShort", False, "TotalRoutes is above the number of Results"),
    Setting("telegentStaleReadSeconds", 0.0, "get one shows the former values this long after an update"),
    Setting("telegentStaleAnswerSeconds", 0.0, "answers to updates show the values of this long before"),
    Setting("telegentDropAfterCreate", 0, "number of next creates that take effect and lose their answer"),
    Setting("telegentFailStatus", 0, "every call fails with this status; 0 = none", (0, 408, 429, 500, 503, 504)),
    Setting("telegentErrorShape", "json", "error bodies: plain text, or RFC-7807-like", ("json", "text", "problem")),
    Setting("telegentErrorType", _JSON, "content type of error bodies", (_JSON, "text/plain", "text/json")),
    Setting("telegentIgnoreNumberUpdates", False, "numbers/update answers 200 and changes nothing"),
    Setting("telegentUnsuccessful", False, "writes answer 200 with Successful false and change nothing"),
    Setting("telnyxStaleReadSeconds", 0.0, "reads show the former values this long after an update"),
    Setting("telnyxStaleAnswerSeconds", 0.0, "answers to updates show the values of this long before"),
    Setting("telnyxPurchase404Seconds", 0.0, "settings of a new number answer 404 this long after its purchase"),
    Setting("telnyxDropAfterUpdate", 0, "number of next PATCH calls that take effect and lose their answer"),
    Setting("telnyxIgnoreUpdates", False, "PATCH answers 200 and changes nothing"),
    Setting("telnyxBulkFails", 0, "number of next numbers of bulk updates that end in failed, and are not changed"),
    Setting("telnyxBulkIgnores", 0, "number of next numbers of bulk updates that end in success, and are not changed"),
    Setting("telnyxRefuseProduct", 0, "number of next product changes that are refused although eligible"),
    Setting("telnyxFailStatus", 0, "every call fails with this; 0 = none", (0, 408, 409, 429, 500, 502, 503, 504)),
    Setting("telnyxHtmlErrors", False, "telnyxFailStatus answers HTML, as a gateway does"),
)

SETTINGS = (*GENERAL, *READINGS, *FAULTS)
BY_NAME = {setting.name: setting for setting in SETTINGS}
DEFAULTS: Settings = {setting.name: setting.default for setting in SETTINGS}
UNLIMITED: Settings = {**DEFAULTS, "telegentRequestsPerMinute": 0}


def load(tx: Transaction, defaults: Settings = DEFAULTS) -> Settings:
    """The values of all settings."""
    return {**defaults, **tx.settings()}


def change(tx: Transaction, changes: Json) -> Settings:
    """Set values, all or none; null puts a setting back to its default."""
    for name, value in changes.items():
        if name not in BY_NAME:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"There is no setting {name!r}. GET /_emulator/settings lists them.")
        wrong = None if value is None else BY_NAME[name].problem(value)
        if wrong:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"Setting {name} {wrong}.")
    for name, value in changes.items():
        tx.set_setting(name, value)
    return load(tx)


def take_one(tx: Transaction, settings: Settings, name: str) -> bool:
    """Count a setting down; False: it was 0 already."""
    if settings[name] <= 0:
        return False
    tx.set_setting(name, settings[name] - 1)
    return True
