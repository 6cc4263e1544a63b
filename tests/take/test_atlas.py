"""Embedding Atlas itself opens what is taken along for it: started by the very words that are told, asked over HTTP as its page asks."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from explorer.take import atlas
from tests import forked
from tests.host import answers, free_port
from tests.take.test_points import told

READER = Path(sys.prefix) / "atlas"              # where the Makefile installs it: its pins are for it alone


@contextmanager
def reader(words: list[str], scratch: Path) -> Iterator[Callable[..., bytes]]:
    """Ask (route, body) of ``embedding-atlas WORDS``, whose tables lie on its own side, where they can be asked for by SQL."""
    assert (READER / "embedding_atlas").is_dir(), f"make {READER.parent.name}/.test installs Embedding Atlas in {READER}"
    port, environment = free_port(), os.environ | {"PYTHONPATH": str(READER), "XDG_CACHE_HOME": str(scratch), "PYTHONUTF8": "1"}
    address = f"http://127.0.0.1:{port}"
    more = ["--host", "127.0.0.1", "--port", str(port), "--no-auto-port", "--duckdb", "server"]
    with open(scratch / "said.txt", "w+", encoding="utf-8") as said:
        running = forked.REAL([sys.executable, "-m", "embedding_atlas.cli", *words, *more], cwd=scratch, env=environment, stdout=said,
                              stderr=subprocess.STDOUT)
        try:
            answers(address, lambda: running.poll() is None)
            yield lambda route, body=None: urllib.request.urlopen(f"{address}/{route}", body).read()
        except RuntimeError:
            pytest.fail((scratch / "said.txt").read_text("utf-8"))
        finally:
            running.terminate()
            running.wait()


def test_it_opens_the_table_with_its_words_and_images(named, tmp_path):
    hostile, place = named.run("hostile"), tmp_path / "an atlas"
    place.mkdir()
    program, *words = shlex.split(atlas.write(hostile, place, place).partition("open it with: ")[2])
    assert program == "embedding-atlas"
    with reader(words, tmp_path) as ask:
        assert b"<title>Embedding Atlas</title>" in ask("")
        data = json.loads(ask("data/metadata.json"))["props"]["data"]
        assert data["projection"] == {"x": "x", "y": "y"} and data["image"] == "image"
        sql = f'SELECT index, x, y, "class", "index_2", "Class_2", image.path AS path FROM dataset ORDER BY {data["id"]}'
        rows = json.loads(ask("data/query", json.dumps({"type": "json", "sql": sql}).encode()))
        table = pyarrow.parquet.read_table(io.BytesIO(ask("data/dataset.parquet")))
    np.testing.assert_allclose([(row["x"], row["y"]) for row in rows], hostile.map.umap, rtol=1e-6)
    assert [(row["class"], row["index_2"], row["Class_2"]) for row in rows] == told(hostile)
    assert [(row["index"], row["path"]) for row in rows] == [(k, f"{k:06d}.png") for k in range(hostile.held.n)]
    images = [np.asarray(Image.open(io.BytesIO(row["bytes"]))) for row in table["image"].to_pylist()]
    assert np.array_equal(np.stack(images), hostile.real(np.arange(hostile.held.n))[:, 0]), "what its page draws beside a point"
