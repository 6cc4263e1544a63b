"""What this page uses of Gradio that Gradio promises nobody: all of it stands here, as it is in 6.31.0.

tests/explorer/test_gradio_internals.py holds each of it against the installed Gradio, so that a newer one which has changed any fails there
by name. That file also holds what the page's JavaScript relies on, which cannot stand in Python: ``window.gradio_config.root`` and updates
as objects with ``__type__`` (shell/store.js), the loop of its timers (loading_timers.js), the classes of sliders and boxes (theme.css).

========================  =====================================================  ==================================================
what                      of Gradio                                              needed because
========================  =====================================================  ==================================================
paths                     routes.py                                              bodies are bounded, questions shared out, by path
``queue_of``, ``events``  ``Blocks._queue``, ``Queue.active_jobs``,              nothing public tells whose questions wait
                          ``event_queue_per_concurrency_id``
``sessions``, ``forget``  ``Queue.pending_messages_per_session``,                answers that nobody fetches stay in memory
                          ``pending_event_ids_session``, ``clean_events``
``look_every``            ``Queue.sleep_when_free``                              it has no setting
``keep_going``            ``Queue.send_message``                                 a message to a session that has gone ends the queue
``function_of`` and what  ``Blocks.fns``, ``BlockFunction.inputs``, ``fn``,      what is asked wrongly is a 500 and a traceback
follows it                ``api_name``, ``Blocks.blocks``
``logged_in``             ``App.auth``, ``auth_dependency``, ``tokens``,         raw routes are to obey the page's login
                          ``cookie_id``, and the names of its cookies
``UNASKED``               ``Blocks.launch``, its ``_frontend``                   a page that takes three seconds would be refused
``start_patiently``       ``http_server.Server``: ``run_in_thread``, ``thread``  a server that takes five seconds to start is given up
``HEAD``, ``ASKS_LOGIN``  templates/frontend/index.html, ``routes.main``         ``head`` of ``launch`` comes after Gradio's scripts
========================  =====================================================  ==================================================
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol, cast

from starlette.requests import Request

API = "/gradio_api"
LOGIN, LOGOUT = "/login", "/logout"             # LOGOUT is asked for by GET, and does something
JOIN, LISTEN, CALL = f"{API}/queue/join", f"{API}/queue/data", f"{API}/call/"       # a POST to CALL joins, a GET of it listens
RUN, OLD_RUN, COMPONENT = f"{API}/run/", f"{API}/api/", f"{API}/component_server"
CANCEL, RESET = f"{API}/cancel", f"{API}/reset"
DEEP_LINK = f"{API}/deep_link"                  # asked for by GET: it writes to the disk

UNASKED = {"_frontend": False}                  # launch does not ask for the page to see whether it comes
HEAD = b"<head>"                                # once in the page
ASKS_LOGIN = b'"auth_required":true'            # in the page that is shown to whoever is not logged in


# What is used of Gradio's classes, as they have it: they need not be imported to be named.


class Event(Protocol):
    """A question in the queue."""

    session_hash: str
    request: Request


class _Waiting(Protocol):
    queue: Sequence[Event]


class Queue(Protocol):
    """Of all questions; what has been answered waits in it until it is fetched."""

    active_jobs: Sequence[Sequence[Event] | None]
    event_queue_per_concurrency_id: Mapping[str, _Waiting]
    pending_messages_per_session: dict[str, object]
    pending_event_ids_session: dict[str, object]
    sleep_when_free: float
    send_message: Callable[[Event, object], None]

    async def clean_events(self, *, session_hash: str) -> None:
        """Take a session's questions out."""


class _Input(Protocol):
    skip_api: bool


class Function(Protocol):
    """What can be asked; ``fn`` is None where only the browser works."""

    api_name: str | bool
    fn: Callable[..., object] | None
    inputs: Sequence[_Input]


class Blocks(Protocol):
    """A page."""

    @property
    def _queue(self) -> Queue: ...

    @property
    def fns(self) -> Mapping[int, Function]: ...

    @property
    def blocks(self) -> Collection[int]: ...


class App(Protocol):
    """The server of one, as a request's scope has it under "app"."""

    def get_blocks(self) -> Blocks:
        """The page."""


def queue_of(app: App) -> Queue:
    """The queue of a Gradio app."""
    return app.get_blocks()._queue


