#!/usr/bin/env bash
# gradio 6.31.0: importing it parses its own sources anew each time, and a class derived from a component gets a .pyi file written beside it.
#
# Expected: importing a library, or a module with a class of one's own in it, reads files and writes none but bytecode.
# Seen: every component class, when it is made, has its source file parsed again and a type stub compared with, or written to, a .pyi beside
# that file: more than 100 calls of ast.parse in one `import gradio`, also the second time, when nothing has changed. A module of one's own
# that derives a class from gr.HTML leaves MODULE.pyi in one's own folder as soon as it is imported; where a stub was written by hand before,
# it is added to.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check gradio==6.31.0
mkdir "$folder/own"
printf 'import gradio as gr\n\n\nclass Frame(gr.HTML):\n    """Mine."""\n' > "$folder/own/mine.py"
printf 'import gradio as gr\n\n\nclass Other(gr.HTML):\n    """Mine, with a stub by hand."""\n' > "$folder/own/stubbed.py"
printf 'x: int\n' > "$folder/own/stubbed.pyi"
cat > "$folder/own/ask.py" <<'P'
import ast
import pathlib

calls, parse = 0, ast.parse


def counted(*given, **more):
    global calls
    calls += 1
    return parse(*given, **more)


ast.parse = counted
import gradio  # noqa: E402
print("gradio", gradio.__version__, "ast.parse called", calls, "times by import gradio")
assert calls > 100, calls
import mine, stubbed  # noqa: E401, E402, F401
print("beside my modules:", sorted(p.name for p in pathlib.Path(__file__).parent.glob("*.pyi")))
P
export GRADIO_ANALYTICS_ENABLED=False PYTHONDONTWRITEBYTECODE=1
cd "$folder/own"
"$folder/v/bin/python" ask.py
"$folder/v/bin/python" ask.py
grep -q "class Frame" mine.pyi || { echo "no stub is written beside a module of one's own now"; exit 1; }
grep -q "x: int" stubbed.pyi && grep -q "class Other" stubbed.pyi || { echo "a stub by hand is left alone now"; exit 1; }
echo "mine.pyi was written, $(wc -l < mine.pyi) lines; stubbed.pyi was added to"
