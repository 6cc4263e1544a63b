import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from explorer import NotThere, Refused, images
from explorer.latent import moves, neighbours, run_directions
from explorer.runs.run import Run
from explorer.views import base, operations
from tests.training.prototypes import SmallConfig
from training import checkpoint
from training.model import DataSpec, LatentModel, LatentSpec


def draw(run, op, **fields) -> np.ndarray:
    return operations.DRAW.validate_python({"run": run.card.name, "op": op, **fields}).draw(run)


def ask(run, op, **fields) -> dict:
    return operations.CODE.validate_python({"run": run.card.name, "op": op, **fields}).answer(run)


def text(*rows) -> str:
    return moves.to_text(np.array(rows, np.float32))


A, B, C = [0.5, -1, 2, 0], [-1, 1, 0.25, 1], [2, 2, -2, 0]


def decoded(run, *rows) -> np.ndarray:
    """The oracle: the model itself, one code at a time."""
    shaped = torch.tensor(np.array(rows, np.float32)).view(len(rows), run.spec.num_layers, -1)
    with torch.no_grad():
        return np.concatenate([images.to_uint8(run.model.synthesize(w[None])) for w in shaped])


def close(a, b):
    assert a.shape == b.shape and abs(a.astype(int) - b.astype(int)).max() <= 1


def test_image(tiny):
    out = draw(tiny, "image", w=text(A))
    assert out.shape == (28, 28, 1) and out.dtype == np.uint8 and out.std() > 5
    close(out, decoded(tiny, A)[0])


def test_image_in_colour(session):
    run = session.run("colour")
    out = draw(run, "image", w=text(A))
    assert out.shape == (32, 32, 3)
    close(out, decoded(run, A)[0])


def test_grid(tiny):
    out = draw(tiny, "grid", w=text(A, B, C), columns=2)
    close(out, images.grid(decoded(tiny, A, B, C), 2))


def test_more_codes_than_one_chunk(tiny):
    rows = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    close(draw(tiny, "grid", w=moves.to_text(rows), columns=20), images.grid(decoded(tiny, *rows), 20))


def test_traverse_sets_absolute_coordinates(tiny):
    basis, values = run_directions.sliders(tiny), [-2.0, 0.5, 2.0]
    expected = [np.array(A) + (v * basis.sigmas[k] - (np.array(A) - basis.mean) @ basis.vectors[k]) * basis.vectors[k]
                for k in (1, 0) for v in values]
    close(draw(tiny, "traverse", w=text(A), directions=[1, 0], values=values), images.grid(decoded(tiny, *expected), 3))


def test_manifold_has_the_highest_y_on_top(session):
    run = session.run("plane")
    out = draw(run, "manifold", lo=-2, hi=2, n=3)
    expected = [[x, y] for y in (2, 0, -2) for x in (-2, 0, 2)]
    close(out, images.grid(decoded(run, *expected), 3))


def test_walk_strip_and_pixels(tiny):
    half = (np.array(A) + B) / 2
    close(draw(tiny, "walk", keys=text(A, B), t=0.5, method="lerp"), decoded(tiny, half)[0])
    close(draw(tiny, "walk", keys=text(A, B), t=0.3, method="slerp"), decoded(tiny, moves.slerp(np.array(A), np.array(B), 0.3))[0])
    ends = decoded(tiny, A, B).astype(float)
    close(draw(tiny, "walk", keys=text(A, B), t=0.25, space="pixels"), (ends[0] * 0.75 + ends[1] * 0.25).round().astype(np.uint8))
    strip = draw(tiny, "strip", keys=text(A, B, C), frames=5)
    assert strip.shape == (28, 140, 1)
    close(strip[:, 56:84], decoded(tiny, B)[0])
    close(draw(tiny, "strip", keys=text(A, B), frames=3, space="pixels")[:, 28:56], ends.mean(0).round().astype(np.uint8))
    assert draw(tiny, "strip", keys=text(A, B), frames=4, columns=2, loop=True).shape == (56, 56, 1)


def test_resample(tiny):
    out = draw(tiny, "resample", w=text(A), sigma=text([0] * 4), n=4)
    close(out, images.grid(decoded(tiny, A, A, A, A), 4))
    a, b, c = (draw(tiny, "resample", w=text(A), sigma=text([1] * 4), n=4, seed=s) for s in (1, 1, 2))
    assert np.array_equal(a, b) and not np.array_equal(a, c)
    more = draw(tiny, "resample", w=text(A), sigma=text([1] * 4), n=16, seed=1)
    close(more[:28], a)