def events(queue: Queue) -> Iterator[Event]:
    """Those that wait, and those that are worked on; ``request.scope`` of each says whose it is."""
    for waiting in queue.event_queue_per_concurrency_id.values():
        yield from waiting.queue
    for job in queue.active_jobs:
        yield from job or []


def sessions(queue: Queue) -> list[str]:
    """The names of those that there are answers for, fetched or not."""
    return list(queue.pending_messages_per_session)


async def forget(queue: Queue, session: str) -> None:
    """Take a session's events out of the queue, and its answers out of memory."""
    await queue.clean_events(session_hash=session)
    queue.pending_messages_per_session.pop(session, None)
    queue.pending_event_ids_session.pop(session, None)


def look_every(blocks: object, seconds: float) -> None:
    """How long the queue of ``blocks``, after ``blocks.queue()``, sleeps between looks for something to do."""
    cast(Blocks, blocks)._queue.sleep_when_free = seconds


def keep_going(blocks: object) -> None:
    """Have the queue of ``blocks``, after ``blocks.queue()``, tell nothing to a session that is not there: else its loop ends with a
    KeyError, and nobody's question is answered any more."""
    queue = cast(Blocks, blocks)._queue
    real = queue.send_message

    def send_message(event: Event, message: object) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            real(event, message)
    queue.send_message = send_message


class Server(Protocol):
    """What serves a page, in a thread of its own."""

    started: bool
    reloader: object
    thread: threading.Thread
    run: Callable[[], None]
    run_in_thread: Callable[..., None]


def start_patiently(kind: type) -> None:
    """Have ``launch`` wait for its server, a ``kind``, for as long as that one's thread lives: after five seconds, which a busy machine may
    take, it would say that the port is taken."""
    real = cast(type[Server], kind).run_in_thread

    def run_in_thread(server: Server) -> None:
        if server.reloader:                     # of those who develop with Gradio's own watch
            real(server)
            return
        server.thread = threading.Thread(target=server.run, daemon=True)
        server.thread.start()
        while not server.started:
            if not server.thread.is_alive():
                raise OSError("the server has ended")
            time.sleep(0.01)
    cast(type[Server], kind).run_in_thread = run_in_thread


def function_of(app: App, which: object) -> Function | None:
    """A function that can be asked, by its name or number; None where there is none."""
    found = app.get_blocks().fns
    if isinstance(which, str):
        return next((f for f in found.values() if f.api_name == which and f.fn is not None), None)
    one = found.get(which) if isinstance(which, int) and not isinstance(which, bool) else None
    return one if one is not None and one.fn is not None else None


def inputs_of(function: Function) -> list[str]:
    """The names of the values that a function takes."""
    assert function.fn is not None          # function_of gives no other
    names = [name for name, p in inspect.signature(function.fn).parameters.items() if name != "request"]
    wanted = len([i for i in function.inputs if not i.skip_api])
    return [names[k] if k < len(names) else f"value {k + 1}" for k in range(wanted)]


def name_of(function: Function) -> str:
    """What a function is asked by."""
    return str(function.api_name)


def has_component(app: App, number: object) -> bool:
    """Whether a page has a component of this number; what is no number is Gradio's to refuse."""
    return not isinstance(number, int) or number in app.get_blocks().blocks


async def logged_in(request: Request) -> bool:
    """Whether the page has no login or the request carries its cookie, as Gradio itself checks it."""
    app = request.app
    if (dependency := getattr(app, "auth_dependency", None)) is not None:
        user = dependency(request)
        return (await user if inspect.isawaitable(user) else user) is not None
    if getattr(app, "auth", None) is None:
        return True
    token = request.cookies.get(f"access-token-{app.cookie_id}") or request.cookies.get(f"access-token-unsecure-{app.cookie_id}")
    return app.tokens.get(token) is not None


__all__ = ["API", "ASKS_LOGIN", "CALL", "CANCEL", "COMPONENT", "DEEP_LINK", "HEAD", "JOIN", "LISTEN", "LOGIN", "LOGOUT", "OLD_RUN", "RESET",
           "RUN", "events", "forget", "function_of", "has_component", "inputs_of", "keep_going", "logged_in", "look_every", "name_of",
           "queue_of", "sessions", "start_patiently"]
