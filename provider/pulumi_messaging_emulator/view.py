"""What the page shows of the store: no secret leaves the emulator for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pulumi_messaging_emulator import fault_plan, request_log, seed_data, settings, store
from pulumi_messaging_emulator.json_schema import Json
from pulumi_messaging_emulator.store import Table, Transaction

_PLAIN: Final = re.compile("[ -!#-Z^-~\\]]+")  # no escapes of JSON, and nothing that stands for a secret
_BATCH: Final = 200  # objects that are read together
MOST: Final = 100  # objects of a table, and requests
_OF_SCRIPT: Final = ("operation", "status", "times", "skip")  # the rest of a scripted answer may hold anything
TABLES: Final[dict[str, Table]] = {
    "routes": store.ROUTES,
    "telegentNumbers": store.TELEGENT_NUMBERS,
    "profiles": store.PROFILES,
    "numbers": store.NUMBERS,
    "bulkUpdates": store.BULK_UPDATES,
}


def view(tx: Transaction, find: str) -> Json:
    """Objects that hold a text, the latest requests, faults and settings; the newest first, and of each at most 100."""
    faults = fault_plan.planned(tx)
    return {
        "objects": {name: _objects(tx, table, find.casefold()) for name, table in TABLES.items()},
        "requests": request_log.latest(tx, MOST),
        "faults": request_log.redacted({name: part for name, part in faults.items() if name != "kinds"}),
        "answers": [{name: script[name] for name in _OF_SCRIPT} for script in fault_plan.scripted(tx)],
        "settings": settings.load(tx),
    }


def _objects(tx: Transaction, table: Table, find: str) -> Json:
    """How many objects there are, the newest ones that hold the text, and whether more do."""
    count = tx.count(table)
    rows = list(islice(_found(tx, table, find, count), MOST + 1))
    return {"count": count, "rows": rows[:MOST], "more": len(rows) > MOST}


def _found(tx: Transaction, table: Table, find: str, count: int) -> Iterator[Json]:
    plain = max(_PLAIN.findall(find), key=len, default="")  # what a stored text holds as it stands
    likely = [("doc LIKE ?", (f"%{plain}%",))] if plain else []
    for offset in range(0, count, _BATCH):
        docs = tx.select(table, likely, order="seq DESC", limit=_BATCH, offset=offset)
        for doc in docs:
            shown = request_log.redacted(seed_data.public(doc))
            # A secret is looked for as it is shown: what was found must not tell it.
            if find in json.dumps(shown, ensure_ascii=False).casefold():
                yield {"key": doc[table.key], "object": shown}
        if len(docs) < _BATCH:
            return
