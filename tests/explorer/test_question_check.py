"""What Gradio would stumble over is refused in a sentence, and never ends its queue."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from starlette.testclient import TestClient

from explorer.server import gradio_internals as internals
from explorer.server.question_check import QuestionCheck
from tests import host
from tests.explorer.conftest import data, make
from tests.waiting import HANGS


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("asked")
    make(root, "tiny", data(), z_dim=4)
    with host.page("--trained", str(root)) as there:
        yield there


@pytest.fixture
def http(address) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        yield http


def test_a_session_is_named_by_a_name(address, http):
    """Gradio 6.31.0 does not look, and its queue can end for everybody."""
    for path, more in (("call/list_runs", {}), ("queue/join", {"fn_index": 11})):
        for named in ("two words", "x" * 65, 12):
            answer = http.post(f"/gradio_api/{path}", json={"data": [], "session_hash": named, **more})
            assert answer.status_code == 422 and "session_hash" in answer.json()["error"], path
    assert [r["name"] for r in Client(address, verbose=False, httpx_kwargs={"timeout": HANGS}).predict(api_name="/list_runs")] == ["tiny"]


def test_a_session_that_has_gone_does_not_end_the_queue():
    with gr.Blocks() as blocks:
        pass
    blocks.queue()
    gone, told = SimpleNamespace(session_hash="gone", alive=True, _id="1"), []
    with pytest.raises(KeyError):               # else this is needed no more
        blocks._queue.send_message(gone, SimpleNamespace(event_id=None))
    internals.keep_going(blocks)
    blocks._queue.send_message(gone, SimpleNamespace(event_id=None))
    blocks._queue.pending_messages_per_session["there"] = SimpleNamespace(put_nowait=told.append)
    blocks._queue.send_message(SimpleNamespace(session_hash="there", alive=True, _id="2"), SimpleNamespace(event_id=None))
    assert len(told) == 1


@pytest.mark.parametrize(("path", "asked", "status", "said"), [
    ("run/sample", {"data": ["tiny"]}, 422, "sample takes 3 values in data (run, seed, label); these are 1."),
    ("api/nearest", {"data": []}, 422, "nearest takes 3 values in data (run, code, k); these are 0."),
    ("call/decode", {"data": ["tiny", [0.0]]}, 422, "decode takes 3 values in data (run, code, label); these are 2."),
    ("run/nothing", {"data": []}, 404, "There is no function of that name"),
    ("queue/join", {"data": [], "fn_index": 9999, "session_hash": "x"}, 404, "There is no function of that name or number"),
    ("queue/join", {"data": [], "fn_index": 0, "session_hash": "x"}, 404, "There is no function of that name or number"),
    ("run/sample", {"data": ["gone", 0, None]}, 422, "There is no run of that name here"),
    ("run/encode", {"data": ["tiny", 3]}, 422, "encode: image_base64 is an image file"),
    ("component_server", {"session_hash": "x", "component_id": -5, "fn_name": "job_form", "data": {}}, 404, "no such part of this page"),
])
def test_a_wrong_question_is_a_sentence_and_no_error_of_the_server(http, path, asked, status, said):
    answer = http.post(f"/gradio_api/{path}", json=asked)
    assert answer.status_code == status and said in answer.json()["error"] and answer.json()["error"].endswith("."), answer.text


@pytest.mark.parametrize("place", ["/static/", "/assets/", "/gradio_api/file=", "/gradio_api/explorer/thumb/", "/"])
def test_a_name_that_no_file_can_have_is_not_there(http, place):
    for name in ("x" * 300, "한" * 100):
        answer = http.get(place + name)
        assert answer.status_code == 404 and answer.json()["error"], answer.text


def test_right_questions_go_through_as_they_are():
    """The body in one piece, and what is no JSON is Gradio's to refuse."""
    seen = []

    async def behind(scope, receive, send):
        seen.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"error": "torch"}'})

    one = SimpleNamespace(api_name="sample", fn=lambda run, request: None, inputs=[SimpleNamespace(skip_api=False)])
    app = SimpleNamespace(get_blocks=lambda: SimpleNamespace(fns={0: one}, blocks={}))

    async def in_an_app(scope, receive, send):
        await QuestionCheck(behind)({**scope, "app": app}, receive, send)
    http = TestClient(in_an_app)
    for body in (b'{"data": ["tiny"]}', b"no json", b"[1]"):
        answer = http.post("/gradio_api/run/sample", content=body)
        assert answer.status_code == 500 and answer.json() == {"error": "torch"}, "what really is an error stays one"
    assert seen == [b'{"data": ["tiny"]}', b"no json", b"[1]"]
