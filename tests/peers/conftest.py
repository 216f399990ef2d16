"""What the tests of this folder share."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from peers_sockets import Peer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


@pytest.fixture
def listen() -> Iterator[Callable[..., Peer]]:
    """Starts peers, which are gone after the test."""
    with contextlib.ExitStack() as stack:

        def start(act: Callable[..., Any], tls: ssl.SSLContext | None = None) -> Peer:
            peer = Peer(act, tls)
            stack.callback(peer.close)
            return peer

        yield start
