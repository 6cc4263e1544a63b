"""What other tools are given of a run's test images is the run's own: read by numpy, TensorBoard's projector and pyarrow."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
from werkzeug.test import Client

from explorer import Refused
from explorer.take import arrays, atlas, projector
from explorer.take.points import points
from tests.site.test_networks import run_of
from training.maps import Map

WORDS = ("barofsoap", "사각형 <b>")


@pytest.fixture(scope="module")
def hostile(named):
    return named.run("hostile")


class Projector:
    """TensorBoard's plugin over a folder, asked as its page asks."""

    def __init__(self, folder) -> None:
        many = EventMultiplexer()
        plugin = ProjectorPlugin(TBContext(logdir=str(folder), multiplexer=many, data_provider=MultiplexerDataProvider(many, str(folder))))
        self.apps = plugin.get_plugin_apps()

    def ask(self, route: str, **query):
        answer = Client(self.apps[f"/{route}"]).get("/", query_string=query)
        assert answer.status_code == 200, answer.text
        return answer


def told(hostile) -> list[tuple[str, ...]]:
    """What is known of each point, in words that a table can hold."""
    held = hostile.held
    return [(WORDS[label], ("left", "right")[a], ("ab", "c")[b]) for label, (a, b) in zip(held.labels, held.attributes, strict=True)]


def test_numpy_reads_what_the_page_shows(hostile, tmp_path):
    arrays.write(hostile, tmp_path, tmp_path)
    with np.load(tmp_path / "points.npz", allow_pickle=False) as found:
        assert np.array_equal(found["codes"], hostile.codes) and np.array_equal(found["places"], hostile.map.umap)
        assert found["indices"].tolist() == list(range(hostile.held.n))
        words = [(str(found["classes"][k]), *(str(found["categories"][field, v]) for field, v in enumerate(row)))
                 for k, row in zip(found["labels"], found["attributes"], strict=True)]
        assert words == told(hostile) and found["fields"].tolist() == ["index", "Class"]
        assert json.loads(str(found["about"])) == {"run": "hostile", "weights_sha256": hostile.card.weights_sha256, "places": "umap"}


def test_tensorboards_projector_reads_the_folder(hostile, tmp_path):
    projector.write(hostile, tmp_path, tmp_path)
    board, n = Projector(tmp_path), hostile.held.n
    assert board.ask("runs").json == ["."]
    embedding, = board.ask("info", run=".").json["embeddings"]
    assert embedding["tensorName"] == "hostile" and embedding["tensorShape"] == [n, 4]
    codes = np.frombuffer(board.ask("tensor", run=".", name="hostile").data, np.float32).reshape(n, 4)
    assert np.array_equal(codes, hostile.codes)
    head, *rows = board.ask("metadata", run=".", name="hostile").text.removesuffix("\n").split("\n")
    assert head.split("\t") == ["index", "class", "index_2", "Class_2"]
    assert [tuple(row.split("\t")) for row in rows] == [(str(k), *row) for k, row in enumerate(told(hostile))]
    width, height = embedding["sprite"]["singleImageDim"]
    sheet = np.asarray(Image.open(io.BytesIO(board.ask("sprite_image", run=".", name="hostile").data)))
    assert (height, width) == (28, 28) and sheet.shape == (11 * 28, 11 * 28)
    for k in (0, 10, 11, n - 1):                # the page's script counts as many in a row as fit into the width
        y, x = k // (sheet.shape[1] // width) * height, k % (sheet.shape[1] // width) * width
        assert np.array_equal(sheet[y:y + height, x:x + width], hostile.real(np.array([k]))[0, 0])


