"""Moving in a space of codes: codes as text, interpolation, walks.

A code here is a flat float32 vector (d,), d = num_layers * w_dim. Pure functions of arrays.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
import torch

from training import interpolation

from .. import Refused

LIMIT = 1e6                                     # larger numbers are no code of any model here, and their squares overflow
METHODS = ("lerp", "slerp")


def to_text(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def from_text(text: str) -> np.ndarray:
    """Base64 of little-endian float32 to a flat float32 array. Raises Refused unless all are finite and within ±1e6."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise Refused("The latent code is not base64 text.") from e
    if not data or len(data) % 4:
        raise Refused("The latent code is not a row of 32-bit numbers.")
    values = np.frombuffer(data, "<f4").astype(np.float32)
    if not np.isfinite(values).all():
        raise Refused("The latent code holds NaN or an infinite number.")
    if np.abs(values).max() > LIMIT:
        raise Refused("The latent code holds a number beyond a million, which no image comes from.")
    return values


def codes(values: np.ndarray, d: int, least: int = 1, most: int = 256) -> np.ndarray:
    """A flat array as codes (n, d). Raises Refused when its length does not fit, or n is not in [least, most]."""
    n, rest = divmod(len(values), d)
    if rest or n == 0:
        raise Refused(f"The latent code has {len(values)} numbers; this run's codes have {d}.")
    if not least <= n <= most:
        raise Refused(f"That takes {least} code{'s' if least > 1 else ''}; these are {n}." if least == most else
                      f"That takes {least} to {most} codes; these are {n}.")
    return values.reshape(n, d)


def lerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The straight way from a (t = 0) to b (t = 1), of any equal shapes."""
    return (1 - t) * a + t * b


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The arc about the origin from a (d,) to b (d,), at even angles (training/interpolation.py), which keeps equal norms."""
    first, second = (torch.from_numpy(np.ascontiguousarray(v))[None] for v in (a, b))
    return interpolation.slerp(first, second, t)[0].numpy()


def set_coordinate(w: np.ndarray, mean: np.ndarray, vector: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Codes w (…, d) with their coordinate along a unit ``vector`` (d,), counted from ``mean`` (d,), set to each of ``values`` (n,):
    (…, n, d)."""
    steps = values - ((w - mean) @ vector)[..., None]
    return w[..., None, :] + steps[..., None] * vector


def segment(count: int, t: float, loop: bool) -> tuple[int, int, float]:
    """Where t in [0, 1] lies among ``count`` keys that share the time evenly: (from, to, fraction between them)."""
    if count == 1:
        return 0, 0, 0.0
    parts = count if loop else count - 1
    k = min(int(t * parts), parts - 1)
    return k, (k + 1) % count, t * parts - k


def walk(keys: np.ndarray, t: float, method: str = "lerp", loop: bool = False) -> np.ndarray:
    """The code (d,) at time t in [0, 1] of a path through keys (k, d); with ``loop`` it ends where it began."""
    i, j, f = segment(len(keys), t, loop)
    return (slerp if method == "slerp" else lerp)(keys[i], keys[j], f)


def times(frames: int, loop: bool) -> np.ndarray:
    """(frames,) even times in [0, 1]; a loop leaves its end out, since that is its beginning."""
    return np.arange(frames) / (frames if loop else max(frames - 1, 1))
