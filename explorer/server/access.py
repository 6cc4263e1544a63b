"""Who may do what. A page that others can reach starts for visitors: they explore, they do not train, stop or delete."""

from __future__ import annotations

import ipaddress
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
