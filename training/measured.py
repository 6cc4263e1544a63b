"""What can be measured of a run: each metric's name in cards, its title on the page, its unit, which way is better, and its word in the
README's table. The command line, Compare, the picker and the page's words read it here; how a figure is taken is its card's protocol.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """``title``: in English. ``unit``: as in cards; "of": one out of so many, "of 10". ``short``: in the README's table, if at all."""

    title: str
    better: str | None = None                    # "lower" or "higher"; None: neither
    unit: str = ""
    short: str = ""


METRICS = {
    "negative_elbo": Metric("−ELBO", better="lower", unit="nats", short="−ELBO"),
    "nll": Metric("NLL", better="lower", unit="nats", short="NLL"),
    "reconstruction_error": Metric("error", better="lower", unit="squared error per image", short="squared error"),
    "map_accuracy": Metric("accuracy by map (10-NN)", better="higher", short="map accuracy"),
    "pca_ratio": Metric("error ÷ PCA's", better="lower", unit="× PCA", short="error ÷ PCA's"),
    "pca_angle": Metric("angle to PCA", better="lower", unit="°", short="angle to PCA"),
    "map_trustworthiness": Metric("map's trustworthiness", better="higher", short="trustworthiness"),
    "gain_gaussian": Metric("Gaussian noise taken off", better="higher", unit="dB", short="dB gained on noise"),
    "activity": Metric("mean activity", short="activity"),
    "reconstruction_kept": Metric("kept in the reconstruction", better="higher", short="class kept"),
    "nn_short": Metric("accuracy by codes (1-NN)", better="higher", short="1-NN"),
    "nn_long": Metric("accuracy by features (1-NN)", better="higher", short="1-NN long"),
    "svm_short": Metric("accuracy by codes (SVM)", better="higher", short="SVM"),
    "svm_long": Metric("accuracy by features (SVM)", better="higher", short="SVM long"),
    "agreement": Metric("asked class shown", better="higher", short="agreement"),
    "code_error": Metric("code error", better="lower", short="code error"),
    "information": Metric("information", better="higher", unit="nats", short="information"),
    "error": Metric("error", better="lower", short="error"),
    "arithmetic_changed": Metric("attribute changed", better="higher", short="arithmetic changed"),
    "arithmetic_kept": Metric("others kept", better="higher", short="kept"),
    "frechet_ratio": Metric("Fréchet ÷ floor", better="lower", unit="× floor", short="Fréchet ÷ floor"),
    "coverage": Metric("coverage", better="higher", unit="of", short="coverage"),
    "sliced_wasserstein": Metric("sliced Wasserstein distance", better="lower", unit="× 10⁻³", short="sliced Wasserstein"),
    "modes": Metric("modes", better="higher", unit="of", short="modes"),
    "high_quality": Metric("high quality", better="higher", short="high quality"),
    "reverse_kl": Metric("reverse KL", better="lower", unit="nats", short="reverse KL"),
    "arithmetic_changed_many": Metric("attribute changed, 50 exemplars", better="higher"),
    "arithmetic_changed_single": Metric("attribute changed, single exemplars", better="higher"),
    "arithmetic_kept_many": Metric("others kept, 50 exemplars", better="higher"),
    "arithmetic_kept_single": Metric("others kept, single exemplars", better="higher"),
    "carried": Metric("parts one range of layers decides", better="higher", unit="of"),
    "code_accuracy": Metric("accuracy by codes (10-NN)", better="higher"),
    "frechet": Metric("Fréchet distance", better="lower"),
    "gain_dropout": Metric("lost pixels brought back", better="higher", unit="dB"),
    "kl": Metric("KL", unit="nats"),
    "labels_1000_fine_tuned": Metric("1,000 labels, fine-tuned", better="higher"),
    "labels_1000_frozen": Metric("1,000 labels, frozen encoder", better="higher"),
    "labels_1000_scratch": Metric("1,000 labels, from scratch", better="higher"),
    "labels_100_fine_tuned": Metric("100 labels, fine-tuned", better="higher"),
    "labels_100_frozen": Metric("100 labels, frozen encoder", better="higher"),
    "labels_100_scratch": Metric("100 labels, from scratch", better="higher"),
    "labels_500_fine_tuned": Metric("500 labels, fine-tuned", better="higher"),
    "labels_500_frozen": Metric("500 labels, frozen encoder", better="higher"),
    "labels_500_scratch": Metric("500 labels, from scratch", better="higher"),
    "lit": Metric("units lit"),
    "mixing": Metric("shape from one, colour from the other", better="higher"),
    "mixing_colours": Metric("colours taken on in a mix", better="higher"),
    "mixing_shapes": Metric("shapes kept in a mix", better="higher"),
    "noise_seen": Metric("pixels that noise changes"),
    "path_ratio": Metric("path length W ÷ Z", better="lower", unit="W ÷ Z"),
    "path_w": Metric("path length in W", better="lower"),
    "path_w_end": Metric("path length in W, at the ends", better="lower"),
    "path_z": Metric("path length in Z", better="lower"),
    "path_z_end": Metric("path length in Z, at the ends", better="lower"),
    "pca_error": Metric("PCA's error", unit="squared error per image"),
    "psnr": Metric("PSNR", better="higher", unit="dB"),
    "separability_w": Metric("separability in W", better="lower"),
    "separability_z": Metric("separability in Z", better="lower"),
}
LEVEL = re.compile(r"_(\d+)$")                  # sliced_wasserstein_16: at one resolution


def metric(name: str) -> Metric | None:
    """The metric of a card's figure, or of the figure at one level; None for one that nobody knows."""
    return METRICS.get(name) or METRICS.get(LEVEL.sub("", name))


def direction(name: str) -> str | None:
    """ "lower" or "higher", whichever is better of a figure; None where neither is, or nobody knows."""
    found = metric(name)
    return found.better if found else None


__all__ = ["METRICS", "Metric", "direction", "metric"]
