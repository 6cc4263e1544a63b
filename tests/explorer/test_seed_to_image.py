import numpy as np
import pytest

from explorer import Refused
from explorer.latent import moves, seed_to_image
from explorer.runs.session import Session
from explorer.views import operations
from tests.explorer.conftest import data
from tests.explorer.generators import make_generator


def test_a_seed_gives_the_same_image_everywhere(tiny):
    alone = seed_to_image.codes(tiny, [7])
    assert np.array_equal(alone[0], seed_to_image.samples(tiny, 5, 7)[0]), "also as the first of many"
    assert np.array_equal(seed_to_image.codes(tiny, [3, 7])[1], alone[0]), "also beside another seed"
    asked = operations.CODE.validate_python({"run": "tiny", "op": "sample", "seed": 7}).answer(tiny)
    assert np.array_equal(moves.from_text(asked["w"]), alone[0])
    drawn = operations.DRAW.validate_python({"run": "tiny", "op": "samples", "seed": 7, "n": 3, "columns": 3}).draw(tiny)
    image = seed_to_image.image(tiny, 7)
    assert image.shape == (28, 28, 1) and image.std() > 5
    assert abs(image.astype(int) - drawn[:, :28].astype(int)).max() <= 1
    assert not np.array_equal(image, seed_to_image.image(tiny, 8))


def test_samples_are_of_one_class_or_of_all_in_turn(tiny, tmp_path):
    assert seed_to_image.classes(tiny, 4) is None and seed_to_image.classes(tiny, 4, 1) is None
    make_generator(tmp_path, "asked", "cgan", data(), z_dim=6)
    run = Session(tmp_path).run("asked")
    assert seed_to_image.classes(run, 3).tolist() == [0, 1, 0] and seed_to_image.classes(run, 3, 1).tolist() == [1, 1, 1]
    with pytest.raises(Refused, match="classes 0 to 1"):
        seed_to_image.classes(run, 3, 2)
