"""What can be measured of a run, and how a figure is shown: each metric's name in cards, its title on the page, its unit, which way is
better, what 1 of it means, what chance would have, and its word in the README's table. The command line, the picker, "What am I looking
at?", Compare and Train's end show figures as ``figure`` tells them; how one is taken is its card's protocol.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from .card import Card
    from .model import Published

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric:
    """``title``: in English. ``unit``: as in cards; "of": one out of so many, "of 10". ``short``: in the README's table, if at all.
    ``one``: what a run with 1 is, "" where 1 is nothing special. ``guess``: a share that guessing gets, too: "right" 1 of so many
    classes, "wrong" the rest."""

    title: str
    better: Better | None = None                 # None: neither
    unit: str = ""
    short: str = ""
    share: bool = False                          # from 0 to 1, shown in percent
    one: str = ""
    guess: Literal["", "right", "wrong"] = ""


class FigureTold(TypedDict):
    """A card's figure as it is shown. ``text``: the number, with its sign or "of how many"; ``unit``: the word behind it (``unit.…``), ""
    where there is none; ``one``: whether 1 has a meaning (``metric.….one``); ``chance``, ``paper``: the same figure by guessing and in the
    paper that ``source`` names, "" where nobody knows it."""

    name: str
    value: float
    text: str
    unit: str
    better: Better | None
    one: bool
    chance: str
    paper: str
    source: str
    protocol: str


METRICS = {
    "negative_elbo": Metric("negative ELBO", better="lower", unit="nats", short="−ELBO"),
    "nll": Metric("negative log-likelihood", better="lower", unit="nats", short="NLL"),
    "reconstruction_error": Metric("reconstruction error", better="lower", unit="squared error per image", short="squared error"),
    "map_accuracy": Metric("accuracy by map (10-NN)", better="higher", short="map accuracy", share=True, guess="right"),
    "pca_ratio": Metric("reconstruction error ÷ PCA's", better="lower", unit="× PCA", short="error ÷ PCA's", one="as good as PCA"),
    "pca_angle": Metric("angle to PCA", better="lower", unit="°", short="angle to PCA"),
    "map_trustworthiness": Metric("map's trustworthiness", better="higher", short="trustworthiness", share=True),
    "gain_gaussian": Metric("gain on Gaussian noise", better="higher", unit="dB", short="dB gained on noise"),
    "activity": Metric("mean activity", short="activity"),
    "reconstruction_kept": Metric("kept in the reconstruction", better="higher", short="class kept", share=True),
    "nn_short": Metric("accuracy by codes (1-NN)", better="higher", short="1-NN", share=True, guess="right"),
    "nn_long": Metric("accuracy by features (1-NN)", better="higher", short="1-NN long", share=True, guess="right"),
    "svm_short": Metric("accuracy by codes (SVM)", better="higher", short="SVM", share=True, guess="right"),
    "svm_long": Metric("accuracy by features (SVM)", better="higher", short="SVM long", share=True, guess="right"),
    "agreement": Metric("asked class shown", better="higher", short="agreement", share=True, guess="right"),
    "code_error": Metric("code error", better="lower", short="code error", share=True, guess="wrong"),
    "information": Metric("information in the code", better="higher", unit="nats", short="information"),
    "error": Metric("class error", better="lower", short="error", share=True, guess="wrong"),
    "arithmetic_changed": Metric("attribute changed", better="higher", short="arithmetic changed", share=True),
    "arithmetic_kept": Metric("others kept", better="higher", short="kept", share=True),
    "frechet_ratio": Metric("Fréchet distance", better="lower", unit="× floor", short="Fréchet ÷ floor", one="as good as real images"),
    "coverage": Metric("kinds covered", better="higher", unit="of", short="coverage"),
    "sliced_wasserstein": Metric("sliced Wasserstein distance", better="lower", unit="× 10⁻³", short="sliced Wasserstein"),
    "modes": Metric("modes covered", better="higher", unit="of", short="modes"),
    "high_quality": Metric("points near a mode", better="higher", short="high quality", share=True),
    "reverse_kl": Metric("reverse KL", better="lower", unit="nats", short="reverse KL"),
    "arithmetic_changed_many": Metric("attribute changed, 50 exemplars", better="higher", share=True),
    "arithmetic_changed_single": Metric("attribute changed, single exemplars", better="higher", share=True),
    "arithmetic_kept_many": Metric("others kept, 50 exemplars", better="higher", share=True),
    "arithmetic_kept_single": Metric("others kept, single exemplars", better="higher", share=True),
    "carried": Metric("parts one range of layers decides", better="higher", unit="of"),
    "code_accuracy": Metric("accuracy by codes (10-NN)", better="higher", share=True, guess="right"),
    "frechet": Metric("Fréchet distance, raw", better="lower"),
    "gain_dropout": Metric("gain on lost pixels", better="higher", unit="dB"),
    "kl": Metric("KL of the code", unit="nats"),
    "labels_1000_fine_tuned": Metric("1,000 labels, fine-tuned", better="higher", share=True, guess="right"),
    "labels_1000_frozen": Metric("1,000 labels, frozen encoder", better="higher", share=True, guess="right"),
    "labels_1000_scratch": Metric("1,000 labels, from scratch", better="higher", share=True, guess="right"),
    "labels_100_fine_tuned": Metric("100 labels, fine-tuned", better="higher", share=True, guess="right"),
    "labels_100_frozen": Metric("100 labels, frozen encoder", better="higher", share=True, guess="right"),
    "labels_100_scratch": Metric("100 labels, from scratch", better="higher", share=True, guess="right"),
    "labels_500_fine_tuned": Metric("500 labels, fine-tuned", better="higher", share=True, guess="right"),
    "labels_500_frozen": Metric("500 labels, frozen encoder", better="higher", share=True, guess="right"),
    "labels_500_scratch": Metric("500 labels, from scratch", better="higher", share=True, guess="right"),
    "lit": Metric("units lit", share=True),
    "mixing": Metric("shape from one, colour from the other", better="higher", share=True),
    "mixing_colours": Metric("colours taken on in a mix", better="higher", share=True),
    "mixing_shapes": Metric("shapes kept in a mix", better="higher", share=True),
    "noise_seen": Metric("pixels that noise changes", share=True),
    "path_ratio": Metric("path length W ÷ Z", better="lower", unit="W ÷ Z", one="as smooth in W as in Z"),
    "path_w": Metric("path length in W", better="lower"),
    "path_w_end": Metric("path length in W, at the ends", better="lower"),
    "path_z": Metric("path length in Z", better="lower"),
    "path_z_end": Metric("path length in Z, at the ends", better="lower"),
    "pca_error": Metric("PCA's reconstruction error", unit="squared error per image"),
    "psnr": Metric("PSNR of the reconstruction", better="higher", unit="dB"),
    "separability_w": Metric("separability in W", better="lower"),
    "separability_z": Metric("separability in Z", better="lower"),
}
LEVEL = re.compile(r"_(\d+)$")                  # sliced_wasserstein_16: at one resolution
WORDS = ("nats", "squared error per image", "× floor")      # units that are words, and so have another one in another language


def metric(name: str) -> Metric | None:
    """The metric of a card's figure, or of the figure at one level; None for one that nobody knows."""
    return METRICS.get(name) or METRICS.get(LEVEL.sub("", name))


