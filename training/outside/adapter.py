"""A class from elsewhere as a LatentModel. This is what the owner of a model reads: what her class may have, and what follows from it.

    class Model(torch.nn.Module):                 # made without arguments; any class will do, or a function that returns such an object
        def decode(self, z): ...                  # all that is needed: codes (n, z_dim) to images

=============  ====================================================================================================================
``decode(z)``  codes (n, z_dim), or (n, *z_dim) where that is several numbers, to images: (n, C, H, W), (n, H, W, C), (n, H, W) or
               (n, pixels). An object that has them as ``sample`` (diffusers) will do. With ``classes`` it is called as
               ``decode(z, label)``, label (n,) int64.
``encode(x)``  images, in the form and range in which ``decode`` gives them, to codes; or to (mean, log-variance); or to an object with
               ``mean`` and ``stddev`` or ``std`` (torch.distributions), or with such a one as ``latent_dist`` (diffusers).
``posterior``  images to (mean, standard deviation), where there is no log-variance.
``map(z)``     noise to what ``decode`` takes, where these are two spaces (StyleGAN's z and w): (n, w_dim) or (n, layers, w_dim).
``z_dim``      numbers of a code, or their shape such as (4, 8, 8). Else tried: what the encoder gives, or a weight takes.
``shape``      (channels, height, width) of an image. Else that of the held-out images, or told by what ``decode`` gives.
``values``     "-1..1", "0..1" or "0..255": the range of pixels. Else measured: by which images come back best, or on samples.
``prior``      "normal", "uniform" (in [-1, 1]), or "fitted": a Gaussian over the codes of the held-out images, which is what an encoder
               that is no variational one has where it says nothing.
``classes``    the names of classes, where ``decode`` takes a label.
``numpy``      True where its methods take and give NumPy arrays. Gradients are taken by differences then.
=============  ====================================================================================================================

What is found is told in sentences. A network is put into eval mode; nothing of it is trained or written.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from .. import networks
from ..code_prior import GaussianCodes
from ..model import Batch, LatentModel, LatentSpec
from ..pixel_errors import squared_error
from . import ImportFailed
from .differences import differentiable
from .image_layout import LAYOUTS, VALUES, Form, check_choice, layout_of, shape_of, values_of
from .prior import SaidPrior

PRIORS = ("normal", "uniform", "fitted")
MOST_CODES, MOST_TRIED = 2**16, 64                # numbers of a code; widths that are tried where none is told
SEEN, FITTED = 64, 2000                           # images that a range is measured on, and that a prior is fitted to
DARK = 2.0                                        # of 255
WRONG = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, AttributeError)     # what a network says of what it cannot take


M = TypeVar("M", bound=LatentModel)


class Shared:
    """Holds an object that copies of a model share, such as one that cannot be copied."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __deepcopy__(self, memo: dict[int, Any]) -> Shared:
        return self


