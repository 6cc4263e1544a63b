#!/usr/bin/env bash
# gradio 6.31.0, gr.api. Expected: a function's annotated return type stands in the API's description, as its parameters' types do. Seen: in a
# file that begins with `from __future__ import annotations` parameters keep their types and every return type becomes "Any"; without that
# line the same function is described in full. Nothing is said.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet gradio==6.31.0
cat > "$work/described.py" <<'PY'
import gradio as gr


def runs(most: int) -> list[dict]:
    """Names."""
    return []


with gr.Blocks() as demo:
    gr.api(runs)
told = demo.get_api_info()["named_endpoints"]["/runs"]
print(gr.__version__, "|", told["parameters"][0]["python_type"]["type"], "|", told["returns"][0]["python_type"]["type"])
PY
{ echo 'from __future__ import annotations'; cat "$work/described.py"; } > "$work/postponed.py"
export GRADIO_ANALYTICS_ENABLED=False
plain=$("$work/venv/bin/python" "$work/described.py"); later=$("$work/venv/bin/python" "$work/postponed.py")
echo "annotations as they are: $plain"; echo "annotations postponed:   $later"
[ "$plain" = "6.31.0 | int | list[dict(str, Any)]" ] && [ "$later" = "6.31.0 | int | Any" ]
