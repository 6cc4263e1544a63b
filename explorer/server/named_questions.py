"""All named questions, and how one is answered: on the threads and in the turns of the raw routes, whoever brings it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from .. import Refused
from ..runs.session import Session
from ..runs.shares import SLOWED, Busy, Shares
from . import thread_pools
from .api import Decode, Encode, ListRuns, MapZ, Nearest, Question, Sample, asked
from .api_maps import HeldOut, Map, Place
from .api_paths import Arithmetic, Directions, Film, Move, Walk

QUESTIONS: tuple[type[Question], ...] = (ListRuns, Sample, Decode, Encode, Nearest, Walk, Film, Arithmetic, Directions, Move, Map, Place,
                                         HeldOut, MapZ)
FILMS, EACH_FILMS = 6, 3                        # being made and waiting for it, over all and of one address
log = logging.getLogger(__name__)


@cache
def films() -> Shares:
    """The process's own, however a film is asked for by name."""
    return Shares(FILMS, EACH_FILMS, "Other films are being made; try again in a minute.", "Your other films are still being made.")


class Answering:
    """Answers named questions about the runs of a session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def answer(self, kind: type[Question], values: Mapping[str, Any], who: str,
                     then: Callable[[Any], Any] = lambda told: told) -> Any:
        """The answer for the address ``who``, or what ``then`` makes of it. Raises Refused with a sentence, whatever is wrong."""
        try:
            with films().held(who) if kind.lane == "making" else contextlib.nullcontext():
                return await thread_pools.shared().run(lambda: then(asked(kind, **values).answer(self.session)), kind.lane, who)
        except Busy:
            await asyncio.sleep(SLOWED)
            raise
        except MemoryError as e:
            raise Refused("That needs more memory than this machine has; ask for less at once.") from e
        except (RuntimeError, OSError) as e:
            log.exception("a named question failed")
            raise Refused(f"The server could not do that ({type(e).__name__}); its log says more.") from e


__all__ = ["QUESTIONS", "Answering"]
