"""Bugs of profiles, of Telegent's numbers, of named accounts, and of the command line's `adopt`."""

from __future__ import annotations

from mutants.mutant import Mutant

BUGS_OF_RESOURCES = (
    Mutant(
        "a profile that numbers use is deleted",
        (("        if users.count:", "        if users.count > 99:"),),
        ("tests/reconcile/test_profiles.py",),
    ),
    Mutant(
        "a create that is killed before its call returns leaves no evidence",
        (("self._process.hold(_file_name(identity)) if done.sent else", "self._process.name() if done.sent else"),),
        ("tests/reconcile/test_create_notes.py", "tests/reconcile/test_route_names.py"),
    ),
    Mutant(
        "a create that has returned is evidence for another stack",
        (("        self._names.returned(account_id, name)\n", ""),),
        ("tests/scenarios/test_whose_it_is.py",),
    ),
    Mutant(
        "a create of a profile is sent again after a 429",
        (('Row("",         frozenset({Operation.ORDER}), _of(429)', 'Row("", CREATES, _of(429)'),),
        ("tests/api/test_retry_table.py",),
    ),
    Mutant(
        "adopt declares a name that the account has twice",
        (("twice = Counter(map(folded_name, names.values()))", "twice = Counter(names.values())"),),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "adopt hides that the account lists a number twice",
        (("for number in set(whole.numbers))", "for number in set(shown.numbers))"),),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "impact takes a number of another account for the same",
        (("if new and old.has_numbers and new.account == old.account", "if new and old.has_numbers"),),
        ("tests/cli/test_impact_touches.py",),
    ),
    Mutant(
        "adopt writes a URL's password",
        (("value = without_user(value)", "value = str(value)"),),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "a list that is shorter than its own count is taken for the whole",
        (("    if totals - {len(rows)}:", "    if not rows and totals - {0}:"),),
        ("tests/estate/test_reading.py",),
    ),
    Mutant(
        "the secret of a profile gets past the client",
        (('SENSITIVE = frozenset({"external_pin", "v1_secret"})', 'SENSITIVE = frozenset({"external_pin"})'),),
        ("tests/estate/test_reading.py",),
    ),
    Mutant(
        "a destroy uses the default account",
        (("reconciler = self._reconcilers.get(account_of(held))", 'reconciler = self._reconcilers.get("")'),),
        ("tests/test_named_accounts.py",),
    ),
    Mutant(
        "a named account inherits the base URL of an emulator's stack silently",
        (("if _is_embedded(value) or is_loopback(host_of(value)):", "if False:"),),
        ("tests/test_settings_of_accounts.py",),
    ),
    Mutant(
        "a pending order counts as done",
        (("if status and not status.casefold().startswith(COMPLETE):", 'if status.casefold() == "never":'),),
        ("tests/reconcile/test_number_route_orders.py",),
    ),
    Mutant(
        "a former empty route is put back with null",
        (('if value == "" and not field.clearable:', "if value is None:"),),
        ("tests/reconcile/test_number_routes.py",),
    ),
    Mutant(
        "a number that was bought again counts as the former one",
        (("return len(kinds) == 1 and ids[0] != ids[1]", "return False"),),
        ("tests/reconcile/test_number_route_gone.py",),
    ),
    Mutant(
        "a profile's URL is cleared with an empty text",
        (
            (
                '"Webhook that receives messages and receipts.", default=None, clear=Clear.NULL',
                '"Webhook that receives messages and receipts.", default=None, clear=Clear.EMPTY',
            ),
        ),
        ("tests/reconcile/test_profile_fields.py",),
    ),
    Mutant(
        "an object of a profile is compared by keys that are not declared",
        (("keys = [key for key in field.keys if key.state in declared]", "keys = list(field.keys)"),),
        ("tests/reconcile/test_profile_fields.py",),
    ),
    Mutant(
        "a spend limit is compared as a text",
        (
            (
                'if field.kind in (Kind.NUMBER, Kind.DECIMAL) and value != "":',
                'if field.kind is Kind.NUMBER and value != "":',
            ),
        ),
        ("tests/reconcile/test_profile_fields.py",),
    ),
    Mutant(
        "what creates of a profile do not take is not sent",
        (("if not later or written.error:", "if True:"),),
        ("tests/reconcile/test_profile_fields.py",),
    ),
    Mutant(
        "a profile with numbers that cannot be listed counts as unused",
        (("if not page.rows and page.total:", "if False:"), ("max(len(named), page.total or 0)", "len(named)")),
        ("tests/reconcile/test_profiles.py",),
    ),
    Mutant(
        "an update of a profile takes the name of another one",
        (
            (
                '            if others := ", ".join(reserved.others):\n                attempt = f\'cannot rename',
                '            if False and (others := ""):\n                attempt = f\'cannot rename',
            ),
        ),
        ("tests/reconcile/test_profiles.py",),
    ),
    Mutant(
        "a refused update of a number counts as nothing done",
        (("            if _unsent(error):", "            if not error.unclear:"),),
        ("tests/reconcile/test_memory.py",),
    ),
    Mutant(
        "a failed read after an order hides that it was sent",
        (("of the order says why\n                break", "of the order says why\n                raise"),),
        ("tests/reconcile/test_number_route_orders.py",),
    ),
    Mutant(
        "an answer proves that a number has left its route",
        (("return _row(order) if route is not None else {}", "return _row(order)"),),
        ("tests/reconcile/test_number_routes.py",),
    ),
    Mutant(
        "a route that the account does not have is no cause of a refusal",
        (("            known = self.knows(route)", "            known = True"),),
        ("tests/reconcile/test_number_routes.py",),
    ),
    Mutant(
        "a route's id in another case is another route",
        (("        form=folded_id,\n", ""),),
        ("tests/reconcile/test_number_route_spellings.py",),
    ),
    Mutant(
        "a row whose route cannot be read is used",
        (("rows = filter(_shows_route, map(_row, found.rows))", "rows = map(_row, found.rows)"),),
        ("tests/reconcile/test_number_route_spellings.py",),
    ),
    Mutant(
        "a row of a number that has left counts as the number",
        (
            (
                'return _Page([row for row in rows if is_live({"status": row.get(_STATUS)})], pages',
                "return _Page(list(rows), pages",
            ),
        ),
        ("tests/reconcile/test_number_route_gone.py",),
    ),
    Mutant(
        "a failed order stops the other numbers of a group",
        (("frozenset({200, 400, 404, 409, 422})", "frozenset({400, 404, 409, 422})"),),
        ("tests/reconcile/test_number_route_orders.py",),
    ),
    Mutant(
        "a group forgets the former settings of a number whose write failed",
        (
            (
                "members |= {name: after(members[name], update.had.get(name), held) for name in failed}",
                "members = {name: member for name, member in members.items() if name not in failed}",
            ),
        ),
        ("tests/reconcile/test_memory.py",),
    ),
    Mutant(
        "a group's run that is cut off leaves no note",
        (
            (
                "self._notes.write(members, wish, self._identity, group_id, is_sealed=secret)",
                "self._notes.write((), wish, self._identity, group_id, is_sealed=secret)",
            ),
        ),
        ("tests/reconcile/test_memory.py",),
    ),
    Mutant(
        "all accounts share one ownership",
        (
            (
                "return self._ownerships.setdefault((objects, *identity), Ownership())",
                "return self._ownerships.setdefault((objects,), Ownership())",
            ),
        ),
        ("tests/test_named_accounts.py",),
    ),
    Mutant(
        "another account is written in place",
        (
            (
                '    "those under `telegent:` and `telnyx:`.",\n    replaces=True,',
                '    "those under `telegent:` and `telnyx:`.",',
            ),
        ),
        ("tests/test_named_accounts.py",),
    ),
    Mutant(
        "a preview looks into the default account",
        (("look_up = self._look_ups.get(account_of(checked.inputs))", 'look_up = self._look_ups.get("")'),),
        ("tests/test_named_accounts.py",),
    ),
    Mutant(
        "a named account takes the default one's variables",
        (
            (
                "    return f\"{vendor}_{account.upper().replace('-', '_')}_{name}\" if account else variable",
                "    return variable",
            ),
        ),
        ("tests/test_settings_of_accounts.py",),
    ),
    Mutant(
        "another account's 404 forgets an object",
        (("if not (same or (same is None and self._finds_another(object_id))):", "if False:"),),
        ("tests/reconcile/test_accounts.py",),
    ),
    Mutant(
        "the vendor is asked about the emulator's objects",
        (("if Mark.read(held.get(ACCOUNT)).elsewhere(self._mark):", "if False:"),),
        ("tests/reconcile/test_accounts.py",),
    ),
    Mutant(
        "adopt declares what an object leaves empty",
        (('if found.get(each.state) not in (None, "", ())}', "if found.get(each.state) is not None}"),),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "adopt declares what the state has",
        (
            (
                "shown = filters.of(whole) if held is None else _new(filters.of(whole), held)",
                "shown = filters.of(whole)",
            ),
        ),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "adopt leaves out the account",
        (("of_account = {ACCOUNT_ROW.state: account}", "of_account: dict[str, Value] = {}"),),
        ("tests/cli/test_adopt.py",),
    ),
    Mutant(
        "adopt --check takes what it cannot tell for nothing",
        (("if impact.step.op in _MAKES and planned.isdisjoint(_keys(impact.step)):", "if False:"),),
        ("tests/cli/test_adopt_check.py",),
    ),
    Mutant(
        "adopt --check hides what a removal puts back",
        (('writes += (f"{_title(impact.step)}: {text}" for text in _ended(impact))', "_ended(impact)"),),
        ("tests/cli/test_adopt_check.py",),
    ),
    Mutant(
        "adopt --check takes two accounts for one",
        (('yield step.table.resource, side.account if side else "", name', 'yield step.table.resource, "", name'),),
        ("tests/cli/test_adopt_check.py",),
    ),
    Mutant(
        "a plan leaves out values that are not known",
        (
            (
                "        if unknown:\n            self.unsure(",
                "        if unknown and not fields:\n            self.unsure(",
            ),
        ),
        ("tests/reconcile/test_plan.py",),
    ),
    Mutant(
        "a plan leaves out what an update sends",
        (("plan.sends(object_id, [c for c in sent if c.field.state not in compared])", "plan.sends(object_id, ())"),),
        ("tests/cli/test_adopt_check.py",),
    ),
    Mutant(
        "a plan has what is handed back",
        (
            (
                "if (change.field in table.settings and not change.handed_back) or has_unknown(change.new)",
                "if change.field in table.settings or has_unknown(change.new)",
            ),
        ),
        ("tests/reconcile/test_plan.py",),
    ),
    Mutant(
        "a plan leaves out what could not be looked at",
        (("        self.plan.unsure(line)\n", ""),),
        ("tests/cli/test_adopt_check.py",),
    ),
)
