#!/usr/bin/env bash
# clean-fid 0.1.35: what a folder's path is called decides how the images in it are read.
#
# Expected: a folder of PNGs is read as one, wherever it lies; a zip is known by its end or by its bytes.
# Seen: ".zip" anywhere in the path makes a folder a zip (IsADirectoryError: faces.zipped/, or a parent named dataset.zip.d), and ".npy"
# anywhere in it makes each PNG a numpy array, which is refused as a pickle. A folder beside it with the same files and another name is read.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check clean-fid==0.1.35 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 scipy==1.17.1 pillow==12.3.0
"$folder/v/bin/python" - "$folder/images" <<'P'
import importlib.metadata
import sys
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

print("clean-fid", importlib.metadata.version("clean-fid"))
assert importlib.metadata.version("clean-fid") == "0.1.35"


def read(name: str) -> np.ndarray:
    """Features, here the mean of each image, of a folder of that name with the same three PNGs."""
    place = Path(sys.argv[1]) / name
    place.mkdir(parents=True)
    for k in range(3):
        Image.fromarray(np.full((8, 8, 3), 50 * k, np.uint8)).save(place / f"{k}.png")
    return fid.get_folder_features(str(place), lambda x: x.mean((1, 2, 3))[:, None], num_workers=0, device=torch.device("cpu"),
                                   custom_fn_resize=lambda x: x, verbose=False)


print("faces:", read("faces").ravel().round().tolist())
for name, wrong, words in (("faces.zipped", IsADirectoryError, "directory"), ("dataset.zip.d/faces", IsADirectoryError, "directory"),
                           ("codes.npy.d/faces", ValueError, "pickle")):
    try:
        read(name)
    except wrong as error:
        print(f"{name}: {type(error).__name__}: {str(error).partition('/')[0][:70]}")
        assert words in str(error), error
    else:
        raise SystemExit(f"{name} is read now")
P
