"""What the page's JavaScript is told of the server's answers is what they are. That all other tests' answers are of their types,
conftest.py sees to."""

from __future__ import annotations

import json

import pytest

from explorer.latent import moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.health import health_route
from explorer.server.routes import make_routes
from explorer.views.collapse.process import Trainings
from explorer.views.collapse.routes import live_routes
from explorer.views.map.routes import fit_routes
from explorer.views.map.umap_fits import Fits
from explorer.views.train import train
from explorer.views.train.jobs import Jobs
from tests.waiting import until
from training import alarms, checkpoint, notes, stages, status
from training.model import Note

from . import answers
from .conftest import Client, data, make
from .encoded import make_encoded
from .generators import make_generator
from .styled import make_styled


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> Session:
    root = tmp_path_factory.mktemp("answers")
    make(root, "vae", data(), z_dim=4)
    make_encoded(root, "lin", "linear", data(), z_dim=6, exact=True)
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5)
    make_encoded(root, "sparse", "sparse", data(), z_dim=40)
    make_generator(root, "codes", "infogan", data(), z_dim=6)
    make_generator(root, "classes", "cgan", data(), z_dim=6)
    make_styled(root, "styled", data())
    make_styled(root, "mirror", data(), family="stylealae")
    make_generator(root, "levels", "lapgan", data(), z_dim=6, noise=3, channels=4, network="conv")
    grown = make_generator(root, "grown", "progan", data(), z_dim=6, channels=8, channel_max=16, stage_images=64)
    stages.keep(grown, checkpoint.load(grown)[0], stages.Stage("7 × 7", 64))
    return Session(root)


@pytest.fixture(scope="module")
def client(session) -> Client:
    return Client(session)


REFS = {"a": ["s0", "s1"], "b": ["s2"], "c": ["r3"]}
IMAGE = {"image": {"index": 3}}
ASKED = {                                       # W: a code of the run, Z: its noise
    "code sample": [("vae", {"seed": 1}), ("classes", {"seed": 1, "label": 1})],
    "code read": [("vae", {"w": "W"}), ("codes", {"w": "W"})],
    "code map": [("styled", {"z": "Z"})],
    "code point": [("vae", {"index": 0})],
    "code kl": [("vae", {})],
    "code posterior": [("vae", {"index": 0})],
    "code neighbours": [("vae", {"w": "W"})],
    "code encode": [("vae", IMAGE), ("mirror", IMAGE)],
    "code directions": [("vae", {}), ("styled", {}), ("classes", {"label": 1})],
    "code place": [("vae", {"projection": p, "x": 0.5, "y": 0.1}) for p in ("pca", "umap")],
    "code way": [("vae", {"keys": "WW", "projection": p, "frames": 3}) for p in ("pca", "umap")],
    "code measure": [("vae", {"vector": "W"})],
    "code sum": [("vae", REFS)],
    "code gallery": [("vae", {"source": s}) for s in ("samples", "real")],
    "code styles": [("styled", {"rows": [0], "columns": [1, 2]})],
    "code reals": [("mirror", {"images": [{"index": 1}]})],
    "code noise": [("styled", {"w": "W", "strengths": [1.0] * 3, "seeds": 2})],
    "code paths": [("styled", {"a": 0, "b": 1, "frames": 2})],
    "code style_directions": [("styled", {"layers": [True] + [False] * 5})],
    "code pyramid": [("levels", {"w": "W", "blend": [1, 1]}), ("levels", {"w": "W", "blend": [1, 1], **IMAGE})],
    "code stages": [("grown", {}), ("styled", {})],
    "code kept": [("vae", {})],
    "code labels": [("vae", {}), ("vae", {"n": 10})],
    "microscope facts": [("stack", {}), ("lin", {}), ("sparse", {})],
    "microscope generator": [("classes", {}), ("stack", {})],
    "microscope maps": [("grown", {"layer": 1, "w": "W"})],
    "microscope partners": [("classes", {})],
    "microscope units": [("stack", {"layer": 0})],
    "microscope filters": [("stack", {"units": [0, 1]})],
    "microscope ascent": [("stack", {"layer": 0, "units": [0]})],
    "microscope values": [("stack", {"layer": 0, "units": [0], "w": "W"})],
    "microscope unit": [("stack", {"layer": k, "unit": 0, **IMAGE}) for k in (0, -1)],
    "microscope activity": [("stack", {}), ("sparse", {})],
    "microscope parts": [("stack", {"w": "W"})],
    "microscope depth": [("stack", IMAGE)],
    "microscope sized": [("lin", {"sizes": [1, 2], **IMAGE})],
    "microscope sizes": [("lin", {})],
    "microscope drawn": [("stack", {"by": by}) for by in ("normal", "own", "mixture")],
    "microscope columns": [("lin", {})],
    "microscope lesson": [("lin", {})],
}


@pytest.mark.parametrize("key", [k for k in answers.kinds() if k.split()[0] in ("code", "microscope") and not k.endswith("asked")])
def test_every_operation_answers_what_it_says(client, session, key):
    """Also while it is not ready; the answers themselves are checked where they are received."""
    route, op = key.split()
    for name, more in ASKED[key]:
        run = session.run(name)
        codes = {"W": moves.to_text(run.map_z(run.sample_z(1, 0), run.label(None))), "Z": moves.to_text(run.sample_z(1, 0)),
                 "WW": moves.to_text(run.map_z(run.sample_z(2, 0), run.label(None)))}
        body = {k: codes.get(v, v) if isinstance(v, str) else v for k, v in more.items()}
        def answered(asked=body, of=name):
            response = client.post(route, {"run": of, "op": op, **asked})
            return response if response.json().get("ready") is not False else None
        response = until(answered)
        assert response.status_code == 200, response.text


