"""`inventory --state FILE`: what a stack holds already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pulumi_messaging.core.members import Member, labelled, packed
from tests.support.account import Account
from tests.support.emulator.seed import ALERTS, FIRST, FIRST_ID, SECOND, SECOND_ID, THIRD
from tests.support.inventory import inventory, refused, shown
from tests.support.pulumi_values import SECRET

TYPE = "pulumi-python:dynamic/messaging:"


def state(path: Path, *resources: dict[str, Any]) -> str:
    """A state file with these resources."""
    stack = {"urn": "", "type": "pulumi:pulumi:Stack"}
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [stack, *resources]}}))
    return str(path)


def resource(kind: str, object_id: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:prod::estate::{TYPE}{kind}::it", "type": TYPE + kind, "id": object_id, **more}


def group(members: Sequence[Member], **more: Any) -> dict[str, Any]:
    spelled = labelled(member.spelled for member in members)
    outputs = {"__numbers": list(packed(members)), **more}
    return resource("NumberMessagingGroup", "group-1", inputs={"phoneNumbers": spelled}, outputs=outputs)


def test_each_row_tells_whether_a_state_holds_it(account: Account, tmp_path: Path) -> None:
    """Single objects by their ids, numbers of a group by id or number; what waits for deletion does not count."""
    mine, other = account.route("mine", "+15550210001"), account.route("other", "+15550210002")
    file = state(
        tmp_path / "state.json",
        resource("MessageRoute", mine),
        resource("MessageRoute", other, delete=True),
        resource("NumberMessaging", FIRST_ID),
        group([Member(SECOND, SECOND, SECOND_ID), Member(THIRD, THIRD)]),
        resource("MessagingProfile", ALERTS.upper()),
        resource("NumberRoute", "+15550210001"),
        resource("NumberRouteGroup", "group-2", inputs={"numbers": ["+15550200001"]}),
    )

    listed = shown("--state", file)

    held = [each for rows in listed.values() for each in rows if each["in_state"] is True]
    assert [each.get("number") or each.get("name") or each["route_name"] for each in held] == [
        *("mine", "alerts"),
        *("+15550200001", "+15550210001", FIRST, SECOND, THIRD),
    ]
    assert all(each["in_state"] is False for rows in listed.values() for each in rows if each not in held)
    assert "IN STATE" in inventory("--state", file).stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "state.json: Invalid JSON"),
        ("[" * 100_000, "state.json: Invalid JSON"),
        ('{"version": 3}', "state.json: deployment: Field required; give the output of `pulumi stack export`"),
        ('{"deployment": {"resources": [5]}}', "state.json: deployment.resources.0: "),
        (None, "state.json cannot be read"),
    ],
)
def test_a_file_that_is_no_state_is_an_error(account: Account, tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "state.json").write_text(content)

    assert said in refused("--state", str(tmp_path / "state.json"))
    assert account.requests() == []


def test_a_folder_is_named_as_it_was_given(account: Account) -> None:
    assert refused("--state", ".") == ". cannot be read: Is a directory"
    assert account.requests() == []


def test_a_resource_that_this_package_did_not_write_is_named(account: Account, tmp_path: Path) -> None:
    held = resource("NumberMessagingGroup", "group-1", inputs={"phoneNumbers": 5})

    line = refused("--state", state(tmp_path / "state.json", held))
    assert f"inputs or outputs of {held['urn']} are malformed" in line
    assert account.requests() == []


@pytest.mark.parametrize(
    ("mark", "deployment"), [("", "{}"), ("\N{BYTE ORDER MARK}", "{}"), ("", "null")], ids=["empty", "mark", "none"]
)
def test_an_empty_state_holds_nothing(account: Account, tmp_path: Path, mark: str, deployment: str) -> None:
    """With the mark that PowerShell writes, too; and of a stack that no run has touched."""
    del account
    text = f'{mark}{{"version": 3, "deployment": {deployment}}}'
    (tmp_path / "state.json").write_text(text, encoding="utf-8")

    assert not any(
        each["in_state"] for rows in shown("--state", str(tmp_path / "state.json")).values() for each in rows
    )


def test_numbers_that_a_state_hides_have_to_be_shown(account: Account, tmp_path: Path) -> None:
    """A group whose numbers are a secret: with `--show-secrets` the export has them, without it is refused."""
    del account
    path = tmp_path / "state.json"
    clear = SECRET | {"plaintext": json.dumps(labelled([FIRST]))}
    held = resource("NumberMessagingGroup", "group-1", inputs={"phoneNumbers": clear}, outputs={})
    (row,) = (each for each in shown("--state", state(path, held))["numbers"] if each["number"] == FIRST)
    assert row["in_state"] is True

    held["inputs"] = {"phoneNumbers": labelled([FIRST])}
    held["outputs"] = {"__numbers": SECRET | {"ciphertext": "v1:abc:def"}}  # former profiles that are secrets
    (row,) = (each for each in shown("--state", state(path, held))["numbers"] if each["number"] == FIRST)
    assert row["in_state"] is True

    held["inputs"]["phoneNumbers"] = SECRET | {"ciphertext": "v1:abc:def"}
    line = refused("--state", state(path, held))
    assert line.startswith("the state hides the numbers of urn:pulumi:prod::estate::")
    assert line.endswith("give the output of `pulumi stack export` with --show-secrets")
