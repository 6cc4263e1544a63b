#!/usr/bin/env bash
# clean-fid 0.1.35: num= images of a zip are others in each process, whatever seed is given.
#
# Expected: get_folder_features(zip, num=N) takes the first N images by name, and with shuffle=True and a seed the same N each time, as it does
# of a folder. Seen: names of a zip pass through a set before they are cut, so that which N are taken follows Python's hash seed, which is
# another in each process: two runs on one file score different images, with shuffle and its fixed seed as without. Of a folder with the same
# files the images are the same each time. With PYTHONHASHSEED set, or without num, it is repeatable.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check clean-fid==0.1.35 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 scipy==1.17.1 pillow==12.3.0
cat > "$folder/read.py" <<'P'
import importlib.metadata
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch

try:
    import torchvision
except RuntimeError:                                # one built for CUDA beside a torch that is not: its operators are not needed here
    for name in [m for m in sys.modules if m.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    operators = torch.library.Library("torchvision", "DEF")
    operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    operators.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision
from cleanfid import fid
from PIL import Image

assert importlib.metadata.version("clean-fid") == "0.1.35"

where = Path(sys.argv[1])
if not where.exists():
    where.mkdir()
    with zipfile.ZipFile(where.with_name("images.zip"), "w") as archive:
        for k in range(100):
            Image.fromarray(np.full((4, 4, 3), k, np.uint8)).save(where / f"{k:03d}.png")
            archive.write(where / f"{k:03d}.png", f"{k:03d}.png")


def taken(place: Path, shuffle: bool) -> list[int]:
    """Numbers of the images that five of them are taken of, by their brightness."""
    found = fid.get_folder_features(str(place), lambda x: x.mean((1, 2, 3))[:, None], num=5, shuffle=shuffle, seed=0, num_workers=0,
                                    device=torch.device("cpu"), custom_fn_resize=lambda x: x, verbose=False)
    return found.ravel().round().astype(int).tolist()


for shuffle in (False, True):
    print(f"shuffle={shuffle}", "folder", taken(where, shuffle), "zip", taken(where.with_name("images.zip"), shuffle))
P
for seed in 1 2; do PYTHONHASHSEED=$seed "$folder/v/bin/python" "$folder/read.py" "$folder/images" | tee "$folder/told-$seed"; done
test "$(grep -c zip "$folder/told-1")" = 2
test "$(sed 's/ zip.*//' "$folder/told-1")" = "$(sed 's/ zip.*//' "$folder/told-2")"      # of the folder the same
for line in 1 2; do
  test "$(sed -n "${line}s/.* zip//p" "$folder/told-1")" != "$(sed -n "${line}s/.* zip//p" "$folder/told-2")" || { echo "they are the same now"; exit 1; }
done
