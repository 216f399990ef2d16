"""The network as the environment describes it.

Proxies and certificates come from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` and ``SSL_CERT_FILE``; a loopback host
is never asked through a proxy.
"""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

import httpx

from pulumi_messaging.errors import ConfigurationError
from pulumi_messaging.settings import is_loopback


def network(base_url: str) -> httpx.BaseTransport:
    """The network as the environment describes it: its proxy for this host, and its certificates."""
    url = httpx.URL(base_url)
    proxies = getproxies()
    proxy = None
    if not is_loopback(url.host) and not proxy_bypass(url.host):
        proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        # Plain http is for loopback hosts, where certificates would be loaded (0.05 s) and never looked at.
        return httpx.HTTPTransport(verify=url.scheme == "https", proxy=proxy or None, trust_env=True)
    except (ValueError, ImportError, httpx.InvalidURL, OSError):
        # The text of these errors may hold the proxy's password.
        raise ConfigurationError(
            "the proxy of the environment (HTTPS_PROXY, ALL_PROXY) or its certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
            f" cannot be used for {url.host}: give an http:// or https:// proxy URL and readable files"
        ) from None
