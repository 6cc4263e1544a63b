import numpy as np
import pytest
import torch

from explorer import Refused
from explorer.latent import attributes
from explorer.latent.attributes import Gallery, Reader
from tests.explorer.conftest import N
from training.features import FeatureNet


def strokes(thickness: int, slant: int = 0, n: int = 6) -> np.ndarray:
    """Slanted bars (n, 28, 28, 1) uint8, each brighter than the one before."""
    out = np.zeros((n, 28, 28, 1), np.uint8)
    for y in range(4, 24):
        x = 13 + round(slant * (13 - y) / 10)
        out[:, y, x - thickness // 2:x - thickness // 2 + thickness, 0] = np.arange(180, 180 + 10 * n, 10)[:, None]
    return out


def unit(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2)).float() / 127.5 - 1


@pytest.fixture
def net() -> FeatureNet:
    torch.manual_seed(0)
    return FeatureNet((("class", ("bar", "square")), ("hat", ("no", "yes"))), (1, 28, 28)).eval()


def test_reads_probabilities_and_statistics_side_by_side(net):
    usual = np.concatenate([strokes(2), strokes(4), strokes(6), strokes(4, 4), strokes(4, -4)])
    reader = Reader(net, usual)
    assert [f.name for f in reader.fields] == ["class", "hat", "slant", "thickness", "ink", "width"] and reader.width == 12
    assert reader.attributes and reader.fields[1].two_way and not reader.fields[0].two_way and reader.fields[2].measured
    x = unit(np.concatenate([strokes(1, n=1), strokes(8, n=1), strokes(4, 5, n=1), strokes(4, -5, n=1)]))
    read = reader.read(x)
    assert read.shape == (4, 12) and read.dtype == np.float32
    for f in reader.fields:
        assert np.allclose(read[:, f.columns].sum(1), 1, atol=1e-5)
    with torch.no_grad():
        assert np.allclose(read[:, :2], net(x)["class"].softmax(1), atol=1e-5)
    thickness, slant = (next(f for f in reader.fields if f.name == n).columns.start + 1 for n in ("thickness", "slant"))
    assert read[0, thickness] < 0.2 < 0.8 < read[1, thickness]
    assert read[3, slant] < 0.2 < 0.8 < read[2, slant]


def test_without_anything_to_read_by():
    reader = Reader(None, None)
    assert reader.fields == () and reader.read(torch.zeros(3, 3, 8, 8)).shape == (3, 0) and not reader.attributes


def test_a_gallery_of_samples_is_filtered(net):
    reader = Reader(net, None)
    told = []
    gallery = attributes.of_samples(lambda s: np.eye(100, 4, dtype=np.float32)[s % 4], lambda w: torch.ones(len(w), 1, 28, 28), reader,
                                 np.arange(5, 105), told.append)
    assert gallery.refs[:2] == ("s5", "s6") and gallery.codes.shape == (100, 4) and told[-1] == 1
    planted = Gallery(gallery.refs[:3], gallery.codes[:3], gallery.fields,
                      np.array([[1, 0, 0.1, 0.9], [1, 0, 0.5, 0.5], [0, 1, 0, 1]], np.float32))
    assert planted.matching([]).tolist() == [0, 1, 2] and planted.matching([("hat", "yes")]).tolist() == [0, 2]
    assert planted.matching([("hat", "yes"), ("class", "square")]).tolist() == [2]
    assert planted.counts().tolist() == [2, 1, 0, 2]
    with pytest.raises(Refused, match="not read for hat: perhaps"):
        planted.column("hat", "perhaps")


def test_real_images_by_their_own_labels(tiny):
    reader = Reader(None, tiny.real(np.arange(60)).transpose(0, 2, 3, 1))
    gallery = attributes.of_real(tiny.held, tiny.codes, reader, lambda share: None)
    assert gallery.refs == tuple(f"r{k}" for k in range(N)) and gallery.codes is tiny.codes
    assert [f.name for f in gallery.fields] == ["side", "slant", "thickness", "ink", "width"]
    right = gallery.matching([("side", "right")])
    assert right.tolist() == np.flatnonzero(tiny.held.attributes[:, 0] == 1).tolist()
    bold, square = gallery.readings[:, gallery.column("thickness", "bold")], tiny.held.labels == 1
    assert bold[square].min() > bold[~square].max(), "squares are thicker than bars"