def test_colour_keeps_its_colours_and_a_large_set_its_sheet(session, tmp_path, monkeypatch):
    run = session.run("colour")
    projector.write(run, tmp_path, tmp_path)
    sheet = np.asarray(Image.open(tmp_path / "sprite.png"))
    assert sheet.shape == (11 * 32, 11 * 32, 3) and np.array_equal(sheet[:32, 32:64], run.real(np.array([1]))[0].transpose(1, 2, 0))
    monkeypatch.setattr(projector, "LARGEST", 200)
    assert projector._sprite(run, points(run), tmp_path / "small.png") == (18, 18)
    with Image.open(tmp_path / "small.png") as small:
        assert small.size == (198, 198)


@pytest.mark.parametrize(("codes", "name"), [([[0, 2], [0.5, 32]], "tensors.tsv"), ([[1, -2], [0.3, 4]], "tensors.bytes")])
def test_codes_whose_bytes_are_text_are_read_too(codes, name, tmp_path):
    codes = np.array(codes, np.float32)
    assert projector._tensors(codes, tmp_path) == name
    config = f'embeddings {{ tensor_name: "a" tensor_path: "{name}" tensor_shape: 2 tensor_shape: 2 }}'
    (tmp_path / "projector_config.pbtxt").write_text(config)
    assert np.array_equal(np.frombuffer(Projector(tmp_path).ask("tensor", run=".", name="a").data, np.float32), codes.ravel())


def test_one_column_has_no_row_of_names(session, tmp_path, monkeypatch):
    run = session.run("tiny")
    monkeypatch.setattr(run, "held", None)
    assert projector.write(run, tmp_path, tmp_path).startswith("120 points of 4 numbers") and not (tmp_path / "sprite.png").exists()
    board = Projector(tmp_path)
    assert "sprite" not in board.ask("info", run=".").json["embeddings"][0]
    assert board.ask("metadata", run=".", name="tiny").text == "".join(f"{k}\n" for k in range(120))


def test_a_parquet_file_holds_places_words_and_images(hostile, tmp_path, monkeypatch):
    """As Embedding Atlas takes them: two columns of numbers, strings, and images as Hugging Face's data sets have them."""
    monkeypatch.setattr(atlas, "ROWS", 50)
    atlas.write(hostile, tmp_path, tmp_path)
    table = pyarrow.parquet.read_table(tmp_path / "points.parquet")
    assert table.schema.names == ["index", "x", "y", "class", "index_2", "Class_2", "image"]
    assert np.array_equal(np.stack([table["x"], table["y"]], 1), hostile.map.umap)
    assert list(zip(*(table[name].to_pylist() for name in ("class", "index_2", "Class_2")), strict=True)) == told(hostile)
    images = [np.asarray(Image.open(io.BytesIO(row["bytes"]))) for row in table["image"].to_pylist()]
    assert np.array_equal(np.stack(images), hostile.real(np.arange(hostile.held.n))[:, 0])
    assert table["image"][119]["path"].as_py() == "000119.png" and table["index"].to_pylist() == list(range(120))


def test_places_are_the_maps(session, monkeypatch):
    plane, tiny = session.run("plane"), session.run("tiny")
    assert points(tiny).laid_out == "umap"
    monkeypatch.setattr(plane, "map", Map(plane.codes))
    assert points(plane).laid_out == "code" and np.array_equal(points(plane).places, plane.codes)
    monkeypatch.setattr(tiny, "map", Map(tiny.codes))
    assert points(tiny).laid_out == "pca" and points(tiny).places.shape == (120, 2)


def test_a_run_without_codes_says_what_to_do(session, named, monkeypatch, tmp_path):
    lone = named.run("lone")
    with pytest.raises(Refused) as e:
        points(lone)
    assert f"run `python -m training evaluate lone --trained {shlex.quote(str(lone.folder.parent))}` first" in str(e.value)
    monkeypatch.setattr(lone, "folder", Path("trained/lone"))
    with pytest.raises(Refused, match="run `python -m training evaluate lone` first"):
        points(lone)
    with pytest.raises(Refused, match="small has no encoder"):
        points(run_of("gan"))
    monkeypatch.setattr(atlas.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"pip install -r requirements-parquet\.txt"):
        atlas.write(session.run("tiny"), tmp_path, tmp_path)
