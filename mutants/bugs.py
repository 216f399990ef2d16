"""The bugs: what somebody could get wrong where it would cost a user dearly, and the fast tests that must notice."""

from __future__ import annotations

from mutants.bugs_of_resources import BUGS_OF_RESOURCES
from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a create is repeated after a 500",
        (
            (
                "CREATES,  PASSING,                     Outcome.UNKNOWN,   ONCE,      Wait.NONE,        NO",
                "CREATES,  PASSING,                     Outcome.UNKNOWN,   UNBOUNDED, Wait.BACKOFF,     NO",
            ),
        ),
        ("tests/api/test_retry_of_writes.py",),
    ),
    Mutant(
        # The name is compared: a rename would wait for the reservation that found the route by its name.
        "adoption sends without comparing",
        (
            (
                "differences(kind.table, declared, observed))",
                'differences(kind.table, declared, {"routeName": observed.get("routeName")}))',
            ),
        ),
        ("tests/reconcile/test_route_take_over.py",),
    ),
    Mutant(
        "our password goes to a former URL",
        (("if direction.password.state in former.values]", "if direction.password.state in ()]"),),
        ("tests/reconcile/test_route_restore.py",),
    ),
    Mutant(
        "a route that appeared is taken without comparing",
        (("if len(found) == 1 and found[0].ours:", "if len(found) == 1:"),),
        ("tests/reconcile/test_creation.py",),
    ),
    Mutant(
        "a token shows in repr",
        (
            (
                '    """A token, and the seconds that it is valid from now on."""\n\n    text: str = field(repr=False)',
                '    """A token, and the seconds that it is valid from now on."""\n\n    text: str',
            ),
        ),
        ("tests/api/test_tokens.py",),
    ),
    Mutant(
        "an error after the id is known, in the provider process",
        (
            (
                "return CreateResult(created.object_id, _outputs(created.outputs))",
                'raise ProviderError(f"{created.object_id} is not as declared")',
            ),
        ),
        ("tests/adapter/test_plugin.py",),
    ),
    Mutant(
        "an error although the id can be read",
        (
            (
                "            return str(readable.pop())",
                '            raise Refused(f"{readable.pop()}: unreadable") from None',
            ),
        ),
        ("tests/faults/test_matrix.py", "-k", "create and createMessageRoute and (200 or half)"),
    ),
    Mutant(
        "what is gone is an empty object",
        (('            return ReadResult("", {})', "            return ReadResult(id_, {})"),),
        ("tests/adapter/test_plugin.py",),
    ),
    Mutant(
        "redirects are followed",
        (
            (
                "response = self._inner.handle_request(request)\n        exchange",
                (
                    "response = httpx.Client(transport=self._inner, follow_redirects=True).send(request, stream=True)\n"
                    "        exchange"
                ),
            ),
        ),
        ("tests/api/test_network.py",),
    ),
    Mutant(
        "x-ratelimit-reset is not read",
        (("    if seconds is None and wait is Wait.RESET:", "    if seconds is None and wait is Wait.RETRY_AFTER:"),),
        ("tests/api/test_retry.py",),
    ),
    Mutant(
        "a wait for the next attempt goes past the deadline",
        (("if wait > left or made", "if left < 0 or made"),),
        ("tests/api/test_retry.py",),
    ),
    Mutant(
        "a wait for a turn goes past the deadline",
        (("self._clock.monotonic() + wait > deadline", "self._clock.monotonic() > deadline"),),
        ("tests/api/test_throttle.py", "tests/api/test_rate_limit_headers.py"),
    ),
    Mutant(
        "a field that is handed back is sent as null",
        (("not change.field.replaces and not change.handed_back", "not change.field.replaces"),),
        ("tests/core",),
    ),
    Mutant(
        "a number's restore does not look whether the value is ours",
        (('if any(alike(field, value, found.get(field.state, "")) for value in values):', "if values:"),),
        ("tests/faults/test_delete_matrix.py",),
    ),
    Mutant(
        "the limiter's store is each process's own",
        (("            place = str(self._file)", '            place = ":memory:"'),),
        ("tests/api/test_limiter.py",),
    ),
    Mutant(
        "each client has a limit of its own",
        (
            (
                'settings.account_key, settings.emulator_store or "")',
                "settings.account_key, __import__('uuid').uuid4().hex)",
            ),
        ),
        ("tests/test_wiring.py",),
    ),
    Mutant(
        "null is sent to Telnyx",
        (
            ("unassigns.', default=None, clear=Clear.EMPTY\n", "unassigns.', default=None, clear=Clear.NULL\n"),
            ("if not changes or None in changes.values():", "if not changes:"),
        ),
        ("tests/faults/test_delete_matrix.py",),
    ),
    Mutant(
        "a refused update of an adopted route counts as nothing done",
        (("if not proves or not error.refuses():", "if True:"),),
        ("tests/reconcile/test_route_take_over.py",),
    ),
    *BUGS_OF_RESOURCES,
)
