#!/usr/bin/env bash
# safetensors 0.8.0, save_file where the file may not grow as large (here a limit on the size of files, as a quota; a full disk alike).
# Expected: OSError with its errno, as from open() and write(), so that `except OSError` covers saving. Seen: SafetensorError, which is no
# OSError and has no errno; the number of the error stands in its words only.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import resource
import sys

import numpy as np
import safetensors
from safetensors.numpy import save_file

assert safetensors.__version__ == "0.8.0"
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))      # Python ignores the signal; a write says EFBIG
array, path = np.zeros(50_000, np.float32), sys.argv[1] + "/weights.safetensors"
try:
    with open(sys.argv[1] + "/plain", "wb") as f:
        f.write(array.tobytes())
except OSError as e:
    print("open and write:", type(e).__name__, e.errno)
    assert e.errno == 27
try:
    save_file({"a": array}, path)
except Exception as e:
    print("save_file:", type(e).__name__, "|", e)
    assert type(e).__name__ == "SafetensorError" and not isinstance(e, OSError) and getattr(e, "errno", None) is None
    assert "os error 27" in str(e)
else:
    raise SystemExit("it was saved")
PY
