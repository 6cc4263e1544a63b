"""The Styles grid in a real Chromium: from a slider to 6 × 6 mixed images of 64 × 64 on the screen.

The network is StyleGAN's ``cpu`` recipe for 64-pixel faces with random weights, whose speed is that of trained ones.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from training import checkpoint, families
from training.model import DataSpec

from .page import browser, quantiles
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


def main() -> None:
    """Print the time from a slider's move to the grid that follows it, the page at rest before each."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        with served("--trained", folder) as (address, _, _), browser() as page:
            page.goto(f"{address}/?run=stylegan&view=styles")
            page.wait_for_selector("#lx-styles [data-n]", timeout=60_000)
            page.wait_for_timeout(5_000)
            print(f"slider to a grid of 6 × 6 at 64 × 64: {quantiles(page.evaluate(SLIDE, COUNT))}", flush=True)


if __name__ == "__main__":
    main()
