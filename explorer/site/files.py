"""All files of a site for chosen runs, one run after another."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from training import features
from training.features import FeatureNet

from .. import Refused
from ..latent import galleries
from ..runs.run import Run
from ..runs.session import Session
from . import answers, model_json, onnx_check, runtime, tracing
from .byte_planes import SUFFIX, planes
from .networks import ClassifierNet, Net, networks, own_sampling

NEEDS = ("onnx", "onnxscript", "onnx_ir")


@dataclass
class Made:
    """What became of one run. ``files``: bytes of each by its path, data sets' and classifiers' among them; ``pixels``: the largest
    difference to the model's own images, None where nothing could compare; ``size``: bytes."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    nets: int = 0
    pixels: int | None = None
    seconds: float = 0.0
    size: int = 0


def require() -> None:
    """Raise Refused where the packages are missing that write networks."""
    if any(importlib.util.find_spec(name) is None for name in NEEDS):
        raise Refused(runtime.NEEDED)


def chosen(session: Session, asked: list[str]) -> list[str]:
    """Names of the runs that are asked for, of all without any, in the order of the list. Raises Refused for names that are none."""
    cards, problems = session.runs()[:2]
    missing = [name for name in asked if name not in cards]
    if missing:
        why = "; ".join(problems[name] for name in missing if name in problems)
        there = f" There are {', '.join(cards)}." if cards else " There are none at all."
        raise Refused(f"There is no run named {', '.join(missing)} in {session.trained}{f' ({why})' if why else ''}.{there}")
    if not cards:
        raise Refused(f"There are no runs in {session.trained}.")
    return [name for name in cards if not asked or name in asked]


class Maker:
    """Makes runs' files; those of data sets and classifiers once. ``single``: for a page that is one file."""

    def __init__(self, session: Session, single: bool = False) -> None:
        self.session, self.single, self.known = session, single, set[str]()

    def make(self, name: str) -> Made:
        """A run's files. Raises Refused."""
        began, made, run = time.perf_counter(), Made(name), self.session.run(name)
        if own_sampling(run.model):
            raise Refused("its family draws noise in a way of its own (sample_z), which a browser does not know; give it draws and prior.")
        if not run.model.ours:
            raise Refused("its networks are in a form that is not written for a browser (an imported ONNX graph runs on a server alone).")
        reads = self._judge(run, made)
        copy, nets = tracing.settled(run.model), []
        for net in networks(run, copy):
            nets.append(net)
            made.files[f"data/model/{name}/{net.key}.onnx{SUFFIX}"] = self._written(made, copy, net)
        made.nets = len(nets)
        near = model_json.near(run)
        model = model_json.model(run, nets, reads, None if near is None else near[1], self.single)
        made.files[f"data/model/{name}/model.json"] = answers.as_json(model)
        if near is not None:
            made.files[f"data/near/{name}{SUFFIX}"] = planes(near[0])
        made.files.update(answers.of_run(self.session, name))
        if run.held is not None and self._new(f"images {run.held.folder.name}"):
            made.files.update(answers.of_images(self.session, run.held, self.single))
        made.seconds, made.size = time.perf_counter() - began, sum(map(len, made.files.values()))
        return made

    def _judge(self, run: Run, made: Made) -> str | None:
        """The folder of the classifier that reads a run's images; its files, where they are not there yet."""
        net = galleries.reader(run).net
        if net is None:
            return None
        name = folder_of(self.session.trained, run, net)
        if self._new(f"judge {name}"):
            judge = ClassifierNet(net)
            reading = judge.reading(run.spec.shape)
            made.files[f"data/judge/{name}/judge.onnx{SUFFIX}"] = self._written(made, judge, reading)
            told = {"fields": [[field, list(categories)] for field, categories in net.fields], "shape": list(run.spec.shape)}
            made.files[f"data/judge/{name}/judge.json"] = answers.as_json(told)
        return name

    def _new(self, what: str) -> bool:
        new = what not in self.known
        self.known.add(what)
        return new

    def _written(self, made: Made, owner: nn.Module, net: Net) -> bytes:
        """A network's file. Raises Refused where what was written gives other images than the model."""
        written = tracing.traced(owner, net)
        found = onnx_check.checked(net, written)
        if found is not None and found.pixels is not None:
            made.pixels = max(made.pixels or 0, found.pixels)
        return planes(written)


def folder_of(trained: Path, run: Run, net: FeatureNet) -> str:
    """A name for a classifier of images of one size: that of its folder, and the side where the images are of another than its own."""
    name, side = features.folder_of(trained, run.card.data).name, run.spec.shape[1]
    return name if side == net.shape[1] else f"{name}-{side}"
