#!/usr/bin/env bash
# torch 2.13.0, CPU. Expected: one seed is one stream of normal numbers, so that a shorter draw is the beginning of a longer one, and an
# image's noise does not depend on how its memory is laid out. Seen:
# - of randn(n), n >= 16 and no multiple of 16, the last 16 numbers are others than those at the same places of a longer draw;
#   under 16 all are others. In float64 too; uniform numbers (rand) are not touched.
# - normal_() on a channels_last tensor gives numbers that the contiguous one of the same shape and seed does not hold at all.
# So sample k of a seed changes with the number of samples drawn at once wherever their total length is no multiple of 16.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import torch


def seeded():
    return torch.Generator().manual_seed(0)


def others(kind, n, dtype):
    """Places at which n numbers differ from the beginning of 128."""
    return (kind(n, generator=seeded(), dtype=dtype) != kind(128, generator=seeded(), dtype=dtype)[:n]).nonzero().flatten().tolist()


assert torch.__version__.split("+")[0] == "2.13.0"
for dtype in (torch.float32, torch.float64):
    for n in (16, 32, 64, 112):
        assert others(torch.randn, n, dtype) == [], n
    for n in (74, 100):                            # the last 16, but for those that start a block anyway
        found = others(torch.randn, n, dtype)
        print(dtype, n, "numbers: others at", found[0], "to", found[-1])
        assert found and n - 16 <= found[0] and found[-1] == n - 1, (n, found)
    assert len(others(torch.randn, 8, dtype)) == 8
for n in (8, 74, 100):
    assert others(torch.rand, n, torch.float32) == [], n

two, one = torch.randn(2, 100, generator=seeded()), torch.randn(1, 100, generator=seeded())
print("sample 0 of 100 numbers, alone and as the first of two, differs in", int((two[0] != one[0]).sum()), "numbers")
assert 1 <= int((two[0] != one[0]).sum()) <= 16

shape = (2, 4, 4, 4)
usual = torch.empty(shape).normal_(generator=seeded())
last = torch.empty(shape, memory_format=torch.channels_last).normal_(generator=seeded())
shared = set(usual.flatten().tolist()) & set(last.flatten().tolist())
print("contiguous and channels_last of one seed share", len(shared), "of", usual.numel(), "numbers")
assert not torch.equal(usual, last) and len(shared) < usual.numel() // 2
PY
