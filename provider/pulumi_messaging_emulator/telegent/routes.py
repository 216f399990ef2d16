"""Message routes: create, get one, list, update, delete."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from pulumi_messaging_emulator.accounts import ACCOUNT_IDS
from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import ROUTES, TELEGENT_NUMBERS
from pulumi_messaging_emulator.telegent import schemas, spelling
from pulumi_messaging_emulator.wire import Answer, Call, Refusal, Settings, ok

STALE_ROUTE = "route"
DELETED_ROUTE = "deleted route"


def create(call: Call) -> Answer:
    """POST /v1.0/message/routes: a new route; an equal call makes another one."""
    doc = new_route({**_values(call), "AccountId": _account(call)}, call.now)
    _check_name(call, doc)
    _check_credentials(call, doc)
    call.tx.put(ROUTES, doc)
    return ok(_echo(call, doc))


def new_route(given: Json, now: float) -> Json:
    """A route as it is right after its creation."""
    return {
        "MessageRouteId": f"MRID-{uuid.uuid4()}",
        "AccountId": ACCOUNT_IDS[0],
        **dict.fromkeys(schemas.ROUTE_FIELDS),
        "MessageRouteEnabled": True,
        **given,
        "_createdAt": now,
    }


def get(call: Call) -> Answer:
    """GET /v1.0/message/routes: one route, by MessageRouteId or, in the vendor's second spelling, MessageRouteID."""
    route_id = call.query.get("MessageRouteId") or call.query.get("MessageRouteID")
    if not route_id:
        raise Refusal(call.settings["telegentGetWithoutId"], "MessageRouteId is required.")
    doc = _own_route(call, route_id)
    return ok(rendered(_as_of(call, doc, call.settings["telegentStaleReadSeconds"]), call.settings))


def list_all(call: Call) -> Answer:
    """GET /v1.0/account/message/routes: every route of the account, unpaged."""
    account = call.query.get("AccountId", "")
    accounts = [_known_account(call, account)] if account else call.key["AccountIds"]
    if not account and call.settings["telegentListDefault"] == "first":
        accounts = accounts[:1]
    marks = ", ".join("?" * len(accounts))
    docs = _as_listed(call, call.tx.select(ROUTES, [(f'"AccountId" IN ({marks})', accounts)]), accounts)
    results = [rendered(doc, call.settings, account_field="AccountID") for doc in docs]
    total = len(results) + (1 if call.settings["telegentListShort"] else 0)
    account_shown = _shown_account("AccountID", accounts[0], call.settings)
    return ok({**account_shown, "TotalRoutes": total, "Results": results})


def update(call: Call) -> Answer:
    """POST /v1.0/message/routes/update: an omitted field is kept, null clears an optional text."""
    former = _own_route(call, call.body["MessageRouteId"])
    if "AccountId" in call.body and _account(call) != former["AccountId"]:
        # The vendor's schema accepts another account, and no page gives a meaning.
        raise Refusal(HTTPStatus.BAD_REQUEST, "AccountId of a message route cannot be changed.")
    doc = {**former, **_values(call)}
    _check_credentials(call, doc)
    call.tx.remember(STALE_ROUTE, doc["MessageRouteId"], call.now, former)
    call.tx.put(ROUTES, doc)
    return ok(_echo(call, _as_of(call, doc, call.settings["telegentStaleAnswerSeconds"])))


def delete(call: Call) -> Answer:
    """POST /v1.0/message/routes/delete: permanent; the answer calls the id MRID."""
    doc = _own_route(call, call.body["MessageRouteId"])
    route_id = doc["MessageRouteId"]
    users = call.tx.select(TELEGENT_NUMBERS, [('"MessageRouteId" = ?', (route_id,))])
    if users and call.settings["telegentDeleteInUse"] == "refuse":
        raise Refusal(HTTPStatus.BAD_REQUEST, f"The message route is in use by {len(users)} number(s).")
    call.tx.remember(DELETED_ROUTE, route_id, call.now, doc)
    call.tx.delete(ROUTES, route_id)
    return ok({"MessageRouteStatus": "Deleted", "MRID": route_id})


def rendered(doc: Json, settings: Settings, account_field: str = "AccountId") -> Json:
    """A route as answers show it, under the readings of the settings: id, account and twelve fields by default."""
    answer = {"MessageRouteId": doc["MessageRouteId"], **_shown_account(account_field, doc["AccountId"], settings)}
    answer.update({name: doc[name] for name in schemas.SHOWN})
    for name in schemas.SECRETS:
        answer[name] = _shown_secret(answer[name], settings["telegentReturnSecrets"])
    if settings["telegentReturnSecrets"] == "absent":
        answer = _without(answer, schemas.SECRETS)
    if settings["telegentReturnFlags"]:
        answer = _without(answer, schemas.LEFT_OUT_WITH_FLAGS)
        answer.update({name: bool(doc[name]) for name in schemas.FLAGS})
    if settings["telegentEnabledAs"] == "number":
        answer["MessageRouteEnabled"] = int(answer["MessageRouteEnabled"])
    if settings["telegentUnsetAs"] == "absent":
        answer = {name: value for name, value in answer.items() if value is not None}
    return answer


