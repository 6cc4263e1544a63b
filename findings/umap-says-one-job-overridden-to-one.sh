#!/usr/bin/env bash
# umap-learn 0.5.12. Expected: UMAP(random_state=0, n_jobs=4) warns that the 4 jobs asked for become 1. Seen: the warning names the value after
# it was replaced ("n_jobs value 1 overridden to 1"), whatever was asked for, so that it reads as if nothing had changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet umap-learn==0.5.12 numpy==2.4.6 numba==0.68.1 scikit-learn==1.9.1 scipy==1.17.1
"$work/venv/bin/python" - <<'PY'
import warnings

import numpy as np
import umap

assert umap.__version__ == "0.5.12"
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    umap.UMAP(random_state=0, n_jobs=4, n_epochs=5).fit(np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32))
said = [str(w.message) for w in seen if "n_jobs" in str(w.message)]
print(said)
assert len(said) == 1 and "n_jobs value 1 overridden to 1" in said[0]
PY
