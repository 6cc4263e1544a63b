#!/usr/bin/env bash
# gradio 6.31.0, launch(mcp_server=True, quiet=True) where the package mcp is not installed. Expected: an error, or at least a warning: the
# server of tools was asked for by name. Seen: launch succeeds, prints nothing, and serves no tools; only without quiet a line is printed,
# and even then launch succeeds. The reason stands in an attribute of the app, mcp_error.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet gradio==6.31.0
cat > "$work/tools.py" <<'PY'
import sys

import gradio as gr


def double(n: int) -> int:
    """Twice n."""
    return 2 * n


with gr.Blocks() as demo:
    gr.api(double)
demo.launch(quiet=sys.argv[1] == "quiet", mcp_server=True, prevent_thread_lock=True, server_port=int(sys.argv[2]))
tools = [r for r in demo.app.routes if "mcp" in getattr(r, "path", "")]
print("server of tools:", bool(demo.mcp_server_obj) or bool(tools))
demo.close(verbose=False)
PY
export GRADIO_ANALYTICS_ENABLED=False GRADIO_SERVER_NAME=127.0.0.1
port=$("$work/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
quiet=$("$work/venv/bin/python" "$work/tools.py" quiet "$port" 2>&1); loud=$("$work/venv/bin/python" "$work/tools.py" loud "$port" 2>&1)
echo "quiet: $quiet"; echo "loud:  $loud"
[ "$quiet" = "server of tools: False" ] && grep -q 'mcp` package is required' <<< "$loud" && grep -q 'server of tools: False' <<< "$loud"
