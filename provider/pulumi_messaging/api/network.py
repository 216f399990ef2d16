"""The network as the environment describes it. Each step of a connection ends when the time of its request is over.

Proxies and certificates come from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``;
a loopback host is never asked through a proxy. Certificates are always verified, and both variables together replace
those of certifi.

httpx bounds each single read only: a peer that sends a byte now and then would hold a request for days. So this module
uses the layer below, httpcore's pool, with a network backend that gives each read the time that the request has left.
"""

from __future__ import annotations

import logging
import math
import os
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from pulumi_messaging.api.clock import Clock
from pulumi_messaging.base_urls import is_loopback
from pulumi_messaging.errors import ConfigurationError

# A request's extension: the moment after which its answer is no longer waited for.
UNTIL = "pulumi_messaging_until"


def network(base_url: str, clock: Clock) -> httpx.BaseTransport:
    """The network as the environment describes it: its proxy for this host, and its certificates.

    Raises:
        ConfigurationError: Proxy or certificates cannot be used.
    """
    url = httpx.URL(base_url)
    # Without TLS, on loopback only, none are loaded: it takes 0.05 s.
    certificates = _certificates() if url.scheme == "https" else None
    try:
        return Network(clock, certificates, _proxy(url, certificates))
    except (ValueError, ImportError, httpx.InvalidURL, OSError):
        # The text of these errors may hold the proxy's password.
        raise ConfigurationError(
            f"the proxy of the environment (HTTPS_PROXY, ALL_PROXY) cannot be used for {url.host}: give an http:// or "
            f"https:// proxy URL"
        ) from None


def _strip_details(record: logging.LogRecord) -> bool:
    """Drop the details of httpcore's own log at DEBUG: they hold cookies, and may repeat secrets.

    The event stays, with the status of an answer, or the class of an exception.
    """
    event, _, details = record.getMessage().partition(" ")
    status = re.match(r"\w+=\(b'[^']*',\s(\d+),", details)
    kept = f"status={status[1]}" if status else details.partition("(")[0] if event.endswith(".failed") else ""
    record.msg, record.args = f"{event} {kept}".strip(), ()
    return True


class Network(httpx.BaseTransport):
    """A pool of connections."""

    def __init__(self, clock: Clock, certificates: ssl.SSLContext | None, proxy: httpcore.Proxy | None) -> None:
        # The thread that waits for a request does its reads and writes.
        self._thread = threading.local()
        self._proxy = f"{proxy.url.host.decode()}:{proxy.url.origin.port}" if proxy else ""
        for name in ("httpcore.http11", "httpcore.socks"):
            logging.getLogger(name).addFilter(_strip_details)
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates,
            proxy=proxy,
            # As in httpx.
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_Backend(lambda: self._thread.until - clock.monotonic(), proxy),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; the same thread must read the body of the answer before its next request."""
        self._thread.until = request.extensions.get(UNTIL, math.inf)
        content: Any = request.stream
        asked = httpcore.Request(
            request.method,
            _url(request.url),
            headers=request.headers.raw,
            content=content,
            extensions=request.extensions,
        )
        with _errors_of_httpx(request, self._proxy):
            answer = self._pool.handle_request(asked)
        stream = answer.extensions.get("network_stream")
        if isinstance(stream, _Stream) and not stream.heard:
            # These bytes came after the previous answer: they do not answer this request.
            answer.close()
            raise httpx.RemoteProtocolError("", request=request)
        body = _Body(answer, request)
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx(self._request):
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _errors_of_httpx(request: httpx.Request, proxy: str = "") -> Iterator[None]:
    """Raise the errors of httpcore as those of httpx, which have the same names, with the system's error as the cause.

    Those of the proxy begin with its host and port.
    """
    try:
        yield
    except httpcore.ProxyError as error:
        raise httpx.ProxyError(f"{proxy}: {error}", request=request) from _of_system(error)
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        kind = getattr(httpx, type(error).__name__)
        raise kind(str(error), request=request) from _of_system(error)


def _of_system(error: Exception) -> OSError | None:
    """The system's error that an error of httpcore was made of: its pool drops the cause."""
    return next((cause for cause in error.args if isinstance(cause, OSError)), None)


@contextmanager
def _errors_of_proxy(*, applies: bool) -> Iterator[None]:
    """Raise the errors of a connection that leads to the proxy as the proxy's."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        if applies:
            raise httpcore.ProxyError(*error.args) from None
        raise


class _Backend(httpcore.NetworkBackend):
    """Makes connections, all of them to the proxy where there is one.

    ``left`` returns the seconds that the request of this thread has left.
    """

    def __init__(self, left: Callable[[], float], proxy: httpcore.Proxy | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._left = left
        self._proxy = proxy

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: Any = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        within = _within(self._left(), timeout, httpcore.ConnectTimeout)
        with _errors_of_proxy(applies=self._proxy is not None):
            try:
                stream = self._inner.connect_tcp(host, port, within, local_address, socket_options)
            except UnicodeError:  # a label of the host name is empty or too long
                raise httpcore.ConnectError("not a host name") from None
        return _Stream(stream, self._left, to_proxy=self._proxy is not None and self._proxy.url.scheme == b"https")


class _Stream(httpcore.NetworkStream):
    """A connection whose steps end when the time of the request is over.

    httpcore writes headers and body one after the other. Here they are sent as one piece before the answer is read, so
    that a server that reads the headers does not have to wait for the body.
    """

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[], float], *, to_proxy: bool = False) -> None:
        self._inner = inner
        self._left = left
        self._to_proxy = to_proxy  # the next TLS handshake is the proxy's
        self._unsent = b""
        self._write_timeout: float | None = None
        self.heard = False  # whether anything was received since the last write

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        unsent, self._unsent = self._unsent, b""
        if unsent:
            # As in httpcore: a server that closes before it has read everything may have sent an answer.
            with suppress(httpcore.WriteError):
                self._inner.write(unsent, _within(self._left(), self._write_timeout, httpcore.WriteTimeout))
        received = self._inner.read(max_bytes, _within(self._left(), timeout, httpcore.ReadTimeout))
        self.heard = True
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.heard = False
        self._unsent, self._write_timeout = self._unsent + buffer, timeout

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        within = _within(self._left(), timeout, httpcore.ConnectTimeout)
        with _errors_of_proxy(applies=self._to_proxy):
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, within), self._left)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _within(left: float, timeout: float | None, over: type[httpcore.TimeoutException]) -> float:
    if left <= 0:
        raise over
    return left if timeout is None else min(left, timeout)


def _certificates() -> ssl.SSLContext:
    context = _authorities()
    # Debian's Python leaves this to OpenSSL, which may take older ones.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _authorities() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        try:
            return ssl.create_default_context(cafile=file or None, capath=folder or None)
        except OSError as error:
            raise ConfigurationError(
                f"the certificates of the environment (SSL_CERT_FILE, SSL_CERT_DIR) cannot be read ({error.strerror}): "
                f"name a PEM file and a folder that can be read, or unset the variables"
            ) from None
    return httpx.create_ssl_context(trust_env=False)


def _proxy(url: httpx.URL, certificates: ssl.SSLContext | None) -> httpcore.Proxy | None:
    if is_loopback(url.host) or proxy_bypass(url.host):
        return None
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named:
        return None
    proxy = httpx.Proxy(named if "://" in named else f"http://{named}")
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ImportError("socksio")
    trusted = certificates if proxy.url.scheme == "https" else None
    return httpcore.Proxy(_url(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=trusted)


def _url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
