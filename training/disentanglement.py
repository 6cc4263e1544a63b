"""How well a mapped space of styles is laid out: path lengths, linear separability, whether mixed styles go where they should, and what
each range of layers carries.

    l_W = E[d(G(lerp(f(z₁), f(z₂), t)), G(lerp(f(z₁), f(z₂), t + ε))) / ε²]   and l_Z alike along great circles;   exp Σ H(Yᵢ|Xᵢ)

Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks, sections 3.1, 4.1 and 4.2. Distances
and attributes are those of our own small nets (features.py), not of VGG and 40 classifiers: none compares with a published figure but
by its ratio.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from . import avatars, metrics
from .arithmetic import READ_WELL
from .features import FeatureNet
from .figures import Figures, as_8_bit, score
from .interpolation import slerp
from .layer_ranges import ranges
from .model import LatentModel
from .probes import linear_svm

PAIRS, EPSILON, OUTSIDE = 1500, 1e-4, 0.01      # pairs of codes (paper: 100,000), step, share dropped at either end
LABELLED, SURE, MARGIN = 6000, 0.5, 1.0         # samples (paper: 200,000), share of the surest that is kept, C of the linear classifiers
CARRIES, NOISY, SEEN = 0.8, 200, 8              # share of a field's changes that a range then carries; samples; shades of 255 that are seen
TRIED, MIXED = 300, 1000                        # pairs that a crossover is chosen on, and others that it is measured on
CHUNK = 50                                      # images at a time: more are slower on a CPU
Say = Callable[[str], None]


def great_circle(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """From the direction of a to that of b, where t is 0 to 1, at length √d: (n, d), (n, d), a number or (n, 1), to (n, d)."""
    a, b = (x / x.norm(dim=1, keepdim=True) for x in (a, b))
    return slerp(a, b, t) * math.sqrt(a.shape[1])


def chunks(model: LatentModel, z: Tensor) -> Iterator[tuple[slice, Tensor | None]]:
    """Places of ``z`` (n, z_dim), a few at a time, and their labels, equally many of each class, or None."""
    for start in range(0, len(z), CHUNK):
        at = slice(start, min(start + CHUNK, len(z)))
        yield at, torch.arange(at.start, at.stop, device=z.device) % model.spec.num_classes if model.spec.num_classes else None


@torch.no_grad()
def path_lengths(model: LatentModel, net: FeatureNet, say: Say = lambda s: None) -> Figures:
    """Perceptual path lengths in Z and in W, of whole paths and of their ends, and W ÷ Z of whole paths."""
    device, generator = model.device, torch.Generator().manual_seed(0)
    z, t = model.sample_z(2 * PAIRS, generator).double().to(device), torch.rand(PAIRS, 1, generator=generator).double().to(device)
    first, second = z[:PAIRS], z[PAIRS:]
    squares: dict[str, list[np.ndarray]] = {k: [] for k in ("z", "w", "z_end", "w_end")}
    say(f"walking {PAIRS:,} paths")
    for at, label in chunks(model, first):
        a, b, s = first[at], second[at], t[at]

        def mapped(u: Tensor | float, a: Tensor = a, b: Tensor = b, label: Tensor | None = label) -> Tensor:
            return model.map(great_circle(a, b, u).float(), label)

        def seen(w: Tensor, label: Tensor | None = label) -> Tensor:
            return net.embed(model.synthesize(w, label)).double()
        ends = mapped(0.0).double(), mapped(1.0).double()
        for where, u in (("", s), ("_end", torch.zeros_like(s))):
            straight = [torch.lerp(*ends, (u + e)[..., None]).float() for e in (0.0, EPSILON)]
            start = seen(straight[0])
            squares[f"w{where}"].append(_squares(start, seen(straight[1])))
            start = start if where else seen(mapped(u))                                       # both paths begin at the same image
            squares[f"z{where}"].append(_squares(start, seen(mapped(u + EPSILON))))
    out: Figures = {}
    by = f"{PAIRS:,} pairs of codes, seed 0; {told_by(net)}"
    kept = {k: metrics.trimmed(np.concatenate(v), OUTSIDE) for k, v in squares.items()}
    for k, values in kept.items():
        where = "at the ends of" if "end" in k else "anywhere on"
        which = "great circles in Z" if k[0] == "z" else "straight lines through W"
        out[f"path_{k}"] = score(
            values.mean(), "", f"Karras et al. 2019, section 4.1, with our features f instead of VGG's: mean of |f(x) − f(x′)|² / ε² of "
            f"images ε = {EPSILON:g} apart {where} {which}, without those beyond the 1st and 99th percentile; {by}; standard error "
            f"{values.std() / math.sqrt(len(values)):.2g}", 4)
    out["path_ratio"] = score(kept["w"].mean() / kept["z"].mean() if kept["z"].any() else 1.0, "W ÷ Z", "path length along straight lines "
                              f"through W over that along great circles in Z, anywhere between the same codes; {by}", 4)
    return out


def told_by(net: FeatureNet) -> str:
    """Which feature net it was, in a protocol."""
    return f"feature net {net.card['data']['name']}, weights {net.sha256[:8]}"


def _squares(a: Tensor, b: Tensor) -> np.ndarray:
    return ((a - b).square().sum(1) / EPSILON**2).cpu().numpy()


@torch.no_grad()
def separability(model: LatentModel, net: FeatureNet, say: Say = lambda s: None) -> Figures:
    """exp of how many nats a linear classifier on z, or on w, leaves open of what images show; 1: nothing."""
    fields = [name for name, _ in net.fields if net.card["accuracy"][name] >= READ_WELL]
    if not fields:
        return {}
    z = model.sample_z(LABELLED, torch.Generator().manual_seed(1)).to(model.device)
    codes: list[Tensor] = []
    sure: dict[str, tuple[list[Tensor], list[Tensor]]] = {name: ([], []) for name in fields}
    say(f"labelling {LABELLED:,} samples")
    for at, label in chunks(model, z):
        w = model.map(z[at], label)
        codes.append(w[:, 0])                                                                 # the style that every layer is told
        for name, logits in net(as_8_bit(model.synthesize(w, label))).items():
            if name in sure:
                for kept, value in zip(sure[name], logits.softmax(1).max(1), strict=True):
                    kept.append(value)
    spaces = {"z": z.cpu().numpy(), "w": torch.cat(codes).cpu().numpy()}
    open_: dict[str, dict[str, float]] = {space: {} for space in spaces}
    say("linear classifiers on codes")
    for name in fields:
        certain, read = (torch.cat(part).cpu().numpy() for part in sure[name])
        surest = np.sort(np.argsort(-certain, kind="stable")[:int(SURE * LABELLED)])
        fitted, asked = surest[::2], surest[1::2]
        for space, x in spaces.items():
            x = (x - x.mean(0)) / np.maximum(x.std(0), 1e-9)
            said = linear_svm(x[fitted], read[fitted], x[asked], MARGIN)
            open_[space][name] = metrics.conditional_entropy(read[asked], said)
    out: Figures = {}
    for space, by in open_.items():
        parts = ", ".join(f"{k} {v:.3f}" for k, v in by.items())
        out[f"separability_{space}"] = score(
            math.exp(sum(by.values())), "", f"Karras et al. 2019, section 4.2: exp of the sum of H(Y|X) in nats over {len(fields)} fields, "
            f"Y what the feature net reads of a sample, X what a linear classifier (C = {MARGIN:g}) says of its standardised {space}; of "
            f"{LABELLED:,} samples (seed 1) the {len(fitted) + len(asked):,} that the net is surest of, half to fit and half to ask; the "
            f"fields that it reads on ≥ {READ_WELL:.0%} of test images: {parts} ({told_by(net)})", 4)
    return out


def kinds_of_fields(net: FeatureNet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the fields that the net reads well, those that are shapes and those that are colours; none of either where that is not known."""
    names = [name for name, _ in net.fields]
    if set(names) != {name for name, _ in avatars.FIELDS}:
        return (), ()
    well = [name for name in names if net.card["accuracy"][name] >= READ_WELL]
    return tuple(n for n in well if n not in avatars.COLOURS), tuple(n for n in well if n in avatars.COLOURS)


