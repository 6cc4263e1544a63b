"""Makes sure that the browser tests find a Chromium: one that is there, the system's package, or Playwright's own build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"                 # without tabs and menus that nobody sees: the same pages for a tenth less work
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(*better: str) -> str | None:
    """Path of a Chromium on this machine: CHROMIUM in the environment, one of ``better`` or of NAMES in the PATH, or Playwright's own;
    None when there is none."""
    for name in (os.environ.get("CHROMIUM", ""), *better, *NAMES):
        if name and (path := shutil.which(name)):
            return path
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        path = p.chromium.executable_path
    return path if os.path.exists(path) else None


def main() -> int:
    """Install what is missing, and SHELL where the system has it; returns 1 with one sentence when no way worked."""
    apt = bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0
    if find() and (shutil.which(SHELL) or not apt):
        return 0
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if apt:
        get = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk"
        ways = [["sh", "-c", f"{get} {SHELL}"], ["sh", "-c", get], *ways]
    for command in ways:
        print("installing Chromium:", " ".join(command), flush=True)
        if subprocess.run(command).returncode == 0 and find():
            return 0
    if find():
        return 0
    print("No Chromium could be installed; install one (Debian: apt install chromium) or name it in CHROMIUM=…", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
