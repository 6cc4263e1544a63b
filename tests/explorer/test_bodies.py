"""Bodies: bounded in bytes, in time and for each address, before anything of the page is begun; and gradio's queue, shared."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from explorer.runs.shares import Shares
from explorer.server import gradio_queue, request_bodies
from explorer.server.gradio_queue import GradioQueue
from explorer.server.request_bodies import Bodies
from tests.waiting import HANGS

GREEDY, POLITE = "10.0.0.1", "10.0.0.2"
RENDER = "/gradio_api/explorer/render"


def answered(question):
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result(HANGS)


class App:
    """Answers 200 and keeps what it was given; waits for ``go`` where it has one."""

    def __init__(self, go: asyncio.Event | None = None) -> None:
        self.go, self.bodies = go, []

    async def __call__(self, scope, receive, send):
        self.bodies.append((await receive()).get("body"))
        if self.go is not None:
            await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(app, parts, path=RENDER, who=POLITE, method="POST", headers=(), ends=True):
    """The status of a request whose body comes in parts; one without an end waits for ever."""
    coming, sent = list(parts), []

    async def receive():
        if coming:
            part = coming.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(coming) or not ends}
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)
    await app({"type": "http", "method": method, "path": path, "client": (who, 1), "headers": list(headers)}, receive, send)
    return sent[0]["status"] if sent else None


def test_a_body_comes_in_one_piece():
    app = App()
    assert answered(ask(Bodies(app), [b"ab", b"", b"cd"])) == 200 and app.bodies == [b"abcd"]


@pytest.mark.parametrize("path, limit", [
    (RENDER, request_bodies.LARGE), ("/gradio_api/queue/join", request_bodies.LARGE), ("/gradio_api/run/sample", request_bodies.LARGE),
    ("/gradio_api/component_server", request_bodies.LARGE), ("/gradio_api/cancel", request_bodies.SMALL), ("/login", request_bodies.SMALL)])
def test_no_body_is_longer_than_its_route_takes(path, limit):
    app = App()
    part = bytes(request_bodies.SMALL)
    assert answered(ask(Bodies(app), [part] * (limit // len(part)), path)) == 200
    assert answered(ask(Bodies(app), [part] * (limit // len(part)) + [b"1"], path)) == 413
    assert answered(ask(Bodies(app), [], path, headers=[(b"content-length", str(limit + 1).encode())])) == 413
    assert len(app.bodies) == 1


@pytest.mark.parametrize("path, method", [
    ("/gradio_api/upload", "POST"), ("/gradio_api/stream/x", "POST"), ("/gradio_api/vibe-edit", "POST"),
    ("/gradio_api/process_recording", "POST"), ("/anything", "PUT"), ("/gradio_api/deep_link", "GET")])
def test_what_the_page_does_not_use_is_closed(path, method):
    app = App()
    assert answered(ask(Bodies(app), [b"x"], path, method=method)) == 404 and not app.bodies


def test_a_body_that_never_ends_is_given_up_and_one_that_keeps_coming_is_not():
    app = App()
    assert answered(ask(Bodies(app, seconds=0.05), [b"x"], ends=False)) == 408 and not app.bodies
    assert answered(ask(Bodies(app, seconds=30), [bytes(9)] * 50)) == 200


def test_bodies_of_one_address_leave_room_for_another():
    """Bytes and requests are counted until they are answered, and come back."""
    async def both():
        go = asyncio.Event()
        app = App(go)
        middleware = Bodies(app)
        middleware.bytes, middleware.requests = Shares(100, 60, "busy"), Shares(3, 2, "busy")
        held = [asyncio.create_task(ask(middleware, [bytes(30)], who=GREEDY)) for _ in range(2)]
        while len(app.bodies) < 2:
            await asyncio.sleep(0)
        more = await ask(middleware, [b"1"], who=GREEDY)
        polite = asyncio.create_task(ask(middleware, [bytes(40)]))
        while len(app.bodies) < 3:
            await asyncio.sleep(0)
        go.set()
        return more, await polite, [await h for h in held], len(middleware.bytes), len(middleware.requests)
    assert answered(both()) == (503, 200, [200, 200], 0, 0)


class Queue:
    """As much of gradio's queue as is looked at."""

    def __init__(self, *sessions):
        self.pending_messages_per_session = {s: object() for s in sessions}
        self.pending_event_ids_session = {s: set() for s in sessions}
        self.event_queue_per_concurrency_id, self.active_jobs, self.cleaned = {}, [None], []

    async def clean_events(self, session_hash):
        self.cleaned.append(session_hash)


def event(who):
    return SimpleNamespace(request=SimpleNamespace(scope={"client": (who, 1)}))


def test_a_part_of_the_queue_for_each_address():
    queue, app = Queue(), App()
    queue.event_queue_per_concurrency_id["any"] = SimpleNamespace(queue=[event(GREEDY) for _ in range(gradio_queue.EACH - 1)])
    queue.active_jobs = [None, [event(GREEDY)]]

    async def join(who):
        got = []

        async def send(message):
            got.append(message)

        async def receive():
            return {"type": "http.request", "body": b"{}"}
        scope = {"type": "http", "method": "POST", "path": "/gradio_api/queue/join", "client": (who, 1), "headers": [],
                 "app": SimpleNamespace(get_blocks=lambda: SimpleNamespace(_queue=queue))}
        await GradioQueue(app)(scope, receive, send)
        return got[0]["status"]
    assert answered(join(GREEDY)) == 503 and not app.bodies
    assert answered(join(POLITE)) == 200


def test_gradio_works_on_few_questions_of_one_address_at_once():
    """The others wait in front of it; another address does not wait for them."""
    async def both():
        go = asyncio.Event()
        app = App(go)
        one = GradioQueue(app)
        greedy = [asyncio.create_task(ask(one, [b"x"], "/gradio_api/run/sample", who=GREEDY)) for _ in range(gradio_queue.EACH)]
        while sum(one.asking.values()) < gradio_queue.EACH:
            await asyncio.sleep(0)
        more = await ask(one, [b"x"], "/gradio_api/run/sample", who=GREEDY)
        polite = asyncio.create_task(ask(one, [b"polite"], "/gradio_api/run/sample"))
        while b"polite" not in app.bodies:
            await asyncio.sleep(0)
        begun = len(app.bodies)
        go.set()
        return more, begun, await polite, [await g for g in greedy], dict(one.gates)
    assert answered(both()) == (503, gradio_queue.AT_ONCE + 1, 200, [200] * gradio_queue.EACH, {})


def test_what_nobody_listens_to_is_forgotten():
    queue, one = Queue("heard", "unheard"), GradioQueue(App(), patience=10)
    one.listening["heard"] = 1

    async def look():
        await one.forget(queue, 100.0)
        await one.forget(queue, 109.0)
        assert not queue.cleaned
        await one.forget(queue, 110.0)
    answered(look())
    assert queue.cleaned == ["unheard"] and list(queue.pending_messages_per_session) == ["heard"]
