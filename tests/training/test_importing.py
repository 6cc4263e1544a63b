"""``python -m training import``: what comes in as weights, graphs or a repository is the run that is opened next time."""

import json
import pickle
import re
import shlex
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.training import graphs
from tests.training.small import shapes
from training import checkpoint, families
from training.arguments import make_parser
from training.cli import command_import
from training.dataset import Dataset, Split
from training.model import Batch, DataSpec
from training.outside import ImportFailed, graph, importing, onnx_model, pickles
from training.outside.graph import MISSING


def images(size=graphs.SIDE, n=60):
    """Drawn by the decoder itself, so that they come back; with classes."""
    if size != graphs.SIDE:
        pixels, labels = shapes(n, size)
    else:
        drawn = graphs.drawn(np.random.default_rng(3).normal(size=(n, graphs.D)).astype(np.float32) / 4)
        pixels, labels = ((drawn + 1) * 127.5).round().astype(np.uint8), np.arange(n) % 2
    split = Split(pixels, labels)
    return Dataset(DataSpec("shapes", "Shapes", (1, size, size), ("bar", "square"), fingerprint="0" * 64), split, split)


def take_in(tmp_path, *words, dataset=None, said=None):
    args = make_parser().parse_args(["import", *map(str, words), "--trained", str(tmp_path / "trained")])
    return importing.take_in(args, dataset, (said if said is not None else []).append)


def opened(tmp_path, card):
    return checkpoint.load(tmp_path / "trained" / card.name)


# ---- graphs ----

@pytest.fixture
def pair(tmp_path):
    (tmp_path / "dec.onnx").write_bytes(graphs.decoder())
    (tmp_path / "enc.onnx").write_bytes(graphs.encoder())
    return ["--decoder", tmp_path / "dec.onnx", "--encoder", tmp_path / "enc.onnx"]


def test_a_decoder_and_an_encoder_become_a_run(tmp_path, pair):
    said = []
    card = take_in(tmp_path, *pair, dataset=images(), said=said)
    assert (card.name, card.family, card.title, card.source) == ("dec", "onnx", "dec · ONNX", "dec.onnx, enc.onnx")
    assert card.parameters == 2 * 192 + 4 + 4 and card.finished and not card.images_seen
    assert card.spec.encodes and card.spec.prior == "fitted" and card.config["values"] == "-1..1"
    assert any("come back best in -1..1" in s for s in said), said
    model, _ = opened(tmp_path, card)
    z = np.random.default_rng(1).normal(size=(37, 3)).astype(np.float32) / 4
    drawn = model.synthesize(torch.from_numpy(z)[:, None])
    np.testing.assert_allclose(drawn.numpy(), graphs.drawn(z), atol=1e-5)
    np.testing.assert_array_equal(model.synthesize(torch.from_numpy(z[:5])[:, None]), drawn[:5], "whatever the others are")
    np.testing.assert_allclose(model.encode(drawn)[:, 0], np.tanh(z @ graphs.WEIGHT) @ graphs.BACK, atol=1e-5)
    codes = model.encode(Batch.of(torch.from_numpy(images().test.images)).images)[:, 0]
    seeds = model.sample_z(3000, torch.Generator().manual_seed(0))
    np.testing.assert_allclose(np.cov(seeds.T), np.cov(codes.T), atol=0.15 * float(np.cov(codes.T).max()))
    assert sorted(p.name for p in (tmp_path / "trained" / "dec").iterdir()) == ["card.json", "samples.webp", "weights.safetensors"]


@pytest.mark.parametrize(("layout", "values", "batch"), [
    ("nhwc", "0..1", "n"), ("flat", "0..255", "n"), ("nchw", "0..1", 1), ("nchw", "-1..1", 4)])
def test_layouts_ranges_and_fixed_batches_draw_the_same(tmp_path, layout, values, batch):
    (tmp_path / "my Decoder.onnx").write_bytes(graphs.decoder(batch, layout, values))
    card = take_in(tmp_path, tmp_path / "my Decoder.onnx")
    assert card.name == "my-decoder" and (card.config["layout"], card.config["values"]) == (layout, values)
    assert card.data.name == "elsewhere" and card.spec.shape == (1, 8, 8) and card.spec.prior == "normal"
    model, _ = opened(tmp_path, card)
    z = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)
    np.testing.assert_allclose(model.synthesize(torch.from_numpy(z)[:, None]), graphs.drawn(z), atol=1e-5)


