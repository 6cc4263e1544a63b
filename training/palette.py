"""Images that are filled with the colours of a small palette, and what keeps shapes and colours apart. Ours, for drawings.

    image = Σₚ mₚ(h) · Cₚ(w),   m = softmax(2 M h)       h features, w the finest style

Features say where each colour goes, the finest style what colour it is. That alone would not do: a generator can also tell colours by
which of the palette it uses, and shapes by colours that are alike. So, beside the adversary,

    λ₁ Σₚ Var(mₚ)             a place should have the same colour of the palette in every image: a thing keeps to one
    λ₂ E[unseen | border]     where two colours of the palette meet, one should see it: colours do not tell shapes
    λ₃ (H(m) − ½ H(mean m))   a pixel should have one colour, and at first none should be left out

and in training some colours are exchanged for those of another style (style_codes.exchanged): each means the same, whatever the others are.
λ₃ is Krause, Perona & Gomes 2010, Discriminative Clustering by Regularized Information Maximization: sure, but not foreseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .precision import exactly

PLACES = 4                                        # parts of an image each way, in which a colour's share should stay
UNFORESEEN = 0.5                                  # weight of the colours' entropy over all images, against that of a pixel's
SHARPNESS = 2.0                                   # of the borders between two colours
VISIBLE = 0.15                                    # distance of two colours in [-1, 1]³ at which one begins to see a border
TINY = 1e-6                                       # of shares that a logarithm is taken of


def shares(logits: Tensor) -> Iterator[Tensor]:
    """How much of each quarter of a pixel has each colour of the palette: (n, palette, r, r) to four times the same, upper left to lower
    right, each of which sums to 1.

    Logits are those of twice the resolution, for a pixel that a border crosses has something of both its sides: a quarter's lie a quarter
    of the way to the next pixel's in both directions, at the edge its own."""
    x = F.pad(SHARPNESS * logits.contiguous(), (1, 1, 1, 1), mode="replicate")              # planes side by side: half the time
    for above in (True, False):
        rows = torch.lerp(x[:, :, 1:-1], x[:, :, :-2] if above else x[:, :, 2:], 0.25)
        for left in (True, False):
            yield torch.lerp(rows[..., 1:-1], rows[..., :-2] if left else rows[..., 2:], 0.25).softmax(1)


def filled(share: Iterable[Tensor], colours: Tensor) -> Tensor:
    """The four quarters' shares (n, palette, r, r) and colours (n, palette, C) to images (n, C, r, r)."""
    image, sides = None, torch.Size()
    with exactly(colours):
        for part in share:
            sides, planes = part.shape[2:], part.flatten(2)
            image = colours.mT @ planes if image is None else image.baddbmm_(colours.mT, planes)
    if image is None:
        raise ValueError("there are no shares to fill with colours.")
    return image.mul_(1 / 4).unflatten(2, sides)


def entropy(share: Tensor) -> Tensor:
    """Of shares (n, k, …) that sum to 1 over k, in nats: (n, …)."""
    return -(share * (share + TINY).log()).sum(1)


def wandering(share: Tensor) -> Tensor:
    """How much the area that each colour fills differs between images (n, palette, r, r): variances, summed over the palette, of each of
    4 × 4 parts, on average over these."""
    return F.adaptive_avg_pool2d(share, PLACES).var(0).sum(0).mean()


def unseen(share: Tensor, image: Tensor) -> Tensor:
    """How much of the borders between colours of the palette cannot be seen, 0 to 1: of neighbouring pixels that differ in their shares
    (n, palette, r, r), those that are alike in the image (n, C, r, r)."""
    lost, borders = image.new_zeros(()), image.new_zeros(())
    for axis in (2, 3):
        side = share.shape[axis] - 1
        border = (share.narrow(axis, 0, side) - share.narrow(axis, 1, side)).abs().sum(1) / 2
        apart = (image.narrow(axis, 0, side) - image.narrow(axis, 1, side)).square().sum(1)
        lost = lost + (border * (-apart / (2 * VISIBLE**2)).exp()).sum()
        borders = borders + border.sum()
    return lost / (borders + TINY)


class Phase(NamedTuple):
    """What a training is at, by its images seen: how often the ``areas`` and ``blending`` that are set, whether no colour may be left out,
    and whether things keep their colours: contrast and exchanged colours."""

    areas: float
    blending: float
    all_used: bool
    kept: bool


PHASES = (                                        # each until so many times the images for sorting
    (1, Phase(0.25, 1.0, True, False)),           # shapes are learned
    (2, Phase(1.25, 5.0, True, False)),           # things find a colour each
    (4, Phase(0.25, 1.0, False, False)),          # shapes unfold again
    (8, Phase(0.5, 1.0, False, True)),            # things keep their colours
    (20, Phase(1.0, 1.0, False, True)))           # each its own
SORTED = PHASES[2][0]                             # times the images for sorting, after which things keep their colours
LASTLY = Phase(0.25, 1.0, False, True)            # exchanged colours hold it: rare shapes come back


def phase(images_seen: int, sorting_images: int) -> Phase:
    """Which of PHASES a training is at."""
    return next((p for end, p in PHASES if images_seen < end * sorting_images), LASTLY)


def rules(share: Sequence[Tensor], image: Tensor, config: Any, images_seen: int) -> dict[str, Tensor]:
    """The penalties by name, weighted: the four quarters' shares (n, palette, r, r) and the images (n, C, r, r) that they make. ``config``:
    areas, contrast, blending, sorting_images."""
    now, whole = phase(images_seen, config.sorting_images), sum(share[1:], share[0]) / len(share)
    doubt = torch.stack([entropy(part).mean() for part in share]).mean()
    if now.all_used:
        doubt = doubt - UNFORESEEN * entropy(whole.mean((0, 2, 3))[None]).mean()
    out = {"areas": now.areas * config.areas * wandering(whole), "blending": now.blending * config.blending * doubt}
    return out | {"contrast": config.contrast * unseen(whole, image)} if now.kept else out
