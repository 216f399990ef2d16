"""What an error advises fits its cause, is said once, and names numbers as people know them."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_messaging.core.message_route import ROUTES
from pulumi_messaging.errors import MessagingError
from pulumi_messaging.reconcile.named.diff_checks import hold
from pulumi_messaging.reconcile.ownership import Ownership
from tests.support.emulator.seed import ALERTS, DEFAULT
from tests.support.faults.world import World
from tests.support.reconcile.groups import MANY, Account, Stack, phone, phones
from tests.support.reconcile.routes import SETTINGS, Resource

KEY, GONE = "check telnyx:apiKey", "run `pulumi up --refresh`"
OTHERS = 'set on_destroy="unassign" or "retain"'
READS = ("listMessaging", "retrieveMessaging")
ROUTE = {"routeName": "orders", "messageUrl": "https://hooks.example.com/orders", "messageUrlMethod": "POST"}


def fail(account: Account, status: int, *operations: str) -> None:
    """Every later request of these operations is refused."""
    body = {"errors": [{"code": "10009", "title": "No"}]}
    for operation in operations:
        account.script(operation, times=500, status=status, body=body)


class Single:
    """One number with a resource of its own."""

    def __init__(self, account: Account, **more: Any) -> None:
        self.account = account
        self.declared = {"phoneNumber": phone(0), "messagingProfileId": ALERTS, "onDestroy": "restore", **more}
        self.number_id, self.outputs = account.singles(Ownership()).create(self.declared)

    def failure(self, operation: str, **changes: Any) -> str:
        """The error of a read, an update or a delete in a new process."""
        numbers = self.account.singles(Ownership())
        more = ({**self.declared, **changes},) if operation == "update" else ()
        with pytest.raises(MessagingError) as error:
            getattr(numbers, operation)(self.number_id, self.outputs, *more)
        return str(error.value)


@pytest.mark.parametrize("operations", [READS, ("updateMessaging",)])
@pytest.mark.parametrize(
    ("status", "advice"), [(401, KEY), (403, "check that telnyx:apiKey may do this in the account")]
)
def test_a_destroy_with_a_wrong_key_is_told_as_the_key(
    account: Account, stack: Stack, operations: tuple[str, ...], status: int, advice: str
) -> None:
    """Another policy would not help: of a group it is said once, and the same of a single number."""
    assert stack.up(phones(3)[1:]) == ""
    single = Single(account)
    fail(account, status, *operations)

    said = stack.destroy()

    assert said.startswith(f"2 of 2 numbers could not be put back ({advice}")
    assert single.failure("delete").partition(": ")[2].count(f"; {advice}") == 1
    assert "on_destroy" not in said


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_destroy_whose_value_is_not_taken_names_the_other_policies(
    account: Account, stack: Stack, status: int
) -> None:
    """Usually the former profile is gone. Where a number is to leave its profile, only to retain it remains."""
    assert stack.up([phone(1)]) == ""
    unassigned = Stack(account, "unassigned")
    assert unassigned.up([phone(2)], onDestroy="unassign") == ""
    single = Single(account)
    fail(account, status, "updateMessaging")

    assert f"could not be put back ({OTHERS}, run `pulumi up`, then destroy): " in stack.destroy()
    assert '(set on_destroy="retain", run `pulumi up`, then destroy): ' in unassigned.destroy()
    assert single.failure("delete").endswith(f"; {OTHERS}, run `pulumi up`, then destroy")


def test_a_destroy_that_meets_an_outage_says_to_run_it_again(account: Account, stack: Stack) -> None:
    assert stack.up([phone(1)]) == ""
    fail(account, 500, *READS)

    said = stack.destroy()

    assert "run the command again" in said.partition("): ")[0]
    assert "on_destroy" not in said


@pytest.mark.parametrize("count", [3, MANY])
def test_a_group_says_once_that_the_key_is_wrong(account: Account, stack: Stack, count: int) -> None:
    """By single updates and by orders, when it is made and later."""
    fail(account, 401, "updateMessaging", "createBulkUpdate")
    said = stack.up(phones(count))
    assert said.startswith(f"{count} of {count} numbers are not as they should be ({KEY}")
    assert said.count(KEY) == 1

    account.control("DELETE", "answers")
    assert stack.up(phones(count)) == ""
    fail(account, 401, "updateMessaging", "createBulkUpdate")
    assert stack.up(phones(count), DEFAULT).count(KEY) == 1


def test_a_number_left_out_that_cannot_be_put_back_names_the_other_policies(account: Account, stack: Stack) -> None:
    assert stack.up(phones(2)) == ""
    fail(account, 422, "updateMessaging")

    assert f"1 of 2 numbers are not as they should be ({OTHERS}, then run `pulumi up` again): " in stack.up([phone(0)])


@pytest.mark.parametrize("count", [3, MANY])
@pytest.mark.parametrize(("profile", "more"), [(DEFAULT, {}), (ALERTS, {"tags": ("new",)})])
def test_an_update_of_a_member_that_is_gone_says_to_refresh(
    account: Account, stack: Stack, count: int, profile: str, more: dict[str, Any]
) -> None:
    """By single updates and by orders; at once, because a number of the state was not bought just now.

    A refresh alone does not help: the group names a number that is not there.
    """
    assert stack.up(phones(count)) == ""
    account.drop(phone(1))

    said = stack.up(phones(count), profile, **more)

    assert f"leave them out of phone_numbers and {GONE}" in said
    assert phone(1) in said
    assert account.seconds < 10


@pytest.mark.parametrize("changes", [{"messagingProfileId": DEFAULT}, {"tags": ("new",)}])
def test_an_update_of_a_number_that_is_gone_says_to_refresh(account: Account, changes: dict[str, Any]) -> None:
    single = Single(account)
    account.drop(phone(0))

    assert GONE in single.failure("update", **changes)


@pytest.mark.parametrize(
    "changes", [{"messageUrl": "https://hooks.example.com/new"}, {"routeName": "new"}, {"messageRouteEnabled": False}]
)
def test_an_update_of_a_route_that_is_gone_says_to_refresh(world: World, changes: dict[str, Any]) -> None:
    """A field that becomes managed is read before it is written, a new name is looked up."""
    route_id, outputs = world.routes().create(ROUTE)
    world.control("DELETE", f"routes/{route_id}")

    with pytest.raises(MessagingError) as error:
        world.routes().update(route_id, outputs, {**ROUTE, **changes})

    assert GONE in str(error.value)


@pytest.mark.parametrize("operation", ["read", "update", "delete"])
def test_a_number_is_named_by_its_e164(account: Account, operation: str) -> None:
    """The call names it by its id, which nobody knows; that stands beside it."""
    single = Single(account)
    fail(account, 401, *READS)

    told = single.failure(operation, tags=("new",))

    assert told.startswith(f"cannot read messaging settings of number {phone(0)} ({single.number_id}): ")


def test_a_member_that_is_declared_by_its_id_is_named_by_its_e164(account: Account, stack: Stack) -> None:
    number_id = account.id_of(phone(0))
    assert stack.up([number_id, phone(1)]) == ""
    fail(account, 422, "updateMessaging")

    assert f": {phone(0)} ({number_id}), {phone(1)}: Telnyx answered 422" in stack.destroy()


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("policy", "operation", "others"),
    [("delete", "deleteMessageRoute", '"disable" or "retain"'), ("disable", "updateMessageRoute", '"retain"')],
)
def test_a_route_that_the_vendor_does_not_end_names_the_other_policies(
    world: World, policy: str, operation: str, others: str, status: int
) -> None:
    """No value of the program could be corrected."""
    route_id, outputs = world.routes().create({**ROUTE, "onDestroy": policy})
    answer = {"operation": operation, "status": status, "body": {"StatusCode": status, "Message": "No."}, "times": 9}
    world.control("POST", "answers", answer)

    with pytest.raises(MessagingError) as error:
        world.routes().delete(route_id, outputs)

    told = str(error.value)
    assert told.endswith(f"; the route was left as it is; set on_destroy={others}, run `pulumi up`, then destroy")


def test_a_token_that_is_refused_while_a_route_is_put_back_is_no_reason_for_another_policy(world: World) -> None:
    """It is another request's answer, and says nothing about the former values."""
    world.control(
        "POST", "routes", {"MessageRouteId": "MRID-theirs", "RouteName": "orders", "MessageUrl": "https://a.example/"}
    )
    route_id, outputs = world.routes().create({**ROUTE, "adopt": "MRID-theirs", "onDestroy": "restore"})
    refused = {"operation": "createToken", "skip": 1, "status": 400, "body": {"StatusCode": 400}, "times": 9}
    world.control("POST", "answers", refused)

    with pytest.raises(MessagingError, match=r"no token for .*answered 400") as error:
        world.routes().delete(route_id, outputs)

    assert "on_destroy" not in str(error.value)


