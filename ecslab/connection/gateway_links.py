"""Links to public addresses in the sandbox: all of them lead through its gateway, on one port."""

import os
from urllib.parse import urlsplit

from ecslab.sandbox.endpoint import Endpoint


def for_the_browser(endpoint: Endpoint, public_ip: str, port: int) -> str:
    """A link that opens where the learner's browser is."""
    path = f"{endpoint.gateway_secret}/{public_ip}:{port}/"
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if hub:  # the browser is elsewhere: jupyter-server-proxy leads to the gateway's port
        return f"{hub.rstrip('/')}/proxy/{endpoint.gateway_port}/{path}"
    return f"{endpoint.gateway_url.rstrip('/')}/{path}"


def from_this_process(endpoint: Endpoint, url: str) -> str:
    """A link made for the browser, or a bare public address, as this process reaches it."""
    parts = urlsplit(url)
    gateway = endpoint.gateway_url.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    _, marker, rest = parts.path.partition(f"/proxy/{endpoint.gateway_port}/")
    if marker and not parts.netloc:
        return f"{gateway}/{rest}{query}"
    if parts.hostname in (None, "127.0.0.1", "localhost") or url.startswith(endpoint.url):
        return url
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{gateway}/{endpoint.gateway_secret}/{host}:{port}{parts.path or '/'}{query}"
