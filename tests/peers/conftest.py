"""Peers on sockets, and a certificate authority for them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.peers.certificates import Signed, make
from tests.support.peers.sockets import Peer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def listen() -> Iterator[Callable[..., Peer]]:
    """Starts peers, which are gone after the test."""
    with contextlib.ExitStack() as stack:

        def start(act: Callable[..., Any], tls: ssl.SSLContext | None = None, *, reads: bool = True) -> Peer:
            peer = Peer(act, tls, reads=reads)
            stack.callback(peer.close)
            return peer

        yield start


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the certificates."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="session")
def authority(folder: Path) -> Signed:
    """An authority that only these tests know."""
    return make(folder, "authority", hosts=())
