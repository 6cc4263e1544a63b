"""A computer's own pages are asked for directly, not through a proxy.

Gradio asks its own server once before it is ready, by httpx, which sends what it asks of this computer through the proxy of ``HTTP_PROXY``
or of the system: networks of universities and companies have one, and it knows nothing of this computer.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from urllib.request import getproxies

HERE = ("localhost", "127.0.0.1", "::1")
EVERY = ("", "0.0.0.0", "::")                 # hosts that mean all of a computer's addresses


def leave_out(environment: MutableMapping[str, str], host: str) -> None:
    """Leave this computer, and ``host``, out of what goes through a proxy, in ``environment``'s variables; without a proxy nothing changes.

    A system's own proxies are written into the variables: with any variable there, they alone are read.
    """
    proxies = getproxies()
    schemes = [scheme for scheme in ("http", "https", "all") if scheme in proxies]
    if not schemes:
        return
    own = () if host.strip("[]") in EVERY else (host.strip("[]"),)
    left_out = [h.strip() for h in proxies.get("no", "").split(",") if h.strip()]
    for scheme in schemes:
        environment[f"{scheme}_proxy"] = proxies[scheme]
    environment["no_proxy"] = environment["NO_PROXY"] = ",".join(dict.fromkeys([*left_out, *HERE, *own]))