def direction(name: str) -> Better | None:
    """ "lower" or "higher", whichever is better of a figure; None where neither is, or nobody knows."""
    found = metric(name)
    return found.better if found else None


def number(value: float) -> str:
    """As many digits as one compares by: 12,000, 48.3, 7, 2.30, 0.014; a minus sign, not a hyphen."""
    size = abs(value)
    if float(value).is_integer() or size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"
    return text.replace("-", "−")


def text(name: str, value: float, unit: str = "") -> str:
    """A figure with its sign: 98.8 %, 8.25 / 10, 24.3 dB. ``unit``: the card's. A unit that is a word (WORDS) is left to its language."""
    found = metric(name)
    if found is not None and found.share:
        return f"{100 * value:.1f} %".replace("-", "−")
    if unit.startswith("of "):
        return f"{number(value)} / {unit[3:]}"
    if unit in ("", "W ÷ Z", *WORDS):            # a quotient whose title names it
        return number(value)
    return number(value) + ("" if unit == "°" else " ") + unit


def chance(name: str, classes: int) -> float | None:
    """What guessing among so many classes gets; None where that is nothing to guess."""
    found = metric(name)
    if found is None or not found.guess or classes < 2:
        return None
    return 1 / classes if found.guess == "right" else 1 - 1 / classes


def published(card: Card, name: str) -> Published | None:
    """The figure that the family's paper has of such a run; None where it has none."""
    from . import families
    for one in families.get(card.family).published:
        if (one.metric, one.data) == (name, card.data.name) and all(card.config.get(k) == v for k, v in one.settings.items()):
            return one
    return None


def figure(card: Card, name: str) -> FigureTold:
    """A figure of a card as it is shown; raises KeyError where the card has it not."""
    kept = card.metrics[name]
    value, unit, found = float(kept["value"]), kept["unit"], metric(name)
    guessed, paper = chance(name, len(card.data.classes)), published(card, name)
    return {"name": name, "value": value, "text": text(name, value, unit), "unit": unit if unit in WORDS else "",
            "better": found.better if found else None, "one": bool(found and found.one),
            "chance": "" if guessed is None else text(name, guessed, unit),
            "paper": "" if paper is None else text(name, paper.value, unit), "source": paper.source if paper else "",
            "protocol": kept["protocol"]}


def said(told: FigureTold) -> str:
    """A figure in English, with all that it is to be read by: "code error 2.3 % (lower is better; chance 90.0 %; paper 5.0 %)"."""
    found = metric(told["name"])
    hints = [f"{told['better']} is better" if told["better"] else "", f"1 = {found.one}" if found and found.one else "",
             f"chance {told['chance']}" if told["chance"] else "", f"{told['source']}: {told['paper']}" if told["paper"] else ""]
    title = found.title if found else told["name"].replace("_", " ")
    level = LEVEL.search(told["name"]) if found and told["name"] not in METRICS else None
    unit = f" {told['unit']}" if told["unit"] else ""
    hint = "; ".join(filter(None, hints))
    return f"{title}{f', {level[1]} pixels' if level else ''} {told['text']}{unit}" + (f" ({hint})" if hint else "")


__all__ = ["METRICS", "Better", "FigureTold", "Metric", "chance", "direction", "figure", "metric", "number", "published", "said", "text"]
