import io
import json
import shutil
import threading
import time

import httpx
import numpy as np
import pytest
import torch
from PIL import Image

from explorer import plots
from explorer.latent import moves, neighbours, run_directions, statistics
from explorer.runs.cache import Recent
from explorer.runs.session import Session
from explorer.server import gradio_internals, routes, run_info
from explorer.server.access import Access
from explorer.server.http import PREFIX
from tests import host
from tests.explorer.conftest import Client, N, data, make
from tests.waiting import HANGS
from training import checkpoint, maps

W = moves.to_text(np.array([0.5, -1, 2, 0]))


def sentence(response, status: int) -> str:
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert (error[0].isupper() or error.split(":")[0] in ("broken", "stray")) and error.endswith(".")
    assert "/" not in error, "no paths of the machine"
    return error


def test_runs(client):
    response = client.get("runs")
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    rows = {r["name"]: r for r in body["runs"]}
    assert set(rows) == {"tiny", "plane", "bare", "colour", "broken"}
    assert set(body["problems"]) == {"stray"} and "pickle" in body["problems"]["stray"]
    row = rows["tiny"]
    assert row["title"] == "Tiny VAE" and row["shape"] == [1, 28, 28] and row["views"] == ["map"]
    assert row["dataset"] == "shapes-000000000000" and row["dataset_title"] == "Shapes · 28×28", "another set has the title too"
    told = {k: row["headline"][k] for k in ("name", "value", "text", "unit", "better")}
    assert told == {"name": "negative_elbo", "value": 100.5, "text": "100.5", "unit": "nats", "better": "lower"}
    assert row["finished"] and row["encodes"]
    assert body["training"] is True


def test_run(client, tiny):
    body = client.get("run/tiny").json()
    assert body["card"]["name"] == "tiny" and body["paper"] and body["equation"] and "<math " in body["mathml"]
    assert body["headline"]["name"] == "negative_elbo" and body["summary"] and body["spec"]["w_dim"] == 4
    assert body["points"] == N and body["projections"] == ["umap", "pca"] and body["scale"] > 0
    assert len(moves.from_text(body["mean"])) == 4 and len(body["directions"]) == 4
    for d in body["directions"]:
        assert len(moves.from_text(d["vector"])) == 4 and d["sigma"] > 0 and 0 <= d["share"] <= 1
        assert d["label"] is None or d["label"] in statistics.STATISTICS
    dataset = body["dataset"]
    assert dataset["n"] == N and dataset["classes"] == ["bar", "square"] and dataset["tile"] == [28, 28] and dataset["sheets"] == 1
    assert dataset["attributes"] == [["side", ["left", "right"]]] and dataset["attribution"]
    origin = body["default"]["origin"]
    assert origin["kind"] == "point" and body["default"]["w"] == moves.to_text(tiny.codes[origin["index"]])


def test_a_run_without_a_map(client):
    body = client.get("run/bare").json()
    assert body["points"] == N and body["projections"] == ["pca"] and body["default"]["origin"]["kind"] == "point"


def test_a_plane_comes_first(client):
    assert client.get("run/plane").json()["projections"] == ["code", "umap", "pca"]