OPENED = [f"{what}/{run}" for run in ("vae", "codes", "classes", "styled", "levels") for what in ("run", "codes")]


@pytest.mark.parametrize("path", ["runs", "compare?runs=vae,lin", *OPENED, "plot/vae/curves", "plot/vae/spectrum"])
def test_what_is_fetched_is_what_it_says(client, path):
    assert client.get(path).status_code == 200


def test_an_image_in_many_runs_a_mean_and_a_search_are_what_they_say(client):
    for more in ({}, {"noise": {"kind": "gaussian", "amount": 0.1}}):
        assert client.post("beside", {"run": "vae", "runs": ["vae", "lin", "codes", "nothing"], **IMAGE, **more}).status_code == 200
    assert client.post("mix", {"run": "vae", "indices": [1, 2]}).status_code == 200
    while not (told := client.post("search", {"run": "codes", **IMAGE, "label": None}).json())["ready"]:
        if told["step"] > 2:
            break
    assert client.post("search", {"run": "codes", **IMAGE, "cancel": True}).json() == {"ready": False, "cancelled": True}


def told(function, asked=None):
    """What a call of Train is answered with, as JSON."""
    name, answer = function.__name__, json.dumps(function(asked))
    answers.check("problem" if "error" in json.loads(answer) else f"job {name}",
                  answer if "error" in json.loads(answer) else json.dumps(json.loads(answer)["value"]))
    return json.loads(answer)


def test_train_s_calls_are_what_they_say(tmp_path):
    call = {f.__name__: f for f in train.functions(Jobs(tmp_path, Access(True)))}
    assert told(call["job_form"])["value"]["families"]
    assert told(call["job_snapshot"])["value"]["state"] == "idle"
    folder = make(tmp_path, "mine", data(), with_map=False, z_dim=4)
    status.write(folder, status.Status(state="failed", family="vae", data="folder", images=2000, message="It was too little."))
    (folder / "resume").mkdir()
    notes.write(folder, [Note("damaged", 2)])
    alarms.Record(folder)
    shot = told(call["job_snapshot"], {"name": "mine"})["value"]
    assert shot["state"] == "failed" and shot["terms"]["kl"] and shot["notes"][0]["n"] == 2
    assert told(call["job_samples"], {"name": "mine"})["value"].startswith("data:image/webp")
    token = told(call["job_begin_upload"], {"title": "Mine"})["value"]
    assert told(call["job_check_upload"], {"token": token})["key"] == "train.error.upload.few"
    assert told(call["job_stop"], {"name": "mine"})["value"] is None
    assert told(call["job_resume"], {"name": "mine"})["error"]
    start = {"family": "vae", "data": "mnist", "recipe": "quick", "settings": {}, "name": "a/b"}
    assert told(call["job_start"], start)["key"] == "train.error.name"
    assert "damaged" in told(call["job_add_upload"], {"token": token, "path": "1.png", "piece": "?", "first": True})["error"]
    assert told(call["job_delete"], {"name": "mine"})["value"] is None
    assert set(call) == set(answers.called())


@pytest.mark.parametrize(("name", "asked", "field"), [
    ("job_start", {"family": "vae", "name": "mine"}, "data"), ("job_start", None, "family"), ("job_resume", {"name": 7}, "name"),
    ("job_delete", ["mine"], "body"), ("job_stop", {"name": "m", "more": 1}, "more"), ("job_begin_upload", {"title": "x" * 1001}, "title"),
    ("job_check_upload", {"token": "0" * 16, "dropped": {"raw": "many"}}, "dropped.raw"), ("job_form", "form", "body"),
    ("job_fit", {"family": "vae", "recipe": "quick", "settings": [1], "upload": "0" * 16}, "settings")])
def test_a_call_of_train_that_is_not_of_its_type_is_a_sentence(tmp_path, name, asked, field):
    call = {f.__name__: f for f in train.functions(Jobs(tmp_path, Access(True)))}
    assert told(call[name], asked)["error"].startswith(f"The request does not fit: {field}: ")


def test_an_answer_that_is_not_of_its_type_is_told():
    for wrong in ({"w": 1, "z": "", "seed": 0}, {"w": "", "z": ""}, {"w": "", "z": "", "seed": 0, "more": 1}):
        with pytest.raises((ValueError, AssertionError)):
            answers.check("code sample", json.dumps(wrong))
    answers.check("code sample", json.dumps({"w": "", "z": "", "seed": 0}))


def test_every_route_is_said_to_answer_something(session):
    """With JSON of a type, or with bytes."""
    routes = {(m, r.path.partition("explorer/")[2]) for r in make_routes(session, Access(True)) for m in r.methods - {"HEAD"}}
    routes.add(("GET", health_route().path.partition("explorer/")[2]))
    views = [*fit_routes(Fits(session, Access(True))), *live_routes(Trainings())]
    routes |= {(e.method, e.path) for e in views}
    json_of = {("GET", p.partition("?")[0]) for p in answers.GETS} | {("POST", p) for p in answers.POSTS}
    rest = {p for m, p in routes - json_of} - {"code", "microscope"}
    assert json_of <= routes and rest == answers.BYTES


def test_the_declarations_are_those_that_python_makes():
    assert answers.FILE.read_text("utf-8") == answers.text(), "make answers"
