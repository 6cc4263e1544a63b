"""Many visitors of one page at once: each with an address of her own (127.0.1.k) and a connection, asking again once she is answered.

What a request costs the crowd itself is small (no HTTP library, bodies made before): server and crowd share the machine's cores.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

EXPLORER = "/gradio_api/explorer"
PACE = 1 / 30                                   # seconds from one question of a visitor's to her next, at least: a dragging hand's


@dataclass(frozen=True)
class Asked:
    """One question, ready to be sent, and the row of the table that it counts for."""

    row: str
    data: bytes


@dataclass
class Answers:
    """Milliseconds of each answer by row, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    bytes: int = 0

    @property
    def every(self) -> list[float]:
        return [t for times in self.times.values() for t in times]


def post(row: str, path: str, body: dict[str, Any]) -> Asked:
    """A question with a JSON body."""
    data = json.dumps(body, separators=(",", ":")).encode()
    head = f"POST {EXPLORER}/{path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    return Asked(row, head.encode() + data)


class Connection:
    """One visitor's, from an address of her own."""

    def __init__(self, address: str, k: int) -> None:
        self.where, self.mine = urlsplit(address), f"127.0.{1 + k // 250}.{1 + k % 250}"
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, data: bytes) -> tuple[int, bytes]:
        """Status and body. Raises OSError where the server ends the connection."""
        if self.reader is None or self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection(self.where.hostname, self.where.port, local_addr=(self.mine, 0))
        self.writer.write(data)
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, low = int(head[9:12]), head.lower()
            at = low.index(b"content-length:") + 15
            return status, await self.reader.readexactly(int(low[at:low.index(b"\r\n", at)]))
        except (asyncio.IncompleteReadError, ValueError) as e:
            self.close()
            raise OSError("the server ended the connection") from e

    def close(self) -> None:
        """End it; the next question opens another."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def visitor(connection: Connection, questions: Iterator[Asked], until: float, pace: float, answers: Answers) -> None:
    """Ask one after another until then."""
    while (start := time.perf_counter()) < until:
        asked = next(questions)
        try:
            status, body = await asyncio.wait_for(connection.ask(asked.data), 60)
            if status != 200:
                answers.errors.append(f"{asked.row}: {status} {body[:200].decode(errors='replace')}")
            answers.bytes += len(body)
        except (OSError, TimeoutError) as e:
            connection.close()
            answers.errors.append(f"{asked.row}: {type(e).__name__} {e}")
        now = time.perf_counter()
        answers.times.setdefault(asked.row, []).append(1000 * (now - start))
        if (rest := start + pace - now) > 0:
            await asyncio.sleep(rest)


def visit(address: str, visitors: Iterable[list[Asked]], seconds: float, pace: float = 0.0) -> Answers:
    """Let each visitor ask her questions over and over for so many seconds, no more often than every ``pace`` seconds."""
    answers = Answers()

    async def all_of_them() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(visitor(Connection(address, k), cycle(asked), until, pace, answers) for k, asked in enumerate(visitors)))
    asyncio.run(all_of_them())
    return answers
