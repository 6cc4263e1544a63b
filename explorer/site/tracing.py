"""A network as torch traces it, and as ONNX, its weights packed (half_precision.py)."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import Tensor, nn

from training.model import LatentModel

from .. import Refused
from . import half_precision
from .networks import Net

OPSET = 18
ROWS = 3                                        # of the example: more than one, else a batch is taken for always one
OWNER = "owner."                                # before the names of the owner's weights


class _Traced(nn.Module):
    """A network's call as a module: what torch traces."""

    def __init__(self, owner: nn.Module, net: Net) -> None:
        super().__init__()
        self.owner, self.net = owner, net

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return self.net(*inputs)


def settled(model: LatentModel) -> LatentModel:
    """A copy that can be traced; the model itself goes on as it was."""
    copy = deepcopy(model).cpu().eval().requires_grad_(False)
    copy.settle()
    return copy


def exported(owner: nn.Module, net: Net) -> torch.export.ExportedProgram:
    """The network as torch.export has it: plain ATen operations, of any number of rows. Raises Refused."""
    with torch.enable_grad(), _quiet():
        try:
            program = torch.export.export(_Traced(owner, net).eval(), net.example(ROWS), dynamic_shapes=(_batch(net),))
            nested = any(node.op == "get_attr" for node in program.graph.nodes)     # parts with an autocast of their own
            return program.run_decompositions({}) if nested else program
        except (torch._dynamo.exc.UserError, RuntimeError) as e:
            raise Refused(f"the network {net.key!r} cannot be traced: {_first(e)}") from e


def _batch(net: Net) -> tuple[dict[int, torch.export.Dim] | None, ...]:
    return tuple(None if given.whole else {0: torch.export.Dim.DYNAMIC} for given in net.given)


def traced(owner: nn.Module, net: Net) -> bytes:
    """The network as ONNX, of any number of rows; ``owner``: the module that its call belongs to. Raises Refused."""
    kept = io.BytesIO()
    with torch.enable_grad(), _quiet():
        try:
            program = torch.onnx.export(
                _Traced(owner, net).eval(), net.example(ROWS), dynamo=True, optimize=False, opset_version=OPSET, verbose=False,
                input_names=[given.name for given in net.given], output_names=list(net.outputs), dynamic_shapes=(_batch(net),))
        except (torch.onnx.OnnxExporterError, RuntimeError) as e:
            raise Refused(f"the network {net.key!r} cannot be written as ONNX: {_first(e)}") from e
        assert program is not None
        kept.write(half_precision.packed(program.model_proto))
    return kept.getvalue()


def _first(e: BaseException) -> str:
    """What torch says of it, without its advice."""
    return str(e.__cause__ or e).strip().partition("\n")[0][:300]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch and onnxscript tell of their own workings."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir", "torch.export")]
    before = [one.level for one in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in loggers:
            one.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for one, level in zip(loggers, before, strict=True):
                one.setLevel(level)
