"""docs/explore.ipynb, its code cells run one after another, as a kernel would: what a cell prints, and its last value, are its outputs.

``python -m tests.notebook`` runs it and writes the outputs into it; another path given there keeps the file as it is. Jupyter's own
packages, some thirty, are not needed for that.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "explore.ipynb"


def run(notebook: dict[str, Any]) -> None:
    """Run all code cells, and keep what comes out in them."""
    space: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                value = last_value("".join(cell["source"]), f"cell {count}", space)
            cell["execution_count"], cell["outputs"] = count, []
            if printed.getvalue():
                cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(True)})
            if value is not None:
                cell["outputs"].append({"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": shown(value)})


def last_value(source: str, name: str, space: dict[str, Any]) -> Any:
    """Run a cell; the value of the expression that it ends with, None where it does not."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), space)
    return eval(compile(ast.Expression(last.value), name, "eval"), space) if isinstance(last, ast.Expr) else None


def shown(value: Any) -> dict[str, Any]:
    """A value as a notebook shows it."""
    if isinstance(value, Image.Image):
        out = io.BytesIO()
        value.save(out, "PNG", optimize=True)
        return {"image/png": base64.b64encode(out.getvalue()).decode(), "text/plain": [f"{value.width} × {value.height} pixels"]}
    return {"text/plain": [repr(value)]}


def main(into: Path = NOTEBOOK) -> None:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    warnings.simplefilter("ignore")
    run(notebook)
    into.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
