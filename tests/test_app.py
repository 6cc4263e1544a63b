"""Launching: the command line, who may do what, and what a program can ask by name. Against a real server."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager

import httpx
import numpy as np
import psutil
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

import app
from benchmarks.serve import ROOT, page
from explorer import page as whole
from explorer.server.proxies import leave_out
from tests import forked, host
from tests.explorer.conftest import alone
from tests.waiting import HANGS, until
from training import checkpoint


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return alone(tmp_path_factory)


@pytest.fixture(scope="module")
def served(trained):
    """A page that others can reach, started as a person does, and its process."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as change:
            change.setattr(subprocess, "Popen", forked.REAL)
            address, _, pid = stack.enter_context(page("--host", "0.0.0.0", "--trained", str(trained), port=host.free_port()))
        yield address, psutil.Process(pid)


@pytest.fixture(scope="module")
def shared(served):
    return served[0]


@pytest.fixture(scope="module")
def client(shared):
    return Client(shared, verbose=False, httpx_kwargs={"timeout": HANGS})


def ask(address, path, body=None):
    request = urllib.request.Request(f"{address}/gradio_api/{path}", None if body is None else json.dumps(body).encode(),
                                     {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=HANGS) as answer:
        return answer.read()


def test_list_runs(client, trained):
    runs = client.predict(api_name="/list_runs")
    assert [r["name"] for r in runs] == ["tiny"]
    assert runs[0]["weights_sha256"] == checkpoint.read_card(trained / "tiny").weights_sha256 and runs[0]["spec"]["w_dim"] == 4


def test_sample_decode_encode_nearest(client, shared, trained):
    code = client.predict("tiny", 3, api_name="/sample")
    assert len(code) == 4 and code == client.predict("tiny", 3, api_name="/sample") != client.predict("tiny", 4, api_name="/sample")
    picture = client.predict("tiny", code, api_name="/decode")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))))
    assert pixels.shape == (28, 28)
    raw = ask(shared, "explorer/render", {"run": "tiny", "op": "image", "w": base64.b64encode(np.array(code, "<f4").tobytes()).decode()})
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(raw))), pixels), "both ways show one image"
    model, _ = checkpoint.load(trained / "tiny")
    import torch
    expected = model.encode(torch.from_numpy(pixels.copy())[None, None].float() / 127.5 - 1)[0, 0]
    np.testing.assert_allclose(client.predict("tiny", picture, api_name="/encode"), expected, atol=1e-4)
    near = client.predict("tiny", code, 5, api_name="/nearest")
    assert len(near) == 5 and sorted(n["distance"] for n in near) == [n["distance"] for n in near]


@pytest.mark.parametrize(("arguments", "api", "sentence"), [
    (("nothing", 0), "/sample", "no run of that name"),
    (("../tiny", 0), "/sample", "no run of that name"),
    (("tiny", [0.0, 1.0]), "/decode", "code"),
    (("tiny", "bm90IGFuIGltYWdl"), "/encode", "not an image"),
    (("tiny", "abc"), "/sample", "seed is a whole number"),
    (("tiny", [0.0] * 4, 1000), "/nearest", "between 1 and 24"),
])
def test_named_endpoints_refuse_in_words(client, arguments, api, sentence):
    with pytest.raises((AppError, ValueError), match=sentence):
        client.predict(*arguments, api_name=api)