def test_inputs_and_outputs_are_named_where_there_are_several(tmp_path):
    two = graphs.model([*[graphs.helper.make_node("MatMul", ["z", "w"], ["a"]), graphs.helper.make_node("Tanh", ["a"], ["image"]),
                          graphs.helper.make_node("Neg", ["z"], ["extra"])]],
                       [("z", ["n", 3])], [("extra", ["n", 3]), ("image", ["n", 64])], [graphs.weight("w", graphs.WEIGHT)])
    (tmp_path / "d.onnx").write_bytes(two)
    with pytest.raises(ImportFailed, match=r"has 2 outputs, extra \(any × 3\), image \(any × 64\): say which by --output"):
        take_in(tmp_path, tmp_path / "d.onnx")
    with pytest.raises(ImportFailed) as e:      # all at once
        take_in(tmp_path, "--decoder", tmp_path / "d.onnx", "--encoder", tmp_path / "d.onnx", "--input", "q")
    assert all(s in str(e.value) for s in ("has no input 'q'; it has z", "say which by --output.", "the encoder has 2 outputs, extra",
                                           "say which by --encoder-output."))
    card = take_in(tmp_path, tmp_path / "d.onnx", "--input", "z", "--output", "image", "--prior", "uniform", "--title", "Mine")
    assert card.title == "Mine" and card.spec.prior == "uniform"
    assert float(opened(tmp_path, card)[0].sample_z(99).abs().max()) <= 1


@pytest.mark.parametrize(("words", "sentence"), [
    ([], "name a model: "), (["nowhere.onnx"], "there is no file"), (["nowhere"], "there is no file or folder nowhere"),
    (["--encoder", "e.onnx"], "an encoder alone draws nothing"), (["hf://one"], "is no address of a repository"),
    (["{d}", "--values", "0..255"], None), (["{d}", "--name", "No Name"], "is no name for a run"),
    (["{d}", "--code", "7"], "does not run: "), (["{d}", "--input", "q"], "has no input 'q'; it has z"),
    (["{d}", "--prior", "fitted"], "it takes an encoder and a data set"), (["{d}", "--shape", "1", "9", "9"], "where 1 × 9 × 9"),
    (["{d}", "--map", "nonsense"], "is to be two names with = between them"),
])
def test_what_is_asked_amiss_is_a_sentence_and_leaves_nothing(tmp_path, words, sentence):
    (tmp_path / "d.onnx").write_bytes(graphs.decoder())
    words = [w.format(d=tmp_path / "d.onnx") for w in words]
    if sentence is None:
        assert take_in(tmp_path, *words).config["values"] == "0..255", "what is told is not measured"
        return
    with pytest.raises(ValueError, match=sentence):
        take_in(tmp_path, *words)
    assert not list(tmp_path.glob("trained/*"))


def test_a_run_of_that_name_stays(tmp_path, pair):
    take_in(tmp_path, *pair, dataset=images())
    with pytest.raises(ImportFailed, match="there is a run dec in .* already; give this one another --name"):
        take_in(tmp_path, *pair, dataset=images())
    with pytest.raises(ImportFailed, match=r"its images are 1 × 8 × 8, where 1 × 28 × 28"):
        take_in(tmp_path, *pair, "--name", "other", dataset=images(28))


def test_a_stranger_s_run_is_tried_before_it_is_opened(tmp_path, pair):
    """Its card fits its weights, whose graph is another."""
    card = take_in(tmp_path, *pair, dataset=images())
    folder = tmp_path / "trained" / "dec"
    evil = graphs.model([graphs.helper.make_node("RandomNormalLike", ["z"], ["image"])], [("z", ["n", 3])], [("image", ["n", 3])])
    tensors = load_file(folder / "weights.safetensors")
    tensors["decoder_graph"] = onnx_model.as_buffer(evil)
    save_file(tensors, folder / "weights.safetensors")
    told = checkpoint.to_dict(replace(card, config={**card.config, "decoder": len(evil)},
                                      weights_sha256=checkpoint.sha256(folder / "weights.safetensors")))
    (folder / "card.json").write_text(json.dumps(told))
    with pytest.raises(checkpoint.CheckpointError, match="dec: its decoder draws at random"):
        checkpoint.load(folder)


