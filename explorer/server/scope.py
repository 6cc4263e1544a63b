"""What a request's ASGI scope says: which path of the page it asks for, and who asks."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import Scope


def within(scope: Scope) -> Scope:
    """``scope`` whose ``root_path`` is a path, where the owner gave the page's whole address."""
    root = scope.get("root_path", "")
    return {**scope, "root_path": urlsplit(root).path.rstrip("/")} if "://" in root else scope


def route_path(scope: Scope) -> str:
    """The path below the page's root, whether the proxy in front keeps the root's prefix or takes it away: "/" for the page itself."""
    root, path = scope.get("root_path", "").rstrip("/"), scope["path"]
    return (path[len(root):] or "/") if root and (path == root or path.startswith(root + "/")) else path


def address(scope: Scope) -> str:
    """Who asks: the client's address, of IPv6 the network that one household has (/64). "" where there is none (a test)."""
    return _network((scope.get("client") or ("", 0))[0])


@lru_cache(1024)
def _network(host: str) -> str:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


__all__ = ["address", "route_path", "within"]
