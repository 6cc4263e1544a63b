"""What a run opens on."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from explorer.latent.neighbours import first_code

CODES = np.array([[0.0, 0.1], [5.0, 5.0], [5.2, 5.0], [-9.0, -9.0], [5.1, 4.0], [0.1, 0.0]], np.float32)


def run(labels=None, attributes=None, num_classes=0, codes=CODES) -> SimpleNamespace:
    held = SimpleNamespace(labels=labels, attributes=attributes, spec=SimpleNamespace(num_classes=num_classes))
    return SimpleNamespace(codes=codes, held=held, d=(1, 2), recorded=lambda name, make, read: read(make()),
                           map_z=lambda z, label=None: z[:, None], sample_z=lambda n, seed: np.full((n, 2), seed, np.float32))


@pytest.mark.parametrize("told, index", [
    ({}, 5),                                                                                    # the nearest to the middle of all
    ({"labels": np.array([0, 1, 1, 0, 1, 0]), "num_classes": 3}, 1),                            # of a class
    ({"labels": np.array([0, 0, 0, 0, 0, 0]), "num_classes": 3}, 5),                            # of which there is none
    ({"attributes": np.array([[0, 0], [1, 2], [1, 2], [0, 1], [1, 2], [1, 0]], np.uint8)}, 1),  # (1, 2) is the commonest
])
def test_the_middle_of_what_is_alike(told, index):
    assert first_code(run(**told))["origin"] == {"kind": "point", "index": index}


def test_without_codes_it_is_sample_0():
    assert first_code(run(codes=None))["origin"] == {"kind": "sample", "seed": 0}
