"""Which tensor of a file is which of a network: by what is told, by name, by shape, and never by a guess."""

import pytest

from training.outside import ImportFailed
from training.outside.matching import match

OURS = {"encoder.0.weight": (64, 100), "encoder.0.bias": (64,), "encoder.2.weight": (8, 64), "encoder.2.bias": (8,),
        "decoder.0.weight": (64, 8), "decoder.0.bias": (64,), "decoder.2.weight": (100, 64), "decoder.2.bias": (100,)}


def under(names: dict[str, str]) -> dict[str, tuple[int, ...]]:
    """OURS with beginnings renamed, in the alphabet's order, as safetensors keeps them."""
    found = {}
    for k, v in OURS.items():
        old = next(n for n in names if k.startswith(n))
        found[names[old] + k[len(old):]] = v
    return dict(sorted(found.items()))


def test_equal_names_need_nothing():
    found = match(OURS, OURS)
    assert found.pairs == {k: k for k in OURS} and set(found.why.values()) == {"name"} and not found.left


def test_shapes_and_siblings_settle_a_network_whose_weights_differ():
    theirs = under({"encoder.0": "fc1", "encoder.2": "fc2", "decoder.0": "up.1", "decoder.2": "up.2"})
    found = match(OURS, theirs)
    assert found.pairs["encoder.0.weight"] == "fc1.weight" and found.why["encoder.0.weight"] == "shape"
    assert found.pairs["encoder.0.bias"] == "fc1.bias" and found.why["encoder.0.bias"] == "sibling", "two biases have 64 numbers"
    assert found.pairs["decoder.0.bias"] == "up.1.bias" and len(set(found.pairs.values())) == 8


DEEP = {f"{part}.{k}.weight": (16, 16) for part in ("encoder", "decoder") for k in (2, 4, 10)} | {
    "encoder.0.weight": (16, 9), "decoder.12.weight": (9, 16)}


def test_layers_of_one_size_go_by_their_numbers_within_parts_that_are_known():
    theirs = {("e" if k.startswith("enc") else "a") + k[7:]: v for k, v in DEEP.items()}
    found = match(DEEP, dict(sorted(theirs.items())))
    assert {k: v[1:] for k, v in found.pairs.items()} == {k: k[7:] for k in DEEP}, "10 comes after 4"
    assert all(found.pairs[k][0] == ("e" if k.startswith("enc") else "a") for k in DEEP), "the decoder's name comes first in the alphabet"


def test_names_that_have_no_order_are_asked_for():
    ours = {"encoder.0.weight": (9, 4), "mean.weight": (2, 9), "log_var.weight": (2, 9)}
    theirs = {"h.weight": (9, 4), "mu.weight": (2, 9), "sigma.weight": (2, 9)}
    with pytest.raises(ImportFailed, match=r"needs mean.weight, log_var.weight \(2, 9\), of which shape the file has mu.weight, "
                                           r"sigma.weight: --map mu.weight=mean.weight"):
        match(ours, theirs)
    found = match(ours, theirs, {"mu.weight": "mean.weight"})
    assert found.pairs["log_var.weight"] == "sigma.weight", "one is left"
    with pytest.raises(ImportFailed, match=r"mu.weight has the shape \(2, 9\), and encoder.0.weight needs \(9, 4\)"):
        match(ours, theirs, {"mu.weight": "encoder.0.weight"})


def test_beginnings_can_be_told():
    theirs = under({"encoder": "net.down", "decoder": "net.up"})
    found = match(OURS, theirs, {"net.down": "encoder", "net.up": "decoder"})
    assert all(why == "told" for why in found.why.values()) and found.pairs["decoder.2.bias"] == "net.up.2.bias"
    for old, new, sentence in (("nothing", "encoder", "the file has no tensor nothing"), ("net.down", "coder", "has no tensor coder")):
        with pytest.raises(ImportFailed, match=sentence):
            match(OURS, theirs, {old: new})
    with pytest.raises(ImportFailed) as e:
        match(OURS, theirs, {"nothing": "coder", "net.down.0": "decoder", "net.up.0.weight": "encoder.0.weight"})
    assert all(s in str(e.value) for s in (
        "the file has no tensor nothing", "the network has no tensor coder", "net.up.0.weight has the shape (64, 8), and encoder.0.weight",
        "below net.down.0 the file has bias, weight, and below decoder the network has 0.weight, 0.bias, 2.weight, 2.bias: none is")), e


def test_what_nothing_needs_is_told_and_what_is_missing_is_named():
    found = match(OURS, {**OURS, "critic.0.weight": (1, 64), "step": ()})
    assert found.left == ["critic.0.weight", "step"]
    with pytest.raises(ImportFailed, match=r"needs encoder.2.weight \(8, 64\); encoder.2.bias \(8\), and the file has none of that "
                                           r"shape; it has encoder.2.weight \(9, 64\), encoder.2.bias \(9\)\.$"):
        match(OURS, {**OURS, "encoder.2.weight": (9, 64), "encoder.2.bias": (9,)})