def test_without_the_packages_it_is_said_which(tmp_path, monkeypatch):
    (tmp_path / "d.onnx").write_bytes(graphs.decoder())
    monkeypatch.setattr(graph.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportFailed, match=re.escape("python -m pip install -r requirements-import.txt")):
        take_in(tmp_path, tmp_path / "d.onnx")
    assert "requirements-import.txt" in MISSING


# ---- weights of a family of ours ----

SETTINGS = {"z_dim": 4, "network": "dense", "width": 16}


@pytest.fixture(scope="module")
def vae():
    family = families.get("vae")
    torch.manual_seed(0)
    return family.build(family.Config.from_dict(SETTINGS), DataSpec("x", "x", (1, 12, 12))).eval()


def renamed(model):
    """Its weights as somebody else calls them."""
    return {f"vae.{k}".replace("encoder", "enc").replace("decoder", "dec"): v.contiguous() for k, v in model.state_dict().items()}


def write(folder, tensors, **config):
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    if config:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("half", [False, True])
def test_weights_under_other_names_draw_the_same(tmp_path, vae, half):
    tensors = {k: v.half() if half else v.double() for k, v in renamed(vae).items()} | {"critic.weight": torch.zeros(3, 3)}
    folder = write(tmp_path / "theirs", tensors, family="vae", settings=SETTINGS, shape=[1, 12, 12], classes=["bar", "square"],
                   names={"vae.enc": "encoder", "vae.dec": "decoder"}, title="Hers")
    said = []
    card = take_in(tmp_path, folder, said=said)
    assert (card.name, card.family, card.title, card.source) == ("theirs", "vae", "Hers", "model.safetensors")
    assert card.data.classes == ("bar", "square") and card.config["z_dim"] == 4 and "learning_rate" not in card.config
    assert any("Left out, since this network has no such: critic.weight" in s for s in said)
    model, _ = opened(tmp_path, card)
    w = torch.randn(5, 1, 4)
    torch.testing.assert_close(model.synthesize(w), vae.synthesize(w), atol=2e-3 if half else 1e-6, rtol=0)


def test_family_settings_and_names_on_the_command_line(tmp_path, vae):
    save_file(renamed(vae), tmp_path / "w.safetensors")
    words = [tmp_path / "w.safetensors", "--family", "vae", *(f"--set={k}={v}" for k, v in SETTINGS.items())]
    with pytest.raises(ImportFailed, match=r"say the shape of its images \(--shape C H W\)"):
        take_in(tmp_path, *words)
    card = take_in(tmp_path, *words, "--map", "vae.enc=encoder", "--map", "vae.dec=decoder", dataset=images(12))
    assert card.data.name == "shapes" and card.name == "w"
    with pytest.raises(ImportFailed, match=r"the network needs .* \(24\).*, and the file has none of that shape.*"
                                           r'family vae with z_dim=4, network="dense", width=24, .*; --set NAME=VALUE says otherwise'):
        take_in(tmp_path, *words, "--set", "width=24", "--name", "x", dataset=images(12))


def test_the_weights_of_a_run_need_nothing_but_their_card(tmp_path, vae):
    """Its folder, or the file in it: the same network under another name, with other held-out images."""
    write(tmp_path / "theirs", renamed(vae), family="vae", settings=SETTINGS, shape=[1, 12, 12], classes=["bar", "square"],
          names={"vae.enc": "encoder", "vae.dec": "decoder"})
    folder, w = tmp_path / "trained" / take_in(tmp_path, tmp_path / "theirs").name, torch.randn(5, 1, 4)
    with pytest.raises(ImportFailed, match="there is a run theirs in .* already; give this one another --name"):
        take_in(tmp_path, folder)
    for given, name in ((folder, "again"), (folder / "weights.safetensors", "once-more")):
        card = take_in(tmp_path, given, "--name", name, dataset=images(12))
        assert card.family == "vae" and card.config["width"] == 16 and card.data.name == "shapes" and card.data.classes == ("bar", "square")
        torch.testing.assert_close(opened(tmp_path, card)[0].synthesize(w), vae.synthesize(w))
    assert take_in(tmp_path, folder, "--name", "alone").spec.shape == (1, 12, 12)


