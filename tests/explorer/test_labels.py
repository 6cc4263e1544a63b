"""Few labels: what the card knows, what is measured here, and who is refused."""


import pytest

from explorer import Refused
from explorer.runs.session import Session
from explorer.views.microscope import few_labels
from training import checkpoint

from .conftest import Client, data, make
from .generators import make_generator


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """flat: a VAE whose card knows two figures. gan: no encoder."""
    root = tmp_path_factory.mktemp("labels")
    make(root, "flat", data(), z_dim=4)
    checkpoint.update(root / "flat", metrics={"labels_100_fine_tuned": {"value": 0.9, "unit": "", "protocol": "so"},
                                              "labels_100_frozen": {"value": 0.8, "unit": "", "protocol": "thus"},
                                              "psnr": {"value": 20.0, "unit": "dB", "protocol": ""}}, headline="")
    make_generator(root, "gan", "gan", data(), z_dim=6)
    return Session(root)


def test_the_card_is_read_and_sizes_fit_the_held_out_images(session):
    told = Client(session).post("code", {"run": "flat", "op": "labels"}).json()
    assert told["known"] == {"100": {"fine-tuned": {"accuracy": 0.9, "protocol": "so"}, "frozen": {"accuracy": 0.8, "protocol": "thus"}}}
    assert told["sizes"] == [10, 20, 50], "half of 120 held-out images"


@pytest.mark.parametrize("way", ["frozen", "scratch"])
def test_an_accuracy_is_measured_and_kept(session, way):
    client = Client(session)
    while not (told := client.post("code", {"run": "flat", "op": "labels", "n": 20, "way": way}).json())["ready"]:
        assert 0 <= told["done"] < 1
    assert told["accuracy"] > 0.3 and told["accuracy"] * 60 == pytest.approx(round(told["accuracy"] * 60), abs=0.01), "of 60 asked images"
    assert few_labels.measured(session.run("flat"), 20, way)[0] == pytest.approx(told["accuracy"], rel=1e-4)


def test_other_numbers_ways_and_runs_are_refused(session):
    with pytest.raises(Refused, match="10, 20, 50 labels"):
        few_labels.measured(session.run("flat"), 100, "frozen")
    with pytest.raises(Refused, match="frozen, fine-tuned, scratch"):
        few_labels.measured(session.run("flat"), 20, "half")
    with pytest.raises(Refused, match="no encoder"):
        few_labels.require(session.run("gan"))
