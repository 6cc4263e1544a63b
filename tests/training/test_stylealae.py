"""StyleALAE: an encoder that mirrors the generator, its three losses by hand, and who is trained in which phase."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from training.equalized import EqualLinear, doubled, halved
from training.families.stylealae import Read
from training.model import Batch, SettingError

from .test_growing import batch, codes, made, randomised, trainer


def networks(model, objective):
    """Parameters of F, G, E and D."""
    return {"F": [*model.mapping.parameters()], "E": [*model.encoder.parameters()], "D": [*objective.discriminator.parameters()],
            "G": model.drawing()}


def test_what_is_read_of_features_is_linear_in_their_means_and_deviations():
    torch.manual_seed(0)
    read, x = randomised(Read(3, 4)), 5 * torch.randn(2, 3, 6, 6) + 1
    variance, mean = torch.var_mean(x, (2, 3), correction=0)
    std = (variance + 1e-5).sqrt()
    left, w = read(x)
    torch.testing.assert_close(w, torch.cat([mean, std], 1) @ read.style.used().T + read.style.bias)
    torch.testing.assert_close(left, (x - mean[..., None, None]) / std[..., None, None])
    torch.testing.assert_close(read(2 * x + 3)[0], left, rtol=1e-4, atol=1e-4, msg="what was read is taken out")


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("stage", [0, 1, 2])
def test_the_code_is_the_sum_of_what_all_layers_read(stage, depth):
    model, _ = made("stylealae", depth=depth)
    randomised(model).eval()
    model.grow(stage, 1.0)
    said, hooks = [], []
    for block in model.encoder.blocks:
        hooks += [m.register_forward_hook(lambda _, __, out: said.append(out[1])) for m in block.reads]
    x = batch(3, model.sides[stage]).images
    w = model.code(x)
    assert len(said) == depth * (stage + 1) and w.shape == (3, 5)
    torch.testing.assert_close(w, sum(said))


def test_the_encoder_mirrors_the_generator():
    """As many channels at each resolution, two layers each, no standard deviation over the minibatch: each image has a code of its own."""
    model, _ = made("stylealae")
    for block, styled in zip(model.encoder.blocks, zip(*[iter(model.styled(2))] * 2, strict=True), strict=True):
        assert block.layers[0].weight.shape[0] == styled[1].bias.shape[0] and len(block.layers) == len(block.reads) == 2
    x = batch(4).images
    torch.testing.assert_close(model.code(x)[1:2], model.code(x[1:2]), rtol=1e-4, atol=1e-4)


def test_encode_gives_every_layer_the_code_of_the_image_at_the_size_that_has_grown():
    model, _ = made("stylealae")
    randomised(model).eval()
    x = batch(3).images
    for grown, small in (((0, 1.0), halved(halved(x))), ((1, 0.5), halved(x)), ((1, 1.0), halved(x)), ((2, 0.3), x), ((2, 1.0), x)):
        model.grow(*grown)
        w = model.encode(x)
        assert w.shape == (3, 6, 5) and (w.diff(dim=1) == 0).all()
        assert torch.equal(w[:, 0], model.code(small))
    assert model.spec.encodes


def test_a_fade_of_the_encoder_begins_with_the_coarser_code():
    model, _ = made("stylealae")
    randomised(model).eval()
    x = batch(3).images
    model.grow(1, 1.0)
    coarse = model.code(halved(x))
    model.grow(2, 0.0)
    torch.testing.assert_close(model.code(x), coarse, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.code(doubled(halved(x))), coarse, rtol=1e-4, atol=1e-5)


# -- the losses

def test_each_phase_trains_its_own_networks():
    model, objective = made("stylealae")
    randomised(objective)
    parts = networks(model, objective)
    assert sum(map(len, parts.values())) == len([*objective.parameters()]), "every parameter belongs to one of the four"
    for phase, own in zip(objective.phases(), ("E", "ED", "ED", "FG", "GE"), strict=True):
        assert {id(p) for p in phase.parameters} == {id(p) for k in own for p in parts[k]}, phase.name
        assert {id(p) for g in phase.optimizer.param_groups for p in g["params"]} == {id(p) for p in phase.parameters}
        objective.zero_grad()
        for p in objective.parameters():
            p.requires_grad_(any(p is q for q in phase.parameters))
        phase.loss(batch())["loss"].backward()
        moved = {k for k, part in parts.items() if any(p.grad is not None and p.grad.abs().sum() > 0 for p in part)}
        assert moved == set(own), phase.name
    assert [p.name for p in objective.phases()] == ["reading", "discriminator", "penalty", "generator", "reciprocity"]


def test_d_learns_more_slowly_than_the_others():
    model, objective = made("stylealae", learning_rate=1e-2, discriminator_rate=0.1)
    d = {id(p) for p in objective.discriminator.parameters()}
    for phase in objective.phases():
        for group in phase.optimizer.param_groups:
            assert all(group["lr"] == pytest.approx(1e-3 if id(p) in d else 1e-2) for p in group["params"])


def test_first_the_encoder_alone_reads_what_the_generator_draws_then_the_game_begins():
    t = trainer("stylealae", reading_images=20, batch_size=8, stage_images=0)
    def weights():
        return {k: [p.detach().clone() for p in v] for k, v in networks(t.model, t.objective).items()}
    began = weights()
    for _ in range(3):                                                              # at 0, 8 and 16 images
        t.step()
    assert set(t.terms()) == {"reading/loss", "reading/distance"}
    read = weights()
    moved = {k for k in began if not all(torch.equal(a, b) for a, b in zip(began[k], read[k], strict=True))}
    assert moved == {"E"}
    t.step()
    assert {k.split("/")[0] for k in t.terms()} - {"penalty"} == {"discriminator", "generator", "reciprocity"}
    assert not torch.equal(read["G"][0], weights()["G"][0])


def test_reciprocity_is_the_mean_squared_distance_of_codes():
    model, objective = made("stylealae", reciprocity=3.0)
    randomised(objective)
    torch.manual_seed(4)
    terms = objective.reciprocity_loss(batch())
    torch.manual_seed(4)
    w = model.map(model.sample_z(4 * 2))
    again = model.encoder(model.image(w), *model.grown())
    torch.testing.assert_close(terms["distance"], (again - w[:, 0]).square().sum() / w[:, 0].numel())
    torch.testing.assert_close(terms["loss"], 3 * terms["distance"])


@pytest.mark.parametrize("shift", [0.0, 0.5, -2.0])
def test_reciprocity_is_zero_for_an_exact_inverse_and_the_square_of_what_it_misses(shift):
    """A generator that writes w into the first pixels, and an encoder that reads them there."""
    model, objective = made("stylealae")
    model.image = lambda w: F.pad(w[:, 0], (0, 28 * 28 - 5)).reshape(-1, 1, 28, 28)
    model.code = lambda x: x.flatten(1)[:, :5] + shift
    assert objective.reciprocity_loss(batch())["distance"].item() == pytest.approx(shift**2, rel=1e-5, abs=1e-12)


def test_f_is_only_a_target_of_reciprocity():
    """With nothing frozen: the distance must not be made small by moving F's codes towards each other."""
    model, objective = made("stylealae")
    objective.reciprocity_loss(batch())["loss"].backward()
    assert all(p.grad is None for p in model.mapping.parameters())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.encoder.from_rgb[2].parameters())
    assert model.constant.grad.abs().sum() > 0, "the image is made to keep its code"


