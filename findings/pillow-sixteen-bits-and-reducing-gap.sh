#!/usr/bin/env bash
# Pillow 12.3.0. Expected: `reducing_gap` of Image.resize only makes it faster, so that whatever resizes without it does with it. Seen: a 16-bit
# greyscale image (mode I;16), which Lanczos resizes well, raises ValueError with it where the image is large enough for the first, coarse
# step; with a smaller reduction the same call works. Image.thumbnail has a reducing_gap of 2 unless told otherwise, and raises alike.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pillow==12.3.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import numpy as np
import PIL
from PIL import Image

assert PIL.__version__ == "12.3.0"
deep = Image.fromarray((np.arange(640 * 640).reshape(640, 640) % 65536).astype(np.uint16))


def said(act):
    try:
        return act().mode
    except ValueError as e:
        return f"ValueError: {e}"


plain = said(lambda: deep.resize((8, 8), Image.Resampling.LANCZOS))
gap = said(lambda: deep.resize((8, 8), Image.Resampling.LANCZOS, reducing_gap=2.0))
little = said(lambda: deep.resize((400, 400), Image.Resampling.LANCZOS, reducing_gap=2.0))


def thumbnail():
    copy = deep.copy()
    copy.thumbnail((8, 8))
    return copy


thumb = said(thumbnail)
print(deep.mode, "| resize:", plain, "| with reducing_gap:", gap, "| a little smaller:", little, "| thumbnail:", thumb)
assert plain == little == "I;16" and gap.startswith("ValueError") and thumb.startswith("ValueError")
PY
