"""The page without a server, of all runs: bytes, seconds, the largest difference of a pixel, and what a visitor downloads."""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from explorer import Refused
from explorer.runs.session import Session
from explorer.site import answers, folder, one_file

HERE = Path(__file__).resolve().parent.parent
PACKED = (".html", ".js", ".mjs", ".json")      # what hosts pack by gzip
MB = 2**20


def of_run(site: Path, session: Session, name: str) -> dict[str, Path]:
    """The files below data/ that a page of this run alone has, by path: its own, its test images' and its classifier's."""
    data, held = site / "data", session.run(name).held
    judge = json.loads((data / "model" / name / "model.json").read_text("utf-8"))["reader"]["judge"]
    own = [p for p in data.rglob("*") if p.is_file() and (p.parent.name == name or p.name.startswith(f"{name}."))]
    for folder_name, of in (("sheet", held and held.folder.name), ("judge", judge)):
        own += list((data / folder_name / of).iterdir()) if of else []
    for folder_name in ("fields", "colours") if held else ():
        own += list((data / folder_name).glob(f"{held.folder.name}.*"))
    return {p.relative_to(site).as_posix(): p for p in own}


def sent(paths: Iterable[Path]) -> int:
    """Bytes that a host sends for files, packed where it packs them."""
    return sum(len(gzip.compress(p.read_bytes(), 6)) if p.suffix in PACKED else p.stat().st_size for p in paths)


def visit(site: Path, own: dict[str, Path]) -> int:
    """Bytes that a visitor fetches who opens a run in a view that needs most: the page, the runtime, the run's networks for it, its map and
    codes, one sheet of test images, and the classifier. (Noise, levels and pyramid are other views'.)"""
    page = [site / "index.html", *(site / "js").rglob("*.js"), *(p for p in (site / "runtime").iterdir() if p.suffix != ".txt")]
    asked = [p for path, p in own.items() if p.stem not in ("noisy", "levels", "pyramid", "apart") and "/colours/" not in path
             and ("/sheet/" not in path or p.stem == "0")]
    return sent([*page, site / "data" / "runs.json", *asked])


def main(argv: Sequence[str] = ()) -> None:
    """Write a site of all runs and say what it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks site")
    parser.add_argument("--trained", type=Path, default=HERE / "trained")
    parser.add_argument("--site", type=Path, help="measure one that was written already")
    args = parser.parse_args(list(argv))
    with tempfile.TemporaryDirectory() as scratch:
        session, site = Session(args.trained, keep=0), args.site or Path(scratch) / "site"
        if args.site is None:
            done = folder.write(session, site, [], say=lambda s: print(s, flush=True))
            print(f"\n{done.told}\n")
        print("| run | parameters | its networks | all of its files | a visitor fetches | as one file |\n|---|---|---|---|---|---|")
        for name in json.loads((site / folder.MARK).read_text("utf-8"))["runs"]:
            print(_row(session, site, name), flush=True)
    print(f"\n{sum(p.stat().st_size for p in site.rglob('*') if p.is_file()) / MB:.1f} MB in all." if args.site else "")


def _row(session: Session, site: Path, name: str) -> str:
    own, parameters = of_run(site, session, name), session.card(name).parameters
    nets = sum(p.stat().st_size for p in own.values() if p.parent.name == name and p.suffix == ".onnx")
    bodies = {path: p.read_bytes() for path, p in own.items()}
    bodies |= {f"runtime/{p.name}": p.read_bytes() for p in (site / "runtime").iterdir() if "plotly" not in p.name}
    bodies["data/runs.json"] = answers.listed(session, [name])
    try:
        page, left = one_file.fitted(session, name, bodies)
        one = f"{len(page) / MB:.1f} MB" + (f", {len(left)} files left out" if left else "")
    except Refused as e:
        one = "too large: " + str(e).partition("would be ")[2].partition(",")[0]
    sizes = (nets, sum(p.stat().st_size for p in own.values()), visit(site, own))
    return f"| {name} | {parameters:,} | {' | '.join(f'{n / MB:.1f} MB' for n in sizes)} | {one} |"