@pytest.mark.parametrize("label", [None, 0])
def test_more_samples_of_a_seed_begin_with_the_same_images(tiny, label):
    """Compare draws as many as a window is wide: a shared link must show the same ones in another."""
    few, many = (draw(tiny, "samples", seed=3, n=n, columns=1, label=label) for n in (5, 37))
    close(many[:5 * 28], few)
    w = moves.from_text(ask(tiny, "sample", seed=3)["w"])
    close(few[:28], decoded(tiny, w)[0])


def test_sample_is_the_same_everywhere(tiny):
    first, again, other = (ask(tiny, "sample", seed=s) for s in (7, 7, 8))
    assert first == again and first["w"] != other["w"]
    z = torch.randn(1, 16, generator=torch.Generator().manual_seed(7))[:, :4].numpy()
    assert first["w"] == moves.to_text(z) == ask(tiny, "map", z=moves.to_text(z))["w"]


def test_point(tiny, session):
    out = ask(tiny, "point", index=5)
    assert out["w"] == moves.to_text(tiny.codes[5]) and out["label"] == tiny.held.labels[5]
    assert out["attributes"]["side"] in ("left", "right")
    bare = session.run("bare")                  # no map: encoded on the spot
    w = moves.from_text(ask(bare, "point", index=5)["w"])
    np.testing.assert_allclose(w, bare.encode(bare.held.images([5]))[0][0], atol=1e-6)
    for run in (tiny, bare):
        with pytest.raises(NotThere):
            ask(run, "point", index=120)


def test_place(tiny, session):
    x, y = tiny.map.umap[9].tolist()
    out = ask(tiny, "place", projection="umap", x=x, y=y)
    assert out["approximate"] and out["nearest"] == 9 and out["ratio"] < 1e-2
    far = ask(tiny, "place", projection="pca", x=500, y=-500)
    assert far["approximate"] and far["ratio"] > 5
    plane = session.run("plane")
    exact = ask(plane, "place", projection="code", x=1.5, y=-0.25)
    assert not exact["approximate"] and moves.from_text(exact["w"]).tolist() == [1.5, -0.25]
    for name in ("code", "umap"):
        with pytest.raises(NotThere):
            ask(session.run("bare"), "place", projection=name, x=0, y=0)
    with pytest.raises(NotThere):
        ask(tiny, "place", projection="code", x=0, y=0)


def test_neighbours(tiny, session):
    out = ask(tiny, "neighbours", w=moves.to_text(tiny.codes[3]), k=6)
    every = np.linalg.norm(tiny.codes - tiny.codes[3], axis=1)
    assert out["indices"][0] == 3 and out["distances"][0] == 0 and out["ratio"] == 0 and len(out["labels"]) == 6
    np.testing.assert_allclose(out["distances"], np.sort(every)[:6], rtol=1e-4, atol=1e-4)



def test_where_a_path_lies_on_a_map(tiny):
    """Exactly where a map has a place for every code, else at the nearest held-out images of its steps."""
    keys = np.stack([tiny.codes[3], tiny.codes[90]])
    steps = np.stack([moves.walk(keys, t, "lerp") for t in np.linspace(0, 1, 5)])
    found = ask(tiny, "way", keys=moves.to_text(keys), frames=5, projection="umap")
    distances = np.linalg.norm(tiny.codes[None] - steps[:, None], axis=2)
    assert found["xy"] is None and found["indices"] == distances.argmin(1).tolist() and found["indices"][::4] == [3, 90]
    xy = moves.from_text(ask(tiny, "way", keys=moves.to_text(keys), frames=5, projection="pca")["xy"]).reshape(-1, 2)
    ends = neighbours.points(tiny, "pca")[[3, 90]]
    np.testing.assert_allclose(xy, [moves.lerp(*ends, t) for t in np.linspace(0, 1, 5)], atol=1e-3)
    arc = moves.from_text(ask(tiny, "way", keys=moves.to_text(keys), frames=5, method="slerp", projection="pca")["xy"]).reshape(-1, 2)
    np.testing.assert_allclose(arc[[0, 4]], ends, atol=1e-3)
    assert np.abs(arc[2] - xy[2]).max() > 1e-3, "an arc is not straight"

