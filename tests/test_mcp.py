"""``python app.py --mcp``: the named questions as tools, listed and called by the protocol's own client, behind the login, by address."""

import asyncio
import base64
import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image
from starlette.applications import Starlette

import app
from explorer.runs.session import Session
from explorer.server import mcp_tools
from explorer.server.named_questions import QUESTIONS, Answering
from tests import host
from tests.explorer.conftest import alone
from tests.waiting import HANGS

ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return alone(tmp_path_factory)


@pytest.fixture(scope="module")
def address(trained):
    with host.page("--trained", str(trained), "--mcp") as address:
        yield address


def awaited(question):
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result()


def speak(address, conversation):
    """What ``conversation`` returns, of the client that it talks through."""
    async def whole():
        async with (httpx.AsyncClient(trust_env=False, timeout=HANGS) as http,
                    streamable_http_client(address + mcp_tools.PATH, http_client=http) as (read, write, *_),
                    ClientSession(read, write) as client):
            await client.initialize()
            return await conversation(client)
    return awaited(whole())


def test_tools_are_the_named_questions_with_their_words(address):
    async def listed(client):
        return (await client.list_tools()).tools
    found = speak(address, listed)
    assert [t.name for t in found] == [kind.title for kind in QUESTIONS]
    for tool, kind in zip(found, QUESTIONS, strict=True):
        assert tool.description == kind.told() and tool.annotations.readOnlyHint
        assert set(tool.inputSchema["properties"]) == set(kind.model_fields)
        assert all(p["description"] for p in tool.inputSchema["properties"].values())


def test_tools_answer_with_numbers_pictures_and_sentences(address, trained):
    async def asks(client):
        async def of(name, **values):
            return await client.call_tool(name, {"run": "tiny"} | values if name != "list_runs" else values)
        runs, code = await of("list_runs"), await of("sample", seed=3)
        numbers = json.loads(code.content[0].text)
        return (runs, numbers, await of("decode", code=numbers), await of("walk", keys=[numbers, [0.0] * 4], frames=3),
                await of("film", keys=[numbers, [0.0] * 4], frames=2, size=28, format="mp4"), await of("decode", code=[1.0]),
                await of("sample", run="nothing", seed=1), await of("sample", seed=1, colour=2), await of("no-such-tool"))
    runs, numbers, image, walk, film, *refused = speak(address, asks)
    told = json.loads(runs.content[0].text)
    assert [(r["name"], r["numbers"], r["encodes"]) for r in told] == [("tiny", 4, True)]
    run = Session(trained).run("tiny")
    assert numbers == run.map_z(run.sample_z(1, 3))[0].tolist()
    assert (image.content[0].type, image.content[0].mimeType) == ("image", "image/png")
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(image.content[0].data))))
    assert np.array_equal(drawn, run.decode(np.array([numbers], np.float32))[0][..., 0].repeat(9, 0).repeat(9, 1)), "to be looked at"
    assert [c.type for c in walk.content] == ["image", "image", "image", "text"] and not walk.isError
    assert len(json.loads(walk.content[3].text)["codes"]) == 3
    assert film.content[0].resource.mimeType == "video/mp4" and b"ftyp" in base64.b64decode(film.content[0].resource.blob)[:12]
    said = [(answer.isError, answer.content[0].text) for answer in refused]
    assert all(wrong and text.endswith(".") and "\n" not in text for wrong, text in said)
    for (_, text), words in zip(said, ("has 1 numbers", "no run of that name", "no 'colour'", "no tool 'no-such-tool'"), strict=True):
        assert words in text


def call(http, name="list_runs", **values):
    """One message of the protocol, by plain HTTP."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": values}}
    return http.post(mcp_tools.PATH, json=message, headers=ACCEPT)


def test_only_who_is_logged_in(trained):
    with (host.page("--auth", "ada:lovelace", "--trained", str(trained), "--mcp") as address,
          httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http):
        refused = call(http)
        assert refused.status_code == 401 and "log in" in refused.json()["error"]
        assert http.post("/login", data={"username": "ada", "password": "lovelace"}).status_code == 200
        answered = call(http)
        assert answered.status_code == 200 and "tiny" in answered.json()["result"]["content"][0]["text"]


def test_other_sites_may_not(address):
    with httpx.Client(base_url=address, trust_env=False, timeout=HANGS, headers={"origin": "https://example.org"}) as http:
        assert call(http).status_code == 403
    with httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        assert http.get(mcp_tools.PATH, headers=ACCEPT).status_code == 405
        assert http.post(mcp_tools.PATH, content=bytes(7 * 2**20), headers=ACCEPT).status_code == 413
        assert http.post("/gradio_api/mcp", json={}, headers=ACCEPT).status_code == 404, "gradio's own is closed"


def test_each_address_takes_its_own_turns(trained):
    """Whoever calls a tool is known by her own address, whichever words she sends of another."""
    seen = []

    class Looks(Answering):
        async def answer(self, kind, values, who, *then):
            seen.append(who)
            return await super().answer(kind, values, who, *then)
    page = Starlette(routes=[mcp_tools.route(Looks(Session(trained)))])

    async def ask(who):
        transport = httpx.ASGITransport(page, client=(who, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://page", headers={"x-forwarded-for": "10.0.0.9"}) as http:
            answer = await call(http, "sample", run="tiny", seed=1)
            assert len(json.loads(answer.json()["result"]["content"][0]["text"])) == 4
    for who in ("10.0.0.1", "10.0.0.2"):
        awaited(ask(who))
    assert seen == ["10.0.0.1", "10.0.0.2"]


def test_without_the_package_it_is_said(monkeypatch, capsys, trained):
    monkeypatch.setitem(sys.modules, "mcp", None)
    port = host.free_port()
    for asked, environment in ((["--mcp"], "False"), ([], "True")):
        monkeypatch.setenv("GRADIO_MCP_SERVER", environment)
        assert app.main(["--port", str(port), "--trained", str(trained), *asked]) == 2
        errors = capsys.readouterr().err
        assert "requirements-mcp.txt" in errors and errors.count("\n") == 1


def test_a_page_without_it_has_no_tools(trained):
    with host.page("--trained", str(trained)) as address, httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        assert call(http).status_code == 404
