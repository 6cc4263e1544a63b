"""Weights under other names: which tensor of a file is which of a network of ours, by what is told, by name, and by shape and order.

Rules, in this order; what none of them settles is a sentence:

1. what is told (``old=new``), of whole names or of beginnings that end with a dot or are followed by one;
2. equal names of equal shapes;
3. a shape that one tensor on either side has, and no other;
4. siblings: where ``enc.0.weight`` was found to be ``encoder.1.weight``, ``enc.0.bias`` is ``encoder.1.bias`` if shapes agree;
5. within parts that were found to belong together (``enc`` and ``encoder``), again a shape that is there once;
6. within such parts, as many tensors of one shape on either side, by the numbers in their names, where nothing else differs in them:
   ``fc21`` and ``fc22`` have an order, ``mean`` and ``log_var`` have none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from . import ImportFailed

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


@dataclass(frozen=True)
class Match:
    """``pairs``: name of ours → name in the file; ``why``: by which rule; ``left``: names in the file that nothing needed."""

    pairs: dict[str, str]
    why: dict[str, str]
    left: list[str]


def match(ours: Shapes, theirs: Shapes, told: Mapping[str, str] | None = None) -> Match:
    """Raises ImportFailed that names tensors and shapes, of all that is told amiss or of all of ours that stay without one."""
    pairs: dict[str, str] = {}
    why: dict[str, str] = {}

    def take(mine: str, other: str, rule: str) -> None:
        pairs[mine], why[mine] = other, rule
    for mine, other in _told(ours, theirs, told or {}).items():
        take(mine, other, "told")
    free = _Free(ours, theirs, pairs)
    for mine in free.ours():
        if theirs.get(mine) == ours[mine] and mine not in pairs.values():
            take(mine, mine, "name")
    _by_shape(free, lambda name: "", take, "shape")
    while True:
        before = len(pairs)
        for mine, other in list(pairs.items()):
            above, below = mine.rpartition(".")[0], other.rpartition(".")[0]
            for leaf in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                a, b = f"{above}.{leaf}", f"{below}.{leaf}"
                if a in free.ours() and b in free.theirs() and ours[a] == theirs[b]:
                    take(a, b, "sibling")
        _by_shape(free, partial(_part, _parts(pairs)), take, "shape within its part", named=True)
        if len(pairs) == before:
            break
    _by_order(free, _parts(pairs), take)
    _finished(free)
    return Match({name: pairs[name] for name in ours}, why, sorted(free.theirs(), key=_natural))


class _Free:
    """What has no partner yet."""

    def __init__(self, ours: Shapes, theirs: Shapes, pairs: dict[str, str]) -> None:
        self.shapes, self.their_shapes, self.pairs = ours, theirs, pairs

    def ours(self) -> list[str]:
        return [k for k in self.shapes if k not in self.pairs]

    def theirs(self) -> list[str]:
        taken = set(self.pairs.values())
        return [k for k in self.their_shapes if k not in taken]


def _told(ours: Shapes, theirs: Shapes, told: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    amiss: list[str] = []
    for old, new in told.items():
        if old in theirs and new in ours:
            found[new] = old
            continue
        old, new = old.rstrip(".") + ".", new.rstrip(".") + "."
        inside = {k: new + k[len(old):] for k in theirs if k.startswith(old)}
        there = [k for k in ours if k.startswith(new)]
        if not inside:
            amiss.append(f"the file has no tensor {old[:-1]}, nor any that begin so; it has {_some(theirs)}")
        if not there:
            amiss.append(f"the network has no tensor {new[:-1]}, nor any that begin so; it has {_some(ours)}")
        if inside and there and not set(inside.values()) & set(there):
            amiss.append(f"below {old[:-1]} the file has {_some(k[len(old):] for k in inside)}, and below {new[:-1]} the network has "
                         f"{_some(k[len(new):] for k in there)}: none is called alike")
        found |= {mine: other for other, mine in inside.items() if mine in ours}
    amiss += [f"{other} has the shape {_text(theirs[other])}, and {mine} needs {_text(ours[mine])}" for mine, other in found.items()
              if ours[mine] != theirs[other]]
    if amiss:
        raise ImportFailed(f"--map, or names in config.json: {_joined(amiss)}.")
    return found


def _by_shape(free: _Free, part: Callable[[str], str], take: Callable[[str, str, str], None], rule: str, named: bool = False) -> None:
    """Pair tensors whose shape is there once on either side; ``named``: within parts that are known to belong together."""
    mine: dict[tuple[str, Shape], list[str]] = defaultdict(list)
    other: dict[tuple[str, Shape], list[str]] = defaultdict(list)
    for name in free.ours():
        mine[(name.partition(".")[0] if named else "", free.shapes[name])].append(name)
    for name in free.theirs():
        other[(part(name), free.their_shapes[name])].append(name)
    for key, names in mine.items():
        if len(names) == 1 == len(other.get(key, ())) and key[1] != ():
            take(names[0], other[key][0], rule)


def _parts(pairs: Mapping[str, str]) -> dict[str, str]:
    """The first part of their names → that of ours, where all pairs so far agree."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    back: dict[str, Counter[str]] = defaultdict(Counter)
    for mine, other in pairs.items():
        a, b = other.partition(".")[0], mine.partition(".")[0]
        seen[a][b] += 1
        back[b][a] += 1
    return {a: next(iter(b)) for a, b in seen.items() if len(b) == 1 and len(back[next(iter(b))]) == 1}


