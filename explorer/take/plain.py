"""A network as Python that needs torch alone: torch.export's graph of it, an ATen operation a line, its weights looked up by name.

An ExportedProgram can be saved whole (a .pt2 file), but only torch of about the same version reads it, and nobody sees what is in it. Of
text and a safetensors file both can be read, by people and by other versions, and nothing is unpickled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.export.graph_signature import InputKind

from .. import Refused
from ..site import tracing
from ..site.networks import Net

CHECKS = (torch.ops.aten._assert_tensor_metadata.default,)     # true of what was traced, on the CPU; else only in the way


@dataclass(frozen=True)
class Plain:
    """``body``: the lines of a function of ``weights`` and the network's inputs. ``tensors``: its weights by the model's own names.
    ``shapes``: of each output, without the batch."""

    body: str
    tensors: dict[str, Tensor]
    shapes: tuple[tuple[int, ...], ...]


def plain(owner: nn.Module, net: Net) -> Plain:
    """The network, of any number of rows and on any device. Raises Refused where torch cannot trace it."""
    program = tracing.exported(owner, net)
    graph = program.graph
    for node in list(graph.nodes):
        if node.target in CHECKS:
            graph.erase_node(node)
    graph.eliminate_dead_code()
    used = {node.name for node in graph.nodes if node.op == "placeholder" and node.users}
    inputs = iter(given.name for given in net.given)
    names, tensors = dict[str, str](), dict[str, Tensor]()
    for told in program.graph_signature.input_specs:
        if told.kind is InputKind.USER_INPUT:
            names[told.arg.name] = next(inputs)
        elif told.arg.name in used:
            assert told.target is not None
            name = told.target.removeprefix(tracing.OWNER)
            tensors[name] = _tensor(program, told.target)
            names[told.arg.name] = f"weights[{name!r}]"
    if found := {str(n.target) for n in graph.nodes if n.op == "call_function" and "higher_order" in str(n.target) or n.op == "get_attr"}:
        raise Refused(f"the network {net.key!r} cannot be written as plain PyTorch: it holds {', '.join(sorted(found))}.")
    outputs = [node.meta["val"] for node in graph.output_node().args[0]]
    return Plain(_text(graph, names, net.given[0].name), tensors, tuple(tuple(int(s) for s in v.shape[1:]) for v in outputs))


def _tensor(program: torch.export.ExportedProgram, name: str) -> Tensor:
    found = program.state_dict.get(name)
    found = program.constants[name] if found is None else found
    assert isinstance(found, Tensor)
    return found.detach().clone().contiguous()


def _text(graph: torch.fx.Graph, names: dict[str, str], first: str) -> str:
    """The graph's own lines, with ``names`` in place of its inputs'; a tensor that it makes lies where its first input does."""
    lines = graph.python_code("self").src.strip().split("\n")[1:]
    lines = [re.sub(r";  [\w = ]+ = None$", "", line) for line in lines]
    text = "\n".join(line for line in lines if line.strip())
    text = text.replace("device(type='cpu')", f"{first}.device")
    text = re.sub(r"\b\w+\b", lambda found: names.get(found[0], found[0]), text)
    return re.sub(r"return \((\w+),\)$", r"return \1", text)


__all__ = ["Plain", "plain"]
