"""How many bytes of every resource's state are the provider itself."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.harness import Figure, at_most, payloads, providers

LIMIT = 96


def run(objects: int, rounds: int) -> Iterator[Figure]:  # noqa: ARG001 - all benchmarks look alike
    """The length of ``__provider``, as a program sends it for a class."""
    classes = providers(storing=False)
    for kind, text in payloads(storing=False).items():
        yield at_most(classes[kind].__name__, [len(text)], LIMIT, "bytes", digits=0)
