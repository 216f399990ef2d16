"""Values as the engine and the vendors hand them over: floats, text for booleans, lists for tuples, missing keys."""

from __future__ import annotations

import pytest

from pulumi_messaging.core.diff import diff, live, observe, patch
from pulumi_messaging.core.fields import UNKNOWN, Field, Kind, Output, Table, camel, normal
from pulumi_messaging.core.message_route import MESSAGE_ROUTE
from pulumi_messaging.core.number_messaging import NUMBER_MESSAGING

# No field of today is a number; the engine's floats are handled for the first one that will be.
LIMIT = Field("daily_limit", "DailyLimit", Kind.STRING, "A number.")
TABLE = Table("Sample", "", (LIMIT,), (Output("sample_id", "Id", "The id."),))


@pytest.mark.parametrize(
    ("old", "new", "body"), [(5.0, 5, {}), (5, 5.0, {}), (5.0, 6, {"DailyLimit": 6}), (0.5, 0.5, {})]
)
def test_whole_floats_are_integers(old: float, new: float, body: dict[str, float]) -> None:
    """The engine returns 5 as 5.0: that is no difference, and 6 is one."""
    assert patch(diff(TABLE, {"dailyLimit": old}, {"dailyLimit": new})) == body


@pytest.mark.parametrize(
    ("old", "new"), [(["a", "b"], ("b", "a")), (("a",), ["a", "a"]), ([], ()), ([], ""), (["a", "b"], ["b", "a", "b"])]
)
def test_tags_are_a_set(old: object, new: object) -> None:
    """Lists and tuples, order and repetition mean the same; no tags and "" as well."""
    tags = NUMBER_MESSAGING.row("tags")

    assert normal(tags, old) == normal(tags, new)


@pytest.mark.parametrize(
    ("answer", "tags"), [({"tags": None}, ()), ({"tags": []}, ()), ({"tags": ["b", "a", "b"]}, ("a", "b")), ({}, None)]
)
def test_tags_are_observed_sorted_and_null_is_none(answer: dict[str, object], tags: tuple[str, ...] | None) -> None:
    """An answer's null means that there are no tags: drift where some are declared. A missing key means nothing."""
    held = {"phoneNumber": "+15550100001", "tags": ("a", "b"), "__former": {"tags": []}}

    observed = observe(NUMBER_MESSAGING, answer)

    assert observed.get("tags") == tags
    assert live(NUMBER_MESSAGING, held, observed)["tags"] == (("a", "b") if tags is None else tags)


def test_products_are_observed_sorted() -> None:
    observed = observe(NUMBER_MESSAGING, {"eligible_messaging_products": ["P2P", "A2P"]})

    assert observed["eligibleMessagingProducts"] == ("A2P", "P2P")


def test_a_tag_that_is_not_known_yet_is_a_change() -> None:
    """One unknown tag makes the tags unknown."""
    held = {"tags": ["a", "b"], "__former": {"tags": []}, "phoneNumber": "+15550100001"}

    (change,) = diff(NUMBER_MESSAGING, held, {"phoneNumber": "+15550100001", "tags": ["a", UNKNOWN]})

    assert change.field.state == "tags"


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        (1, True),
        (0, False),
        ("1", True),
        ("0", False),
        ("yes", None),
        (2, None),
        (None, None),
    ],
)
def test_booleans_come_as_booleans_texts_and_numbers(told: object, seen: bool | None) -> None:
    """A boolean, its text, and 0 or 1 are the same; any other value tells nothing."""
    observed = observe(MESSAGE_ROUTE, {"MessageRouteEnabled": told, "InboundBypass": told})

    assert observed.get("messageRouteEnabled") is seen
    assert observed.get("inboundBypass") is seen


@pytest.mark.parametrize("told", [5, True, ["x"], {"x": "y"}, 1.5])
def test_a_value_of_another_type_tells_nothing(told: object) -> None:
    """An answer that is not what the vendor documents is neither drift nor an empty value."""
    keys = {field.wire: told for field in MESSAGE_ROUTE.settings if field.kind is not Kind.BOOLEAN}

    assert {name for name in observe(MESSAGE_ROUTE, keys) if name != "messageRouteId"} == set()


def test_an_answer_without_keys_means_empty_only_where_it_can_be_believed() -> None:
    """A missing key is an empty field where the vendor always answers it, and nothing where he may leave it out."""
    assert observe(MESSAGE_ROUTE, {}) == {
        "messageAuthenticationType": "",
        "callbackMessageUrl": "",
        "callbackMessageUrlMethod": "",
        "callbackMessageAuthenticationType": "",
    }
    assert observe(NUMBER_MESSAGING, {}) == {"messagingProfileId": ""}


def test_secrets_and_the_account_are_never_observed() -> None:
    """Whatever the vendor answers for a password or the account does not reach the state."""
    answer = {"MessagePasswordToken": "echoed", "CallbackMessagePasswordToken": "echoed", "AccountId": "DID-1"}

    assert not {"messagePasswordToken", "callbackMessagePasswordToken", "accountId"} & set(
        observe(MESSAGE_ROUTE, answer)
    )


def test_a_secret_is_not_observed_even_where_answers_can_be_believed() -> None:
    """That a field is secret is enough: no echo setting lets a password into the state."""
    secret = Field("token", "Token", Kind.STRING, "A token.", secret=True)

    assert observe(Table("Sample", "", (secret,), ()), {"Token": "echoed"}) == {}


def test_volatile_settings_are_not_observed() -> None:
    """Health and timestamps change by themselves and are not kept."""
    answer = {"id": "1293384261075731501", "health": {"message_count": 1}, "updated_at": "now", "created_at": "then"}

    assert observe(NUMBER_MESSAGING, answer) == {"phoneNumberId": "1293384261075731501", "messagingProfileId": ""}


def test_a_former_value_that_is_empty_is_still_managed() -> None:
    """The keys of the hidden output say what is managed, whatever their values are."""
    held = {
        "messagingProfileId": "p",
        "tags": ["x"],
        "phoneNumber": "+15550100001",
        "__former": {"messagingProfileId": ""},
    }

    assert live(NUMBER_MESSAGING, held, {"messagingProfileId": "q", "tags": []}) == {
        "phoneNumber": "+15550100001",
        "messagingProfileId": "q",
    }


def test_state_names() -> None:
    """State names are camelCase; hidden names stay as they are."""
    assert [camel(name) for name in ("message_url_method", "tags", "__former")] == [
        "messageUrlMethod",
        "tags",
        "__former",
    ]
