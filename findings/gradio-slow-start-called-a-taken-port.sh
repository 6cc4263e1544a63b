#!/usr/bin/env bash
# gradio 6.31.0, launch(server_port=N) of an app whose lifespan (app_kwargs) takes six seconds to start, as one that loads a model may; N is
# free. Expected: launch waits, or says that the app took too long. Seen: after five seconds OSError "Cannot find empty port", and the page
# that could not be started answers at N a second later, from the thread that was left behind.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet gradio==6.31.0
cat > "$work/slow.py" <<'PY'
import asyncio
import contextlib
import socket
import time
import urllib.request

import gradio as gr


@contextlib.asynccontextmanager
async def loading(app):
    await asyncio.sleep(6)
    yield


with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
with gr.Blocks() as demo:
    gr.Markdown("here")
try:
    demo.launch(server_name="127.0.0.1", server_port=port, quiet=True, prevent_thread_lock=True, app_kwargs={"lifespan": loading})
    print("launched")
except OSError as e:
    print("refused:", str(e).partition(":")[0])
time.sleep(5)
with urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=20) as answer:
    print("answers all the same:", answer.status)
PY
export GRADIO_ANALYTICS_ENABLED=False
said=$("$work/venv/bin/python" "$work/slow.py" 2> "$work/err" || true)
echo "$said"
grep -qx 'refused: Cannot find empty port in range' <<< "$said" && grep -qx 'answers all the same: 200' <<< "$said"
