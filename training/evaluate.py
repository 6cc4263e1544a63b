"""Scores of a run on the whole test set, by what its model can do; written to the card with their protocol."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from . import checkpoint, disentanglement, families, features, figures, heldout, maps, pca, points, pretraining, probes
from .data import Dataset
from .figures import score
from .metrics import knn_accuracy, psnr, trustworthiness
from .model import Batch, LatentModel
from .pixel_errors import squared_error

Say = Callable[[str], None]
RANKED = 10_000                            # points whose ranks trustworthiness compares
FEWEST = 100                               # points for which a UMAP is laid out; PCA shows fewer as well


@torch.no_grad()
def evaluate(folder: Path, dataset: Dataset, *, with_map: bool = True, with_labels: bool = False, device: str = "cpu",
             say: Say = lambda s: None, tell: Say = lambda s: None) -> checkpoint.Card:
    """Measure a run on ``dataset.test``, keep codes and map, and write the figures to its card. Returns the card. ``with_labels``: also
    what its encoder does for classifiers that see few labels, which trains 27 of them. ``say``: how far it is; ``tell``: what to know."""
    model, card = checkpoint.load(folder, device)
    net = features.load(folder.parent, card.data)
    if sentence := features.not_judged(folder.parent, card.data):
        tell(sentence)
    carried: dict[str, dict[str, float]] = {}
    metrics = measure(model, card, dataset, say) | figures.measure(model, net, dataset, say)
    if net is not None and model.spec.num_layers > 1:
        metrics |= disentanglement.measure(model, net, say)
        found, carried = disentanglement.carried(model, net, say)
        metrics |= found
    metrics |= probes.measure(model, dataset, say) | pca.measure(model, dataset, say)
    if with_labels:
        metrics |= pretraining.measure(model, card, dataset, say)
    if card.data.name in points.MIXTURES:
        metrics |= coverage(model, card.data.name)
    if model.spec.encodes and len(model.spec.shape) == 3:
        metrics |= _map(folder, model, dataset, with_map, say, tell)
    if (model.spec.encodes or model.spec.noise) and len(model.spec.shape) == 3:      # the page takes real images apart
        heldout.write_missing(dataset, folder.parent)
    if lost := [k for k, m in metrics.items() if not math.isfinite(m["value"])]:
        tell(f"No number came of {', '.join(lost)}: the network's answers are too large; these figures are left out.")
        metrics = {k: m for k, m in metrics.items() if k not in lost}
    headline = next((k for k in families.get(card.family).headline if k in metrics), "")
    return checkpoint.update(folder, metrics=metrics, headline=headline, carried=carried)


def measure(model: LatentModel, card: checkpoint.Card, dataset: Dataset, say: Say = lambda s: None) -> figures.Figures:
    """All figures that need no map, by name."""
    family = families.get(card.family)
    objective = family.Objective(model, family.Config.from_dict(card.config)).eval()
    test, device, n = dataset.test, model.device, len(dataset.test.images)
    torch.manual_seed(0)
    sums: dict[str, list[np.ndarray]] = {}
    for start in range(0, n, 500):
        images = Batch.of(torch.from_numpy(np.ascontiguousarray(test.images[start:start + 500])).to(device)).images
        labels = None if test.labels is None else torch.from_numpy(test.labels[start:start + 500]).to(device)
        values = objective.measure(Batch(images, labels))
        if model.spec.encodes and len(model.spec.shape) == 3:
            values["squared_error"] = squared_error(model.synthesize(model.encode(images), labels), images)
        for k, v in values.items():
            sums.setdefault(k, []).append(v.double().cpu().numpy())
        say(f"measured {min(start + 500, n):,} of {n:,} test images")
    means = {k: np.concatenate(v) for k, v in sums.items()}
    out = {}
    for k, (unit, protocol) in family.measures.items():
        if k in means:
            out[k] = score(means[k].mean(), unit, f"{protocol}; all {n:,} test images, seed 0")
    if "squared_error" in means:
        errors, where = means["squared_error"], f"decode(encode(x)) on all {n:,} test images, pixels in [0, 1]"
        out["reconstruction_error"] = score(errors.mean(), "squared error per image", where)
        out["psnr"] = score(psnr(errors, int(np.prod(card.data.shape))), "dB", where)
    return out


@torch.no_grad()
def coverage(model: LatentModel, name: str, samples: int = 2500) -> figures.Figures:
    """Modes covered, high-quality share and reverse KL of ``samples`` points, as Lin et al. 2018 take them (PacGAN, section 4.1)."""
    z = model.sample_z(samples, torch.Generator().manual_seed(0)).to(model.device)
    label = torch.arange(samples, device=z.device) % model.spec.num_classes if model.spec.num_classes else None
    xy = model.synthesize(model.map(z, label), label).cpu().numpy()
    k, how = len(points.centres(name)), f"{samples:,} samples, seed 0"
    return {"modes": score(points.modes_covered(name, xy), f"of {k}", f"a sample within 3 standard deviations of the mode; {how}"),
            "high_quality": score(points.high_quality_share(name, xy), "", f"samples within 3 standard deviations of a mode; {how}"),
            "reverse_kl": score(points.reverse_kl(name, xy), "nats", f"KL(model ‖ data) over nearest modes; {how}")}


def _map(folder: Path, model: LatentModel, dataset: Dataset, with_map: bool, say: Say,
         tell: Say) -> figures.Figures:
    images = dataset.test.images[:heldout.LIMIT]
    labels = None if dataset.test.labels is None else dataset.test.labels[:heldout.LIMIT]
    say("encoding the test images")
    codes = maps.encode_all(model, images)
    if not np.isfinite(codes).all():
        tell("The codes of the test images are NaN or infinite: there is no map of them.")
        (folder / checkpoint.MAP).unlink(missing_ok=True)
        return {}
    kept, most = maps.Map(codes), maps.most_numbers(model)
    maps.write(folder / checkpoint.MAP, kept, most)           # so that the page has points while the map is laid out
    out: figures.Figures = {}
    if labels is not None and len(codes) > 10:
        out["code_accuracy"] = score(knn_accuracy(codes, labels), "", f"10 nearest of the other codes vote; {len(codes):,} test images")
    if with_map and len(codes) >= FEWEST:
        say("laying out the map (UMAP)")
        points = maps.fit_umap(codes)
        kept = maps.Map(codes, points)
        how = f"UMAP of {len(codes):,} test codes, n_neighbors {kept.n_neighbors}, min_dist {kept.min_dist}"
        if labels is not None:
            out["map_accuracy"] = score(knn_accuracy(points, labels), "", f"10 nearest of the other points vote; {how}")
        some = codes[:RANKED], points[:RANKED]            # every pair is ranked: quadratic
        among = "" if len(codes) <= RANKED else f" among the first {RANKED:,}"
        out["map_trustworthiness"] = score(trustworthiness(*some), "", f"5 neighbours{among} (Venna & Kaski 2001); {how}")
        maps.write(folder / checkpoint.MAP, kept, most)
    return out
