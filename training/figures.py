"""What a feature net tells of the images that a model draws, and how well a model reads images itself: figures by what a model can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from . import arithmetic, metrics, pyramid
from .card import Metric
from .data import Dataset, Split
from .features import FeatureNet
from .model import Batch, LatentModel

SAMPLES = 10_000
PATCHED, PATCHES, DIRECTIONS = 10_000, 16, 128  # images, patches of each, directions (Karras et al. 2018: 16,384, 128, 512)
CHUNK = 250
Figures = dict[str, Metric]
Say = Callable[[str], None]


def score(value: float, unit: str, protocol: str, digits: int = 5) -> Metric:
    """A card's entry."""
    return {"value": float(f"{value:.{digits}g}"), "unit": unit, "protocol": protocol}


def as_8_bit(x: Tensor) -> Tensor:
    """Images in [-1, 1] as they are when shown: 256 shades, like the test images."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


@torch.no_grad()
def draw(model: LatentModel, n: int, seed: int = 0) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """``n`` samples in chunks: codes z, images as 8-bit (points as they are), and labels, equally many of each class, or None."""
    device, generator = model.device, torch.Generator().manual_seed(seed)
    for start in range(0, n, CHUNK):
        count = min(CHUNK, n - start)
        label = torch.arange(start, start + count, device=device) % model.spec.num_classes if model.spec.num_classes else None
        z = model.sample_z(count, generator).to(device)
        x = model.synthesize(model.map(z, label), label)
        yield z, as_8_bit(x) if x.dim() == 4 else x, label


def real(split: Split, n: int, device: torch.device, order: np.ndarray | None = None) -> Iterator[Tensor]:
    """``n`` images (or points) of a split, the first or those ``order`` begins with, in chunks, in [-1, 1]."""
    for start in range(0, n, CHUNK):
        rows = slice(start, min(n, start + CHUNK)) if order is None else order[start:min(n, start + CHUNK)]
        yield Batch.of(torch.from_numpy(np.ascontiguousarray(split.images[rows])).to(device)).images


def kinds(net: FeatureNet, read: dict[str, Tensor]) -> tuple[np.ndarray, int, str]:
    """The kind of each image, of how many, and in words what a kind is: its class, or which no-or-yes attributes it has."""
    if "class" in read:
        return read["class"].cpu().numpy(), len(dict(net.fields)["class"]), "classes"
    names = net.two_way() or tuple(name for name, _ in net.fields[:1])
    kind, k = torch.zeros_like(read[names[0]]), 1
    for name in names:
        size = len(dict(net.fields)[name])
        kind, k = kind * size + read[name], k * size
    return kind.cpu().numpy(), k, f"combinations of {', '.join(names)}"


@torch.no_grad()
def sampled(model: LatentModel, net: FeatureNet, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """Fréchet distance and coverage of samples, and whether they show the class that was asked for."""
    device = model.device
    net, n = net.to(device), min(SAMPLES, len(dataset.test), len(dataset.train))
    asked: list[Tensor] = []

    def images() -> Iterator[Tensor]:
        for _, x, label in draw(model, n):
            asked.extend([] if label is None else [label])
            say(f"judging {n:,} samples")
            yield x
    features, read = net.classify(images())
    test, test_read = net.classify(real(dataset.test, n, device))
    train, _ = net.classify(real(dataset.train, n, device))
    fake_, test_, train_ = (f.cpu().numpy() for f in (features, test, train))
    distance, floor = metrics.frechet(fake_, test_), metrics.frechet(train_, test_)
    by = f"feature net {net.card['data']['name']}, weights {net.sha256[:8]}"
    samples = f"{n:,} samples, seed 0" + (", equally many of each class" if asked else "")
    how = f"{samples}, against {n:,} test images in {net.width} features ({by})"
    floored = f"the floor {floor:.4g} is {n:,} training images against the same"
    (kind, k, words), (test_kind, _, _) = kinds(net, read), kinds(net, test_read)
    out = {"frechet": score(distance, "", f"Heusel et al. 2017; {how}; {floored}"),
           "frechet_ratio": score(distance / floor, "× floor", f"{how}; {floored}"),
           "coverage": score(metrics.coverage(kind, k), f"of {k}", f"exp of the entropy of the {words} read from {samples} ({by}); "
                             f"{n:,} test images: {metrics.coverage(test_kind, k):.2f}")}
    if asked and "class" in read and model.spec.num_classes == k:
        out["agreement"] = score(metrics.agreement(kind, torch.cat(asked).cpu().numpy()), "",
                                 f"the classifier reads the class that was asked for; {samples} ({by}, itself right on "
                                 f"{net.card['accuracy']['class']:.2%} of the test images)")
    return out


@torch.no_grad()
def reconstructed(model: LatentModel, net: FeatureNet, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """Whether a reconstruction shows what its image shows, for unconditional models that encode."""
    device, n = model.device, len(dataset.test)
    net = net.to(device)
    say(f"judging {n:,} reconstructions")
    _, seen = net.classify(real(dataset.test, n, device))
    _, again = net.classify(as_8_bit(model.synthesize(model.encode(x))) for x in real(dataset.test, n, device))
    same = {k: (v == again[k]).double().mean().item() for k, v in seen.items()}
    by = "" if len(same) == 1 else ", mean of " + ", ".join(f"{k} {v:.1%}" for k, v in same.items())
    return {"reconstruction_kept": score(float(np.mean(list(same.values()))), "", f"decode(encode(x)) is read as x is{by}; "
                                         f"all {n:,} test images (feature net {net.card['data']['name']}, weights {net.sha256[:8]})")}


@torch.no_grad()
def readings(model: LatentModel, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """How well a model's own head reads classes and codes: error on test labels, error of a code matched to classes, information."""
    device, out = model.device, {}
    test, train = dataset.test, dataset.train
    n, m = len(test), min(SAMPLES, len(train))
    say("reading the test images")
    read = _read(model, real(test, n, device))
    if "class" in read and test.labels is not None:
        wrong = 1 - metrics.agreement(read["class"].argmax(1), test.labels)
        out["error"] = score(wrong, "", f"share of all {n:,} test images whose class the model's own head reads wrongly")
    code = next((c for c in model.spec.codes if c.kind == "categorical" and c.name in read), None)
    if code is None:
        return out
    if test.labels is not None and train.labels is not None:
        matching = _read(model, real(train, m, device))[code.name].argmax(1)
        out["code_error"] = score(
            metrics.matched_error(matching, train.labels[:m], read[code.name].argmax(1), test.labels, code.size), "",
            f"the code's {code.size} values matched one-to-one to classes on the first {m:,} training images, errors counted on all {n:,} "
            "test images")
    q, codes = [], []
    for z, x, _ in draw(model, SAMPLES):
        q.append(model.read(x)[code.name])
        codes.append(z[:, code.start:code.start + code.size].argmax(1))
    value = metrics.information(torch.cat(q).cpu().numpy(), torch.cat(codes).cpu().numpy())
    out["information"] = score(value, "nats", f"H(c) + 𝔼[log Q(c|x)] ≤ I(c; x) ≤ ln {code.size} = {np.log(code.size):.4f}; "
                               f"{SAMPLES:,} samples, seed 0")
    return out