def test_only_what_is_meant_to_be_asked_by_name_is_offered(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {
        "/list_runs", "/sample", "/decode", "/encode", "/nearest", "/walk", "/film", "/arithmetic", "/directions", "/move", "/map",
        "/place", "/held_out", "/map_z"}


def test_types_are_told(client, shared):
    """What gr.api loses of a return type in a file with the annotations import is told all the same."""
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for name, endpoint in told.items():
        types = [one["python_type"]["type"] for one in (*endpoint["parameters"], *endpoint["returns"])]
        assert len(endpoint["returns"]) == 1 and "Any" not in [t for part in types for t in part.split(" | ")], name
        assert all(f"{one['parameter_name']}: " in endpoint["description"] for one in endpoint["parameters"]), name
    codes = "list[float] | list[list[float]]"
    assert {name: told[name]["returns"][0]["python_type"]["type"] for name in ("/sample", "/decode", "/encode", "/walk")} == {
        "/sample": codes, "/decode": "str | list[str]", "/encode": codes, "/walk": "dict(codes: list[list[float]], images: list[str])"}
    assert told["/list_runs"]["returns"][0]["python_type"]["type"].startswith("list[dict(format_version: int, name: str, family: str")
    assert [p["parameter_name"] for p in told["/sample"]["parameters"]] == ["run", "seed", "label"], "as programs have asked before"
    paths = json.loads(ask(shared, "openapi.json"))["paths"]
    schema = paths["/gradio_api/call/v2/walk"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert schema["method"] == {"enum": ["lerp", "slerp"]} and schema["frames"] == {"type": "integer"}
    assert "'codes'" in paths["/gradio_api/call/v2/walk"]["post"]["description"]


def call(address, name, asked):
    """What the browser does for a function of the Train form."""
    with urllib.request.urlopen(f"{address}/config", timeout=HANGS) as answer:
        config = json.load(answer)
    component = next(c for c in config["components"] if c["props"].get("elem_id") == "lx-train")
    body = {"session_hash": "x", "component_id": component["id"], "fn_name": name, "data": asked}
    return json.loads(ask(address, "component_server", body))


def test_visitors_explore_and_neither_train_nor_stop_nor_delete(shared, trained):
    assert json.loads(ask(shared, "explorer/runs"))["training"] is False
    before = sorted(p.name for p in trained.iterdir())
    start = {"family": "vae", "data": "mnist", "recipe": "quick", "name": "mine", "settings": {}}
    for name, asked in (("job_start", start), ("job_stop", {}), ("job_resume", {"name": "tiny"}), ("job_delete", {"name": "tiny"}),
                        ("job_begin_upload", {"title": "x"})):
        assert call(shared, name, asked).get("key") == "train.error.visitor", name
    assert sorted(p.name for p in trained.iterdir()) == before


def test_sessions_of_programs_do_not_pile_up_in_memory(served):
    """Each call under a session of its own, as gradio_client makes one: gradio keeps 130 KB for each, ten thousand of them by default."""
    address, process = served
    ask(address, "explorer/run/tiny")           # what the page works out for its first visitor is there
    with httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        def call_under(name):
            assert http.post("/gradio_api/run/sample", json={"data": ["tiny", 1, None], "session_hash": name}).status_code == 200
        for k in range(whole.SESSIONS + 10):
            call_under(f"first-{k}")
        before = process.memory_info().rss
        for k in range(120):
            call_under(f"then-{k}")
    assert process.memory_info().rss - before < 8 * 2**20


def test_sigterm_ends_the_page_and_what_it_started(trained):
    """As a service's stop, a container's or ``kill`` ends it: cleanly, with the live training that somebody watches."""
    with pytest.MonkeyPatch.context() as change:
        change.setattr(subprocess, "Popen", forked.REAL)
        with page("--trained", str(trained), port=host.free_port()) as (address, _, pid):
            name = json.loads(ask(address, "explorer/live", {"data": "ring", "seed": 0}))["id"]
            ask(address, f"explorer/live/{name}/hello")
            process = psutil.Process(pid)
            started = process.children(recursive=True)
            assert started, "the training's"
            process.terminate()
            _, still = psutil.wait_procs(started, timeout=HANGS)
            assert not still and process.wait(HANGS) in (0, None)
            with pytest.raises(OSError):
                ask(address, "explorer/runs")


def test_a_login_guards_the_images_too(trained):
    with host.page("--auth", "ada:lovelace", "--trained", str(trained)) as address:
        for path, body in (("explorer/runs", None), ("explorer/render", {"run": "tiny", "op": "image", "w": ""})):
            with pytest.raises(urllib.error.HTTPError) as e:
                ask(address, path, body)
            assert e.value.code == 401 and "log in" in json.loads(e.value.read())["error"]
        for path in ("/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info", "/config", "/docs"):
            status, said = answer(address, path)
            assert status in (401, 404) and "sample" not in said.text, path
        wrong = {"data": {"username": "ada", "password": "x"}, "headers": {"x-forwarded-for": "10.0.0.9"}}
        with httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
            assert [http.post("/login", **wrong).status_code for _ in range(5)] == [400] * 5
            until(lambda: http.post("/login", **wrong).status_code == 429)           # each further one has longer to wait for the next
        assert Client(address, auth=("ada", "lovelace"), verbose=False, httpx_kwargs={"timeout": HANGS}).predict(api_name="/list_runs")


def test_arguments():
    plain = app.arguments([], {})
    assert (plain.host, plain.port, plain.share, plain.allow_training) == ("127.0.0.1", 7860, False, False)
    hosted = app.arguments([], {"SPACE_ID": "someone/explorer"})
    assert hosted.host == "0.0.0.0" and not hosted.allow_training
    assert app.arguments(["--auth", "ada:love:lace"], {}).auth == ("ada", "love:lace")


@pytest.mark.parametrize("wrong", [["--auth", "ada"], ["--auth", ":x"], ["--port", "0"], ["--port", "99999"], ["--port", "x"],
                                   ["--root-path", "lx"], ["--behind-proxy", "proxy"],
                                   ["--colour"]])
def test_wrong_arguments_are_named(wrong, capsys):
    with pytest.raises(SystemExit) as e:
        app.arguments(wrong, {})
    assert e.value.code == 2 and wrong[0] in capsys.readouterr().err


def test_every_argument_has_help(capsys):
    with pytest.raises(SystemExit):
        app.arguments(["--help"], {})
    text = capsys.readouterr().out
    assert all(f"--{name}" in text for name in ("port", "host", "share", "auth", "trained", "device", "allow-training", "root-path",
                                             "allowed-host", "behind-proxy", "allow-frames", "mcp"))


@contextmanager
def started(*arguments, **environment):
    """A page whose output is read: its address by its own words, its port, and the process."""
    port = host.free_port()
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port), *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={**os.environ, **environment})
    try:
        line = next((line for line in process.stdout if "Latent Explorer is at" in line), "")
        yield line, port, process
    finally:
        process.terminate()
        process.communicate(timeout=HANGS)


