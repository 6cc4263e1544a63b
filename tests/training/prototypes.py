"""Four families in miniature that stretch the interfaces: WGAN (critic steps repeated, weights clipped after each), LAPGAN (noise per
level, a critic per level), ProGAN (a network that grows while it trains) and StyleALAE (generator shared by two losses, encoder).

They are no products and make no good pictures; the test beside them shows that the loop trains, saves and resumes each of them
without knowing which it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.layers import mlp
from training.model import Batch, Config, DataSpec, Family, LatentModel, LatentSpec, Objective, Phase, setting


@dataclass(frozen=True)
class SmallConfig(Config):
    batch_size: int = setting(8, "images per step")
    images: int = setting(96, "images in all")
    z_dim: int = setting(6, "numbers of noise")


def adam(config: Config, *modules: nn.Module) -> dict:
    parameters = [p for m in modules for p in m.parameters()]
    return {"parameters": parameters, "optimizer": torch.optim.Adam(parameters, lr=config.learning_rate, betas=(0.5, 0.99))}


class Generator(LatentModel):
    def __init__(self, config: SmallConfig, data: DataSpec) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim)
        self.body = nn.Sequential(mlp([config.z_dim, 32, math.prod(data.shape)]), nn.Tanh(), nn.Unflatten(1, data.shape))

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.body(w[:, 0])


class WGAN(Objective):
    """Arjovsky et al. 2017: five critic steps a generator step, weights clipped after each."""

    def __init__(self, model: Generator, config: SmallConfig) -> None:
        super().__init__(model, config)
        self.critic = nn.Sequential(nn.Flatten(), mlp([math.prod(model.spec.shape), 16, 1]))

    def phases(self) -> list[Phase]:
        return [Phase("critic", loss=self.critic_loss, repeats=5, after_step=self.clip, **adam(self.config, self.critic)),
                Phase("generator", loss=self.generator_loss, **adam(self.config, self.model))]

    def fake(self, n: int) -> Tensor:
        return self.model.synthesize(self.model.map(self.model.sample_z(n)))

    def critic_loss(self, batch: Batch) -> dict[str, Tensor]:
        estimate = self.critic(batch.images).mean() - self.critic(self.fake(len(batch))).mean()
        return {"loss": -estimate, "wasserstein": estimate}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": -self.critic(self.fake(len(batch))).mean()}

    @torch.no_grad()
    def clip(self) -> None:
        for p in self.critic.parameters():
            p.clamp_(-0.01, 0.01)


class Pyramid(LatentModel):
    """Noise per level, joined in z; levels 7, 14, 28."""

    def __init__(self, config: SmallConfig, data: DataSpec) -> None:
        super().__init__()
        c, size, _ = data.shape
        sides = (size // 4, size // 2, size)
        self.spec = LatentSpec(shape=data.shape, z_dim=3 * config.z_dim, w_dim=3 * config.z_dim, levels=sides)
        self.coarse = mlp([config.z_dim, 32, c * sides[0] ** 2])
        self.finer = nn.ModuleList(mlp([config.z_dim + c * s * s, 32, c * s * s]) for s in sides[1:])

    def residual(self, level: int, low: Tensor, z: Tensor) -> Tensor:
        return self.finer[level - 1](torch.cat([low.flatten(1), z], 1)).view_as(low)

    def synthesize_levels(self, w: Tensor, label: Tensor | None = None) -> list[Tensor]:
        z = w[:, 0].chunk(3, 1)
        c, r = self.spec.shape[0], self.spec.levels[0]
        out = [self.coarse(z[0]).view(-1, c, r, r)]
        for k in (1, 2):
            low = F.interpolate(out[-1], scale_factor=2)
            out.append(low + self.residual(k, low, z[k]))
        return [x.clamp(-1, 1) for x in out]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.synthesize_levels(w, label)[-1]


class LAPGAN(Objective):
    """Denton et al. 2015: each level trains by itself, on real low-pass images, its critic seeing low-pass plus residual."""

    def __init__(self, model: Pyramid, config: SmallConfig) -> None:
        super().__init__(model, config)
        c = model.spec.shape[0]
        self.critics = nn.ModuleList(nn.Sequential(nn.Flatten(), mlp([c * s * s, 16, 1])) for s in model.spec.levels)

    def phases(self) -> list[Phase]:
        out = []
        for k, generator in enumerate([self.model.coarse, *self.model.finer]):
            out += [Phase(f"critic {k}", loss=lambda b, k=k: self.critic_loss(b, k), **adam(self.config, self.critics[k])),
                    Phase(f"generator {k}", loss=lambda b, k=k: self.generator_loss(b, k), **adam(self.config, generator))]
        return out

    def pair(self, batch: Batch, k: int) -> tuple[Tensor, Tensor]:
        side, z = self.model.spec.levels[k], torch.randn(len(batch), self.config.z_dim)
        real = F.adaptive_avg_pool2d(batch.images, side)
        if k == 0:
            return real, self.model.coarse(z).view_as(real)
        low = F.interpolate(F.avg_pool2d(real, 2), scale_factor=2)
        return real, low + self.model.residual(k, low, z)

    def critic_loss(self, batch: Batch, k: int) -> dict[str, Tensor]:
        real, fake = (self.critics[k](x) for x in self.pair(batch, k))
        return {"loss": F.softplus(-real).mean() + F.softplus(fake).mean()}

    def generator_loss(self, batch: Batch, k: int) -> dict[str, Tensor]:
        return {"loss": F.softplus(-self.critics[k](self.pair(batch, k)[1])).mean()}


class Growing(LatentModel):
    """A second resolution fades in; where it stands is a buffer, so that checkpoints and averages have it."""

    stage: Tensor

    def __init__(self, config: SmallConfig, data: DataSpec) -> None:
        super().__init__()
        c, size, _ = data.shape
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, levels=(size // 2, size))
        self.low = mlp([config.z_dim, 32, c * (size // 2) ** 2])
        self.high = nn.Conv2d(c, c, 3, padding=1)
        self.register_buffer("stage", torch.zeros(()))           # 0: low only, 1: high only, between: fading in

    def synthesize_levels(self, w: Tensor, label: Tensor | None = None) -> list[Tensor]:
        c, r = self.spec.shape[0], self.spec.levels[0]
        low = self.low(w[:, 0]).view(-1, c, r, r).tanh()
        up = F.interpolate(low, scale_factor=2)
        return [low, torch.lerp(up, self.high(up).tanh(), self.stage)]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.synthesize_levels(w, label)[-1]


class ProGAN(Objective):
    """Karras et al. 2018: the schedule is a function of the images seen."""

    def __init__(self, model: Growing, config: SmallConfig) -> None:
        super().__init__(model, config)
        self.critic = nn.Sequential(nn.Flatten(), mlp([math.prod(model.spec.shape), 16, 1]))

    def set_progress(self, images_seen: int) -> None:
        self.model.stage.fill_(min(1.0, max(0.0, (images_seen - 16) / 48)))

    def phases(self) -> list[Phase]:
        return [Phase("critic", loss=self.critic_loss, **adam(self.config, self.critic)),
                Phase("generator", loss=self.generator_loss, **adam(self.config, self.model))]

    def score(self, x: Tensor) -> Tensor:
        half = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2)
        return self.critic(torch.lerp(half, x, self.model.stage))

    def critic_loss(self, batch: Batch) -> dict[str, Tensor]:
        fake = self.model.synthesize(self.model.map(self.model.sample_z(len(batch))))
        return {"loss": F.softplus(-self.score(batch.images)).mean() + F.softplus(self.score(fake)).mean()}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": F.softplus(-self.score(self.model.synthesize(self.model.map(self.model.sample_z(len(batch)))))).mean()}


class Styled(LatentModel):
    """Mapping, per-layer styles, and an encoder into W."""

    def __init__(self, config: SmallConfig, data: DataSpec) -> None:
        super().__init__()
        pixels = math.prod(data.shape)
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=12, num_layers=2, encodes=True)
        self.mapping = mlp([config.z_dim, 16, 12])
        self.constant = nn.Parameter(torch.randn(32))
        self.styles = nn.ModuleList(nn.Linear(12, 64) for _ in range(2))
        self.layers = nn.ModuleList(nn.Linear(32, n) for n in (32, pixels))
        self.encoder = nn.Sequential(nn.Flatten(), mlp([pixels, 32, 12]))

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return self.mapping(z)[:, None].expand(-1, 2, -1)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        x = self.constant.expand(len(w), -1)
        for k in range(2):
            scale, shift = self.styles[k](w[:, k]).chunk(2, 1)
            x = self.layers[k](F.layer_norm(x, x.shape[1:]) * (1 + scale) + shift)
            x = F.silu(x) if k == 0 else x.tanh()
        return x.view(-1, *self.spec.shape)

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)[:, None].expand(-1, 2, -1)


class StyleALAE(Objective):
    """Pidhorskyi et al. 2020, algorithm 1: generator and encoder are each in two phases with optimisers of their own; R1 is lazy."""

    def __init__(self, model: Styled, config: SmallConfig) -> None:
        super().__init__(model, config)
        self.critic = mlp([12, 16, 1])

    def phases(self) -> list[Phase]:
        m = self.model
        generator = nn.ModuleList([m.styles, m.layers])
        return [Phase("critic", loss=self.critic_loss, **adam(self.config, m.encoder, self.critic)),
                Phase("r1", loss=self.r1, every=3, **adam(self.config, m.encoder, self.critic)),
                Phase("generator", loss=self.generator_loss,
                      **self.with_constant(adam(self.config, m.mapping, generator))),
                Phase("reciprocity", loss=self.reciprocity, **adam(self.config, m.encoder, generator))]

    def with_constant(self, group: dict) -> dict:
        group["parameters"].append(self.model.constant)
        group["optimizer"].add_param_group({"params": [self.model.constant]})
        return group

    def score(self, x: Tensor) -> Tensor:
        return self.critic(self.model.encode(x)[:, 0])

    def fake(self, n: int) -> Tensor:
        return self.model.synthesize(self.model.map(self.model.sample_z(n)))

    def critic_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": F.softplus(self.score(self.fake(len(batch)))).mean() + F.softplus(-self.score(batch.images)).mean()}

    def r1(self, batch: Batch) -> dict[str, Tensor]:
        x = batch.images.clone().requires_grad_(True)
        gradient, = torch.autograd.grad(self.score(x).sum(), x, create_graph=True)
        return {"loss": 0.5 * gradient.square().flatten(1).sum(1).mean()}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": F.softplus(-self.score(self.fake(len(batch)))).mean()}

    def reciprocity(self, batch: Batch) -> dict[str, Tensor]:
        w = self.model.map(self.model.sample_z(len(batch))).detach()
        return {"loss": (self.model.encode(self.model.synthesize(w)) - w).square().mean()}


def family(name: str, model: type[LatentModel], objective: type[Objective]) -> Family:
    return Family(name=name, title=name, paper="", equation="", summary="", Config=SmallConfig, Model=model, Objective=objective)


PROTOTYPES = {f.name: f for f in (family("wgan", Generator, WGAN), family("lapgan", Pyramid, LAPGAN), family("progan", Growing, ProGAN),
                                  family("stylealae", Styled, StyleALAE))}
