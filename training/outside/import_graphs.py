"""Graphs of ONNX as a model: what they take and give, told or measured."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor

from ..card import Card
from ..dataset import Dataset
from ..model import LatentModel, LatentSpec
from . import ImportFailed, graph
from .adapter import fit_prior, measured_values
from .image_layout import LAYOUTS, VALUES, check_choice, layout_of, shape_of
from .import_options import Asked, Say, data_of
from .onnx_model import KIND, OnnxConfig, OnnxModel, as_buffer, batches_of, described


def graphs_of(asked: Asked, dataset: Dataset | None, tell: Say) -> tuple[LatentModel, Card]:
    """The model of the graphs, and a card without a name. Raises ImportFailed."""
    assert asked.decoder is not None
    decoder = graph.read(asked.decoder)
    encoder = None if asked.encoder is None else graph.read(asked.encoder)
    name, told = asked.decoder.name, list[str]()
    given, made, *_ = graph.all_of(
        partial(graph.one_of, decoder.inputs, asked.input, "input", "--input", name),
        partial(graph.one_of, decoder.outputs, asked.output, "output", "--output", name), *_ports(encoder, asked))
    shape = shape_of(dataset.spec.shape) if dataset is not None else asked.shape
    code = asked.code or _code(given, encoder, asked)
    k = [p.name for p in decoder.outputs].index(made.name)
    drawn = graph.tried(decoder, given, code, batches_of(given), name)[0][k]
    layout, shape = layout_of(drawn[1:], shape)
    layout = check_choice("layout", asked.layout, LAYOUTS) if asked.layout else layout
    config = OnnxConfig(decoder=len(decoder.data), code=code, input=given.name, output=made.name, layout=layout,
                        **({} if encoder is None else _encoder(encoder, asked, shape)))
    data = data_of(asked, dataset, shape)
    if data.num_classes and dataset is None:
        raise ImportFailed("graphs that take a class are not taken: leave classes out.")
    fits = encoder is not None and dataset is not None
    prior = asked.prior or ("fitted" if fits else "normal")
    if prior == "fitted" and not fits:
        raise ImportFailed("a prior is fitted to the codes of held-out images: it takes an encoder and a data set (--data).")

    def whole(config: OnnxConfig) -> OnnxModel:
        model = OnnxModel(config, data)
        model.decoder_graph.copy_(as_buffer(decoder.data))
        if encoder is not None:
            model.encoder_graph.copy_(as_buffer(encoder.data))
        return model
    first = whole(config)
    first.loaded()

    def with_values(values: str) -> OnnxModel:
        model = copy.copy(first)
        model.form, model.read_as = replace(first.form, values=values), replace(first.read_as, values=values)
        return model

    def raw(model: OnnxModel, w: Tensor, label: Tensor | None) -> Tensor:
        return model.drawn(w)
    values = check_choice("values", asked.values, VALUES) if asked.values else measured_values(
        with_values, raw, None if dataset is None else dataset.test.images, told)
    config = replace(config, values=values, latent_prior=prior)
    model = with_values(values)
    model.config, model.spec = config, LatentSpec(**{**first.spec.__dict__, "prior": prior})
    if prior == "fitted":
        assert dataset is not None
        fit_prior(model, dataset.test.images, told)
    tell(f"{name}: {given} to {made}; codes of {' × '.join(map(str, code))}, images of {' × '.join(map(str, shape))}, {layout}, {values}.")
    for sentence in told:
        tell(sentence)
    count = decoder.parameters + (0 if encoder is None else encoder.parameters)
    return model.eval(), Card("imported", KIND, described(config), data, model.spec, title="ONNX", parameters=count)


def _code(port: graph.Port, encoder: graph.Graph | None, asked: Asked) -> tuple[int, ...]:
    """The shape of one code: as the decoder's input has it, else the encoder's output."""
    for sizes in (port.sizes, () if encoder is None else graph.all_of(*_ports(encoder, asked))[1].sizes):
        known = tuple(n for n in sizes[1:] if n is not None)
        if known and len(known) == len(sizes) - 1:
            return known
    raise ImportFailed(f"the decoder's input {port} does not say how many numbers a code has: --code N.")


def _ports(encoder: graph.Graph | None, asked: Asked) -> list[Callable[[], graph.Port]]:
    """How the encoder's input and output are found, where there is one."""
    return [] if encoder is None else [
        partial(graph.one_of, encoder.inputs, asked.encoder_input, "input", "--encoder-input", "the encoder"),
        partial(graph.one_of, encoder.outputs, asked.encoder_output, "output", "--encoder-output", "the encoder")]


def _encoder(encoder: graph.Graph, asked: Asked, shape: tuple[int, int, int]) -> dict[str, Any]:
    """The settings of the encoder's side."""
    given, made = graph.all_of(*_ports(encoder, asked))
    sizes = tuple(n for n in given.sizes[1:] if n is not None)
    layout = layout_of(sizes, shape)[0] if sizes and len(sizes) == len(given.sizes) - 1 else "nchw"
    return {"encoder": len(encoder.data), "encoder_input": given.name, "encoder_output": made.name, "encoder_layout": layout}


__all__ = ["graphs_of"]
