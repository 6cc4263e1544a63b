"""The script that runs before all others: put into the page, and nowhere else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.server.head_script import Early, first, modules

PAGE = [b"<!doctype html><html><head><title>a</title></he", b"ad><body><head>no</head></body></html>"]


def answer(parts, path="/", root="", method="GET", kind="http",
           headers=((b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"7"))):
    """What a page of these parts becomes: its headers, and its body."""
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        for k, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": k < len(parts) - 1})
    sent = []

    async def send(message):
        sent.append(message)
    with ThreadPoolExecutor(1) as pool:          # a thread of its own has no event loop yet
        pool.submit(lambda: asyncio.run(Early(app)({"type": kind, "path": path, "root_path": root, "method": method}, None, send))).result()
    return dict(sent[0]["headers"]), b"".join(m["body"] for m in sent[1:])


@pytest.mark.parametrize("path, root", [("/", ""), ("/", "/lx"), ("/lx/", "/lx"), ("/lx", "/lx"), ("/a/b/", "/a/b/")])
def test_the_script_is_the_first_in_the_head_under_any_root(path, root):
    headers, body = answer(PAGE, path, root)
    whole = b"".join(PAGE)
    assert body == whole.replace(b"<head>", b"<head>" + first() + modules(), 1)
    assert headers[b"content-length"] == str(len(body)).encode() and body.count(first()) == 1 and b"requestAnimationFrame" in first()


def test_who_is_not_logged_in_is_sent_no_modules():
    asks = [b'<html><head></head><script>window.gradio_config = {"auth_required":true}</script></html>']
    before, _, after = answer(asks)[1].partition(b"<style>")
    assert before == b"<html><head>" + first() and b"store.js" not in first()
    assert after.partition(b"</style>")[2] == asks[0].removeprefix(b"<html><head>")


@pytest.mark.parametrize("other", [
    dict(path="/config"), dict(path="/lx/config", root="/lx"), dict(path="/lxx/", root="/lx"), dict(method="POST"), dict(kind="websocket"),
    dict(headers=((b"content-type", b"application/json"), (b"content-length", b"7"))),
    dict(headers=((b"content-type", b"text/html"), (b"content-encoding", b"br"), (b"content-length", b"7")))])
def test_all_else_is_left_as_it_is(other):
    headers, body = answer(PAGE, **other)
    assert body == b"".join(PAGE) and headers[b"content-length"] == b"7"
