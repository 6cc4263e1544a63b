"""Memory that is kept: what a process frees it does not fetch anew."""

import resource
import subprocess
import sys

import pytest

from training import memory

FAULTS = """
import resource, sys, torch
from training import memory
kept = sys.argv[1] == "keep" and memory.keep()
x = torch.zeros(1_500_000)                      # 6 MB
for k in range(40):
    if k == 20:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    layers = [x + k for _ in range(8)]          # come, and go
    del layers
print(int(kept), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how):
    """Pages fetched by twenty steps of a process of its own, and whether it was told to keep memory."""
    said = subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True).stdout.split()
    return int(said[0]), int(said[1])


def test_pages_are_fetched_once():
    (kept, few), (_, many) = faults("keep"), faults("leave")
    if not kept:
        pytest.skip("another C library than glibc")
    step = 8 * 6_000_000 // resource.getpagesize()
    assert few < step, "less than a single step's"
    assert few < many / 5


RELEASED = """
from training import memory
def held(): return int(open("/proc/self/statm").read().split()[1]) * 4096
kept = memory.keep()
much, last = [b"x" * 2**20 for _ in range(64)], b"x" * 2**20
del much
before = held()
print(int(kept and memory.release()), before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it")
def test_what_was_kept_can_be_given_back():
    said, given = subprocess.run([sys.executable, "-c", RELEASED], capture_output=True, text=True, check=True).stdout.split()
    if said == "0":
        pytest.skip("another C library than glibc")
    assert int(given) > 60 * 2**20


SETTLED = """
import gc
from training import memory
class Kept: pass
kept = [Kept() for _ in range(10_000)]
for one in kept: one.next = kept                # what a collection would have to look through
memory.settle()
before = len(gc.get_objects())
loop = Kept(); loop.self = loop; found = []
import weakref; weakref.finalize(loop, found.append, 1)
del loop
gc.collect()
print(before, len(found), len(kept))
"""


def test_what_is_there_is_not_looked_through_again():
    """What comes afterwards is collected all the same."""
    said = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=True).stdout.split()
    assert int(said[0]) < 1000 and said[1:] == ["1", "10000"]


def test_another_c_library_is_left_as_it_is(monkeypatch):
    for wrong in (OSError("none"), TypeError("None is no name")):
        def missing(name, wrong=wrong):
            raise wrong
        monkeypatch.setattr(memory.ctypes, "CDLL", missing)
        assert memory.keep() is False and memory.release() is False
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert memory.keep() is False and memory.release() is False
