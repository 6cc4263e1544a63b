"""The processes that train together, on one machine or several."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from . import devices


@dataclass(frozen=True)
class World:
    """The processes that train together. Each sees its share of every batch."""

    rank: int = 0
    size: int = 1
    device: torch.device = torch.device("cpu")

    @staticmethod
    def join(device: str = "auto") -> World:
        """The group that torchrun (or ``accelerate launch`` on several GPUs) started, or this process alone. Raises ValueError in one
        sentence where there is no such device, or several processes were asked for and one was started."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size == 1:
            if "ACCELERATE_MIXED_PRECISION" in os.environ and "MASTER_ADDR" in os.environ and "WORLD_SIZE" not in os.environ:
                raise ValueError("`accelerate launch` started one process instead of several, as it does on a CPU; use "
                                 "torchrun --standalone --nproc_per_node 2 -m training …")
            return World(device=devices.find(device))
        from accelerate import PartialState
        group = PartialState(cpu=devices.find(device).type == "cpu")
        if group.num_processes != size:
            raise ValueError(f"{size} processes were started, but they found only {group.num_processes} of them.")
        return World(group.process_index, size, group.device)

    def wait(self) -> None:
        """Until all processes are here."""
        self.any(False)

    def leave(self) -> None:
        """End the group, so that each process may end when it likes."""
        if self.size > 1:
            torch.distributed.destroy_process_group()

    def average(self, parameters: list[torch.nn.Parameter]) -> None:
        """Replace gradients by their mean over all processes, in one flat all-reduce."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.flatten() for g in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.size
        for g, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            g.copy_(part.view_as(g))

    def any(self, flag: bool) -> bool:
        """Whether the flag is up in any process."""
        if self.size == 1:
            return flag
        t = torch.tensor([float(flag)], device=self.device)
        torch.distributed.all_reduce(t)
        return bool(t.item())


__all__ = ["World"]