class Adapted(SaidPrior):
    """``given`` behind the calls of a LatentModel. Made by ``adapt``, which finds out what it is called with."""

    ours = False

    def __init__(self, given: Any, spec: LatentSpec, form: Form, code: tuple[int, ...], *, takes: str, gradient: bool) -> None:
        """``code``: the shape in which ``decode`` takes one code; ``takes``: the layout of the encoder's images; ``gradient``: whether one
        passes through ``decode``."""
        super().__init__()
        self.inner = given if isinstance(given, nn.Module) else None
        self.other = Shared(given)
        self.spec, self.form, self.code, self.gradient = spec, form, code, gradient
        self.read_as = Form(form.shape, takes, form.values)
        self.keep_prior(spec.z_dim)

    @property
    def given(self) -> Any:
        """What was brought."""
        return self.other.held if self.inner is None else self.inner

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        if not callable(_said(self.given, "map")):
            return z[:, None, :]
        w = _called(self.given, "map", z, label)
        return w.reshape(len(z), self.spec.num_layers, self.spec.w_dim).float()

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        def drawn(codes: Tensor) -> Tensor:
            told = None if label is None else label if len(label) == len(codes) else label[:1].expand(len(codes))
            return self.form.ours(_image_of(_called(self.given, "decode", codes.reshape(-1, *self.code), told)))
        flat = w.flatten(1)
        return differentiable(drawn, flat) if not self.gradient and torch.is_grad_enabled() and w.requires_grad else drawn(flat)

    def encode(self, x: Tensor) -> Tensor:
        return self._read(x)[0]

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = self._read(x)
        assert std is not None
        return mean, std

    def _read(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        mean, std = _read(self.given, self.read_as.theirs(x))
        size = (len(x), self.spec.num_layers, self.spec.w_dim)
        return mean.reshape(size).float(), None if std is None else std.reshape(size).float()

    def first_weight(self) -> Tensor | None:
        decoder = _said(self.inner, "decoder")
        if self.spec.num_layers > 1 or not isinstance(decoder, nn.Module):
            return None
        try:
            weight = networks.first_weight(decoder, self.spec.w_dim)
        except ValueError:
            return None
        return weight if weight.shape[1] == self.spec.w_dim else None

    @torch.no_grad()
    def fingerprint(self, images: np.ndarray | None = None) -> bytes:
        """SHA-256 of what it is and answers, to four digits: the same for the same model on another day."""
        told = [json.dumps([self.spec.to_dict(), repr(self.form), self.code]).encode()]
        label = torch.zeros(4, dtype=torch.long, device=self.device) if self.spec.num_classes else None
        z = self.sample_z(4, torch.Generator().manual_seed(0)).to(self.device)
        answers = [self.synthesize(self.map(z, label), label)]
        if images is not None and self.spec.encodes:
            answers.append(self.encode(_tensor(images[:4]).to(self.device)))
        told += [np.round(a.cpu().numpy().astype(np.float64), 4).tobytes() for a in answers]
        return sha256(b"".join(told)).digest()


@torch.no_grad()
def adapt(given: Any, images: np.ndarray | None = None, classes: tuple[str, ...] = ()) -> tuple[LatentModel, tuple[str, ...], list[str]]:
    """A LatentModel of an object with ``decode``, the names of its classes, and sentences on what was found. ``images``: held-out ones,
    (n, C, H, W) uint8; ``classes``: their names. Raises ImportFailed."""
    if isinstance(given, LatentModel):
        return given.eval().requires_grad_(False), classes, []
    if not callable(_said(given, "decode")):
        raise ImportFailed(f"{_name(given)} has no method decode(z), which is what it takes at the least.")
    if isinstance(given, nn.Module):
        given.eval().requires_grad_(False)
    told: list[str] = []
    names = _classes(given, classes)
    label = torch.zeros(2, dtype=torch.long) if names else None
    shape = shape_of(given.shape) if _plain(given, "shape") else None if images is None else shape_of(images.shape[1:])
    if images is not None and shape != images.shape[1:]:
        raise ImportFailed(f"it draws images of {_times(shape or ())}, and the held-out images are {_times(images.shape[1:])}.")
    code = _code(given, shape, label, told)
    mapped = callable(_said(given, "map"))
    z = torch.randn(2, *code, generator=torch.Generator().manual_seed(0))
    w = _called(given, "map", z, label) if mapped else z
    drawn = _image_of(_called(given, "decode", w, label))
    if len(drawn) != 2:
        raise ImportFailed(f"decode gives {len(drawn)} images for 2 codes.")
    layout, shape = layout_of(tuple(drawn.shape[1:]), shape)
    layers, width = (w.shape[1], math.prod(w.shape[2:])) if mapped and w.dim() == 3 else (1, math.prod(w.shape[1:]))
    takes, stochastic = _encoder(given, shape, layout, layers * width, told)
    prior = _prior(given, bool(takes), stochastic, images, mapped)
    spec = LatentSpec(shape=shape, z_dim=math.prod(code), w_dim=width, num_layers=layers, num_classes=len(names), encodes=bool(takes),
                      stochastic=stochastic, prior=prior)

    def made(values: str) -> Adapted:
        return Adapted(given, spec, Form(shape, layout, values), tuple(w.shape[1:]), takes=takes or "nchw",
                       gradient=_has_gradient(given, w, label)).eval()
    model = made(_values(given, made, images, told))
    if prior == "fitted":
        assert images is not None
        fit_prior(model, images, told)
    if mapped and prior == "normal" and width == spec.z_dim and layers == 1:
        model.spec = LatentSpec(**{**spec.__dict__, "prior": "mapped"})
    told.insert(0, f"Codes of {_times(code)}, images of {_times(shape)} with values {model.form.values}"
                   f"{', an encoder' if takes else ', no encoder'}{' with deviations' if stochastic else ''}.")
    return model, names, told


@torch.no_grad()
def fit_prior(model: GaussianCodes, images: np.ndarray, told: list[str]) -> None:
    """Let seeds draw from a Gaussian over the codes of images (n, C, H, W) uint8."""
    some = images[:FITTED]
    codes = torch.cat([model.encode(_tensor(some[i:i + SEEN]).to(model.device)) for i in range(0, len(some), SEEN)])
    model.fit_prior(codes[:, 0])
    told.append(f"Seeds draw from a Gaussian fitted to the codes of {len(codes):,} held-out images.")


def _classes(given: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the classes that ``decode`` takes; () where it takes none."""
    said = _said(given, "classes")
    if not said:
        return ()
    names = tuple(str(k) for k in range(said)) if isinstance(said, int) else tuple(str(name)[:100] for name in said)
    if not 1 <= len(names) <= 1000:
        raise ImportFailed(f"classes are to be 1 to 1,000 names; these are {len(names):,}.")
    if known and len(known) != len(names):
        raise ImportFailed(f"it has {len(names)} classes, and the held-out images have {len(known)}.")
    return known or names


def _code(given: Any, shape: tuple[int, int, int] | None, label: Tensor | None, told: list[str]) -> tuple[int, ...]:
    """The shape of one z: said, or what the encoder gives of an empty image, or the one width of a weight that can be decoded."""
    said = _said(given, "z_dim")
    if said is not None:
        code = (said,) if isinstance(said, int) else tuple(said)
        if not code or not all(isinstance(v, int) and v > 0 for v in code) or math.prod(code) > MOST_CODES:
            raise ImportFailed(f"z_dim is to be a number from 1 to {MOST_CODES:,}, or a shape of so many; it is {said!r}.")
        return code
    if shape is not None and not callable(_said(given, "map")):
        for layout in LAYOUTS:
            try:
                return tuple(_read(given, Form(shape, layout).theirs(torch.zeros(2, *shape)))[0].shape[1:])
            except WRONG:
                continue
    first = "map" if callable(_said(given, "map")) else "decode"
    found = [width for width in _widths(given) if _takes(given, first, width, label)]
    if len(found) == 1:
        told.append(f"z_dim is not told: {first} takes {found[0]} numbers.")
        return (found[0],)
    what = "no width of its weights is one" if not found else f"it takes {', '.join(map(str, found))}"
    raise ImportFailed(f"how many numbers a code has is not clear ({what}): say it as z_dim.")


def _widths(given: Any) -> list[int]:
    if not isinstance(given, nn.Module):
        return []
    sizes = {n for p in given.parameters() if p.dim() >= 2 for n in p.shape[:2]}
    return sorted(n for n in sizes if n <= MOST_CODES)[:MOST_TRIED]


def _takes(given: Any, call: str, width: int, label: Tensor | None) -> bool:
    try:
        made = _called(given, call, torch.zeros(2, width), label)
        return call == "map" or len(_image_of(made)) == 2
    except WRONG:
        return False


def _encoder(given: Any, shape: tuple[int, int, int], layout: str, d: int, told: list[str]) -> tuple[str, bool]:
    """The layout in which the encoder takes images ("": there is none), and whether it gives deviations."""
    if not any(callable(_said(given, name)) for name in ("encode", "posterior")):
        return "", False
    wrong = ""
    for takes in dict.fromkeys((layout, *LAYOUTS)):
        try:
            mean, std = _read(given, Form(shape, takes).theirs(torch.zeros(2, *shape)))
        except ImportFailed:
            raise
        except WRONG as e:
            wrong = wrong or str(e).partition("\n")[0][:300]
            continue
        if len(mean) != 2 or mean[0].numel() != d:
            raise ImportFailed(f"encode gives {mean[0].numel()} numbers for an image, and decode takes {d}.")
        if takes != layout:
            told.append(f"The encoder takes images as {takes}, where decode gives {layout}.")
        return takes, std is not None
    raise ImportFailed(f"encode does not take images of {_times(shape)} in any layout ({wrong}).")


def _prior(given: Any, encodes: bool, stochastic: bool, images: np.ndarray | None, mapped: bool) -> str:
    said = _said(given, "prior")
    if isinstance(said, str):
        if check_choice("prior", said, PRIORS) == "fitted" and (images is None or not encodes or mapped):
            raise ImportFailed("a prior is fitted to the codes of held-out images: it takes an encoder, codes that are z, and images.")
        return said
    return "fitted" if encodes and not stochastic and images is not None and not mapped else "normal"


def _values(given: Any, made: Callable[[str], Adapted], images: np.ndarray | None, told: list[str]) -> str:
    """The range of pixels: said, else that in which held-out images come back best, else that of samples."""
    said = _said(given, "values")
    if isinstance(said, str):
        return check_choice("values", said, VALUES)

    def raw(model: Adapted, w: Tensor, label: Tensor | None) -> Tensor:
        return _image_of(_called(given, "decode", w.reshape(-1, *model.code), label))
    return measured_values(made, raw, images, told)


@torch.no_grad()
def measured_values(made: Callable[[str], M], raw: Callable[[M, Tensor, Tensor | None], Tensor], images: np.ndarray | None,
                    told: list[str]) -> str:
    """The range of pixels of a model that does not say it; ``made``: the model that has a range; ``raw``: the images of codes and labels as
    its network gives them. Raises ImportFailed where samples are in no range, and there is no image to tell by."""
    model = made("-1..1")
    if images is not None and model.spec.encodes and not model.spec.num_classes:
        x = _tensor(images[:SEEN])

        def error(values: str) -> float:
            tried = made(values)
            codes = tried.encode(x)
            found = float(squared_error(tried.synthesize(codes), x).mean())
            dark = values == "0..255" and float(raw(tried, codes, None).max()) <= DARK     # black, which is near to many an image
            return found if math.isfinite(found) and not dark else math.inf
        errors = {values: error(values) for values in VALUES}
        best = min(errors, key=lambda values: errors[values])
        if errors[best] < math.inf:
            told.append(f"Values are not told: of {', '.join(VALUES)} held-out images come back best in {best}.")
            return best
    label = torch.arange(SEEN) % model.spec.num_classes if model.spec.num_classes else None
    found = values_of(raw(model, model.map(model.sample_z(SEEN, torch.Generator().manual_seed(0)), label), label))
    told.append(f"Values are not told: those of {SEEN} samples are in {found}.")
    return found


def _has_gradient(given: Any, w: Tensor, label: Tensor | None) -> bool:
    if _said(given, "numpy"):
        return False
    with torch.enable_grad():
        return _image_of(_called(given, "decode", w[:1].clone().requires_grad_(), None if label is None else label[:1])).requires_grad


def _called(given: Any, name: str, x: Tensor, label: Tensor | None = None) -> Any:
    """A method's answer to a tensor, with the label where there is one and the method takes it; arrays become tensors."""
    call = getattr(given, name)
    asked: list[Any] = [x] if label is None or name == "map" and not _takes_two(call) else [x, label]
    if _said(given, "numpy"):
        asked = [a.detach().cpu().numpy() for a in asked]
    answer = call(*asked)
    return torch.as_tensor(answer).to(x.device) if isinstance(answer, np.ndarray) else answer


def _takes_two(call: Callable[..., object]) -> bool:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds for p in inspect.signature(call).parameters.values()) > 1


def _image_of(answer: object) -> Tensor:
    for found in (answer, getattr(answer, "sample", None), getattr(answer, "reconstruction", None)):
        if isinstance(found, Tensor):
            return found
    raise ImportFailed(f"decode gives {_name(answer)}, not a tensor of images.")


def _read(given: Any, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """Mean and standard deviation of the codes of images as the network takes them; None for one that there is not."""
    if callable(_said(given, "posterior")):
        mean, std = (torch.as_tensor(v).to(x.device) for v in _called(given, "posterior", x))
        return mean, std
    answer = _called(given, "encode", x)
    answer = getattr(answer, "latent_dist", answer)
    if isinstance(answer, Tensor):
        return answer, None
    for mean_name, deviation_name in (("mean", "stddev"), ("mean", "std")):
        told = getattr(answer, mean_name, None), getattr(answer, deviation_name, None)
        if isinstance(told[0], Tensor) and isinstance(told[1], Tensor):
            return told[0], told[1]
    if isinstance(answer, tuple | list) and len(answer) == 2 and all(isinstance(v, Tensor | np.ndarray) for v in answer):
        mean, log_variance = (torch.as_tensor(v).to(x.device) for v in answer)
        if mean.shape == log_variance.shape:
            return mean, (0.5 * log_variance).exp()
    if isinstance(getattr(answer, "embedding", None), Tensor):                # pythae
        spread = getattr(answer, "log_covariance", None)
        return answer.embedding, (0.5 * spread).exp() if isinstance(spread, Tensor) else None
    raise ImportFailed(f"encode gives {_name(answer)}: it is to be codes, or (mean, log-variance), or a distribution.")


def _said(given: Any, name: str) -> Any:
    """An attribute of what was brought; None where it has none. (Models of diffusers raise KeyError for names of a dict's methods.)"""
    try:
        return getattr(given, name, None)
    except KeyError:
        return None


def _plain(given: Any, name: str) -> bool:
    value = _said(given, name)
    return value is not None and not callable(value)


def _tensor(images: np.ndarray) -> Tensor:
    return Batch.of(torch.from_numpy(np.ascontiguousarray(images))).images


def _name(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"{len(value)} things ({', '.join(_name(v) for v in value[:4])})"
    return type(value).__name__


def _times(size: tuple[int, ...] | Iterator[int]) -> str:
    return " × ".join(map(str, size))


__all__ = ["PRIORS", "Adapted", "Shared", "adapt", "fit_prior", "measured_values"]
