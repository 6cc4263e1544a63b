"""What the page's JavaScript may ask the server for, and what it is answered with, as TypeScript: made of the requests' models and the
answers' TypedDicts. ``make answers`` writes explorer/shell/answers.d.ts anew; whoever changes a request or an answer commits it with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from explorer import plots
from explorer.assets import EXPLORER
from explorer.latent.code_slices import MeasuredTold
from explorer.server import health, run_info, run_labels
from explorer.server.named_questions import QUESTIONS
from explorer.views import batch, operations
from explorer.views.collapse import process
from explorer.views.collapse import routes as live
from explorer.views.compare import table
from explorer.views.endpoints import Nothing, Started
from explorer.views.map import lasso_mean, umap_fits
from explorer.views.reconstruct import all_runs, searches
from explorer.views.train import answers as training
from explorer.views.train import train

FILE = EXPLORER / "shell" / "answers.d.ts"
HEAD = "/* Made of Python's requests and answers by `make answers` (tests/explorer/answers.py): change it there. Codes are base64. */"


def returned(function: Callable[..., Any]) -> Any:
    """What a function says that it returns."""
    return get_type_hints(function)["return"]


GETS: dict[str, Any] = {
    "runs": returned(run_info.list_runs),
    "run/{run}": returned(run_info.describe),
    "codes/{run}": list[MeasuredTold],
    "compare?runs={runs}": returned(table.compare),
    "plot/{run}/curves": returned(plots.curves),
    "plot/{run}/spectrum": returned(plots.spectrum),
    "health": health.HealthAnswer,
    "live": returned(live.known),
    "live/{name}/hello": process.HelloAnswer,
    "fit/{name}": returned(umap_fits.Fits.news),
    "own-maps/{run}": umap_fits.OwnMaps,
}
POSTS: dict[str, tuple[Any, Any]] = {
    "beside": (all_runs.Beside, returned(all_runs.answer)),
    "mix": (lasso_mean.AskMean, returned(lasso_mean.mean_code)),
    "name": (run_labels.Named, returned(run_labels.name_run)),
    "search": (searches.AskSearch, returned(searches.Searches.answer)),
    "live": (process.Start, Started),
    "live/{name}/order": (process.Command, Nothing),
    "live/{name}/stop": (Nothing, Nothing),
    "fit": (umap_fits.AskFit, Started),
    "fit/{name}/stop": (Nothing, Nothing),
}
FILES: dict[str, Any] = {"seeds": batch.Batch}
NAMED = {kind.title: kind for kind in QUESTIONS}                        # what programs ask by name; the page's JavaScript asks none of them
BYTES = {"thumb/{run}", "map/{run}", "colours/{dataset}", "fields/{dataset}", "sheet/{dataset}/{k:int}", "render", "film", "seeds",
         "own-maps/{run}/{key}", "live/{name}/frames"}                  # answered with files and numbers


def by_op(route: str) -> dict[str, type[Any]]:
    """The requests of a route by their ``op``."""
    return {op: kind for kind in operations.operations(route) for op in get_args(kind.model_fields["op"].annotation)}


def called() -> dict[str, tuple[Any, Any]]:
    """What each of Train's calls is asked, and what it is answered with where it could be done."""
    hints = {f.__name__: get_type_hints(f) for f in train.functions(jobs=None)}  # type: ignore[arg-type]
    return {name: (hint["asked"], hint["return"]) for name, hint in hints.items()}


class Types:
    """JSON schemas as TypeScript. Only what ours are made of is known: anything else raises ValueError."""

    def __init__(self, kinds: dict[str, Any]) -> None:
        found, whole = TypeAdapter.json_schemas([(name, "validation", TypeAdapter(kind)) for name, kind in kinds.items()],
                                                ref_template="{model}")
        self.named: dict[str, Any] = whole.get("$defs", {})
        self.schemas = {name: schema for (name, _), schema in found.items()}
        if twice := [name for name in self.named if "__" in name]:
            raise ValueError(f"two types of one name: {', '.join(sorted(twice))}")

    def of(self, name: str) -> str:
        """The type that was given by this name."""
        return self.type(self.schemas[name])

    def type(self, schema: dict[str, Any]) -> str:
        """One schema as a type that can stand in a line."""
        known = {k: v for k, v in schema.items() if k not in ("title", "default", "description")}
        if "$ref" in known:
            return known["$ref"]
        if "anyOf" in known or "oneOf" in known:
            return " | ".join(dict.fromkeys(self.type(s) for s in known.get("anyOf", known.get("oneOf"))))
        if "const" in known or "enum" in known:
            return " | ".join(literal(v) for v in known.get("enum", [known.get("const")]))
        if not known:
            return "any"
        plain = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
        if known.get("type") in plain:
            return plain[known["type"]]
        if known.get("type") == "array" and "prefixItems" in known:
            return f"[{', '.join(self.type(s) for s in known['prefixItems'])}]"
        if known.get("type") == "array":
            item = self.type(known["items"])
            return f"({item})[]" if " | " in item and not item.startswith("[") else f"{item}[]"
        if known.get("type") == "object" and not known.get("properties"):
            more = known.get("additionalProperties", True)
            return f"Record<string, {self.type(more) if isinstance(more, dict) else 'any'}>"
        raise ValueError(f"nothing of TypeScript is known for {known}")

    def declarations(self) -> Iterator[str]:
        """All types that have a name."""
        for name, schema in sorted(self.named.items()):
            said = f"/** {schema['description'].replace('``', '`')} */\n" if "description" in schema else ""
            wanted = schema.get("required", [])
            lines = [f"  {field(k)}{'' if k in wanted else '?'}: {self.type(s)};" for k, s in schema.get("properties", {}).items()]
            body = "\n".join(["{", *lines, "}"]) if lines else "{}"
            yield re.sub(r"\n +", "\n * ", said) + f"export interface {name} {body}"


