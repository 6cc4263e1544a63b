#!/usr/bin/env bash
# torch 2.13.0, device "meta". Expected: making a tensor or a layer on "meta", where nothing is computed, costs next to nothing. Seen: the
# first normal_() or randn on "meta" imports sympy and hundreds of other modules (a second and more at the first call of a process), while
# uniform_() and empty import none. A network that is built on "meta" only to look at its shapes pays for it if it draws normal numbers.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import torch

assert torch.__version__.split("+")[0] == "2.13.0"
x = torch.empty(3, 4, device="meta")
before = len(sys.modules)
x.uniform_()
torch.nn.Linear(4, 4, device="meta")
print("modules after uniform_ and a Linear layer:", len(sys.modules) - before, "more; sympy:", "sympy" in sys.modules)
assert "sympy" not in sys.modules
x.normal_()
print("after normal_:", len(sys.modules) - before, "more; sympy:", "sympy" in sys.modules)
assert "sympy" in sys.modules and len(sys.modules) - before > 300
PY
