"""Runs and their figures as text: of one run line by line, of all as the README's table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .terminal import clock

if TYPE_CHECKING:
    from .checkpoint import Card


def print_card(folder: Path) -> None:
    """A run's figures, a line each."""
    from . import checkpoint
    card = checkpoint.read_card(folder)
    begun = f", begun with {card.begun_with}" if card.begun_with else ""
    in_bf16 = " in bf16" if card.trained_in == "bf16" else ""
    print(f"{card.name}: {card.images_seen:,} images in {clock(card.seconds)} on {card.hardware}{in_bf16}, {card.parameters:,} parameters"
          f"{begun}")
    if card.seeds:
        print(f"  seed {card.seed} of {', '.join(map(str, card.seeds['tried']))}, chosen by {card.seeds['chosen_by']}: "
              f"{', '.join(f'{v:g}' for v in card.seeds['signs'])}")
    for k, m in card.metrics.items():
        print(f"  {k:22} {m['value']:<10g} {m['unit']}  ({m['protocol']})")


FIGURES = {"negative_elbo": "−ELBO", "nll": "NLL", "reconstruction_error": "squared error", "map_accuracy": "map accuracy",
           "pca_ratio": "error ÷ PCA's", "pca_angle": "angle to PCA", "map_trustworthiness": "trustworthiness",
           "gain_gaussian": "dB gained on noise", "activity": "activity", "reconstruction_kept": "class kept", "nn_short": "1-NN",
           "nn_long": "1-NN long", "svm_short": "SVM", "svm_long": "SVM long", "agreement": "agreement", "code_error": "code error",
           "information": "information", "error": "error", "arithmetic_changed": "arithmetic changed", "arithmetic_kept": "kept",
           "frechet_ratio": "Fréchet ÷ floor", "coverage": "coverage", "sliced_wasserstein": "sliced Wasserstein", "modes": "modes",
           "high_quality": "high quality", "reverse_kl": "reverse KL"}


def _among(card: Card, metric: str) -> str:
    """Of the metric that the picker shows: what all seeds had."""
    if card.seeds is None or metric != card.headline or metric not in card.seeds["figures"]:
        return ""
    return f" (seeds {', '.join(map(str, card.seeds['tried']))}: {', '.join(f'{v:.4g}' for v in card.seeds['figures'][metric])})"


def table(cards: Sequence[Card]) -> str:
    """Runs and their main figures in Markdown."""
    def seen(card: Card) -> str:
        return f"{card.images_seen / 1e6:.2g} M" + (f" after {card.begun_with}" if card.begun_with else "")
    rows = ["| run | data | code | images seen | trained on | measured |", "|---|---|---|---|---|---|"]
    for card in cards:
        figures = ", ".join(f"{title} {card.metrics[k]['value']:.4g}{_among(card, k)}" for k, title in FIGURES.items() if k in card.metrics)
        code = f"{card.spec.num_layers} × {card.spec.w_dim}-D" if card.spec.num_layers > 1 else f"{card.spec.w_dim}-D"
        rows.append(f"| `{card.name}` | {card.data.title} | {code} | {seen(card)} | {card.hardware}, "
                    f"{clock(card.seconds)} | {figures} |")
    return "\n".join(rows)