def literal(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, str) else "'" + json.dumps(value)[1:-1].replace("'", "\\'") + "'"


def field(name: str) -> str:
    """A field's name; a path with parts that have names as what fits it."""
    if "{" in name:
        return "[path: `" + re.sub(r"\{\w+\}", "${string}", name) + "`]"
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else literal(name)


@cache
def kinds() -> dict[str, Any]:
    """Every request (``asked``) and answer by the place that it has in the tables."""
    found: dict[str, Any] = {f"render {op}": kind for op, kind in by_op("render").items()}
    for route in ("code", "microscope"):
        for op, kind in by_op(route).items():
            found |= {f"{route} {op} asked": kind, f"{route} {op}": returned(kind.answer)}
    found |= {f"GET {path}": answer for path, answer in GETS.items()}
    for path, (asked, answer) in POSTS.items():
        found |= {f"POST {path} asked": asked, f"POST {path}": answer}
    found |= {f"film {op}": kind for op, kind in by_op("film").items()} | {f"file {path}": asked for path, asked in FILES.items()}
    for name, (asked, answer) in called().items():
        found |= {f"job {name} asked": asked, f"job {name}": answer}
    return found | {"problem": training.Problem}


def text() -> str:
    """The file."""
    types = Types(kinds())

    def table_of(name: str, said: str, rows: dict[str, str]) -> str:
        lines = [f"  {field(k)}: {v};" for k, v in rows.items()]
        return f"/** {said} */\nexport interface {name} {{\n" + "\n".join(lines) + "\n}"

    def both(key: str) -> str:
        return f"{{ asked: {types.of(f'{key} asked')}; answer: {types.of(key)} }}"
    tables = [
        table_of("Draws", "POST render: what is drawn, by its op.", {op: types.of(f"render {op}") for op in by_op("render")}),
        table_of("Films", "POST film: what is saved as a film, by its op.", {op: types.of(f"film {op}") for op in by_op("film")}),
        table_of("Files", "POST of what is answered with a file, by path.", {path: types.of(f"file {path}") for path in FILES}),
        table_of("CodeAsks", "POST code, by op.", {op: both(f"code {op}") for op in by_op("code")}),
        table_of("MicroscopeAsks", "POST microscope, by op.", {op: both(f"microscope {op}") for op in by_op("microscope")}),
        table_of("Gets", "GET, by path.", {path: types.of(f"GET {path}") for path in GETS}),
        table_of("Posts", "POST of what has no op, by path.", {path: both(f"POST {path}") for path in POSTS}),
        table_of("Jobs", "Train's calls; of an answer its `value`.", {name: both(f"job {name}") for name in called()})]
    return "\n\n".join([HEAD, *types.declarations(), *tables]) + "\n"


@cache
def adapter(key: str) -> TypeAdapter[Any]:
    return TypeAdapter(kinds()[key])


def check(key: str, body: bytes | str) -> None:
    """Raise where an answer, as JSON, is not of the type that it is said to be, or has a field that the type has not."""
    read = adapter(key).validate_json(body, strict=True)
    assert adapter(key).dump_python(read, mode="json") == json.loads(body), f"{key}: the answer has more than its type"


def key_of(method: str, path: str, body: bytes = b"") -> str | None:
    """Where the answer of a path stands in the tables; None for files."""
    if path in ("code", "microscope"):
        return f"{path} {json.loads(body)['op']}"
    for known in GETS if method == "GET" else POSTS:
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/?]+", re.escape(known)), path):
            return f"{method} {known}"
    return None


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