def _part(parts: Mapping[str, str], name: str) -> str:
    return parts.get(name.partition(".")[0], "")


def _by_order(free: _Free, parts: Mapping[str, str], take: Callable[[str, str, str], None]) -> None:
    mine: dict[tuple[str, str, Shape], list[str]] = defaultdict(list)
    other: dict[tuple[str, str, Shape], list[str]] = defaultdict(list)
    for name in free.ours():
        mine[(name.partition(".")[0], name.rpartition(".")[2], free.shapes[name])].append(name)
    for name in free.theirs():
        if (part := parts.get(name.partition(".")[0])) is not None:
            other[(part, name.rpartition(".")[2], free.their_shapes[name])].append(name)
    for key, names in mine.items():
        if len(names) == len(other.get(key, ())) and _numbered(names) and _numbered(other[key]):
            for a, b in zip(sorted(names, key=_natural), sorted(other[key], key=_natural), strict=True):
                take(a, b, "order")


def _finished(free: _Free) -> None:
    open_ones: dict[Shape, list[str]] = defaultdict(list)
    for name in free.ours():
        open_ones[free.shapes[name]].append(name)
    if not open_ones:
        return
    unclear, missing = list[str](), list[str]()
    for shape, mine in open_ones.items():
        if alike := [k for k in free.theirs() if free.their_shapes[k] == shape]:
            unclear.append(f"{_some(mine)} {_text(shape)}, of which shape the file has {_some(alike)}: --map {alike[0]}={mine[0]}")
        else:
            missing.append(f"{_some(mine)} {_text(shape)}")
    said = []
    if missing:
        left = _some({k: free.their_shapes[k] for k in free.theirs()}) or "nothing else"
        said.append(f"the network needs {_joined(missing)}, and the file has none of that shape; it has {left}")
    if unclear:
        said.append(f"{'it' if missing else 'the network'} needs {_joined(unclear)}")
    raise ImportFailed(f"{_joined(said)}.")


def _numbered(names: list[str]) -> bool:
    return len({re.sub(r"\d+", "#", name) for name in names}) == 1


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _some(shapes: Shapes | Iterable[str], most: int = 6) -> str:
    names = [f"{k} {_text(v)}" for k, v in shapes.items()] if isinstance(shapes, Mapping) else list(shapes)
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _joined(sentences: list[str], most: int = 6) -> str:
    """All that is to be said at once; of very many the first."""
    return "; ".join(sentences[:most]) + (f"; and {len(sentences) - most} more" if len(sentences) > most else "")


def _text(shape: Shape) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"


__all__ = ["Match", "match"]
