"""Every figure of a shipped card is a known metric, in its unit; what is measured once is told once."""

import re
from dataclasses import fields, replace

import pytest

from training import families
from training.card import read_card
from training.metric_registry import METRICS, direction, figure, metric, said, text


def test_every_figure_of_the_shipped_cards_is_known_in_its_unit(request):
    seen = set()
    for path in (request.config.rootpath / "trained").glob("*/card.json"):
        for name, kept in read_card(path.parent).metrics.items():
            one = metric(name)
            assert one is not None, f"{path.parent.name}: {name}"
            assert re.sub(r"^of \d+$", "of", kept["unit"]) == one.unit, (path.parent.name, name, kept["unit"])
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


@pytest.mark.parametrize(("name", "value", "unit", "shown"), [
    ("frechet_ratio", 49.687, "× floor", "49.7"), ("sliced_wasserstein_16", 84.0, "× 10⁻³", "84 × 10⁻³"), ("psnr", 24.31, "dB", "24.3 dB"),
    ("modes", 7.0, "of 8", "7 / 8"), ("coverage", 8.25, "of 10", "8.25 / 10"), ("code_error", 0.0243, "", "2.4 %"),
    ("pca_angle", 0.31, "°", "0.31°"),
    ("negative_elbo", -100.49, "nats", "−100.5"), ("frechet", 0.5, "", "0.50"), ("frechet", 12345.6, "", "12,346"),
    ("path_ratio", 0.5, "W ÷ Z", "0.50"),
    ("nobody_knows", 0.0123, "", "0.012")])
def test_a_number_is_written_with_its_sign(name, value, unit, shown):
    assert text(name, value, unit) == shown


def test_a_figure_is_told_with_what_to_set_it_beside(request):
    trained = request.config.rootpath / "trained"
    told = figure(read_card(trained / "infogan-mnist"), "code_error")
    assert (told["chance"], told["paper"], told["source"], told["better"]) == ("90.0 %", "5.0 %", "Chen et al. 2016", "lower")
    assert said(told) == f"code error {told['text']} (lower is better; chance 90.0 %; Chen et al. 2016: 5.0 %)"
    ratio = said(figure(read_card(trained / "gan-mnist"), "frechet_ratio"))
    assert ratio.endswith(" × floor (lower is better; 1 = as good as real images)")
    sgan = read_card(trained / "sgan-mnist")
    more = replace(sgan, config={**sgan.config, "labels": 1000})
    assert figure(sgan, "error")["paper"] == "7.2 %" and figure(more, "error")["paper"] == ""
    assert "16 pixels" in said(figure(read_card(trained / "lapgan-faces"), "sliced_wasserstein_16"))


def test_every_run_that_draws_images_has_the_same_two_figures_of_samples(request):
    for path in sorted((request.config.rootpath / "trained").glob("*/card.json")):
        card = read_card(path.parent)
        if len(card.spec.shape) == 3:
            assert {"frechet_ratio", "coverage"} <= set(card.metrics), card.name


def test_figures_of_papers_are_of_metrics_that_are_known():
    for family in families.families().values():
        for one in family.published:
            assert one.metric in METRICS and one.source and set(one.settings) <= {f.name for f in fields(family.Config)}, family.name
