"""Losses against closed forms and torch.distributions."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from training import losses


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 10_000))
def test_gaussian_kl_is_torch_distributions(n, d, seed):
    g = torch.Generator().manual_seed(seed)
    mean, log_variance = torch.randn(n, d, generator=g).double(), torch.randn(n, d, generator=g).double()
    expected = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(torch.zeros(()).double(), torch.ones(()).double())).sum(1)
    torch.testing.assert_close(losses.gaussian_kl(mean, log_variance), expected)


def test_gaussian_kl_of_the_prior_is_zero_and_of_a_shift_is_half_its_square():
    assert losses.gaussian_kl(torch.zeros(1, 3), torch.zeros(1, 3)).item() == 0
    assert losses.gaussian_kl(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2)).item() == pytest.approx(12.5)


def test_gaussian_kl_refuses_other_shapes():
    with pytest.raises(ValueError, match="must both be"):
        losses.gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 4))


def test_bernoulli_nll_is_torch_distributions_and_stays_finite():
    logits, x = torch.randn(5, 1, 4, 4), (torch.rand(5, 1, 4, 4) > 0.5).float()
    torch.testing.assert_close(losses.bernoulli_nll(logits, x), -Independent(Bernoulli(logits=logits), 3).log_prob(x))
    assert losses.bernoulli_nll(torch.full((1, 1, 1, 1), 1e4), torch.zeros(1, 1, 1, 1)).item() == pytest.approx(1e4)


def test_gaussian_nll_is_torch_distributions():
    mean, x = torch.randn(4, 3, 2, 2), torch.randn(4, 3, 2, 2)
    log_sigma = torch.tensor(-0.7)
    torch.testing.assert_close(losses.gaussian_nll(mean, x, log_sigma), -Independent(Normal(mean, log_sigma.exp()), 3).log_prob(x))


def test_optimal_sigma_is_the_minimum():
    mean, x = torch.randn(8, 1, 4, 4), torch.randn(8, 1, 4, 4)
    best = losses.optimal_log_sigma(mean, x)
    value = losses.gaussian_nll(mean, x, best).mean()
    for delta in (-0.05, 0.05):
        assert losses.gaussian_nll(mean, x, best + delta).mean() > value


def test_squared_error_is_on_the_unit_scale():
    assert losses.squared_error(torch.full((1, 1, 2, 2), -1.0), torch.ones(1, 1, 2, 2)).item() == 4


def test_importance_bound_is_exact_where_the_proposal_is_the_posterior_and_tightens_otherwise():
    torch.testing.assert_close(losses.importance_nll(torch.full((16, 3), -2.5)), torch.full((3,), 2.5))
    # p(z)=N(0,1), p(x|z)=N(z,1), x=1: log p(x) = log N(1; 0, 2); the proposal is the prior
    g = torch.Generator().manual_seed(0)
    z = torch.randn(4000, 50, generator=g)
    log_weights = -0.5 * (1 - z) ** 2 - 0.5 * math.log(2 * math.pi)
    exact = 0.5 * math.log(2 * math.pi * 2) + 0.25
    assert losses.importance_nll(log_weights).mean().item() == pytest.approx(exact, abs=0.01)
    assert losses.importance_nll(log_weights[:1]).mean() > losses.importance_nll(log_weights[:64]).mean() > exact - 0.02


def test_log_normal_is_torch_distributions():
    x, m, v = torch.randn(3, 2, 5), torch.randn(2, 5), torch.randn(2, 5)
    torch.testing.assert_close(losses.log_normal(x, m, v), Normal(m, (v / 2).exp()).log_prob(x).sum(-1))
