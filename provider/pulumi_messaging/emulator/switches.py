"""The settings: every choice the emulator makes where a vendor is silent or contradicts itself, and every fault.

One row is one switch: its name, its default, and what it may be. They live in the store, so that all processes that
use a store see the same ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_messaging.emulator.wire import Refusal

if TYPE_CHECKING:
    from pulumi_messaging.emulator.store import Transaction
    from pulumi_messaging.emulator.wire import Json, Settings


@dataclass(frozen=True)
class Switch:
    """One setting; `allowed` lists the values of a choice, else the type of the default decides."""

    name: str
    default: Any
    meaning: str
    allowed: tuple[Any, ...] = ()

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        if self.allowed:
            good = any(value == one and type(value) is type(one) for one in self.allowed)
            return None if good else f"must be one of {', '.join(json.dumps(one) for one in self.allowed)}"
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else "must be true or false"
        kinds = (int, float) if isinstance(self.default, float) else (int,)
        number = isinstance(value, kinds) and not isinstance(value, bool) and value >= 0
        return None if number else f"must be a{' whole' if kinds == (int,) else ''} number, 0 or more"


SWITCHES: tuple[Switch, ...] = (
    # --- both vendors
    Switch("latencySeconds", 0.0, "every vendor answer waits this long"),
    Switch("clockOffsetSeconds", 0.0, "the emulator's clock runs this far ahead: ages tokens, windows and lags"),
    Switch("requestLogKeep", 10_000, "how many requests the log keeps"),
    # --- Telegent: contradictions
    Switch(
        "telegentDoubledPrefix", "refuse", "/v1.0/v1.0/…, as the specification literally says", ("refuse", "accept")
    ),
    Switch("telegentUnknownPairStatus", 401, "unknown AccountKey and AccountSecret", (401, 400, 403)),
    Switch("telegentUnscopedTokens", False, "ApiEndpoint may be left out; such a token is good everywhere"),
    Switch("telegentApiEndpointChecked", True, "ApiEndpoint must be the URL of a known endpoint"),
    Switch("telegentScopeQuery", False, "the query string is part of a token's scope"),
    Switch("telegentScopeMethod", False, "a token is bound to the method it is first used with"),
    Switch("telegentWrongScopeStatus", 403, "a token of another endpoint", (403, 401)),
    Switch("telegentTokenSeconds", 300, "lifetime of a token"),
    Switch("telegentRequestsPerMinute", 50, "requests in any 60 seconds; 0 = no limit"),
    Switch("telegentCountTokens", True, "token calls count towards the limit"),
    Switch("telegentLimitPer", "account", "what the limit is kept for", ("account", "endpoint", "token")),
    Switch("telegentLenientBody", False, "unknown body keys are ignored instead of refused"),
    Switch("telegentContentTypeChecked", True, "a content type other than JSON is refused with 415"),
    Switch("telegentAuthChecked", True, "Basic without user or token, Bearer without token are refused"),
    Switch("telegentNullRequired", "refuse", "null for RouteName, MessageUrl, MessageUrlMethod", ("refuse", "keep")),
    Switch("telegentEmptyText", "refuse", 'the value ""', ("refuse", "clear", "store")),
    Switch("telegentNullBoolean", "refuse", "null for a boolean", ("refuse", "keep")),
    Switch("telegentNoneWipes", False, "authentication type None also clears the stored user name and token"),
    Switch("telegentDuplicateNames", "accept", "a RouteName that the account already has", ("accept", "refuse")),
    Switch("telegentAccountMove", "refuse", "another AccountId in an update", ("refuse", "ignore", "move")),
    Switch("telegentListDefault", "all", "the list without AccountId: all accounts or the first", ("all", "first")),
    Switch("telegentGetWithoutId", 400, "get one without MessageRouteId", (400, 404)),
    Switch("telegentReturnFlags", False, "answers carry the three booleans and leave three credential keys out"),
    Switch("telegentReturnSecrets", "clear", "the two secrets in answers", ("clear", "masked", "null", "absent")),
    Switch("telegentUnsetAs", "null", "how a field that was never set reads", ("null", "absent")),
    Switch("telegentEchoEnabledWrong", False, "create and update answers show MessageRouteEnabled negated"),
    Switch("telegentAccountIdAsDid", False, "answers show AID-… as DID-…"),
    Switch("telegentDeleteInUse", "refuse", "deleting a route that numbers use", ("refuse", "allow")),
    Switch("telegentDeleteSupported", True, "false: the delete endpoint answers 405"),
    Switch("telegentInventoryPageSize", 2, "numbers on an inventory page"),
    Switch("telegentMixedBooleans", True, 'every second inventory row writes booleans as "true" and "false"'),
    Switch("telegentUnknownRouteStatus", 400, "numbers/update with an unknown MessageRouteId", (400, 404, 0)),
    Switch("telegentNumberOrderStatus", "Complete", "UpdateOrderStatus", ("Complete", "Pending", "Failed")),
    # --- Telegent: faults
    Switch("telegentListLagSeconds", 0.0, "the list learns of created and deleted routes this late"),
    Switch("telegentListShort", False, "TotalRoutes is above the number of Results"),
    Switch("telegentStaleReadSeconds", 0.0, "get one shows the former values this long after an update"),
    Switch("telegentDropAfterCreate", 0, "so many next creates take effect and lose their answer"),
    Switch("telegentDropAfterUpdate", 0, "so many next updates take effect and lose their answer"),
    Switch("telegentFailStatus", 0, "every call fails with this status; 0 = none", (0, 408, 429, 500, 503, 504)),
    Switch("telegentErrorShape", "json", "error bodies: plain text, or RFC-7807-like", ("json", "text", "problem")),
    Switch(
        "telegentErrorType", "application/json", "their content type", ("application/json", "text/plain", "text/json")
    ),
    Switch("telegentUnsuccessful", False, "writes answer 200 with Successful false and change nothing"),
    Switch("telegentTokenUnsuccessful", False, "the token call answers 200 with successful false and no token"),
    # --- Telnyx: contradictions
    Switch("telnyxRequestsPerMinute", 1000, "requests in a minute; 0 = no limit and no x-ratelimit headers"),
    Switch("telnyxLimitPerEndpoint", True, "the limit is kept for each endpoint; false: for the key"),
    Switch("telnyxRateHeaders", True, "answers carry x-ratelimit-limit, -remaining, -reset"),
    Switch("telnyxResetAsEpoch", False, "x-ratelimit-reset is a time instead of seconds to wait"),
    Switch("telnyxRetryAfter", False, "a 429 carries Retry-After"),
    Switch("telnyxWrongMethodStatus", 405, "wrong method on a known path", (405, 404)),
    Switch("telnyxBadBodyStatus", 400, "a body that is not a JSON object", (400, 422)),
    Switch("telnyxContentTypeChecked", True, "a content type other than JSON is refused with 415"),
    Switch("telnyxLenientBody", False, "unknown body keys are ignored, as the live schema allows"),
    Switch("telnyxWrongTypeStatus", 422, "a value of the wrong type", (422, 400)),
    Switch("telnyxUnknownProfileStatus", 422, "a well-formed profile id that does not exist", (422, 404, 400)),
    Switch("telnyxMalformedProfileStatus", 422, "a profile id that is no UUID, in a body", (422, 400)),
    Switch("telnyxMalformedProfilePathStatus", 404, "a profile id that is no UUID, in the path", (404, 422)),
    Switch("telnyxProductRefusedStatus", 422, "a product that the number may not have", (422, 400, 403, 409)),
    Switch("telnyxEligibilityStrict", True, "the product must be in eligible_messaging_products"),
    Switch("telnyxProductNeedsProfile", True, "a product change needs a profile before or after it"),
    Switch("telnyxEmptyProduct", "refuse", 'messaging_product ""', ("refuse", "keep")),
    Switch("telnyxAllOrNothing", True, "false: the profile is changed although the product is refused"),
    Switch("telnyxP2PDropsMms", True, "product P2P turns features.mms to null"),
    Switch("telnyxUnassignResetsProduct", False, "leaving a profile sets the product back to A2P"),
    Switch("telnyxTags", "replace", "tags in a PATCH", ("replace", "merge")),
    Switch("telnyxTouchAlways", False, "updated_at changes although nothing else did"),
    Switch(
        "telnyxTypeSpelling", "longcode", "type: longcode, tollfree or long-code, toll-free", ("longcode", "long-code")
    ),
    Switch("telnyxUnassignedAs", "null", "messaging_profile_id of an unassigned number", ("null", "", "absent")),
    Switch("telnyxNumberUnassignedAs", "absent", "the same in /phone_numbers", ("absent", "null")),
    Switch(
        "telnyxUnsetWebhookAs", "null", "webhook_url that is not set; its default is no url of the schema", ("null", "")
    ),
    Switch("telnyxPageOutOfRange", "refuse", "page[size] above 250 and the like", ("refuse", "clamp")),
    Switch("telnyxPlusInFilter", True, "filter[phone_number] of /phone_numbers may hold a +"),
    Switch("telnyxBulkPolls", 1, "the poll of a bulk update that finds it done; 0 = done at once"),
    Switch("telnyxBulkSeconds", 0.0, "a bulk update is not done earlier than this"),
    Switch("telnyxBulkNullProfile", "refuse", "null as messaging_profile_id of a bulk update", ("refuse", "keep")),
    Switch("telnyxBulkUnknown", "failed", "unknown numbers in a bulk update", ("failed", "refuse")),
    Switch("telnyxBulkMost", 0, "a bulk update of more numbers is refused; 0 = of any number"),
    Switch("telnyxProfileInUseStatus", 422, "deleting a profile that numbers use", (422, 400, 409)),
    Switch("telnyxProfileDeleteCascades", False, "deleting a profile unassigns its numbers"),
    Switch("telnyxIdempotencyKeys", False, "Idempotency-Key replays the answer of a POST"),
    Switch("telnyxIntegerErrorCodes", False, "error codes are integers, as one specification said"),
    # --- Telnyx: faults
    Switch("telnyxStaleReadSeconds", 0.0, "reads show the former values this long after an update"),
    Switch("telnyxPurchase404Seconds", 0.0, "settings of a new number answer 404 this long after its purchase"),
    Switch("telnyxDropAfterUpdate", 0, "so many next PATCH calls take effect and lose their answer"),
    Switch("telnyxIgnoreUpdates", False, "PATCH answers 200 and changes nothing"),
    Switch("telnyxBulkFails", 0, "so many next numbers of bulk updates end in failed, and are not changed"),
    Switch("telnyxBulkIgnores", 0, "so many next numbers of bulk updates end in success, and are not changed"),
    Switch("telnyxRefuseProduct", 0, "so many next product changes are refused although eligible"),
    Switch(
        "telnyxFailStatus", 0, "every call fails with this status; 0 = none", (0, 408, 409, 429, 500, 502, 503, 504)
    ),
    Switch("telnyxHtmlErrors", False, "telnyxFailStatus answers HTML, as a gateway does"),
    Switch("telnyxProfileServiceDown", False, "/phone_numbers cannot reach the messaging service: 503 or partial"),
)

BY_NAME = {switch.name: switch for switch in SWITCHES}
DEFAULTS: Settings = {switch.name: switch.default for switch in SWITCHES}


def load(tx: Transaction) -> Settings:
    """All settings as they are now."""
    return {**DEFAULTS, **tx.settings()}


def change(tx: Transaction, changes: Json) -> Settings:
    """Sets switches, all or none; null puts one back to its default."""
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
    """Uses up one of a switch that counts; says whether there was one."""
    if settings[name] <= 0:
        return False
    tx.set_setting(name, settings[name] - 1)
    return True
