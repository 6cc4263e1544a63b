"""A graph of ONNX from a stranger is read and tried before it runs, and refused in a sentence."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.training import graphs
from tests.training.graphs import decoder, model, weight
from training.outside import ImportFailed, graph, onnx_trial

Z = [("z", ["n", 3])]
OUT = [("y", None)]


def test_what_a_sound_graph_says(tmp_path):
    path = tmp_path / "decoder.onnx"
    path.write_bytes(decoder())
    found = graph.read(path)
    assert [str(p) for p in found.inputs] == ["z (any × 3)"] and found.outputs[0].sizes == (None, 1, 8, 8)
    assert found.parameters == 3 * 64 + 2 + 4 and found.data == path.read_bytes()
    assert graph.tried(found, found.inputs[0], (3,), (1, 16)) == [[(1, 1, 8, 8)], [(16, 1, 8, 8)]]


def test_weights_beside_it_are_taken_from_its_own_folder_alone(tmp_path):
    path = graphs.with_weights_beside(tmp_path / "d.onnx", decoder(), "d.weights")
    assert len(path.read_bytes()) < 1000 < (tmp_path / "d.weights").stat().st_size + 500
    whole = graph.read(path)
    assert graph.checked(whole.data).parameters == whole.parameters, "the bytes that are kept stand alone"
    with pytest.raises(ImportFailed, match="takes weights from another file"):
        graph.checked(path.read_bytes())
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "w").write_bytes(bytes(768))
    inner = tmp_path / "in"
    inner.mkdir()
    for location in ("../elsewhere/w", str(secret / "w"), "sub/w"):
        with pytest.raises(ImportFailed, match="which does not lie beside it"):
            graph.read(graphs.with_weights_beside(inner / "a.onnx", decoder(), location))
    (inner / "link").symlink_to(secret / "w")
    found = graphs.with_weights_beside(inner / "b.onnx", decoder(), "x/y")
    text = found.read_bytes().replace(b"x/y", b"lnk")
    found.write_bytes(text)
    (inner / "lnk").symlink_to(secret / "w")
    with pytest.raises(ImportFailed, match="leads out of the run's folder"):
        graph.read(found)
    found.write_bytes(text.replace(b"lnk", b"non"))
    with pytest.raises(ImportFailed, match="takes weights from non, which is not beside it"):
        graph.read(found)


def body() -> onnx.GraphProto:
    value = helper.make_tensor_value_info
    return helper.make_graph([helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Identity", ["s"], ["s2"])], "body",
                             [value("i", TensorProto.INT64, []), value("c", TensorProto.BOOL, []), value("s", TensorProto.FLOAT, None)],
                             [value("c2", TensorProto.BOOL, []), value("s2", TensorProto.FLOAT, None)])


NODE = helper.make_node
HOSTILE = {
    "a loop": (model([NODE("Loop", ["", "", "z"], ["y"], body=body())], Z, OUT), "Loop, which branches or loops"),
    "noise": (model([NODE("RandomNormalLike", ["z"], ["y"])], Z, OUT), "draws at random"),
    "another library's operator": (model([NODE("Own", ["z"], ["y"], domain="com.example")], Z, OUT, domains=["com.example"]),
                                   "operators of 'com.example', which are not the standard's"),
    "a runtime's operator": (model([NODE("FusedMatMul", ["z", "z"], ["y"], domain="com.microsoft")], Z, OUT), "FusedMatMul, which is not"),
    "no operator": (model([NODE("NoSuchThing", ["z"], ["y"])], Z, OUT), "NoSuchThing, which is not the standard's"),
    "functions of its own": (model([NODE("Relu", ["z"], ["y"])], Z, OUT, functions=[helper.make_function(
        "own", "F", ["a"], ["b"], [NODE("Relu", ["a"], ["b"])], [helper.make_opsetid("", 18)])]), "defines operators of its own"),
    "a size that is computed": (model([NODE("Cast", ["z"], ["k"], to=TensorProto.INT64), NODE("Reshape", ["k", "one"], ["s"]),
                                       NODE("ConstantOfShape", ["s"], ["y"])], Z, OUT, [weight("one", np.array([-1]))]),
                                "the size of what ConstantOfShape makes depends on computed numbers"),
    "text": (model([NODE("StringNormalizer", ["z"], ["y"])], Z, OUT), "StringNormalizer, which is not taken"),
    "a label": (helper.make_model(helper.make_graph([NODE("Identity", ["k"], ["y"])], "g", [
        helper.make_tensor_value_info("k", TensorProto.INT64, ["n"])], [helper.make_tensor_value_info("y", TensorProto.INT64, ["n"])]),
        ir_version=10).SerializeToString(), "its input k is not of floating-point numbers"),
    "no graph": (b"", "no ONNX file"), "another file": (b"PK\x03\x04 not onnx", "no ONNX file"),
    "cut off": (decoder()[:-30], "no ONNX file"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_could_do_harm_is_refused(what):
    data, sentence = HOSTILE[what]
    with pytest.raises(ImportFailed, match=sentence):
        graph.checked(data)


def test_a_size_that_follows_from_sizes_is_no_harm():
    """As exporters write a reshape: by the sizes of what is there."""
    nodes = [NODE("Shape", ["z"], ["s"]), NODE("Gather", ["s", "first"], ["n"]), NODE("Concat", ["n", "rest"], ["to"], axis=0),
             NODE("Expand", ["z", "to"], ["y"])]
    found = graph.checked(model(nodes, Z, OUT, [weight("first", np.array([0])), weight("rest", np.array([3]))]))
    assert graph.tried(found, found.inputs[0], (3,), (2,)) == [[(2, 3)]]


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "d.onnx").write_bytes(decoder())
    monkeypatch.setattr(graph, "MOST_BYTES", 100)
    with pytest.raises(ImportFailed, match="at most 0 are taken"):
        graph.read(tmp_path / "d.onnx")
    with pytest.raises(ImportFailed, match="at most 0 are taken"):
        graph.checked(decoder())


def large(side: int) -> graph.Graph:
    return graph.checked(model([NODE("ReduceSum", ["z"], ["s"], keepdims=1), NODE("Expand", ["s", "to"], ["y"])], Z, OUT,
                               [weight("to", np.array([side, side]))]))


def test_a_small_graph_that_fills_the_memory_ends_in_its_own_process():
    over = large(36_000)                               # five gigabytes, one more than the process may have
    with pytest.raises(ImportFailed, match="does not run: .*|too much memory"):
        graph.tried(over, over.inputs[0], (3,), (1,))
    wide = large(5000)                                 # a hundred megabytes: an answer that is no image
    with pytest.raises(ImportFailed, match="its outputs are too large"):
        graph.tried(wide, wide.inputs[0], (3,), (1,))


def test_one_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(graph, "SECONDS", 0.01)
    found = graph.checked(decoder())
    with pytest.raises(ImportFailed, match="takes more than 0.01 seconds for 1 rows"):
        graph.tried(found, found.inputs[0], (3,), (1,))


def test_what_does_not_fit_is_said_in_the_runtime_s_words():
    found = graph.checked(decoder())
    with pytest.raises(ImportFailed, match="does not run: .*[Dd]imension"):
        graph.tried(found, found.inputs[0], (7,), (1,))
    with pytest.raises(ImportFailed, match="has no input 'q'; it has z"):
        graph.one_of(found.inputs, "q", "input", "--input", "d")
    two = model([NODE("Add", ["z", "v"], ["y"])], [*Z, ("v", ["n", 3])], OUT)
    for asked in ("", "z"):
        with pytest.raises(ImportFailed, match=r"has 2 inputs, z \(any × 3\), v \(any × 3\); a graph of one input is needed"):
            graph.one_of(graph.checked(two).inputs, asked, "input", "--input", "d")


def test_the_trial_has_a_limit_of_memory():
    """Told by the process itself: a graph whose weights do not matter, and an address space of 4 GiB."""
    limited = f"import runpy, resource; runpy.run_path({onnx_trial.__file__!r})['_limit']()"
    code = f"{limited}; print(resource.getrlimit(resource.RLIMIT_AS)[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert json.loads(done.stdout) == onnx_trial.MEMORY == 2**32