def test_the_adversary_sees_codes_alone():
    """Its verdict on an image is D of its code; images of one code are the same to it."""
    model, objective = made("stylealae")
    x = batch(3).images
    torch.testing.assert_close(objective.logits(x), objective.discriminator(model.encode(x)[:, 0])[:, 0])
    model.code = lambda x: torch.ones(len(x), 5)
    torch.testing.assert_close(objective.logits(x), objective.logits(-x)[:1].expand(3))


def test_where_the_discriminator_knows_nothing_its_loss_is_two_ln_two():
    _, objective = made("stylealae", areas=0.0, blending=0.0, contrast=0.0)
    nn.init.zeros_(objective.discriminator[-1].weight)
    nn.init.zeros_(objective.discriminator[-1].bias)
    assert objective.discriminator_loss(batch())["loss"].item() == pytest.approx(2 * math.log(2))
    assert objective.generator_loss(batch())["loss"].item() == pytest.approx(math.log(2))
    assert objective.penalty_loss(batch())["loss"].item() == pytest.approx(0, abs=1e-9)


def test_the_penalty_is_half_the_squared_gradient_through_discriminator_and_encoder():
    """Image by image, by hand: the Jacobian of D(E(x)) in x."""
    model, objective = made("stylealae", r1=10.0, r1_interval=2)
    model.grow(1, 1.0)
    terms = objective.penalty_loss(batch(3))
    real = halved(batch(3).images)
    by_hand = [torch.autograd.functional.jacobian(objective.logits, x[None]).square().sum() / 2 for x in real]
    torch.testing.assert_close(terms["size"], torch.stack(by_hand).mean(), rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(terms["loss"], 20 * terms["size"])


@pytest.mark.parametrize("layers", [1, 3])
def test_the_discriminator_has_as_many_layers_as_asked(layers):
    _, objective = made("stylealae", discriminator_layers=layers)
    assert sum(isinstance(m, EqualLinear) for m in objective.discriminator) == layers
    assert objective.discriminator(torch.randn(2, 5)).shape == (2, 1)


def test_the_loss_is_logistic_alone():
    with pytest.raises(SettingError, match="loss must be one of logistic"):
        made("stylealae", loss="wgan-gp")


def test_real_images_are_encoded_as_they_were_seen_in_training():
    """At full size after training: what ``encode`` reads is what the adversary read of a real batch."""
    model, objective = made("stylealae")
    model.grow(2, 1.0)
    b = batch(3)
    assert torch.equal(model.encode(b.images)[:, 0], model.code(objective.real(Batch(b.images))))


def test_the_styles_of_two_images_can_be_mixed():
    model, _ = made("stylealae")
    randomised(model).eval()
    a, b = model.encode(batch(2).images)
    coarse = torch.cat([a[:2], b[2:]])[None]
    features = model.blocks(coarse, 2)
    torch.testing.assert_close(features[0], model.blocks(a[None], 2)[0])
    assert not torch.allclose(features[1], model.blocks(a[None], 2)[1]) and codes(model).shape[1:] == coarse.shape[1:]