@dataclass(frozen=True)
class Followed:
    """Of mixed images whose sources differ in some shape and in some colour, (n,) each: the share of these shapes that is A's, and of these
    colours that is B's. ``by``: of each field, the share of the images whose sources differ in it that has the right one."""

    shapes: np.ndarray
    colours: np.ndarray
    by: dict[str, float]

    @property
    def both(self) -> float:
        """How often a shape is A's and a colour is B's, for one of each drawn at random among those in which A and B differ."""
        return mean(self.shapes * self.colours)


def followed(mixed: dict[str, np.ndarray], a: dict[str, np.ndarray], b: dict[str, np.ndarray], shapes: Sequence[str],
             colours: Sequence[str]) -> Followed:
    """From what is read of mixed images and of their sources: by field, categories (n,)."""
    shares: list[np.ndarray] = []
    by: dict[str, float] = {}
    for names, source in ((shapes, a), (colours, b)):
        differ = np.stack([a[k] != b[k] for k in names])
        right = np.stack([mixed[k] == source[k] for k in names]) & differ
        by |= {k: float(r.sum() / d.sum()) for k, r, d in zip(names, right, differ, strict=True) if d.any()}
        shares.append(np.where(differ.any(0), right.sum(0) / np.maximum(differ.sum(0), 1), np.nan))
    fine = np.isfinite(shares).all(0)
    return Followed(shares[0][fine], shares[1][fine], by)