def test_a_run_that_was_never_measured_has_its_codes_made_when_it_is_opened(session):
    bare = session.run("bare")
    assert not (bare.folder / "map.npz").exists() and neighbours.projections(bare) == ["pca"]
    np.testing.assert_allclose(bare.codes[:20], bare.encode(bare.held.images(range(20)))[0], atol=1e-5)
    assert ask(bare, "neighbours", w=moves.to_text(bare.codes[7]), k=1)["indices"] == [7]


def test_encode_three_ways(tiny):
    import base64
    pixels = tiny.held.images([4])[0]
    out = io.BytesIO()
    Image.fromarray(pixels[0]).save(out, "PNG")
    held = ask(tiny, "encode", image={"index": 4})
    as_file = ask(tiny, "encode", image=base64.b64encode(out.getvalue()).decode())
    as_url = ask(tiny, "encode", image="data:image/png;base64," + base64.b64encode(out.getvalue()).decode())
    as_pixels = ask(tiny, "encode", image={"pixels": base64.b64encode(pixels.transpose(1, 2, 0).tobytes()).decode()})
    inverted = ask(tiny, "encode", image={"pixels": base64.b64encode((255 - pixels).tobytes()).decode()}, invert=True)
    assert held["w"] == as_file["w"] == as_url["w"] == as_pixels["w"] == inverted["w"]
    w, sigma = tiny.encode(pixels[None])
    assert held["w"] == moves.to_text(w) and held["sigma"] == moves.to_text(sigma) and (sigma > 0).all()
    again = decoded(tiny, w[0])[0].astype(float) / 255
    expected = ((again[..., 0] - pixels[0] / 255) ** 2).sum()
    assert held["error"] == pytest.approx(expected, rel=0.02) and held["label"] == int(tiny.held.labels[4])
    errors = tiny.errors(tiny.held.images(np.arange(120)))
    assert held["percentile"] == pytest.approx((errors > held["error"]).mean(), abs=0.02)
    for key in ("input", "reconstruction", "difference"):
        assert held[key].startswith("data:image/png;base64,")


@pytest.mark.parametrize("image", ["", "?!", "data:image/png;base64,", "A" * 6_000_000, {"pixels": "AAAA"}, {"pixels": "%"},
                                   {"index": 10**9}])
def test_encode_refuses(tiny, image):
    with pytest.raises(Refused, match=r"\.$"):
        ask(tiny, "encode", image=image)


def test_manifold_needs_a_plane(tiny):
    with pytest.raises(Refused, match="2 numbers"):
        draw(tiny, "manifold")


def test_the_wrong_number_of_codes(tiny):
    for op, fields in (("image", dict(w=text(A, B))), ("image", dict(w=text(A[:3]))), ("grid", dict(w=text(*[A] * 257), columns=9)),
                       ("walk", dict(keys=text(A[:2]), t=0)), ("traverse", dict(w=text(A), directions=[99], values=[0]))):
        with pytest.raises(Refused, match=r"\.$"):
            draw(tiny, op, **fields)


BAD = [b"", b"[]", b"{", b"null", b"NaN", b"\xff\xfe", b'{"op":"image"}', b'{"run":"tiny"}', b'{"run":1,"op":"image","w":"AAAA"}',
       b'{"run":"' + b"a" * 99 + b'","op":"image","w":"AAAA"}', *(b'{"run":"tiny","op":' + rest for rest in (
           b'"nope"}', b'"image","w":1}', b'"image","w":"AAAA","extra":1}', b'"image","w":"AADAfw=="}',
           b'"grid","w":"AAAA","columns":0}', b'"grid","w":"AAAA","columns":99999}',
           b'"walk","keys":"AAAA","t":NaN}', b'"walk","keys":"AAAA","t":2}', b'"walk","keys":"AAAA","t":0,"method":"spline"}',
           b'"manifold","n":9999}', b'"manifold","lo":-1e999}', b'"strip","keys":"AAAA","frames":1000}',
           b'"traverse","w":"AAAA","directions":[-1],"values":[0]}', b'"traverse","w":"AAAA","directions":[],"values":[0]}',
           b'"traverse","w":"AAAA","directions":[0],"values":[1e9]}'))]


