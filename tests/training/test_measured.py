"""Every figure of a shipped card is a known metric, in its unit; what is measured once is told once."""

import re

import pytest

from training import families
from training.card import read_card
from training.measured import METRICS, direction, metric


def test_every_figure_of_the_shipped_cards_is_known_in_its_unit(request):
    seen = set()
    for path in (request.config.rootpath / "trained").glob("*/card.json"):
        for name, figure in read_card(path.parent).metrics.items():
            one = metric(name)
            assert one is not None, f"{path.parent.name}: {name}"
            assert re.sub(r"^of \d+$", "of", figure["unit"]) == one.unit, (path.parent.name, name, figure["unit"])
            seen.add(name)
    assert len(seen) > 50


def test_families_measure_and_head_their_cards_with_what_is_known():
    for family in families.families().values():
        for name, (unit, _) in family.measures.items():
            assert METRICS[name].unit == unit, name
        assert set(family.headline) <= set(METRICS), family.name


@pytest.mark.parametrize(("name", "better"), [("frechet_ratio", "lower"), ("psnr", "higher"), ("kl", None), ("noise_seen", None),
                                              ("sliced_wasserstein_16", "lower"), ("labels_100_frozen", "higher"), ("nobody_knows", None)])
def test_which_way_is_better(name, better):
    assert direction(name) == better