def _read(model: LatentModel, batches: Iterator[Tensor]) -> dict[str, np.ndarray]:
    parts = [model.read(x) for x in batches]
    return {k: torch.cat([p[k] for p in parts]).cpu().numpy() for k in parts[0]}


@torch.no_grad()
def calculated(model: LatentModel, net: FeatureNet, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """Success of arithmetic on codes where images have attributes that are there or not; nothing for conditional models."""
    if not net.two_way() or dataset.train.attributes is None or model.spec.num_classes:
        return {}
    say("calculating with codes")
    z = model.sample_z(arithmetic.SAMPLES, torch.Generator().manual_seed(1)).to(model.device)
    codes, others = model.map(z), arithmetic.independent_fields(net, dataset.train.attributes)

    def decode(w: Tensor) -> Tensor:
        return as_8_bit(model.synthesize(w))
    _, seen = net.to(z.device).classify(decode(w) for w in codes.split(CHUNK))
    read = {k: v.cpu().numpy() for k, v in seen.items()}
    out: Figures = {}
    ways = ("each of B the sample that agrees most with one of A in the other fields", "B drawn at random")
    for exemplars, base, matched, suffix in ((3, 3, True, ""), (1, 1, True, "_single"), (50, 1, False, "_many")):
        outcome, other = (arithmetic.trials(codes, read, decode, net, others, exemplars=exemplars, base=base, matched=m)
                          for m in (matched, not matched))
        if outcome is None or other is None:
            continue
        by = ", ".join(f"{k} {c:.0%} and {s:.0%}" for k, (c, s) in outcome.by.items())
        how = (f"{outcome.trials} trials of A − B + C, the mean codes of {exemplars} with the attribute, {exemplars} without it and {base} "
               f"without it; exemplars from {len(z):,} samples, seed 1, {ways[not matched]}; changed and kept by attribute: {by}; "
               f"{ways[matched]} instead: changed {other.changed:.1%}, kept {other.kept:.1%} (feature net {net.card['data']['name']}, "
               f"weights {net.sha256[:8]})")
        out[f"arithmetic_changed{suffix}"] = score(outcome.changed, "", f"the attribute is found in the result and not in C's image; {how}")
        out[f"arithmetic_kept{suffix}"] = score(
            outcome.kept, "", f"share of other fields read as in C's image, of those the data draws independently of the attribute and the "
            f"net reads on ≥ {arithmetic.READ_WELL:.0%} of test images; {how}")
    return out


@torch.no_grad()
def sliced(model: LatentModel, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """Sliced Wasserstein distance of patches of samples and of test images, at each level of their Laplacian pyramids."""
    device, n = model.device, min(PATCHED, len(dataset.test), len(dataset.train))
    levels = tuple(side for side in model.spec.levels or pyramid.sides(model.spec.shape[1]) if side >= metrics.PATCH)
    order = np.random.default_rng(0).permutation           # MNIST's first 5,000 test images are of other writers than the rest
    sources = {"samples": (x for _, x, _ in draw(model, n)), "test": real(dataset.test, n, device, order(len(dataset.test))),
               "train": real(dataset.train, n, device, order(len(dataset.train)))}
    bands: dict[str, list[np.ndarray]] = {}
    for name, batches in sources.items():
        parts = [pyramid.decompose(x, levels) for x in batches]
        bands[name] = [torch.cat(band).float().cpu().numpy() for band in zip(*parts, strict=True)]
    out: Figures = {}
    distances, floors = [], []
    for k, side in enumerate(levels):
        say(f"comparing patches at {side} × {side}")
        seen = {name: metrics.descriptors(metrics.patches(of[k], PATCHES), model.spec.shape[0]) for name, of in bands.items()}
        distances.append(1000 * metrics.sliced_wasserstein(seen["samples"], seen["test"], DIRECTIONS))
        floors.append(1000 * metrics.sliced_wasserstein(seen["train"], seen["test"], DIRECTIONS))
        how = (f"{PATCHES} patches of 7 × 7 from each of {n:,} samples (seed 0) and {n:,} test images drawn at random at this level of "
               f"their Laplacian pyramids, {DIRECTIONS} directions (Karras et al. 2018, section 5); of {n:,} training images: "
               f"{floors[-1]:.4g}")
        out[f"sliced_wasserstein_{side}"] = score(distances[-1], "× 10⁻³", how, 4)
    how = f"mean over the levels {', '.join(map(str, levels))}; of training images: {np.mean(floors):.4g}"
    out["sliced_wasserstein"] = score(float(np.mean(distances)), "× 10⁻³", how, 4)
    return out


def measure(model: LatentModel, net: FeatureNet | None, dataset: Dataset, say: Say = lambda s: None) -> Figures:
    """All of these that apply. ``net``: the feature net of the data set, None where there is none."""
    out: Figures = {}
    if model.spec.reads:
        out |= readings(model, dataset, say)
    if len(model.spec.shape) == 3 and (model.spec.levels or not model.spec.encodes):
        out |= sliced(model, dataset, say)
    if net is not None and len(model.spec.shape) == 3:
        out |= sampled(model, net, dataset, say) | calculated(model, net, dataset, say)
        if model.spec.encodes and not model.spec.num_classes:
            out |= reconstructed(model, net, dataset, say)
    return out


__all__ = ["Figures", "as_8_bit", "calculated", "draw", "kinds", "measure", "readings", "reconstructed", "sampled", "score", "sliced"]
