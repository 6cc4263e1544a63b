"""Who may do what. A page that others can reach starts for visitors: they explore, they do not train, stop or delete."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from functools import lru_cache

from .. import VisitorError


@lru_cache(256)
def is_loopback(host: str | None) -> bool:
    """Whether a server bound to ``host`` is reachable from this machine only: 127.0.0.0/8, ::1, localhost. None: gradio's default."""
    if host is None:
        return True
    host = host.strip().strip("[]").lower().rstrip(".")
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def others_find(host: str) -> str | None:
    """Where others on the network find a server that is bound to every address (0.0.0.0, ::): the address from which this machine would
    reach another network, in brackets where it is IPv6. Nothing is sent for it. None where ``host`` is one address or a name, or this
    machine has no network."""
    try:
        bound = ipaddress.ip_address(host.strip().strip("[]"))
    except ValueError:
        return None
    if not bound.is_unspecified:
        return None
    family, elsewhere = (socket.AF_INET, "192.0.2.1") if bound.version == 4 else (socket.AF_INET6, "2001:db8::1")   # kept for examples
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.connect((elsewhere, 9))
            found = str(s.getsockname()[0])
    except OSError:
        return None
    return None if is_loopback(found) else f"[{found}]" if ":" in found else found


@dataclass
class Access:
    """``training``: whether whoever uses this page may start, stop and delete trainings. ``shared``: whether others may be there too."""

    training: bool
    shared: bool = False
    _own: bool = False                        # whether it is, but for a public link, reached from this machine only

    @classmethod
    def for_launch(cls, host: str | None, share: bool, allow_training: bool) -> Access:
        """Owner on a page only this machine reaches, or where the owner said so; visitor otherwise."""
        shared = share or not is_loopback(host)
        access = cls(training=allow_training or not shared, shared=shared)
        access._own = is_loopback(host)
        return access

    def not_shared(self) -> None:
        """The public link was not made: a page that only this machine reaches is its owner's again."""
        if self._own:
            self.training, self.shared = True, False

    def require_training(self) -> None:
        """Raise VisitorError where training, stopping and deleting are not allowed."""
        if not self.training:
            raise VisitorError("This page is shared with visitors, so training, stopping and deleting are switched off here; "
                               "its owner can start it with --allow-training.")
