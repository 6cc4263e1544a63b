"""The arrows between the packages: a wrong import fails the build."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(p for top in ("training", "explorer") for p in (ROOT / top).rglob("*.py"))
PAGE = [p for p in FILES if p.is_relative_to(ROOT / "explorer")]
LOOP = {"training.loop", "training.losses", "training.metrics", "training.evaluate", "training.cli", "training.arguments",
        "training.__main__", "training.fit_features", "training.train"}

CODE = {"eval", "exec", "compile", "torch.load", *(f"{name}.{what}" for name in ("pickle", "marshal", "dill")
                                                   for what in ("load", "loads"))}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that a module consists of."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports(path: Path, inside: bool = True) -> set[str]:
    """Absolute dotted names of everything a module imports, at its top or (``inside``) in its functions, too."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = set()
    for node in nodes(path) if inside else ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{a.name}" for a in node.names}
    return found


def within(names: set[str], *packages: str) -> set[str]:
    return {n for n in names for p in packages if n == p or n.startswith(p + ".")}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


LEAVES = {"training/dataspec.py": (), "training/settings.py": ("training.dataspec",),
          "training/model.py": ("training.dataspec", "training.settings")}


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_arrows(path):
    names, where = imports(path), path.relative_to(ROOT)
    if where.parts[0] == "training":
        assert not within(names, "explorer", "gradio", "app"), "training never looks up"
    else:
        assert not within(names, *LOOP), "the explorer starts trainings as a process of their own"
        stage = where.parts[1] == "views" and where.name == "__init__.py"
        markup = where.parts[1] == "views" and within(names, "gradio") and "explorer.shell.piece" in names
        page = where.name in ("page.py", "api_endpoints.py", "theme.py") or where.parts[1:] == ("site", "document.py")
        if not (page or where.parts[1] == "shell" or stage or markup):
            assert not within(names, "gradio", "explorer.shell"), "only the interface imports gradio"
        if stage:
            assert not within(imports(path, inside=False), "gradio", "explorer.shell"), "what a view computes needs no gradio"
    if where.as_posix() in LEAVES:
        others = within(names, "training") - within(names, *LEAVES[where.as_posix()])
        assert not others, "what a family is made of imports nothing that uses it"
    if where.parts[:2] == ("training", "families"):
        assert not within(names, "training.loop", "training.checkpoint", "training.data", "training.evaluate")


# The house of explorer/, from below. Whoever stands on a floor imports from it or from lower ones.
FLOORS = (("", "assets", "output_folder", "images", "plots", "png", "theme", "i18n"), ("shell",), ("runs",), ("latent",),
          ("views", "views.base", "views.batch", "views.endpoints", "views.films", "views.paths", "views.samples"), ("views.*",),
          ("views.operations", "views.measurements"), ("server",), ("api_endpoints", "named_model"), ("page",), ("site",), ("take",),
          ("__main__",))
VIEWS = sorted(p.name for p in (ROOT / "explorer" / "views").iterdir() if (p / "__init__.py").is_file())


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    """The room of a module: its folder, of views the view's own."""
    parts = name.split(".")[1:]
    return ".".join(parts[:2] if parts[:1] == ["views"] else parts[:1])


def floor(name: str) -> int:
    of = room(name)
    of = "views.*" if of.removeprefix("views.") in VIEWS and of.startswith("views.") else of
    return next(k for k, rooms in enumerate(FLOORS) if of in rooms)


@cache
def below(path: Path) -> frozenset[str]:
    """The modules of explorer/ that a module imports."""
    known, mine = {module(p) for p in PAGE}, module(path)
    named = {n if n in known else n.rpartition(".")[0] for n in within(imports(path), "explorer")}
    return frozenset((named & known) - {mine})


@pytest.mark.parametrize("path", [p for p in PAGE], ids=ids)
def test_arrows_run_down(path):
    mine = module(path)
    for name in below(path):
        assert floor(name) <= floor(mine), f"{name} stands above"
        if floor(name) == floor(mine) and room(name) in {f"views.{v}" for v in VIEWS}:
            assert room(name) == room(mine), f"{name} is another view's"


def test_there_is_no_circle():
    """Neither among modules nor among rooms."""
    modules = {module(p): below(p) for p in PAGE}
    rooms: dict[str, set[str]] = {}
    for name, others in modules.items():
        rooms.setdefault(room(name), set()).update({room(o) for o in others} - {room(name)})
    TopologicalSorter(modules).prepare()        # raises CycleError, which names it
    TopologicalSorter(rooms).prepare()


