"""Named questions: what is wrong with one is a sentence of ours, whatever was sent; files in base64 as people have them."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from explorer import Refused
from explorer.latent import moves, run_directions
from explorer.runs.shares import Busy
from explorer.server.api import Decode, Encode, MapZ, Nearest, Sample, asked
from explorer.server.api_maps import HeldOut, Map, Place
from explorer.server.api_paths import Arithmetic, Directions, Film, Move, Walk
from explorer.server.named_questions import EACH_FILMS, FILMS, QUESTIONS, Answering, films
from tests.waiting import until


@pytest.fixture(scope="module")
def files(tiny) -> list[str]:
    """Two held-out images as PNG files in base64."""
    def text(pixels) -> str:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        return base64.b64encode(out.getvalue()).decode("ascii")
    return [text(pixels[0]) for pixels in tiny.held.images([3, 5])]


def test_a_file_may_come_in_one_line_in_many_or_as_a_data_url(session, files):
    plain, other = files
    wrapped = textwrap.fill(plain, 76)
    assert "\n" in wrapped
    code = asked(Encode, run="tiny", image_base64=plain).answer(session)
    assert len(code) == 4
    for text in (wrapped, wrapped.replace("\n", "\r\n") + "\r\n", f"data:image/png;base64,{plain}", f"data:image/png;base64,{wrapped}"):
        assert asked(Encode, run="tiny", image_base64=text).answer(session) == code
    several = asked(Encode, run="tiny", image_base64=[plain, other, wrapped]).answer(session)
    np.testing.assert_allclose([several[0], several[2]], [code, code], atol=1e-5)
    np.testing.assert_allclose(several[1], asked(Encode, run="tiny", image_base64=other).answer(session), atol=1e-5)


@pytest.mark.parametrize("kind, values, said", [
    (Sample, {"run": ["tiny"], "seed": 0}, "run is the name"), (Sample, {"run": None, "seed": 0}, "run is the name"),
    (Sample, {"run": "x" * 65, "seed": 0}, "run is the name"), (Sample, {"run": "nothing", "seed": 0}, "no run of that name"),
    (Sample, {"run": "tiny", "seed": "abc"}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": -1}, "seed is a whole number"),
    (Sample, {"run": "tiny", "seed": 2**63}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": 1.5}, "seed is a whole number"),
    (Sample, {"run": "tiny", "seed": None}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": 0, "label": "one"}, "label is"),
    (Decode, {"run": "tiny", "code": "0,0"}, "code is a list"), (Decode, {"run": "tiny", "code": [0, "a"]}, "code is a list"),
    (Decode, {"run": "tiny", "code": [[[0.0] * 4]]}, "code is a list"), (Decode, {"run": "tiny", "code": [float("nan")] * 4}, "finite"),
    (Decode, {"run": "tiny", "code": [1e300] * 4}, "finite"), (Decode, {"run": "tiny", "code": []}, "code is a list"),
    (Decode, {"run": "tiny", "code": [0.0] * 5}, "has 5 numbers"), (Decode, {"run": "tiny", "code": [0.0] * 8}, "takes 1 code"),
    (Nearest, {"run": "tiny", "code": [0.0] * 4, "k": 25}, "between 1 and 24"),
    (Nearest, {"run": "tiny", "code": [0.0] * 4, "k": "x"}, "k is"),
    (Encode, {"run": "tiny", "image_base64": 5}, "image_base64 is"), (Encode, {"run": "tiny", "image_base64": []}, "image_base64 is"),
    (Encode, {"run": "tiny", "image_base64": ["x"] * 17}, "up to 16"), (Encode, {"run": "tiny", "image_base64": "§"}, "not base64"),
    (Encode, {"run": "tiny", "image_base64": "data:image/png,x"}, "not base64"),
    (Encode, {"run": "tiny", "image_base64": "bm90IGFuIGltYWdl"}, "not an image")])
def test_what_is_wrong_is_one_sentence_and_none_of_pythons(session, kind, values, said):
    with pytest.raises(Refused) as e:
        asked(kind, **values).answer(session)
    told = str(e.value)
    assert said in told and told.endswith(".") and "\n" not in told
    assert not re.search(r"Error|Traceback|pydantic|NoneType|<class|'str'|int\(\)", told)


def test_every_value_has_its_sentence():
    for kind in QUESTIONS:
        assert all(field.description for field in kind.model_fields.values()), kind.title
        assert kind.told() and kind.told().endswith("."), kind.title


def test_what_is_not_asked_for_is_named(session):
    with pytest.raises(Refused, match="sample: there is no 'colour' to be said; there is run, seed, label"):
        asked(Sample, run="tiny", seed=0, colour="red")


ZERO = [0.0] * 4


@pytest.mark.parametrize("kind, values, said", [
    (Sample, {"seed": list(range(257))}, "seed is a whole number"), (Sample, {"seed": []}, "seed is a whole number"),
    (Sample, {"seed": [0, 1], "label": [0]}, "these are 1 classes; 2 are needed"),
    (Decode, {"code": [ZERO, [0.0] * 3]}, "has 3 numbers"), (Decode, {"code": [ZERO] * 257}, "256"),
    (Walk, {"keys": []}, "keys is a list"), (Walk, {"keys": [ZERO], "frames": 65}, "frames is a whole number"),
    (Walk, {"keys": [ZERO], "method": "cubic"}, 'method is "lerp"'), (Walk, {"keys": ZERO}, "keys is a list"),
    (Film, {"keys": [ZERO], "frames": 240, "fps": 1}, "would last 240 seconds"), (Film, {"keys": [ZERO] * 13}, "1 to 12 codes"),
    (Film, {"keys": [ZERO], "size": 5000}, "size is the longer side"),
    (Arithmetic, {"a": "s1", "b": "x2", "c": "s3"}, "b is a code"), (Arithmetic, {"a": ["s1"] * 13, "b": "s2", "c": "s3"}, "a is a code"),
    (Arithmetic, {"a": "r999", "b": "s2", "c": "s3"}, "test images 0 to 119"),
    (Arithmetic, {"a": ZERO, "b": [0.0] * 3, "c": "s3"}, "has 3 numbers"),
    (Move, {"code": ZERO, "direction": ZERO, "values": [1]}, "length zero"),
    (Move, {"code": ZERO, "direction": [1.0] * 4, "values": [99]}, "values is a list"),
    (Map, {"projection": "tsne"}, "projection is"), (Map, {"run": "plane", "projection": "pca3"}, "no 3-D map"),
    (Map, {"run": "bare", "projection": "umap"}, "no UMAP map"), (Place, {"x": float("inf"), "y": 0}, "x is a finite number"),
    (Place, {"x": 0, "y": 0, "projection": "code"}, "no plain map"), (HeldOut, {"index": 120}, "120 is none of them"),
    (MapZ, {"z": [0.0] * 3}, "has 3 numbers")])
def test_limits_of_batches_and_ways_are_sentences(session, kind, values, said):
    with pytest.raises(Refused) as e:
        asked(kind, **{"run": "tiny"} | values).answer(session)
    assert said in str(e.value) and str(e.value).endswith(".") and "\n" not in str(e.value)


@pytest.mark.parametrize("kind, values", [
    (Decode, {"code": [[""] * 2000] * 200}), (Walk, {"keys": [[""] * 2000] * 60}), (Sample, {"seed": [""] * 200, "label": [""] * 200}),
    (Arithmetic, {name: [[""] * 2000] * 12 for name in "abc"}), (Move, {"code": [""] * 999, "direction": [""] * 999, "values": [""] * 60})])
def test_of_much_that_is_wrong_the_first_is_told(kind, values):
    """A message for each of the two million numbers of 6 MiB would take 2.5 GB."""
    with pytest.raises(ValidationError) as e:
        kind(run="tiny", **values)
    assert e.value.error_count() <= 12


def ask(session, kind, **values):
    return asked(kind, **values).answer(session)


def pixels(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))


def test_several_are_as_each_alone(session):
    seeds = [3, 4, 2**62]
    codes = ask(session, Sample, run="tiny", seed=seeds)
    assert codes == [ask(session, Sample, run="tiny", seed=s) for s in seeds], "no number depends on how many there are"
    drawn = ask(session, Decode, run="tiny", code=codes)
    for image, code in zip(drawn, codes, strict=True):
        assert np.abs(pixels(image).astype(int) - pixels(ask(session, Decode, run="tiny", code=code))).max() <= 1
    near = ask(session, Nearest, run="tiny", code=codes, k=3)
    assert near == [ask(session, Nearest, run="tiny", code=code, k=3) for code in codes]
    z = session.run("tiny").sample_z(2, 5)
    assert np.allclose(ask(session, MapZ, run="tiny", z=z.tolist()), [ask(session, MapZ, run="tiny", z=row.tolist()) for row in z])


def test_a_walk_is_the_page_s(session, client):
    keys = ask(session, Sample, run="tiny", seed=[1, 2, 3])
    for more in ({"method": "slerp"}, {"loop": True}, {"space": "pixels"}):
        told = ask(session, Walk, run="tiny", keys=keys, frames=5, **more)
        body = {"run": "tiny", "op": "strip", "keys": moves.to_text(np.array(keys)), "frames": 5} | more
        strip = pixels(base64.b64encode(client.post("render", body).content).decode())
        assert np.array_equal(np.concatenate([pixels(one) for one in told["images"]], 1), strip), more
    straight = ask(session, Walk, run="tiny", keys=keys[:2], frames=3, images=False)
    np.testing.assert_allclose(straight["codes"], [keys[0], np.mean(keys[:2], 0), keys[1]], atol=1e-6)
    assert straight["images"] == []


@pytest.mark.parametrize("kind, begins", [("gif", b"GIF89a"), ("mp4", b"ftyp")])
def test_a_film_is_the_page_s(session, client, kind, begins):
    keys = ask(session, Sample, run="tiny", seed=[1, 2])
    film = base64.b64decode(ask(session, Film, run="tiny", keys=keys, frames=6, fps=12, format=kind, size=64, back=True))
    assert begins in film[:12]
    body = {"run": "tiny", "op": "walk", "keys": moves.to_text(np.array(keys)), "seconds": 0.5, "fps": 12, "format": kind, "size": 64,
            "back": True}
    assert film == client.post("film", body).content


def test_arithmetic_is_the_view_s(session, client):
    groups = {"a": ["s1", "r40"], "b": ["s3"], "c": ["s5", "s6", "r7"]}
    told = ask(session, Arithmetic, run="tiny", strength=0.5, seed=9, **groups)
    page = client.post("code", {"run": "tiny", "op": "sum", "strength": 0.5, "seed": 9, **groups}).json()
    assert moves.to_text(np.array(told["code"])) == page["w"] and moves.to_text(np.array(told["direction"])) == page["vector"]
    assert moves.to_text(np.array(told["neighbours"])) == page["cells"] and len(told["neighbours"]) == 9
    assert told["lines"] == page["lines"] and told["lines"] and told["said"] == page["said"]
    a, b, c = ask(session, Sample, run="tiny", seed=[1, 3, 5])
    by_code = ask(session, Arithmetic, run="tiny", a=a, b=[b], c="s5")
    np.testing.assert_allclose(by_code["code"], np.array(a) - b + c, atol=1e-5)
    assert by_code == ask(session, Arithmetic, run="tiny", a="s1", b="s3", c=["s5"])


def test_directions_are_found_and_moved_along(session, client):
    told = until(lambda: (found := ask(session, Directions, run="tiny"))["ready"] and found)
    page = client.post("code", {"run": "tiny", "op": "directions"}).json()
    assert [{**d, "vector": moves.to_text(np.array(d["vector"]))} for d in told["directions"]] == page["directions"]
    assert told["fields"] == page["fields"]
    run, w = session.run("tiny"), np.array(ask(session, Sample, run="tiny", seed=0), np.float32)
    for k, d in enumerate(told["directions"]):
        codes = np.array(ask(session, Move, run="tiny", code=w.tolist(), direction=k, values=[-2, 0, 1.5]))
        vector, mean = np.array(d["vector"]), run_directions.basis(run).mean
        np.testing.assert_allclose((codes - mean) @ vector / d["sigma"], [-2, 0, 1.5], atol=1e-3)
        across = (codes - w) - np.outer((codes - w) @ vector, vector)
        np.testing.assert_allclose(across, 0, atol=1e-4)
        if d["kind"] != "attribute":            # whose sigma is that of the codes it was found on
            twice = ask(session, Move, run="tiny", code=w.tolist(), direction=(2 * vector).tolist(), values=[-2, 0, 1.5])
            np.testing.assert_allclose(twice, codes, atol=0.01)
    with pytest.raises(Refused, match=f"has {len(told['directions'])} directions"):
        ask(session, Move, run="tiny", code=w.tolist(), direction=900, values=[0])


def test_a_map_is_the_page_s(session, client, tiny):
    told = ask(session, Map, run="tiny")
    assert told["projection"] == "umap" and told["projections"] == ["umap", "pca"]
    for name in ("umap", "pca", "pca3"):
        points = np.array(ask(session, Map, run="tiny", projection=name)["points"], np.float32)
        assert points.tobytes() == client.get("map/tiny", params={"projection": name}).content
    assert told["classes"] == ["bar", "square"] and told["labels"] == tiny.held.labels.tolist()
    assert told["categories"] == {"side": ["left", "right"]} and told["attributes"]["side"] == tiny.held.attributes[:, 0].tolist()
    x, y = told["points"][7]
    there = ask(session, Place, run="tiny", x=x, y=y)
    assert there["nearest"] == 7 and there["ratio"] < 1e-3
    image = ask(session, HeldOut, run="tiny", index=7)
    np.testing.assert_allclose(there["code"], image["code"], atol=1e-5)
    assert np.array_equal(pixels(image["image"]), tiny.held.images([7])[0][0]) and image["attributes"]["side"] in ("left", "right")
    alone = ask(session, HeldOut, run="bare", index=7)
    assert len(alone["code"]) == 4 and alone["label"] == image["label"], "encoded where there is no map"


def answered(session, kind, who, **values):
    """As a program is answered, on a thread with a loop of its own."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, Answering(session).answer(kind, {"run": "tiny", **values}, who)).result()


def test_films_are_shared_by_address(session):
    """One address asks for as many as it may; the other's is made."""
    film = {"keys": [ZERO], "frames": 2, "size": 28}
    with films().held("10.0.0.1", EACH_FILMS):
        with pytest.raises(Busy, match="Your other films"):
            answered(session, Film, "10.0.0.1", **film)
        assert answered(session, Film, "10.0.0.2", **film)
        with films().held("10.0.0.3", FILMS - EACH_FILMS), pytest.raises(Busy, match="Other films"):
            answered(session, Film, "10.0.0.2", **film)
        assert len(answered(session, Sample, "10.0.0.1", seed=0)) == 4, "what is quick is not held up"
    assert len(films()) == 0


@pytest.mark.parametrize("wrong, said", [(MemoryError(), "more memory"), (RuntimeError(), "its log says"), (OSError(), "its log says")])
def test_what_the_machine_cannot_is_a_sentence(session, monkeypatch, wrong, said):
    def fails(*_):
        raise wrong
    monkeypatch.setattr(Sample, "answer", fails)
    with pytest.raises(Refused, match=said):
        answered(session, Sample, "10.0.0.1", seed=0)
