"""What was written under earlier names is read under those of now."""

import dataclasses
import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from training import checkpoint, families, old_names
from training.card import read_card
from training.files import sha256

from .test_contract import SMALL, trainer

OLD = {"channel_max": "most_channels", "r1_interval": "lazy", "channel_multiplier": "widening"}


def before(name: str) -> str:
    """A tensor's name as it was."""
    return name.replace(".from_rgb.", ".colours.").replace("to_rgb.", "colours.").replace("w_avg", "mean_w")


@pytest.mark.parametrize("name", ["progan", "stylegan", "stylealae"])
def test_a_run_of_earlier_names_opens_and_draws_the_same(name, tmp_path):
    t = trainer(families.get(name), **({"palette": 0} if name != "progan" else {}))
    t.step()
    model, folder = t.finished_model(), tmp_path / "small"
    checkpoint.save(folder, model, t.card)
    weights = {before(k): v for k, v in load_file(folder / "weights.safetensors").items()}
    assert any("colours." in k for k in weights) and not any("rgb" in k for k in weights)
    save_file(weights, folder / "weights.safetensors")
    card = json.loads((folder / "card.json").read_text())
    card["config"] = {OLD.get(k, k): v for k, v in card["config"].items()}
    card["begun_with"] = f"{card.pop('init_from')}other, 32 images"
    card["weights_sha256"] = sha256(folder / "weights.safetensors")
    (folder / "card.json").write_text(json.dumps(card))
    loaded, read = checkpoint.load(folder)
    assert read.init_from == "other, 32 images"
    assert read.config["channel_max"] == t.card.config["channel_max"] and not set(read.config) & set(OLD.values())
    assert {k: v.tolist() for k, v in loaded.state_dict().items()} == {k: v.tolist() for k, v in model.state_dict().items()}


@pytest.mark.parametrize("name", ["progan", "stylealae"])
def test_a_resume_state_of_earlier_names_goes_on(name):
    one, other = (trainer(families.get(name)) for _ in range(2))
    one.step()
    kept = one.state()
    other.restore(kept | {part: {before(k): v for k, v in kept[part].items()} for part in ("objective", "average")})
    for a, b in zip(one.objective.state_dict().values(), other.objective.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_the_new_name_counts_where_both_stand():
    assert old_names.settings({"lazy": 4, "r1_interval": 8, "images": 1}) == {"r1_interval": 8, "images": 1}
    assert old_names.settings({"lazy": 4}) == {"r1_interval": 4}
    assert old_names.card({"begun_with": "a", "init_from": "b", "config": {"lazy": 4}}) == {"init_from": "b", "config": {"r1_interval": 4}}


def test_a_run_of_before_a_setting_is_what_it_was(tmp_path):
    """ALAE's codes were linear before ``equalized``."""
    t = trainer(families.get("alae"), equalized=False)
    folder, model = tmp_path / "small", t.finished_model()
    checkpoint.save(folder, model, t.card)
    card = json.loads((folder / "card.json").read_text())
    del card["config"]["equalized"]
    (folder / "card.json").write_text(json.dumps(card))
    loaded, read = checkpoint.load(folder)
    x = torch.linspace(-1, 1, 784).view(1, 1, 28, 28)[..., :read.spec.shape[-2], :read.spec.shape[-1]].expand(1, *read.spec.shape)
    assert read.config["equalized"] is False and torch.equal(loaded.encode(x), model.encode(x))
    assert all({f.name for f in dataclasses.fields(families.get(name).Config)} >= set(was) for name, was in old_names.LATER.items())


def test_no_setting_of_now_is_called_as_one_was():
    fields = {f.name for name in families.names() for f in dataclasses.fields(families.get(name).Config)}
    assert set(old_names.SETTINGS.values()) <= fields and not fields & set(old_names.SETTINGS)
    assert SMALL["r1_interval"] == 1
    for name in families.names():
        keys = trainer(families.get(name)).objective.state_dict()
        assert [old_names.tensor(k) for k in keys] == list(keys)


def test_shipped_cards_are_read_by_the_names_of_now(request):
    root = request.config.rootpath / "trained"
    cards = [read_card(p.parent) for p in root.glob("*/card.json")]
    assert len(cards) > 30 and not any(set(c.config) & set(old_names.SETTINGS) for c in cards)
