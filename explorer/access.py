"""What the Train form takes from here; it stands in server/access.py."""

from .server.access import VisitorError

__all__ = ["VisitorError"]
