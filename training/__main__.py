"""The command line: ``python -m training {train,list,evaluate,data,features}``."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")   # read when torch is imported: idle threads sleep, so that busy cores are shared well

from . import memory
from .cli import main

memory.keep()
sys.exit(main())