def readings(model: LatentModel, net: FeatureNet, w: Tensor) -> dict[str, np.ndarray]:
    """What the net reads of the images of codes (n, num_layers, w_dim): by field, categories (n,)."""
    _, seen = net.classify(as_8_bit(model.synthesize(x)) for x in w.split(CHUNK))
    return {k: v.cpu().numpy() for k, v in seen.items()}


@torch.no_grad()
def mixing(model: LatentModel, net: FeatureNet, say: Say = lambda s: None) -> Figures:
    """Whether images with the coarse styles of A and the fine ones of B have the shapes of A in the colours of B. For data whose fields are
    known to be one or the other."""
    shapes, colours = kinds_of_fields(net)
    if not shapes or not colours:
        return {}
    layers, levels = model.spec.num_layers, model.spec.levels
    cuts = range(1, layers)

    def of(cuts: Sequence[int], pairs: int, seed: int) -> list[Followed]:
        z = model.sample_z(2 * pairs, torch.Generator().manual_seed(seed)).to(model.device)
        w = model.map(z)
        a, b = w.split(pairs)
        sources = readings(model, net, a), readings(model, net, b)
        return [followed(readings(model, net, torch.cat([a[:, :cut], b[:, cut:]], 1)), *sources, shapes, colours) for cut in cuts]
    say("mixing styles")
    tried = of(cuts, TRIED, 2)
    best = cuts[int(np.argmax([f.both for f in tried]))]
    found, = of((best,), MIXED, 3)

    def named(cut: int) -> str:
        return f"layer {cut + 1}" + (f" ({levels[cut * len(levels) // layers]} pixels)" if levels else "")
    every = "; ".join(f"{named(cut)} {f.both:.2f} (shapes {mean(f.shapes):.2f}, colours {mean(f.colours):.2f})"
                      for cut, f in zip(cuts, tried, strict=True))
    how = (f"A's styles below {named(best)}, B's from there on; {len(found.shapes):,} of {MIXED:,} pairs of samples, seed 3, that differ "
           f"in both kinds; colours are the fields that say what is filled with a palette's colour ({', '.join(colours)}), shapes the "
           f"others ({', '.join(shapes)}), of those that the net reads on ≥ {READ_WELL:.0%} of test images ({told_by(net)})")
    by = ", ".join(f"{k} {v:.0%}" for k, v in found.by.items())
    whole = mean((found.shapes == 1) & (found.colours == 1))
    both = (f"a shape is A's and a colour is B's, one of each drawn among those in which A and B differ; {how}; in {whole:.1%} of the "
            f"images all are; by field: {by}; crossovers tried on {TRIED} other pairs, seed 2: {every}")
    return {"mixing": score(found.both, "", both),
            "mixing_shapes": score(mean(found.shapes), "", f"share of the shapes in which A and B differ that is A's; {how}"),
            "mixing_colours": score(mean(found.colours), "", f"share of the colours in which A and B differ that is B's; {how}")}