@cache
def family_names() -> frozenset[str]:
    """As on the command line, where words are joined by hyphens."""
    stems = (p.stem for p in (ROOT / "training" / "families").glob("*.py") if not p.stem.startswith("_"))
    return frozenset(stem.replace("_", "-") for stem in stems)


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[-2] != "families"], ids=ids)
def test_nobody_asks_for_a_family_by_name(path):
    """No comparison with a family's name outside of the families: ask the spec what the model can do."""
    for node in nodes(path):
        if isinstance(node, ast.Compare):
            asked = ast.unparse(node.left)
            if asked.endswith(".loss"):                # which a loss may share with the family that brought it
                continue
            constants = {c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
            assert not constants & family_names(), f"line {node.lineno} compares with a family's name"


@pytest.mark.parametrize("path", FILES + [ROOT / "app.py"], ids=ids)
def test_nothing_unpickles_or_evaluates(path):
    """Neither by a call nor by an import under another name; that a sentence speaks of it is another thing."""
    asked = {ast.unparse(n.func) for n in nodes(path) if isinstance(n, ast.Call)}
    assert not asked & CODE and not within(imports(path), "pickle", "marshal", "dill", "torch.load", "builtins")
    allowed = [k for n in nodes(path) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "allow_pickle"]
    assert all(isinstance(k.value, ast.Constant) and k.value.value is False for k in allowed)


@pytest.mark.parametrize("path", FILES + [ROOT / "app.py"], ids=ids)
def test_no_broad_except_hides_a_mistake(path):
    """Whoever catches everything, named or not, raises it again."""
    for node in nodes(path):
        if isinstance(node, ast.ExceptHandler):
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"BaseException"}
            if caught & {"Exception", "BaseException"}:
                last = node.body[-1]
                assert isinstance(last, ast.Raise) and last.exc is None, f"line {node.lineno} catches everything and goes on"


@pytest.mark.parametrize("path", [p for p in PAGE if p.name != "seed_to_image.py"], ids=ids)
def test_a_seed_becomes_an_image_in_one_place(path):
    """``latent/seed_to_image.py``: nobody else maps what a seed gives."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "map_z":
            drawn = [n for a in node.args for n in ast.walk(a) if isinstance(n, ast.Attribute) and n.attr == "sample_z"]
            assert not drawn or room(module(path)) == "runs", f"line {node.lineno} maps a seed's noise itself"


CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time", "time_ns"}
# these ask how long somebody waits or say how long it took, never how much to measure
WAITERS = {"runs/background.py", "server/login_brake.py", "server/gradio_queue.py", "server/run_requests.py", "site/files.py",
           "views/collapse/process.py",
           "views/collapse/routes.py", "views/map/umap_fits.py", "views/map/routes.py", "views/reconstruct/searches.py",
           "views/train/start_training.py", "views/train/uploads.py"}


@pytest.mark.parametrize("path", [p for p in PAGE if p.relative_to(ROOT / "explorer").as_posix() not in WAITERS], ids=ids)
def test_nothing_is_sized_by_a_stopwatch(path):
    """What is measured of a run is measured on fixed numbers of codes and images: no clock is read where it could decide."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        read = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        read = read or (",".join(a.name for a in node.names) if isinstance(node, ast.ImportFrom) and node.module == "time" else "")
        assert not CLOCKS & set(read.split(",")), f"line {node.lineno} reads a clock"
        assert ast.unparse(node) != "time.time()" if isinstance(node, ast.Call) else True, f"line {node.lineno} reads a clock"


@pytest.mark.parametrize("path", FILES + [ROOT / "app.py"], ids=ids)
def test_no_function_is_longer_than_60_lines(path):
    """As eslint holds of JavaScript."""
    long = [f"{n.name}: {n.end_lineno - n.lineno + 1}" for n in nodes(path)
            if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.end_lineno - n.lineno + 1 > 60]
    assert not long


def test_no_line_is_longer_than_140_columns():
    """Ruff's own check leaves out a line's last comment where that speaks to it; of JavaScript comments are nobody's to break."""
    long = [f"{p.relative_to(ROOT)}:{k}" for top in ("training", "explorer", "tests", "benchmarks") for p in (ROOT / top).rglob("*")
            if p.suffix in (".py", ".js", ".ts", ".css") and "node_modules" not in p.parts
            for k, line in enumerate(p.read_text("utf-8").splitlines(), 1) if len(line) > 140]
    assert not long


def test_the_page_asks_for_every_operation():
    """What is drawn and worked out is for somebody: each ``op`` stands in the page's JavaScript."""
    from explorer.views import operations

    asked = "".join(p.read_text("utf-8") for p in (ROOT / "explorer").rglob("*.js"))
    ops = {op for route in ("render", "code", "microscope", "film") for request in operations.operations(route)
           for op in get_args(request.model_fields["op"].annotation)}
    assert len(ops) > 30 and not {op for op in ops if f"'{op}'" not in asked}


def rules(css: str) -> list[str]:
    """The selectors of a style sheet that stand in no other rule (as they do in ``#lx-plane { … }``), one by one."""
    found, opened, text = [], [], ""                   # opened: of each block around, whether it is a rule
    for part in re.split(r"([{}])", re.sub(r"/\*.*?\*/", "", css, flags=re.S)):
        if part == "{":
            head = text.rsplit(";", 1)[-1].strip()
            if not head.startswith("@") and not any(opened):
                found += [s.strip() for s in re.split(r",(?![^(]*\))", head)]
            opened.append(not head.startswith("@"))
        elif part == "}":
            opened.pop()
        text = part
    return found


def test_rules_are_read_one_by_one():
    assert rules(".a:is(.b,.c) i,.d{x:y} /* .e{} */ @media (m){.f{x:y}} #g{ @media (m){.h{x:y}} .i{x:y} }") == [
        ".a:is(.b,.c) i", ".d", ".f", "#g"]


def test_no_view_gives_another_its_looks():
    """Views' styles all stand in one page: a class that begins a rule of one begins no rule of another."""
    users = defaultdict(set)
    for path in (ROOT / "explorer" / "views").rglob("*.css"):
        for begun in (re.match(r"\.lx-[\w-]+", rule) for rule in rules(path.read_text("utf-8"))):
            if begun:
                users[begun[0]].add(path.parent.name)
    assert users and not {name: views for name, views in users.items() if len(views) > 1}
