"""A small variational autoencoder in plain PyTorch, which knows nothing of Latent Explorer. `python own_model.py` trains it on the
digits that come with scikit-learn (half a minute) and writes, beside this file, its weights and the held-out images in folders by class.
Then: `python app.py --model docs/own_model.py:Model --model-data docs/own_digits --model-size 28`."""

import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

WEIGHTS, IMAGES = Path(__file__).with_suffix(".safetensors"), Path(__file__).with_name("own_digits")


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 256), nn.ReLU(), nn.Linear(256, 2 * 8))
        self.decoder = nn.Sequential(nn.Linear(8, 256), nn.ReLU(), nn.Linear(256, 28 * 28), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
        if WEIGHTS.exists():
            self.load_state_dict(load_file(WEIGHTS))

    def encode(self, x):                                  # images in [0, 1] to mean and log-variance
        return self.encoder(x).chunk(2, dim=1)

    def decode(self, z):
        return self.decoder(z)


def main(steps):
    digits = load_digits()
    x = F.interpolate(torch.tensor(digits.images)[:, None].float() / 16, size=28, mode="bilinear")
    train, test = x[:1400], x[1400:]
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(steps):
        batch = train[torch.randint(len(train), (128,))]
        mean, log_variance = model.encode(batch)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        loss = (F.binary_cross_entropy(model.decode(z), batch, reduction="sum") + kl) / len(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    save_file(model.state_dict(), WEIGHTS)
    for k, (image, label) in enumerate(zip(test, digits.target[1400:], strict=True)):
        path = IMAGES / str(label) / f"{k:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image[0] * 255).round().byte().numpy()).save(path)
    print(f"{WEIGHTS.name} and {len(test)} images in {IMAGES.name}; the last loss was {loss:.1f} nats")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
