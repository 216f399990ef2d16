"""Peers that are not who they should be: nothing is asked of them, once; and a user's own authority is trusted."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.api.telegent import TelegentClient
from pulumi_messaging.api.telnyx import TelnyxClient
from pulumi_messaging.errors import ConfigurationError, NoAnswer
from pulumi_messaging.settings import TelegentSettings, TelnyxSettings
from tests.support.peers.certificates import DAY, NOW, Signed, make
from tests.support.peers.sockets import Peer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path
    from ssl import SSLContext

FOUND = answer(b'{"data": {"id": "1"}}')
# What a server says that knows nothing newer than TLS 1.1: a ServerHello of version 3.2. It can renegotiate securely,
# or some versions of OpenSSL refuse that before the protocol.
OLD_HELLO = bytes.fromhex("1603020031 0200002d 0302" + "5a" * 32 + "00 002f 00 0005 ff01 0001 00")
CLIENT_HELLO, ALERT, PROTOCOL_VERSION = 0x16, 0x15, 0x46
SECRET = "s3cr3t-0123456789"
AT_ONCE = Clock(sleep=lambda _: None)


def telnyx(port: int, host: str = "localhost") -> TelnyxClient:
    return TelnyxClient(TelnyxSettings(SECRET, f"https://{host}:{port}/v2"), clock=AT_ONCE)


def telegent(port: int) -> TelegentClient:
    return TelegentClient(TelegentSettings("DID-key", SECRET, None, f"https://localhost:{port}/v1.0"), clock=AT_ONCE)


ASKING: dict[str, Callable[[int], object]] = {
    "telnyx: read messaging settings": lambda port: telnyx(port).retrieve_messaging("1"),
    "telnyx: update messaging settings": lambda port: telnyx(port).update_messaging("1", {"tags": []}),
    "telegent: create message route": lambda port: telegent(port).create_message_route({"RouteName": "r"}),
}


@pytest.fixture
def trusted(authority: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment trusts the authority, and nobody else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


def self_signed(folder: Path, _: Signed) -> SSLContext:
    return make(folder, "self-signed").server


def of_another_authority(folder: Path, _: Signed) -> SSLContext:
    return make(folder, "of-another", make(folder, "another", hosts=())).server


def of_another_host(folder: Path, authority: Signed) -> SSLContext:
    return make(folder, "other-host", authority, hosts=(x509.DNSName("api.telnyx.example"),)).server


def expired(folder: Path, authority: Signed) -> SSLContext:
    return make(folder, "expired", authority, until=NOW - DAY).server


WRONG = {
    "self-signed certificate": self_signed,
    "unable to get local issuer certificate": of_another_authority,
    "Hostname mismatch, certificate is not valid for 'localhost'": of_another_host,
    "certificate has expired": expired,
}


def refused(asked: str, port: int) -> str:
    """The line that a peer leads to which is not trusted."""
    vendor, _, action = asked.partition(": ")
    with pytest.raises(NoAnswer) as failed:
        ASKING[asked](port)
    error = failed.value
    assert not error.sent
    assert not error.unclear
    said = str(error)
    assert said.startswith(f"cannot {action}")
    assert f"no connection to localhost:{port} ([SSL: " in said
    assert said.endswith(
        f"; check {vendor}:baseUrl; behind a proxy of your own, name its certificates in SSL_CERT_FILE"
    )
    assert said.isprintable()
    assert SECRET not in said
    return said


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("asked", ASKING)
@pytest.mark.parametrize(("reason", "wrong"), [pytest.param(*item, id=item[1].__name__) for item in WRONG.items()])
def test_a_wrong_certificate_gets_no_request(
    *, listen: Callable[..., Peer], folder: Path, authority: Signed, asked: str, reason: str, wrong: Any
) -> None:
    """One connection, no request over it, and a line that says what is wrong with the certificate and what to do."""
    peer = listen(lambda peer, connection: peer.send(connection, FOUND), wrong(folder, authority))

    assert reason in refused(asked, peer.port)

    peer.close()
    assert peer.requests == []
    assert peer.connections == 1, "it is not tried again"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("asked", ASKING)
def test_a_peer_of_an_old_protocol_gets_no_request(listen: Callable[..., Peer], asked: str) -> None:
    """TLS 1.1 and older is not spoken."""
    received = []

    def old(peer: Peer, connection: socket.socket) -> None:
        received.append(connection.recv(65536))
        peer.send(connection, OLD_HELLO)
        received.append(connection.recv(65536))

    peer = listen(old, reads=False)

    assert "protocol" in refused(asked, peer.port)

    peer.close()
    hello, alert = received
    assert hello[0] == CLIENT_HELLO
    assert (alert[0], alert[6]) == (ALERT, PROTOCOL_VERSION)
    assert peer.connections == 1


@pytest.mark.parametrize("asked", ASKING)
def test_a_peer_without_tls_gets_no_request(listen: Callable[..., Peer], asked: str) -> None:
    """A peer that speaks plain HTTP behind an https URL is not spoken to in plain HTTP."""
    received = []

    def plain(peer: Peer, connection: socket.socket) -> None:
        received.append(connection.recv(65536))
        peer.send(connection, FOUND)

    peer = listen(plain, reads=False)

    refused(asked, peer.port)

    peer.close()
    assert [hello[0] for hello in received] == [CLIENT_HELLO]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_authority_of_the_users_own_is_trusted(
    *,
    listen: Callable[..., Peer],
    folder: Path,
    authority: Signed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    host: str,
) -> None:
    """A company's authority, named in SSL_CERT_FILE or hashed in SSL_CERT_DIR, is trusted as by other tools."""
    tls = make(folder, f"{host}-{variable}", authority).server
    peer = listen(lambda peer, connection: peer.send(connection, FOUND), tls)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(variable, str(authority.file if variable == "SSL_CERT_FILE" else _hashed(tmp_path, authority)))
    client = telnyx(peer.port, host)

    assert client.retrieve_messaging("1") == {"id": "1"}

    client.close()
    assert peer.heads == ["GET /v2/phone_numbers/1/messaging HTTP/1.1"]


