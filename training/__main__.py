"""The command line: ``python -m training {train,list,evaluate,import,data,features}``."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")   # read when torch is imported: idle threads sleep, so that busy cores are shared well

try:
    from . import memory
    from .cli import main

    memory.keep()
    code = main()
except KeyboardInterrupt:                             # while torch is imported, or again at the very end
    print("\nInterrupted.", file=sys.stderr)
    code = 130
sys.exit(code)
