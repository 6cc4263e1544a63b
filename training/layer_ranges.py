"""Layers of a style-based generator by the resolutions that they draw: coarse, middle, fine."""

from __future__ import annotations

from dataclasses import dataclass

from .model import LatentSpec


@dataclass(frozen=True)
class Range:
    """Layers ``first`` … ``last`` - 1, which draw the resolutions ``low`` to ``high`` (0 where the model names none)."""

    name: str
    first: int
    last: int
    low: int = 0
    high: int = 0


def ranges(spec: LatentSpec) -> list[Range]:
    """Coarse, middle and fine layers. As in the paper (Karras et al. 2019, section 3.1) two resolutions each and the rest (4-8, 16-32, from
    64 on); smaller models have fewer of the middle, then of the coarse ones. Models whose layers do not share out over their levels are cut
    in three. Where the last layer's style is that of a palette, it also has a name of its own: colours."""
    out = shared_out(spec)
    if spec.palette and out[-1].first < spec.num_layers - 1:
        out.append(Range("colours", spec.num_layers - 1, spec.num_layers))
    return out


def shared_out(spec: LatentSpec) -> list[Range]:
    """The same without colours: ranges that do not overlap, and that all layers are in."""
    n, layers = len(spec.levels), spec.num_layers
    if n < 2 or layers % n:
        cuts = sorted({0, -(-layers // 3), -(-2 * layers // 3), layers})
        names = ("coarse", "middle", "fine") if len(cuts) == 4 else ("coarse", "fine")
        return [Range(name, a, b) for name, a, b in zip(names, cuts[:-1], cuts[1:], strict=True)]
    coarse, middle = (2, 2) if n >= 5 else (n // 2, int(n > 2))
    per, out = layers // n, []
    for name, a, b in (("coarse", 0, coarse), ("middle", coarse, coarse + middle), ("fine", coarse + middle, n)):
        if b > a:
            out.append(Range(name, a * per, b * per, spec.levels[a], spec.levels[b - 1]))
    return out


__all__ = ["Range", "ranges", "shared_out"]