@pytest.mark.parametrize("body", BAD)
def test_bad_requests_get_a_sentence(body):
    with pytest.raises(Refused) as e:
        base.parse(operations.DRAW, body)
    sentence = str(e.value)
    assert sentence[0].isupper() and sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(raw):
    for adapter in (operations.DRAW, operations.CODE):
        with pytest.raises(Refused):
            base.parse(adapter, raw)


def test_huge_numbers_still_give_an_image(tiny):
    assert draw(tiny, "image", w=text([1e6, -1e6, 1e6, 0])).shape == (28, 28, 1)


class Layered(LatentModel):
    """Two layers, three classes, four levels of grey: image = mean of w + class / 4."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=(1, 4, 4), z_dim=3, w_dim=3, num_layers=2, num_classes=3)
        self.scale = torch.nn.Parameter(torch.tensor(0.1))

    def map(self, z, label=None):
        return z[:, None].repeat(1, 2, 1) + 0 * label[:, None, None]

    def synthesize(self, w, label=None):
        return (self.scale * w.mean((1, 2)) + label / 4).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)


@pytest.fixture
def layered(tmp_path):
    model = Layered().eval().requires_grad_(False)
    card = checkpoint.Card("layered", "vae", SmallConfig().to_dict(), DataSpec("x", "X", (1, 4, 4), tuple("abc")), model.spec)
    return Run(tmp_path, card, model, "cpu", None, None)


def test_layers_and_classes(layered):
    w = text([1, 1, 1, 3, 3, 3])
    greys = [draw(layered, "image", w=w, label=k)[0, 0, 0] for k in (0, 1, 2)]
    assert greys == [round((0.2 + k / 4 + 1) * 127.5) for k in (0, 1, 2)] and draw(layered, "image", w=w)[0, 0, 0] == greys[0]
    assert len(moves.from_text(ask(layered, "sample", seed=1, label=2)["w"])) == 6
    for label in (-1, 3):
        with pytest.raises(Refused, match="classes 0 to 2"):
            draw(layered, "image", w=w, label=label)
    assert len(run_directions.sliders(layered).vectors) == 3 and len(run_directions.effects(layered)) == 3
    assert neighbours.projections(layered) == []
    with pytest.raises(Refused, match="no encoder"):
        ask(layered, "encode", image={"pixels": "A" * 20 + "AA=="})
    assert neighbours.first_code(layered)["origin"] == {"kind": "sample", "seed": 0}


def test_points_in_the_plane_are_no_images(layered):
    layered.spec = LatentSpec(shape=(2,), z_dim=3, w_dim=3, num_layers=2, num_classes=3)
    with pytest.raises(Refused, match="points in the plane"):
        draw(layered, "image", w=text([0] * 6))
    assert all(e.label is None for e in run_directions.effects(layered))


def test_directions_are_orthonormal_and_sorted_by_effect(session):
    for name in ("tiny", "bare", "colour"):
        run = session.run(name)
        vectors = run_directions.sliders(run).vectors
        np.testing.assert_allclose(vectors @ vectors.T, np.eye(len(vectors)), atol=1e-4)
        assert len(run_directions.effects(run)) == len(vectors) <= 8 and (run_directions.sliders(run).sigmas > 0).all()


def test_the_page_opens_with_the_run_whose_map_is_clearest(session):
    cards = session.runs()[0]
    best = max(cards.values(), key=lambda c: c.metrics.get("map_accuracy", {}).get("value", 0.0)).name
    assert session.first() == best and session.first() in cards


def test_operations_are_gathered_from_the_views_folders():
    """Every request with an ``op`` is asked on its route, once: nobody keeps a list of them."""
    def kinds(of):
        return {of}.union(*(kinds(k) for k in of.__subclasses__()))
    known = {k for k in kinds(base.Request) if "op" in k.model_fields and k.__module__.startswith("explorer.")}
    for route, adapter in (("render", operations.DRAW), ("code", operations.CODE), ("microscope", operations.MICROSCOPE)):
        here = operations.operations(route)
        names = [k.model_fields["op"].annotation.__args__[0] for k in here]
        assert set(here) == {k for k in known if k.route == route} and len(set(names)) == len(names) > 10
        with pytest.raises(ValidationError, match="expected tags") as e:
            adapter.validate_python({"op": "none of them"})
        assert all(f"'{n}'" in str(e.value) for n in names)
