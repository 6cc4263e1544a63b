"""How the C library keeps memory, and what Python's garbage collector looks through.

What a layer makes takes some megabytes, which come and go at every step. glibc gives them back to the system each time, and each of their
pages is fetched and zeroed anew: on a CPU that was a third of the time of a convolutional network (48 images of StyleGAN, 64 × 64 pixels,
on one core: 154 ms, and 105 where memory is kept).
"""

from __future__ import annotations

import ctypes
import gc

KEPT = 2**29                                    # bytes that lie idle at most
TRIM, LARGE, ARENAS = -1, -3, -8                # of mallopt(3): M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX
LARGEST = 2**25                                 # of what is kept at all: glibc allows no more


def keep(most: int = KEPT) -> bool:
    """Have this process keep what it frees, up to ``most`` bytes, for what it asks for next. For all threads, from now on; False where
    the C library is another than glibc, and nothing is changed."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return all([mallopt(LARGE, LARGEST), mallopt(TRIM, most), mallopt(ARENAS, 1)])


def release() -> bool:
    """Give the system back what lies idle now; False where the C library is another than glibc."""
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError, TypeError):
        return False


def settle() -> None:
    """Take all that is there now as what stays: modules, the page's components. The collector never looks through it again.

    It looks through everything every so often while no other thread runs: 360,000 objects of the page with torch and Gradio in 200 ms,
    those that come afterwards in a few.
    """
    gc.collect()
    gc.freeze()


__all__ = ["keep", "release", "settle"]
