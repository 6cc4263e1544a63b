"""The command line: ``python -m training {train,list,evaluate,data}``."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