def test_all_that_is_missing_is_asked_for_at_once(tmp_path, vae):
    """Family, shape, settings and names, each with its option: who answers them all is done."""
    path = tmp_path / "w.safetensors"
    save_file({k.removeprefix("vae."): v for k, v in renamed(vae).items()}, path)
    with pytest.raises(ImportFailed) as e:
        take_in(tmp_path, path)
    assert all(option in str(e.value) for option in ("(--family, or", "--shape C H W", "(--data)", "--set NAME=VALUE"))
    with pytest.raises(ImportFailed, match=r'\(--shape C H W\).*--set NAME=VALUE.* Of vae they are z_dim=16, network="conv"'):
        take_in(tmp_path, path, "--family", "vae")
    with pytest.raises(ImportFailed, match=r"unknown setting deep \(--set, .*known are z_dim, network.* Also, say the shape of its images"):
        take_in(tmp_path, path, "--family", "vae", "--set", "deep=3")
    words, more = (path, "--family", "vae", "--shape", "1", "12", "12", "--map", "enc=encoder", "--map", "dec=decoder"), []
    with pytest.raises(ImportFailed) as e:      # the network is a convolutional one, unless it is said
        take_in(tmp_path, *words)
    assert str(e.value).startswith("images of side 12 cannot be cut") and 'family vae with z_dim=16, network="conv", width' in str(e.value)
    wide = (*words[:5], "28", "28", *words[7:], "--set", "channels=4", "--set", "width=16")
    with pytest.raises(ImportFailed, match=r'below enc the file has .*, and below encoder the network has .* network="conv".*--set NAME'):
        take_in(tmp_path, *wide)
    with pytest.raises(ImportFailed, match="--map 'a', '=b' is to be two names with = between them"):
        take_in(tmp_path, *words, "--map", "a", "--map", "=b")
    with pytest.raises(ImportFailed, match=f"there is no file {re.escape(str(tmp_path / 'd.onnx'))}, nor {re.escape(str(tmp_path / 'e'))}"):
        take_in(tmp_path, "--decoder", tmp_path / "d.onnx", "--encoder", tmp_path / "e")
    take_in(tmp_path, *words, *(f"--set={k}={v}" for k, v in SETTINGS.items()), said=more)
    assert f"{len(vae.state_dict())} tensors have a place: 0 by the same name, {len(vae.state_dict())} as told, 0 by rule." in more


def test_codes_without_a_prior_get_one(tmp_path):
    family = families.get("linear")
    torch.manual_seed(0)
    model = family.build(family.Config(z_dim=3), DataSpec("x", "x", (1, 12, 12))).eval()
    state = {f"m.{k}": v.contiguous() for k, v in model.state_dict().items() if not k.startswith("code_")}
    write(tmp_path / "a", state, family="linear", settings={"z_dim": 3}, names={"m.encoder": "encoder", "m.decoder": "decoder"})
    said = []
    card = take_in(tmp_path, tmp_path / "a", dataset=images(12), said=said)
    assert any("Gaussian fitted to the codes of 60" in s for s in said)
    codes = model.encode(Batch.of(torch.from_numpy(images(12).test.images)).images)[:, 0]
    torch.testing.assert_close(opened(tmp_path, card)[0].code_mean, codes.mean(0), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("config", "sentence"), [
    ({"family": "unet"}, "there is no family unet .*; there are alae"), ({"settings": {}}, "of which family these weights are is not said"),
    ({"_class_name": "AutoencoderKL"}, r"of another library \(AutoencoderKL\).*python app.py --model FILE.py:CLASS"),
    ({"family": "vae", "settings": {"depth": 3}, "shape": [1, 12, 12]}, "unknown setting depth"),
    ({"family": "vae", "shape": [5, 12, 12]}, "images are of 1 or 3 channels"), ({"family": 3}, "family is not of the right kind"),
    ({"family": "vae", "secret": 1}, "has secret, which is not known here"), ({"decoder": "../d.onnx"}, "the name of a file beside it"),
    ({"family": "vae", "settings": {"z_dim": 4, "width": 4096}, "shape": [1, 512, 512]}, "larger than its weights"),
])
def test_a_config_that_cannot_be_is_a_sentence(tmp_path, vae, config, sentence):
    with pytest.raises(ValueError, match=sentence):
        take_in(tmp_path, write(tmp_path / "theirs", renamed(vae), **config))