def _as_of(call: Call, doc: Json, seconds: float) -> Json:
    """A route as it was before the changes of the last seconds."""
    return call.tx.former(STALE_ROUTE, call.now - seconds).get(doc["MessageRouteId"], doc) if seconds else doc


def _own_route(call: Call, route_id: str) -> Json:
    doc = call.tx.get(ROUTES, route_id)
    # A route of another account is 404 too.
    if doc is None or doc["AccountId"] not in call.key["AccountIds"]:
        raise Refusal(HTTPStatus.NOT_FOUND, "The message route was not found.")
    return doc


def _values(call: Call) -> Json:
    """The fields of the body, with null and "" as the settings read them."""
    values: Json = {}
    for name, value in call.body.items():
        if name not in schemas.ROUTE_FIELDS or _kept(call, name, value):
            continue
        cleared = value == "" and call.settings["telegentEmptyText"] == "clear"
        values[name] = None if cleared or value is None else spelling.kept(name, value, call.settings)
    if call.settings["telegentNoneWipes"]:
        for prefix in ("Message", "CallbackMessage"):
            if values.get(f"{prefix}AuthenticationType") == "None":
                values = {f"{prefix}Username": None, f"{prefix}PasswordToken": None, **values}
    return values


def _kept(call: Call, name: str, value: Any) -> bool:
    if value is not None or name in schemas.CLEARABLE:
        return False
    switch = "telegentNullBoolean" if name in schemas.BOOLEANS else "telegentNullRequired"
    return bool(call.settings[switch] == "keep")


def _check_credentials(call: Call, doc: Json) -> None:
    if not call.settings["telegentAuthChecked"]:
        return
    for prefix in ("Message", "CallbackMessage"):
        kind = doc[f"{prefix}AuthenticationType"]
        needed = {"Basic": ("Username", "PasswordToken"), "Bearer": ("PasswordToken",)}.get(kind, ())
        for name in needed:
            if not doc[f"{prefix}{name}"]:
                raise Refusal(HTTPStatus.BAD_REQUEST, f"{prefix}{name} is required for {kind} authentication.")


def _check_name(call: Call, doc: Json) -> None:
    if call.settings["telegentDuplicateNames"] == "accept":
        return
    where = [('"AccountId" = ?', (doc["AccountId"],)), ('"RouteName" = ?', (doc["RouteName"],))]
    if call.tx.count(ROUTES, where):
        raise Refusal(HTTPStatus.CONFLICT, "A message route of this name exists.")


def _account(call: Call) -> str:
    given = call.body.get("AccountId")
    return _known_account(call, given) if given else str(call.key["AccountIds"][0])


def _known_account(call: Call, account: str) -> str:
    # The schema's own example of an AccountId is a DID-.
    accounts = call.key["AccountIds"]
    known: dict[str, str] = {call.key["AccountKey"]: accounts[0], **{name: name for name in accounts}}
    if account not in known:
        raise Refusal(HTTPStatus.NOT_FOUND, "The account was not found.")
    return known[account]


def _as_listed(call: Call, docs: list[Json], accounts: list[str]) -> list[Json]:
    """The routes as a list that lags behind by some seconds shows them."""
    lag = call.settings["telegentListLagSeconds"]
    if not lag:
        return docs
    since = call.now - lag
    gone = [doc for doc in call.tx.former(DELETED_ROUTE, since).values() if doc["AccountId"] in accounts]
    return [doc for doc in [*docs, *gone] if doc["_createdAt"] <= since]


def _echo(call: Call, doc: Json) -> Json:
    answer = rendered(doc, call.settings)
    if call.settings["telegentEchoEnabledWrong"]:
        # The vendor's create sample sends true and shows false.
        enabled = answer["MessageRouteEnabled"]
        answer["MessageRouteEnabled"] = type(enabled)(not enabled)
    return answer


def _shown_account(field: str, account: str, settings: Settings) -> Json:
    if not settings["telegentAccountIdShown"]:
        return {}
    return {field: "DID-" + account.partition("-")[2] if settings["telegentAccountIdAsDid"] else account}


def _shown_secret(value: str | None, how: str) -> str | None:
    if value is None or how == "clear":
        return value
    return "********" if how == "masked" else None


def _without(answer: Json, names: tuple[str, ...]) -> Json:
    return {name: value for name, value in answer.items() if name not in names}