@torch.no_grad()
def carried(model: LatentModel, net: FeatureNet, say: Say = lambda s: None) -> tuple[Figures, dict[str, dict[str, float]]]:
    """Which attributes each range of layers carries: of the pairs (A, B) that differ in a field, the share in which A's image with B's
    styles in that range alone shows what B's shows. How many fields one range carries, and the table: field to range to share."""
    fields = [name for name, _ in net.fields if net.card["accuracy"][name] >= READ_WELL]
    if not fields:
        return {}, {}
    a, b = model.map(model.sample_z(2 * MIXED, torch.Generator().manual_seed(4)).to(model.device)).split(MIXED)
    say("swapping ranges of styles")
    is_a, is_b = readings(model, net, a), readings(model, net, b)
    table: dict[str, dict[str, float]] = {k: {} for k in fields if (is_a[k] != is_b[k]).any()}
    for part in ranges(model.spec):
        swapped = readings(model, net, torch.cat([a[:, :part.first], b[:, part.first:part.last], a[:, part.last:]], 1))
        for k, row in table.items():
            differ = is_a[k] != is_b[k]
            row[part.name] = round(float((swapped[k] == is_b[k])[differ].mean()), 4)
    one = [k for k, row in table.items() if max(row.values()) >= CARRIES]
    how = (f"fields that one range of layers carries to ≥ {CARRIES:.0%} ({', '.join(one) or 'none'}): of the pairs that differ in a field, "
           f"the share in which A's image with B's styles in that range alone shows B's; {MIXED:,} pairs of samples, seed 4; the fields "
           f"that the net reads on ≥ {READ_WELL:.0%} of test images ({told_by(net)})")
    return {"carried": score(len(one), f"of {len(table)}", how)}, table


@torch.no_grad()
def noise_seen(model: LatentModel) -> Figures:
    """How much the noise beside the styles can be seen, for models that have some."""
    if not model.spec.pixel_noise:
        return {}
    w = model.map(model.sample_z(NOISY, torch.Generator().manual_seed(5)).to(model.device))
    changed = []
    for k, part in enumerate(w.split(CHUNK)):
        one, other = (as_8_bit(model.synthesize_noisy(part, None, [1.0] * len(model.spec.levels), seed))
                      for seed in (2 * k, 2 * k + 1))
        changed.append(((one - other).abs().amax(1) * 127.5 > SEEN - 0.5).double().mean((1, 2)))
    how = (f"share of the pixels of which a colour is {SEEN} of 255 or more apart between two draws of the noise of every layer; {NOISY} "
           "samples, seed 5")
    return {"noise_seen": score(torch.cat(changed).mean().item(), "", how)}


def mean(values: np.ndarray) -> float:
    """Of (n,); 0 of none."""
    return float(values.mean()) if len(values) else 0.0


def measure(model: LatentModel, net: FeatureNet, say: Say = lambda s: None) -> Figures:
    """All of these, for a model with styles: ``num_layers`` > 1."""
    net = net.to(model.device)
    return path_lengths(model, net, say) | separability(model, net, say) | mixing(model, net, say) | noise_seen(model)