def test_thumb(client, session):
    response = client.get("thumb/tiny")
    tile = np.asarray(Image.open(io.BytesIO(response.content)))
    sheet = np.asarray(Image.open(session.trained / "tiny" / checkpoint.SAMPLES).convert("L"))
    assert response.headers["content-type"] == "image/png" and np.array_equal(tile, sheet[:28, :28])
    assert client.get("thumb/tiny", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    assert Image.open(io.BytesIO(client.get("thumb/colour").content)).size == (32, 32)


def test_map(client, tiny, session):
    response = client.get("map/tiny?projection=umap")
    assert np.array_equal(np.frombuffer(response.content, "<f4").reshape(-1, 2), tiny.map.umap)
    again = client.get("map/tiny?projection=umap", headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert len(client.get("map/tiny?projection=pca").content) == N * 8
    deep = np.frombuffer(client.get("map/tiny?projection=pca3").content, "<f4").reshape(N, 3)
    run = session.run("tiny")
    centred = run.codes - run.codes.mean(0)
    spread = np.linalg.svd(centred, compute_uv=False)
    assert np.allclose(np.linalg.norm(deep, axis=0), spread[:3], rtol=1e-3), "the three widest directions, the widest first"
    assert np.allclose(deep[:, :2], neighbours.points(run, "pca"), atol=1e-3 * np.abs(deep).max())
    assert np.abs(np.corrcoef(deep.T) - np.eye(3)).max() < 1e-3
    plane = np.frombuffer(client.get("map/plane").content, "<f4").reshape(-1, 2)
    assert np.array_equal(plane, session.run("plane").codes)
    for path in ("map/tiny?projection=code", "map/tiny?projection=tsne", "map/bare?projection=umap",
                 "map/plane?projection=pca3"):
        sentence(client.get(path), 404)


def test_colours(client, tiny):
    assert np.array_equal(np.frombuffer(client.get("colours/shapes?by=class").content, np.uint8), tiny.held.labels)
    assert np.array_equal(np.frombuffer(client.get("colours/shapes?by=side").content, np.uint8), tiny.held.attributes[:, 0])
    both = np.frombuffer(client.get("fields/shapes").content, np.uint8).reshape(2, -1)
    assert np.array_equal(both, [tiny.held.labels, tiny.held.attributes[:, 0]])
    for path in ("colours/shapes?by=nothing", "colours/nothing", "fields/nothing"):
        sentence(client.get(path), 404)


def test_sheet(client, tiny):
    response = client.get("sheet/shapes/0")
    assert response.headers["content-type"] == "image/webp"
    pixels = np.asarray(Image.open(io.BytesIO(response.content)).convert("L"))
    assert np.array_equal(pixels[:28, 28:56], tiny.held.images([1])[0, 0])
    assert client.get("sheet/shapes/0", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    for path in ("sheet/shapes/1", "sheet/nothing/0"):
        sentence(client.get(path), 404)
    assert client.get("sheet/shapes/-1").status_code == 404


def test_plots(client):
    figure = client.get("plot/tiny/curves").json()
    assert [t["name"] for t in figure["data"]] == ["loss", "kl"] and figure["data"][0]["x"][0] == 100
    assert sum(client.get("plot/tiny/spectrum").json()["data"][0]["y"]) == pytest.approx(1, abs=1e-3)
    assert plots.curves([])["data"] == []


def test_render_and_code(client):
    response = client.post("render", {"run": "tiny", "op": "image", "w": W})
    assert response.headers["content-type"] == "image/png" and response.headers["cache-control"] == "no-store"
    assert Image.open(io.BytesIO(response.content)).size == (28, 28)
    assert client.post("render", {"run": "tiny", "op": "traverse", "w": W, "directions": [0, 1], "values": [-2, 0, 2]}).status_code == 200
    point = client.post("code", {"run": "tiny", "op": "point", "index": 3}).json()
    assert client.post("code", {"run": "tiny", "op": "neighbours", "w": point["w"], "k": 3}).json()["indices"][0] == 3
    assert client.post("code", {"run": "tiny", "op": "encode", "image": {"index": 3}}).json()["percentile"] <= 1


def test_export(client):
    response = client.post("film", {"run": "tiny", "op": "walk", "keys": W, "seconds": 0.2, "fps": 10, "size": 32, "format": "gif"})
    assert response.content[:6] == b"GIF89a" and response.headers["content-disposition"] == 'attachment; filename="tiny-film.gif"'


def test_unknown_broken_and_stray_runs(client):
    sentence(client.get("run/nothing"), 404)
    assert "pickle" in sentence(client.get("run/stray"), 422)
    for response in (client.get("run/broken"), client.post("render", {"run": "broken", "op": "image", "w": W})):
        assert "hash differs" in sentence(response, 422)
    sentence(client.get("plot/nothing/curves"), 404)


@pytest.mark.parametrize("name", ["..%2f..", "..", "%2e%2e", "..%2ftiny", "tiny%2f..%2ftiny", "%2fetc%2fpasswd", "tiny%00", "~", "_data",
                                  ".", "TINY", "%ff"])
def test_no_name_is_a_path(client, name):
    for path in (f"run/{name}", f"thumb/{name}", f"map/{name}", f"sheet/{name}/0", f"colours/{name}", f"plot/{name}/curves"):
        response = client.get(path)
        assert response.status_code == 404, path
    for run in ("../tiny", "tiny/../tiny", "/tiny", "tiny\0", "..", ""):
        sentence(client.post("render", {"run": run, "op": "image", "w": W}), 404)


@pytest.mark.parametrize("body, status", [
    ({"run": "tiny", "op": "image", "w": moves.to_text(np.array([np.nan, 0, 0, 0]))}, 422),
    ({"run": "tiny", "op": "image", "w": moves.to_text(np.array([np.inf, 0, 0, 0]))}, 422),
    ({"run": "tiny", "op": "image", "w": moves.to_text(np.zeros(3))}, 422),
    ({"run": "tiny", "op": "image", "w": W, "path": "/etc/passwd"}, 422),
    ({"run": "tiny", "op": "delete", "w": W}, 422),
    ({"run": "tiny", "op": "grid", "w": moves.to_text(np.zeros(4 * 300)), "columns": 10}, 422),
    ({"run": "tiny", "op": "manifold", "n": 24}, 422),
    ({"run": ["tiny"], "op": "image", "w": W}, 422),
])
def test_hostile_requests(client, body, status):
    sentence(client.post("render", body), status)


def test_hostile_code_requests(client):
    for body in ({"op": "place", "projection": "../x", "x": 0, "y": 0}, {"op": "place", "projection": "umap", "x": 1e300, "y": 0},
                 {"op": "neighbours", "w": W, "k": 10**9}, {"op": "sample", "seed": -1}, {"op": "sample", "seed": 2**80},
                 {"op": "encode", "image": "aGVsbG8="}, {"op": "encode", "image": {"index": 1, "path": "x"}}, {"op": "encode", "image": 5}):
        sentence(client.post("code", {"run": "tiny", **body}), 422)
    sentence(client.post("code", content=b'{"run":"tiny","op":"place","projection":"umap","x":NaN,"y":0}'), 422)
    sentence(client.post("code", content=b"[" * 100_000), 422)
    sentence(client.post("code", {"run": "tiny", "op": "point", "index": 10**9}), 404)


def test_too_long_bodies(client):
    for path, limit in (("render", routes.MAX_RENDER), ("code", routes.MAX_CODE), ("film", routes.MAX_FILM), ("seeds", routes.MAX_NAME)):
        sentence(client.post(path, content=bytes(limit + 1)), 413)
        sentence(client.post(path, content=(bytes(2**16) for _ in range(limit // 2**16 + 2))), 413)      # no length declared
        sentence(client.post(path, content=b""), 422)


def test_wrong_methods(client):
    assert client.get("render").status_code == 405 and client.post("runs", {}).status_code == 405


def test_training_is_told_to_visitors(session):
    assert run_info.list_runs(session, Access(False), lambda spec: [])["training"] is False


def test_a_new_run_is_listed_and_a_changed_one_loaded_anew(tmp_path):
    session = Session(tmp_path)
    client = Client(session)
    assert client.get("runs").json()["runs"] == []
    make(tmp_path, "one", data(), z_dim=4)
    assert [r["name"] for r in client.get("runs").json()["runs"]] == ["one"]
    first = session.run("one")
    assert session.run("one") is first
    checkpoint.update(tmp_path / "one", title="Renamed")
    assert client.get("run/one").json()["card"]["title"] == "Renamed" and session.run("one") is not first
    (tmp_path / "one" / "map.npz").write_bytes(b"PK\x03\x04 nonsense")
    assert "damaged" in client.get("run/one").json()["error"]
    shutil.rmtree(tmp_path / "one")
    assert client.get("run/one").status_code == 404


def test_damaged_held_out_images_do_not_stop_a_run(tmp_path):
    make(tmp_path, "one", data(), z_dim=4)
    (tmp_path / "_data" / "shapes" / "sheet.json").write_text("{", "utf-8")
    client = Client(Session(tmp_path))
    assert client.get("run/one").json()["dataset"] is None
    sentence(client.get("sheet/shapes/0"), 422)
    sentence(client.post("code", {"run": "one", "op": "encode", "image": {"index": 0}}), 404)
    (tmp_path / "one" / "samples.webp").unlink()
    assert client.get("thumb/one").headers["content-type"] == "image/png"


def test_a_map_that_leaves_codes_out_encodes_the_held_out_images(tmp_path, monkeypatch):
    make(tmp_path, "long", data(), z_dim=4)
    full = maps.read(tmp_path / "long" / "map.npz")
    monkeypatch.setattr(maps, "MOST_NUMBERS", 10)
    maps.write(tmp_path / "long" / "map.npz", full)
    run = Session(tmp_path).run("long")
    assert run.map.codes is None and neighbours.projections(run) == ["umap", "pca"]
    assert np.array_equal(neighbours.points(run, "umap"), full.umap)
    np.testing.assert_allclose(run.codes, maps.encode_all(run.model, data().test.images), atol=1e-5)
    assert run.codes is run.codes and len(neighbours.points(run, "pca")) == len(full.umap)
    shutil.rmtree(tmp_path / "_data")
    without = Session(tmp_path).run("long")
    assert without.codes is None and neighbours.projections(without) == []


def test_an_empty_and_a_missing_folder(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        assert Client(Session(folder)).get("runs").json()["runs"] == []


def test_only_recent_values_are_kept_and_each_is_made_once():
    made, recent = [], Recent(2)

    def slow(key):
        made.append(key)
        time.sleep(0.02)
        return key
    threads = [threading.Thread(target=lambda k=k: recent.get(k, 1, lambda: slow(k))) for k in "aaaabbbb"]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(made) == ["a", "b"]
    recent.get("c", 1, lambda: slow("c"))
    assert len(recent._values) == 2
    assert recent.get("c", 2, lambda: "changed") == "changed"


def test_runs_are_kept_by_what_they_hold(tmp_path):
    for name in ("a", "b", "c"):
        make(tmp_path, name, data(), z_dim=8)
    one = Session(tmp_path).run("a")
    bare, weights = one.nbytes, sum(t.nbytes for t in one.model.state_dict().values())
    assert weights + one.map.codes.nbytes + one.map.umap.nbytes <= bare < 3 * weights
    one.once("much", lambda: {"here": [np.zeros(1000)], "again": one.map.codes, "part": torch.zeros(10, 10)[:2]})
    assert one.nbytes == bare + 8000 + 400, "what is held twice counts once, and a part counts as all that it holds"
    one.later.wait("later", lambda tell: np.zeros(500))
    assert one.nbytes == bare + 8000 + 400 + 4000

    session = Session(tmp_path, keep=5 * bare // 2)
    a, b = session.run("a"), session.run("b")
    assert session.run("a") is a and session.run("b") is b
    assert session.run("c") is not None and session.run("b") is b, "two fit"
    assert session.run("a") is not a, "the one used longest ago was let go of"
    b = session.run("b")
    b.once("much", lambda: np.zeros(3 * bare, np.uint8))
    c = session.run("c")
    assert session.run("c") is c and session.run("b") is not b, "what was worked out since counts too"
    assert Session(tmp_path, keep=0).run("a").nbytes > 0


def test_many_threads_load_a_run_once(trained, monkeypatch):
    session, loaded = Session(trained), []
    load = checkpoint.load
    monkeypatch.setattr(checkpoint, "load", lambda *a: loaded.append(a) or load(*a))
    threads = [threading.Thread(target=lambda: run_directions.effects(session.run("tiny"))) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(loaded) == 1


def test_with_gradio_and_a_login(session, monkeypatch):
    """The real thing: without the cookie every route is closed; logged in they answer."""
    import gradio as gr
    from gradio.http_server import Server

    monkeypatch.setattr(Server, "run_in_thread", Server.run_in_thread)          # put back afterwards
    gradio_internals.start_patiently(Server)
    with gr.Blocks() as demo:
        gr.Markdown("test")
    _, url, _ = demo.launch(server_name="127.0.0.1", server_port=host.free_port(), auth=[("ada", "secret")], prevent_thread_lock=True,
                            quiet=True, ssr_mode=False, run_history=False, app_kwargs={"routes": routes.make_routes(session, Access(True))},
                            **gradio_internals.UNASKED)
    try:
        with httpx.Client(base_url=url.rstrip("/") + PREFIX, trust_env=False, timeout=HANGS) as http:
            image = json.dumps({"run": "tiny", "op": "image", "w": W})
            for path in ("runs", "thumb/tiny", "run/tiny", "map/tiny", "colours/shapes", "fields/shapes", "sheet/shapes/0",
                         "plot/tiny/curves", "plot/tiny/spectrum"):
                sentence(http.get("/" + path), 401)
            for path in ("render", "code", "film", "seeds"):
                sentence(http.post("/" + path, content=image), 401)
                sentence(http.post("/" + path, content=image, headers={"cookie": "access-token-x=1; access-token-unsecure-x=None"}), 401)
            login = httpx.post(f"{url}login", data={"username": "ada", "password": "secret"}, trust_env=False, timeout=HANGS)
            cookie = "; ".join(f"{k}={v}" for k, v in login.cookies.items())
            headers = {"cookie": cookie}
            assert http.get("/runs", headers=headers).json()["runs"]
            response = http.post("/render", content=image, headers=headers)
            assert response.headers["content-type"] == "image/png" and Image.open(io.BytesIO(response.content)).size == (28, 28)
            assert http.get("/run/nothing", headers=headers).status_code == 404
            assert http.get("/run/..%2f..", headers=headers).status_code == 404
    finally:
        demo.close()
