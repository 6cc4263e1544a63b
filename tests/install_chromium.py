"""Makes sure that the browser tests find a Chromium: one that is there, the system's package, or Playwright's own build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium on this machine: CHROMIUM in the environment, the PATH, or Playwright's own; None when there is none."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if name and (path := shutil.which(name)):
            return path
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        path = p.chromium.executable_path
    return path if os.path.exists(path) else None


def main() -> int:
    """Install what is missing; returns 1 with one sentence when no way worked."""
    if find():
        return 0
    ways = []
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways += [["sh", "-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk"]]
    ways += [[sys.executable, "-m", "playwright", "install", "chromium"]]
    for command in ways:
        print("installing Chromium:", " ".join(command), flush=True)
        if subprocess.run(command).returncode == 0 and find():
            return 0
    print("No Chromium could be installed; install one (Debian: apt install chromium) or name it in CHROMIUM=…", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
