"""Many numbers of Telegent: what a group sends and keeps, and what single numbers share."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from tests.support.reconcile.groups import phones
from tests.support.reconcile.number_routes import destroyed, up
from tests.support.reconcile.runs import GROUP, SINGLE, Resource, Run
from tests.support.reconcile.telegent_numbers import NOTHING, TelegentAccount

COUNT = 100


def test_a_group_of_a_hundred(tmp_path: Path) -> None:
    """One page and one write for each number; nothing without changes; 40 bytes of state a number at most."""
    with closing(TelegentAccount(tmp_path, COUNT)) as telegent:
        resource, numbers = Resource(GROUP), phones(COUNT)
        assert up(telegent, resource, *numbers) == ""
        assert telegent.asked == {"listInventory": 1, "updateNumber": COUNT}
        assert up(telegent, resource, *numbers) == ""
        assert telegent.asked == {}
        Run(telegent).refresh(resource)
        assert telegent.asked == {"listInventory": 1}
        assert len(json.dumps([resource.inputs, resource.outputs])) / COUNT <= 40
        assert destroyed(telegent, resource) == ""
        assert telegent.asked == {"listInventory": 1, "updateNumber": COUNT}
        assert set(telegent.routes().values()) == {NOTHING}


def test_some_numbers_of_a_group_fail(tmp_path: Path) -> None:
    """The state keeps the others, the error names each, and the next run sends the rest."""
    with closing(TelegentAccount(tmp_path, 5)) as telegent:
        resource = Resource(GROUP)
        telegent.script("updateNumber", status=400, body={"StatusCode": 400, "Message": "Not now."}, times=2)

        said = up(telegent, resource, *phones(5))

        assert said.startswith("2 of 5 numbers are not as they should be")
        assert '"Not now."' in said
        telegent.forget_requests()
        assert up(telegent, resource, *phones(5)) == ""
        assert len(telegent.writes) == 2
        assert destroyed(telegent, resource) == ""
        assert set(telegent.routes().values()) == {NOTHING}


def test_many_single_numbers_share_pages(tmp_path: Path) -> None:
    """A refresh of N numbers is at most twice the smaller of the pages and N, and a token for each endpoint."""
    with closing(TelegentAccount(tmp_path, 30)) as telegent:
        telegent.settings(telegentInventoryPageSize=10)
        resources = [Resource(SINGLE, number) for number in phones(30)]
        run = Run(telegent)
        for resource, number in zip(resources, phones(30), strict=True):
            run.up(resource, resource.given(number))
        telegent.forget_requests()

        run = Run(telegent)
        for resource in resources:
            run.refresh(resource)

        assert sum(telegent.asked.values()) <= 2 * 3 + 3