@pytest.mark.parametrize("made", [True, False], ids=["created", "renamed"])
def test_a_name_that_another_route_of_the_program_is_to_give_up(world: World, *, made: bool) -> None:
    """Pulumi came to the new one first: the next run finds the name free, and there is nothing to adopt."""
    first, second = Resource(world), Resource(world)
    assert first.up({**SETTINGS, "routeName": "orders"}) == ""
    assert made or second.up({**SETTINGS, "routeName": "sales"}) == ""
    run, given = first.process(world), {**SETTINGS, "routeName": "orders-old"}
    run.diff(first.id, first.outputs, run.check(first.inputs, given).inputs)

    told = second.up({**SETTINGS, "routeName": "orders"}, run)

    assert f"{first.id} has this name until this run has renamed it; run `pulumi up` again" in told
    assert first.up(given, run) == ""
    assert second.up({**SETTINGS, "routeName": "orders"}) == ""


def test_another_spelling_of_a_name_is_no_rename() -> None:
    """The vendor keeps one blank of two: another resource of the name is not told to wait for a rename."""
    ownership = Ownership()

    hold(ROUTES, ownership, "MRID-1", {"routeName": "a b", "__routeName": "a  b"}, {"routeName": "a  b"})

    assert not ownership.renamed("MRID-1")
