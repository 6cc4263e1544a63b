"""Posteriors of a variational encoder: nats by the closed form, measured on a fixed count of images, and rows of its numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import Refused
from explorer.images import to_tensor
from explorer.latent import posteriors
from explorer.latent.moves import to_text
from training.losses import gaussian_kl


def test_nats_are_those_of_the_loss_and_of_an_integral():
    mean, sigma = np.array([[0.0, 1.5, -0.3]]), np.array([[1.0, 0.2, 2.0]])
    found = posteriors.nats(mean, sigma)
    assert found[0, 0] == 0 and (found[0, 1:] > 0).all()
    assert found.sum() == pytest.approx(float(gaussian_kl(torch.tensor(mean), 2 * torch.tensor(sigma).log())))
    z = np.linspace(-12, 12, 200_001)
    for m, s, kl in zip(mean[0], sigma[0], found[0], strict=True):
        q = np.exp(-0.5 * ((z - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        log_ratio = -0.5 * ((z - m) / s) ** 2 - np.log(s) + 0.5 * z**2
        assert np.trapezoid(q * log_ratio, z) == pytest.approx(kl, abs=1e-6)


def test_the_mean_over_images_is_the_encoders_own(client, session):
    run, answer = session.run("tiny"), client.post("code", {"run": "tiny", "op": "kl"}).json()
    mean, sigma = run.model.posterior(to_tensor(run.held.images(range(run.held.n)), "cpu"))
    kl = posteriors.nats(mean.flatten(1).detach().numpy(), sigma.flatten(1).detach().numpy()).mean(0)
    np.testing.assert_allclose(answer["kl"], kl, rtol=2e-3)
    assert answer["images"] == run.held.n and len(answer["sigma"]) == 4 and "posterior" in run.record
    one = client.post("code", {"run": "tiny", "op": "posterior", "index": 7}).json()
    np.testing.assert_allclose(one["sigma"], sigma.flatten(1)[7].detach(), rtol=1e-3)
    np.testing.assert_allclose(one["mean"], mean.flatten(1)[7].detach(), rtol=1e-3, atol=1e-5)


def test_a_dead_number_is_told_and_draws_the_same_image(session, monkeypatch):
    """Where the decoder has no weight for a number and the encoder gives it the prior, its KL is 0 and its row one image."""
    run = session.run("bare")
    with torch.no_grad():
        head, first = run.model.encoder[-1][-1], run.model.first_weight()
        kept = [p.clone() for p in (head.weight, head.bias, first)]
        for row in (2, 6):                              # mean and log variance of number 2, of four
            head.weight[row], head.bias[row] = 0, 0
        first[:, 2] = 0
    monkeypatch.setattr(run, "held", session.run("tiny").held)
    monkeypatch.setattr(run, "recorded", lambda name, make, read: read(make()))
    try:
        told = posteriors.told(run)
        assert told.kl[2] == 0 and told.sigma[2] == 1 and (np.delete(told.kl, 2) > 0).all()
        moved = np.zeros((3, 4), np.float32)
        moved[:, 2] = [-3, 0, 3]
        assert (run.decode(moved) == run.decode(moved)[0]).all()
        moved[:, 1] = [-3, 0, 3]
        assert (run.decode(moved)[0] != run.decode(moved)[2]).any()
    finally:
        with torch.no_grad():
            for p, was in zip((head.weight, head.bias, first), kept, strict=True):
                p.copy_(was)


def test_rows_set_one_number_each(client, session):
    run, w = session.run("tiny"), np.array([[0.5, -1, 0.2, 1]], np.float32)
    from io import BytesIO

    from PIL import Image
    body = {"run": "tiny", "op": "dimensions", "w": to_text(w), "dimensions": [3, 1], "values": [-2, 0, 2]}
    sheet = np.array(Image.open(BytesIO(client.post("render", body).content)).convert("L"))
    expected = np.repeat(w, 6, 0)
    expected[:3, 3], expected[3:, 1] = [-2, 0, 2], [-2, 0, 2]
    cells = sheet.reshape(2, 28, 3, 28).transpose(0, 2, 1, 3).reshape(6, 28, 28)
    assert np.array_equal(cells, run.decode(expected)[..., 0])
    for wrong in ({"dimensions": [4]}, {"dimensions": []}, {"values": [float(10**9)]}):
        answer = client.post("render", {**body, **wrong})
        assert answer.status_code == 422 and answer.json()["error"].endswith(".")


def test_without_a_posterior_it_is_refused(tiny, monkeypatch):
    import dataclasses
    monkeypatch.setattr(tiny, "spec", dataclasses.replace(tiny.spec, stochastic=False))
    with pytest.raises(Refused, match="not a distribution"):
        posteriors.of_image(tiny, 0)
