"""The page without a server, of all runs: its bytes, and with --visits, --pixels, --pace or --alone what a visitor downloads, how near its
pixels are to the server's, how it follows a hand, and each run as one file from the disk (site_parts.py)."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from explorer import Refused, output_folder
from explorer.runs.session import Session
from explorer.site import answers, folder, one_file, sheets
from explorer.site.model_json import opens_on

from . import site_parts

HERE = Path(__file__).resolve().parent.parent
MB = 2**20


def of_run(site: Path, session: Session, name: str) -> dict[str, Path]:
    """The files below data/ that a page of this run alone has, by path: its own, its test images' and its classifier's."""
    data, held = site / "data", session.run(name).held
    judge = json.loads((data / "model" / name / "model.json").read_text("utf-8"))["reader"]["judge"]
    own = [p for p in data.rglob("*") if p.is_file() and (p.parent.name == name or p.name.startswith(f"{name}."))]
    images = held and held.folder.name
    for folder_name, of in (("sheet", images), ("exact", images), ("tiles", images), ("judge", judge)):
        own += list((data / folder_name / of).iterdir()) if of and (data / folder_name / of).is_dir() else []
    for folder_name in ("fields", "colours") if held else ():
        own += list((data / folder_name).glob(f"{held.folder.name}.*"))
    return {p.relative_to(site).as_posix(): p for p in own}


def main(argv: Sequence[str] = ()) -> None:
    """Write a site of all runs and say what it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks site")
    parser.add_argument("--trained", type=Path, default=HERE / "trained")
    parser.add_argument("--site", type=Path, help="measure one that was written already")
    for name, part in site_parts.PARTS.items():
        parser.add_argument(f"--{name}", nargs="*", metavar="RUN", help=f"only {part.__doc__.partition('.')[0]}; of all runs without any")
    args = parser.parse_args(list(argv))
    with tempfile.TemporaryDirectory() as scratch:
        session, site = Session(args.trained, keep=2), args.site or Path(scratch) / "site"
        if args.site is None:
            done = folder.write(session, site, [], say=lambda s: print(s, flush=True))
            print(f"\n{done.told}\n")
        names = json.loads((site / output_folder.MARK).read_text("utf-8"))["runs"]
        asked = {part: getattr(args, name) or names for name, part in site_parts.PARTS.items() if getattr(args, name) is not None}
        for part, some in asked.items():
            part(site_parts.Site(site, session), some)
        if not asked:
            print("| run | parameters | its networks | all of its files | as one file |\n|---|---|---|---|---|")
            for name in names:
                print(_row(session, site, name), flush=True)
            print(f"{sum(p.stat().st_size for p in site.rglob('*') if p.is_file()) / MB:.1f} MB in all.")


def bodies_of(session: Session, site: Path, name: str) -> dict[str, bytes]:
    """What a page that is one file may hold of a run."""
    held, told = session.run(name).held, one_file.told_of(name)
    own = of_run(site, session, name).items()
    bodies = {path: p.read_bytes() for path, p in own if not path.startswith("data/exact/")}
    if held is not None:
        bodies |= dict(answers.of_images(session, held, single=True))
        whole = sheets.whole(held, opens_on(session.run(name)), single=True)
        bodies[told] = answers.as_json(json.loads(bodies[told]) | {"whole": whole})
    bodies |= {f"runtime/{p.name}": p.read_bytes() for p in (site / "runtime").iterdir() if "plotly" not in p.name}
    return bodies | {"data/runs.json": answers.listed(session, [name])}


def _row(session: Session, site: Path, name: str) -> str:
    own, parameters = of_run(site, session, name), session.card(name).parameters
    nets = sum(p.stat().st_size for p in own.values() if p.parent.name == name and p.name.endswith(".onnx.planes"))
    try:
        page, left = one_file.fitted(session, name, bodies_of(session, site, name))
        one = f"{len(page) / MB:.1f} MB" + (f", {len(left)} files left out" if left else "")
    except Refused as e:
        one = "too large: " + str(e).partition("would be ")[2].partition(",")[0]
    sizes = (nets, sum(p.stat().st_size for p in own.values()))
    return f"| {name} | {parameters:,} | {' | '.join(f'{n / MB:.1f} MB' for n in sizes)} | {one} |"
