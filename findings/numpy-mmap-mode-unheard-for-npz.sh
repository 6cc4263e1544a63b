#!/usr/bin/env bash
# numpy 2.4.6. Expected: numpy.load(path, mmap_mode="r") maps an array into memory whatever file it lies in, or says that it cannot. Seen: of a
# .npy it does; of a .npz the same argument is taken without a word and every array comes whole and unmapped, although numpy.savez stores
# arrays uncompressed, one after the other, as it would have to for mapping. A set of several gigabytes thus fills the memory that the
# argument was to spare. (A value that is no mode is refused for a .npy, and taken for a .npz as well.)
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet numpy==2.4.6
cd "$work" && "$work/venv/bin/python" - <<'PY'
import zipfile

import numpy as np

assert np.__version__ == "2.4.6"
a = np.arange(1_000_000)
np.save("a.npy", a)
np.savez("a.npz", a=a)
stored = zipfile.ZipFile("a.npz").getinfo("a.npy").compress_type == zipfile.ZIP_STORED
of_npy, of_npz = np.load("a.npy", mmap_mode="r"), np.load("a.npz", mmap_mode="r")["a"]
print("npy:", type(of_npy).__name__, "| npz:", type(of_npz).__name__, of_npz.flags.owndata or of_npz.base.flags.owndata, "| stored:", stored)


def said(path):
    try:
        np.load(path, mmap_mode="no such mode")
        return "nothing"
    except ValueError as e:
        return f"ValueError: {str(e)[:30]}"


print("a mode that there is not, npy:", said("a.npy"), "| npz:", said("a.npz"))
assert isinstance(of_npy, np.memmap) and not isinstance(of_npz, np.memmap) and not isinstance(of_npz.base, np.memmap) and stored
assert said("a.npy").startswith("ValueError") and said("a.npz") == "nothing"
PY
