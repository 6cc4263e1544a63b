#!/usr/bin/env bash
# diffusers 0.42.1: hasattr of a model raises KeyError for the names of a dict's methods.
#
# Expected: hasattr(model, name) is True or False, and getattr(model, name, default) gives the default where a network has no such attribute,
# as of every torch.nn.Module: code that takes models of any library looks at what they have in this way.
# Seen: of an AutoencoderKL, and any other model of diffusers, both raise KeyError for "values", "keys", "items", "get", "pop", "update", "copy"
# and so on. The models' own __getattr__ looks for old names of settings among the attributes of the settings' dict, where it finds the
# dict's own methods, and then asks for a setting of that name. Other names that are not there are False, as expected; so are these same
# names of a plain torch.nn.Module.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 diffusers==0.42.1
"$folder/v/bin/python" -W ignore - <<'P'
import diffusers
import torch
from diffusers import AutoencoderKL

print("diffusers", diffusers.__version__)
model = AutoencoderKL(in_channels=1, out_channels=1, block_out_channels=(8,), norm_num_groups=4, latent_channels=2)
assert not hasattr(model, "no_such_name"), "a name that nothing has"
raised = []
for name in ("values", "keys", "items", "get", "pop", "update", "copy"):
    assert not hasattr(torch.nn.Linear(1, 1), name), name
    try:
        print(name, hasattr(model, name))
    except KeyError as error:
        raised.append(name)
        print(f"hasattr(model, {name!r}): KeyError", error)
    try:
        getattr(model, name, None)
    except KeyError:
        continue
    raise SystemExit(f"getattr(model, {name!r}, None) gives its default now")
assert len(raised) == 7, raised
P