def answer(address, path, body=None, **headers):
    """Status and body of a request with headers of its own."""
    with httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        got = http.post(path, json=body, headers=headers) if body is not None else http.get(path, headers=headers)
        return got.status_code, got


def test_behind_a_proxy_and_with_a_public_link_that_cannot_be_made(trained):
    """Both ways of nginx, and an owner who stays one. The network is a proxy that is not there."""
    nowhere = "http://127.0.0.1:9"
    with started("--trained", str(trained), "--share", "--root-path", "/lx", "--allowed-host", "example.org",
                 http_proxy=nowhere, https_proxy=nowhere, HTTP_PROXY=nowhere, HTTPS_PROXY=nowhere) as (line, port, _):
        address = f"http://127.0.0.1:{port}"
        assert "for a week" not in line
        assert answer(address, "/gradio_api/explorer/runs")[1].json()["training"] is True
        image = {"run": "tiny", "op": "image", "w": base64.b64encode(bytes(16)).decode()}
        seen = {"host": "example.org", "origin": "https://example.org", "x-forwarded-host": "example.org", "x-forwarded-proto": "https"}
        for prefix in ("", "/lx"):                                                          # taken away, and kept
            for headers in (seen, seen | {"host": f"127.0.0.1:{port}"}):
                status, page = answer(address, f"{prefix}/", **headers)
                assert status == 200 and "data-scripts" in page.text and '"root":"https://example.org/lx"' in page.text, (prefix, headers)
                assert answer(address, f"{prefix}/gradio_api/explorer/render", image, **headers)[0] == 200
                assert answer(address, f"{prefix}/gradio_api/explorer/render", image, **headers | {"origin": "https://x.org"})[0] == 403
            assert answer(address, f"{prefix}/", host="x.org")[0] == 403


@pytest.mark.parametrize("proxies, host, left_out", [
    ({}, "127.0.0.1", None), ({"no": "x.org"}, "127.0.0.1", None),
    ({"http": "http://p:1"}, "0.0.0.0", "localhost,127.0.0.1,::1"),
    ({"https": "http://p:1", "no": "x.org, ::1"}, "192.168.0.7", "x.org,::1,localhost,127.0.0.1,192.168.0.7")])
def test_this_computer_is_not_asked_through_a_proxy(monkeypatch, proxies, host, left_out):
    monkeypatch.setattr("explorer.server.proxies.getproxies", lambda: proxies)
    environment = {}
    leave_out(environment, host)
    assert environment.get("no_proxy") == environment.get("NO_PROXY") == left_out
    kept = {f"{scheme}_proxy": proxies[scheme] for scheme in ("http", "https") if scheme in proxies}
    assert {k: v for k, v in environment.items() if k.lower() != "no_proxy"} == kept


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_every_address_of_ipv6(trained):
    with started("--trained", str(trained), "--host", "::") as (line, port, _):
        assert f"http://[::1]:{port}/" in line and "IPv6 only" in line and "--host 0.0.0.0" in line
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 5)
        assert answer(f"http://[::1]:{port}", "/gradio_api/explorer/runs")[1].json()["training"] is False


@pytest.mark.parametrize("name, value, said", [
    ("GRADIO_SERVER_PORT", "abc", "whole number"), ("GRADIO_SERVER_PORT", "70000", "1 to 65535"),
    ("GRADIO_NUM_PORTS", "-1", "whole number"), ("GRADIO_ROOT_PATH", "lx", "/lx")])
def test_a_wrong_variable_is_said_in_a_sentence(name, value, said, monkeypatch, capsys):
    monkeypatch.setenv(name, value)
    assert app.main([]) == 2
    out = capsys.readouterr()
    assert name in out.err and said in out.err and out.err.count("\n") == 1 and not out.out


def test_a_port_in_use_is_said_in_a_sentence():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        done = subprocess.run([sys.executable, "app.py", "--port", str(s.getsockname()[1])], cwd=ROOT, capture_output=True, text=True,
                              timeout=HANGS)
    assert done.returncode == 1 and "choose another with --port" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(("options", "words"), [(["--trained", "trainde"], "There is no folder trainde"),
                                                (["--device", "cuda:99"], "no device 'cuda:99' that torch can use")])
def test_a_folder_or_device_that_is_not_there_is_a_sentence_and_no_page(options, words, capsys):
    assert app.main(["--port", str(host.free_port()), *options]) == 1
    errors = capsys.readouterr().err
    assert words in errors and errors.count("\n") == 1
