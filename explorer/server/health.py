"""Whether the page answers: for what watches over it (Docker, systemd, a balancer). It tells nothing else, so it asks for no login."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from .http import PREFIX, json_answer

PATH = f"{PREFIX}/health"


class HealthAnswer(TypedDict):
    """The page answers."""

    healthy: bool


def health_route() -> Route:
    """GET of PATH: 200 where the loop that answers all requests has a turn for this one."""
    async def answer(_: Request) -> Response:
        return json_answer(HealthAnswer(healthy=True))
    return Route(PATH, answer, methods=["GET"])


__all__ = ["PATH", "HealthAnswer", "health_route"]
