"""A run's weights as safetensors, its networks as plain PyTorch beside them, and a loader of ten lines: all without this program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from training.files import write_tensors
from training.model import BLOCK

from .. import Refused
from ..runs.run import Run
from ..site.networks import Net
from .networks import NAMES, RANGES, TOLD, Networks, networks_of, shape
from .plain import Plain, plain

KNOWN = {"torch", "weights", "inf", "nan", "True", "False", "None"}    # names that a network's lines may use beside their own

HEAD = '''"""{name} ({family}), written by Latent Explorer: its networks as plain PyTorch. They need torch alone; the weights are those of
weights.safetensors. Every function takes any number of rows, on any device."""

import torch
from math import inf, nan


'''
SAMPLES = '''def samples(weights, n, seed=0):
    """Images of a seed, {made}. Image k is the same however many are drawn{classes}."""
    drawn = torch.{draw}(n, {width}, generator=torch.Generator().manual_seed(seed)){cut}
    drawn = drawn.to(next(iter(weights.values())).device)
{lines}
'''
IMAGES = '''"""Draws samples.ppm, 16 images of seed 0 one below the other: python load.py"""
import torch
from safetensors.torch import load_file
import networks

weights = load_file("weights.safetensors")
with torch.inference_mode():
    x = networks.samples(weights, 16, seed=0)  # {made}
pixels = ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
with open("samples.ppm", "wb") as file:
    file.write(b"P{kind} {width} %d 255\\n" % (16 * {height}) + bytes(pixels.flatten().tolist()))
'''
POINTS = '''"""Prints 16 points of seed 0: python load.py"""
import torch
from safetensors.torch import load_file
import networks

weights = load_file("weights.safetensors")
with torch.inference_mode():
    print(networks.samples(weights, 16, seed=0))  # {made}
'''


def write(run: Run, folder: Path, place: Path) -> str:
    """Files of a run in an empty folder, which will stand at ``place``; what is said of them. Raises Refused."""
    taken = networks_of(run)
    parts = {net.key: plain(taken.model, net) for net in taken.nets}
    tensors = {name: tensor for part in parts.values() for name, tensor in part.tensors.items()}
    text = HEAD.format(name=run.card.name, family=run.card.family)
    text += "\n\n".join([*(_function(net, parts[net.key]) for net in taken.nets), _samples(taken, parts)])
    write_tensors(folder / "weights.safetensors", tensors)
    (folder / "networks.py").write_text(text, "utf-8")
    (folder / "load.py").write_text(_loader(taken, parts), "utf-8")
    numbers = sum(tensor.numel() for tensor in tensors.values())
    return f"{', '.join(NAMES[net.key] for net in taken.nets)}: {numbers:,} numbers; draw with: python load.py, in the folder {place}"


def _function(net: Net, part: Plain) -> str:
    """A network as a function. Raises Refused where its lines use what torch alone has not."""
    given = [f"{g.name} {shape(g.shape)}, {RANGES[g.name]}" for g in net.given]
    made = [f"{name} {shape(sizes)}" for name, sizes in zip(net.outputs, part.shapes, strict=True)]
    text = f"def {NAMES[net.key]}({', '.join(['weights', *(g.name for g in net.given)])}):\n"
    text += f'    """{TOLD[net.key].capitalize()}: {"; ".join(given)} to {", ".join(made)}."""\n{part.body}\n'
    tree = ast.parse(text)
    names = {n.id: isinstance(n.ctx, ast.Store) for n in sorted(_names(tree), key=lambda n: isinstance(n.ctx, ast.Store))}
    if foreign := sorted(n for n, stored in names.items() if not stored and n not in KNOWN | {g.name for g in net.given}):
        raise Refused(f"the network {net.key!r} cannot be written as plain PyTorch: it uses {', '.join(foreign)}.")
    return text


def _names(tree: ast.AST) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name))


def _samples(taken: Networks, parts: dict[str, Plain]) -> str:
    """What a seed draws, through all networks, class by class in turn."""
    classes, draws = taken.model.spec.num_classes, taken.draws
    label = ", label" if classes else ""
    lines = [f"label = torch.arange(n, device=drawn.device) % {classes}"] if classes else []
    lines.append("z = prior(weights, drawn)" if taken.has("prior") else "z = drawn")
    lines.append(f"w = mapping(weights, z{label})" if taken.has("map") else "w = z[:, None]")
    lines.append(f"return decode(weights, w{label})")
    normal = draws.kind == "normal"
    width = -(-draws.width // BLOCK) * BLOCK if normal else draws.width                # as standard_normal of training/model.py draws
    return SAMPLES.format(
        made=_made(parts), draw="randn" if normal else "rand", width=width, cut=f"[:, :{draws.width}]" if width != draws.width else "",
        classes=f"; its class is k % {classes}" if classes else "", lines="\n".join(f"    {line}" for line in lines))


def _made(parts: dict[str, Plain]) -> str:
    return f"{shape(parts['draw'].shapes[0])} in [-1, 1]"


def _loader(taken: Networks, parts: dict[str, Plain]) -> str:
    sizes = taken.model.spec.shape
    if len(sizes) != 3:
        return POINTS.format(made=_made(parts))
    channels, height, width = sizes
    return IMAGES.format(made=_made(parts), kind=5 if channels == 1 else 6, width=width, height=height)


__all__ = ["write"]