def test_authorities_of_file_and_folder_are_both_trusted(
    *, listen: Callable[..., Peer], folder: Path, authority: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_DIR counts beside SSL_CERT_FILE, as for OpenSSL."""
    peer = listen(
        lambda peer, connection: peer.send(connection, FOUND), make(folder, "file-and-folder", authority).server
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(make(folder, "of-the-file", hosts=()).file))
    monkeypatch.setenv("SSL_CERT_DIR", str(_hashed(tmp_path, authority)))

    assert telnyx(peer.port).retrieve_messaging("1") == {"id": "1"}


def test_a_certificate_that_python_313_refuses_is_told_as_that(
    *, listen: Callable[..., Peer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trusted authority without key usage: what is wrong, and a way out that is not SSL_CERT_FILE, which is set."""
    authority = make(folder, "not-strict", hosts=(), strict=False)
    peer = listen(lambda peer, connection: peer.send(connection, FOUND), make(folder, "of-it", authority).server)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setattr(ssl, "create_default_context", _as_of_313(ssl.create_default_context))

    with pytest.raises(NoAnswer) as failed:
        telnyx(peer.port).retrieve_messaging("1")

    assert re.search(r"certificate verify failed: .*(key usage|Key Identifier)", failed.value.reason, re.IGNORECASE)
    assert failed.value.advice == (
        "Python 3.13 and newer refuse such a certificate even if it is trusted: have it reissued, or run Python 3.12"
    )


def _as_of_313(make_context: Callable[..., SSLContext]) -> Callable[..., SSLContext]:
    """Contexts as Python 3.13 makes them."""

    def made(**files: Any) -> SSLContext:
        context = make_context(**files)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    return made


def test_a_proxy_that_is_not_trusted_is_named(
    *, listen: Callable[..., Peer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate of an https proxy is not taken for the vendor's."""
    peer = listen(lambda *_: None, make(folder, "a-proxy").server)
    monkeypatch.setenv("HTTPS_PROXY", f"https://user:{SECRET}@127.0.0.1:{peer.port}")

    with pytest.raises(NoAnswer, match="the proxy gave no connection") as failed:
        TelnyxClient(TelnyxSettings(SECRET, "https://far.example/v2"), clock=AT_ONCE).retrieve_messaging("1")

    assert f"(127.0.0.1:{peer.port}: [SSL: CERTIFICATE_VERIFY_FAILED]" in failed.value.reason
    assert SECRET not in str(failed.value)


def test_an_https_proxy_of_the_users_own_authority_is_trusted(
    *, listen: Callable[..., Peer], folder: Path, authority: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificates of the environment count for the proxy as for the vendor."""
    refusal = b"HTTP/1.1 403 Forbidden\r\n\r\n"
    peer = listen(lambda peer, connection: peer.send(connection, refusal), make(folder, "own-proxy", authority).server)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{peer.port}")

    with pytest.raises(NoAnswer, match=f"127.0.0.1:{peer.port}: 403 Forbidden"):
        TelnyxClient(TelnyxSettings(SECRET, "https://far.example/v2"), clock=AT_ONCE).retrieve_messaging("1")


def test_a_process_that_is_given_an_authority_trusts_it(
    listen: Callable[..., Peer], folder: Path, authority: Signed
) -> None:
    """The variable is read from the environment of the provider's process; without it the same peer gets nothing."""
    tls = make(folder, "a-process", authority).server
    peer = listen(lambda peer, connection: peer.send(connection, FOUND), tls)
    code = (
        "import os\n"
        "from pulumi_messaging.wiring import Wiring; wiring = Wiring(print)\n"
        "from pulumi_messaging.errors import MessagingError\n"
        "try: print(wiring.telnyx_client(lambda _: None, os.environ).retrieve_messaging('1'))\n"
        "except MessagingError as error: print(error)\n"
    )
    without = {name: value for name, value in os.environ.items() if not name.startswith("SSL_CERT")}
    without |= {"TELNYX_API_KEY": SECRET, "TELNYX_BASE_URL": f"https://localhost:{peer.port}/v2"}

    def said(environment: dict[str, str]) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()

    assert "unable to get local issuer certificate" in said(without)
    assert peer.requests == []
    assert said(without | {"SSL_CERT_FILE": str(authority.file)}) == "{'id': '1'}"


@pytest.mark.parametrize("content", ["no certificate", None])
def test_certificates_that_cannot_be_read_are_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """An SSL_CERT_FILE that is not there, or holds no certificate, is a mistake in the settings."""
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with pytest.raises(
        ConfigurationError, match=r"certificates of the environment \(SSL_CERT_FILE, SSL_CERT_DIR\) cannot be read"
    ):
        telnyx(1)


def _hashed(folder: Path, authority: Signed) -> Path:
    """A folder as OpenSSL looks certificates up: by the hash of their subject."""
    command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(authority.file)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(authority.file.read_bytes())
    return folder
