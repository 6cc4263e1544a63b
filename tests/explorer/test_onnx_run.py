"""A run of ONNX graphs in the page: views work by its spec, by differences where a gradient is asked for; what it cannot is a sentence."""

import numpy as np
import pytest

from explorer import Refused
from explorer.latent import run_directions
from explorer.runs.session import Session
from explorer.site.files import Maker
from explorer.views.microscope import few_labels, generator_layers, units
from explorer.views.reconstruct import inversion
from tests.training import graphs
from tests.training.test_importing import images, take_in
from training import heldout


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    for name, data in (("dec", graphs.decoder()), ("enc", graphs.encoder())):
        (folder / f"{name}.onnx").write_bytes(data)
    take_in(folder, "--decoder", folder / "dec.onnx", "--encoder", folder / "enc.onnx", dataset=images())
    heldout.write_missing(images(), folder / "trained")
    return Session(folder / "trained").run("dec")


def test_its_images_come_back_and_lie_on_a_map(run):
    x = run.real(np.arange(60)) / 255
    assert run.codes.shape == (60, 3)
    assert run.errors(run.real(np.arange(60))).mean() < 0.1 * ((x - x.mean(0)) ** 2).sum((1, 2, 3)).mean()
    rows = run.decode(run.codes)
    assert np.array_equal(run.decode(run.codes[7:8]), rows[7:8]), "alone as among others"


def test_directions_and_a_search_go_by_differences(run):
    assert len(run_directions.sliders(run).vectors) == 3 and all(e.change > 0 for e in run_directions.effects(run))
    wanted = run.real(np.array([5]))[0]
    found = inversion.search(run, wanted, inversion.Search(), steps=40)
    assert found.error < 0.05 * found.film[0][1], "from the nearest of the samples it went on"
    assert found.error < run.errors(run.real(np.array([5])))[0], "nearer than its own encoder comes"
    np.testing.assert_allclose(found.w, run.codes[5], atol=0.1)


def test_what_it_cannot_is_a_sentence(run):
    with pytest.raises(Refused, match="tells no gradient.*real images show what excites a unit"):
        units.climb(run, 0, np.array([0]), lambda share: None)
    with pytest.raises(Refused, match="was trained elsewhere, so that its network cannot be made anew"):
        few_labels.require(run)
    with pytest.raises(Refused, match="not written for a browser"):
        Maker(Session(run.folder.parent)).make("dec")
    assert generator_layers.of_code(run, run.codes[:1], None) == [], "its layers are not told"
