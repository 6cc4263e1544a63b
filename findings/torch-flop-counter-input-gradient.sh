#!/usr/bin/env bash
# torch 2.13.0: FlopCounterMode cannot count a gradient penalty.
#
# Expected: the operations of a step are counted whatever the step does, as the counter only watches what is dispatched.
# Seen: where the loss takes torch.autograd.grad with respect to a network's input (R1, WGAN-GP and every penalty on a critic's slope), the
# same step that runs alone raises RuntimeError from torch/autograd/graph.py under the counter: it also follows which module is at work, by
# hooks on the modules' inputs, and these may not be asked about a leaf during autograd.grad. Without that gradient the step is counted.
# A TorchDispatchMode of one's own that looks up torch.utils.flop_counter.flop_registry counts the same step.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5
"$folder/v/bin/python" - <<'P'
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode, flop_registry

critic = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))


def slope() -> torch.Tensor:
    x = torch.randn(3, 4, requires_grad=True)
    gradient, = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return gradient.square().sum()


slope().backward()
try:
    with FlopCounterMode(display=False):
        slope().backward()
    raise SystemExit("it counts a gradient penalty now")
except RuntimeError as error:
    print("FlopCounterMode:", error)
    assert "leaf node was passed" in str(error), error


class Counted(TorchDispatchMode):
    flops = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if known := flop_registry.get(func._overloadpacket):
            self.flops += known(*args, **(kwargs or {}), out_val=out)
        return out


with Counted() as counted:
    slope().backward()
print("the registry alone:", counted.flops)
assert counted.flops > 0
with FlopCounterMode(display=False) as plain:
    critic(torch.randn(3, 4)).sum().backward()
print("without the penalty:", plain.get_total_flops())
assert plain.get_total_flops() == 528, plain.get_total_flops()
P
