"""The Styles grid in a real Chromium: from a slider to its 49 images on the screen, 6 × 6 mixed ones, their twelve
sources and the mean.

Of the shipped StyleGAN of 32 × 32, and of 64 × 64 a network with random weights, whose speed is that of trained ones: StyleGAN's ``cpu``
recipe for 64-pixel faces.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from training import checkpoint, families
from training.model import DataSpec

from .page import browser, least_and_median, quantiles
from .serve import page as served

COUNT = 60
SLIDE = """async (n) => {
  const input = document.querySelector('#lx-style-dials [data-dial=psi] input'), times = [];
  const box = document.querySelector('#lx-styles [data-n]');
  for (let k = 0; k < n; k++) {
    const before = box.dataset.n, start = performance.now();
    input.value = 20 + 3 * (k % 25); input.dispatchEvent(new Event('input', { bubbles: true }));
    while (box.dataset.n === before) {
      await new Promise((f) => setTimeout(f, 0));
      if (performance.now() - start > 10000) throw new Error('no grid');
    }
    times.push(performance.now() - start);
    await new Promise((f) => setTimeout(f, 400));
  }
  return times.slice(5);
}"""


def make(root: Path) -> None:
    """A run of random weights, written under ``root``."""
    family = families.get("stylegan")
    spec = DataSpec("faces", "Cartoon faces, 64×64", (3, 64, 64))
    config = family.Config(**family.recipe("cpu", "faces"))
    torch.manual_seed(0)
    model = family.build(config, spec)
    checkpoint.save(root / "stylegan", model, checkpoint.Card("stylegan", "stylegan", config.to_dict(), spec, model.spec, images_seen=1))


def measured(run: str, side: int, *arguments: str) -> None:
    """Print the time from a slider's move to the grid that follows it, the page at rest before each."""
    with served(*arguments) as (address, _, _), browser() as page:
        page.goto(f"{address}/?run={run}&view=styles")
        page.wait_for_selector("#lx-styles [data-n]", timeout=60_000)
        page.wait_for_timeout(5_000)
        times = page.evaluate(SLIDE, COUNT)
        print(f"slider to a grid of 49 at {side} × {side}: {least_and_median(times)}; {quantiles(times)}", flush=True)


def main() -> None:
    """Print a line for either size."""
    measured("stylegan-faces-32", 32)
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        measured("stylegan", 64, "--trained", folder)


if __name__ == "__main__":
    main()