def test_numbers_that_are_none_are_refused(tmp_path, vae):
    tensors = {k.replace("vae.", "").replace("enc.", "encoder.").replace("dec.", "decoder."): v.clone() for k, v in renamed(vae).items()}
    next(iter(tensors.values())).view(-1)[0] = float("nan")
    folder = write(tmp_path / "theirs", tensors, family="vae", settings=SETTINGS, shape=[1, 12, 12])
    with pytest.raises(ImportFailed, match="holds NaN or infinite numbers"):
        take_in(tmp_path, folder)
    (folder / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ImportFailed, match="not a safetensors file"):
        take_in(tmp_path, folder)


# ---- pickles ----

class Evil:
    def __reduce__(self):
        raise AssertionError("somebody opened it")


@pytest.mark.parametrize("name", ["model.pt", "model.bin", "model.ckpt", "model.pkl", "weights.safetensors", "model.onnx"])
def test_a_pickle_is_refused_with_the_command_that_converts_it(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(pickle.dumps({"a": 1}))
    for given in (path, tmp_path):
        with pytest.raises(ImportFailed, match=r"may hold code \(a pickle\) and is not opened. Where you trust it, convert it: python -c"):
            take_in(tmp_path, given, *([] if given == path or name != "weights.safetensors" else ["--family", "vae"]))


def test_the_command_converts(tmp_path, vae, interpreters, monkeypatch):
    """From where the import was asked for, whatever a folder or file is called."""
    folder = tmp_path / "her 'models' $(exit 3)"
    folder.mkdir()
    torch.save({"state_dict": vae.state_dict(), "step": 3}, folder / "model.pt")
    monkeypatch.chdir(tmp_path)
    for given in (folder.name, f"{folder.name}/model.pt"):
        with pytest.raises(ImportFailed) as e:
            take_in(tmp_path, given)
        command = str(e.value).partition("convert it: ")[2].replace("python", shlex.quote(sys.executable), 1)
        subprocess.run(command, shell=True, check=True)
        found = load_file(folder / "model.safetensors")
        (folder / "model.safetensors").rename(folder.parent / "found.safetensors")
        assert found.keys() == vae.state_dict().keys() and all(torch.equal(found[k], v) for k, v in vae.state_dict().items())
    assert pickles.is_pickle(folder / "model.pt") and not pickles.is_pickle(tmp_path / "found.safetensors")


@pytest.mark.parametrize("length", [128, 640, 896, 1152, 1408, 1416])
def test_the_length_of_a_header_is_no_pickle(tmp_path, length):
    """safetensors begins with it: 640 is 80 02, 896 is 80 03, … as pickles begin. What begins so and has no header is one."""
    save_file({"w": torch.zeros(2)}, tmp_path / "w.safetensors", {"said": ""})
    header = int.from_bytes((tmp_path / "w.safetensors").read_bytes()[:8], "little")
    save_file({"w": torch.zeros(2)}, tmp_path / "w.safetensors", {"said": "x" * (length - header)})
    raw = (tmp_path / "w.safetensors").read_bytes()
    assert int.from_bytes(raw[:8], "little") == length and not pickles.is_pickle(tmp_path / "w.safetensors")
    for protocol in range(2, 6):
        (tmp_path / "p.safetensors").write_bytes(pickle.dumps({"w": list(range(300))}, protocol))
        assert pickles.is_pickle(tmp_path / "p.safetensors")


def test_the_command_measures_what_it_takes_in(tmp_path, pair, monkeypatch, capsys):
    """As evaluate does: figures, codes of the held-out images, what the page shows."""
    from training import cli
    monkeypatch.setattr(cli, "load_data", lambda args: images())
    args = make_parser().parse_args(["import", *map(str, pair), "--data", "mnist", "--no-umap", "--trained", str(tmp_path / "trained")])
    assert command_import(args) == 0
    card = checkpoint.read_card(tmp_path / "trained" / "dec")
    assert card.metrics["reconstruction_error"]["value"] < 1 and "60" in card.metrics["reconstruction_error"]["protocol"]
    assert {p.name for p in (tmp_path / "trained" / "dec").iterdir()} >= {"map.npz", "measured.safetensors.xz"}
    assert "dec: trained elsewhere (dec.onnx, enc.onnx), 392 parameters" in capsys.readouterr().out
