"""Start the page: ``python app.py``. It opens with the checkpoints in ``trained/`` and needs no data set, network or GPU."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

HERE = Path(__file__).resolve().parent
QUEUE_LOOKS = 0.02                              # seconds between looks into Gradio's queue; its own 0.001 takes 6 % of a core at rest


def credentials(text: str) -> tuple[str, str]:
    """``user:password`` as a pair; an argparse error otherwise."""
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("give a name and a password as user:password")
    return user, password


def port_number(text: str) -> int:
    """A TCP port; an argparse error otherwise."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def arguments(argv: list[str] | None = None, environ: dict[str, str] | None = None) -> argparse.Namespace:
    """The command line; on a hosted space (SPACE_ID) the defaults are host 0.0.0.0 and its port, so visitors may not train."""
    environ = dict(os.environ) if environ is None else environ
    hosted = "SPACE_ID" in environ
    parser = argparse.ArgumentParser(prog="python app.py", description="Walk around inside trained generative models, in a browser.")
    parser.add_argument("--port", type=port_number, default=int(environ.get("GRADIO_SERVER_PORT", "7860")), help="port to serve on (7860)")
    parser.add_argument("--host", default=environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if hosted else "127.0.0.1"),
                        help="address to serve on; 0.0.0.0 lets others in, as visitors who do not train (127.0.0.1)")
    parser.add_argument("--share", action="store_true", help="also make a public link that lasts a week; who opens it is a visitor")
    parser.add_argument("--auth", type=credentials, metavar="USER:PASSWORD", help="ask for this name and password first")
    parser.add_argument("--trained", type=Path, default=HERE / "trained", metavar="DIR", help="folder of trained runs (trained)")
    parser.add_argument("--device", default="cpu", help="where models run: cpu, cuda, cuda:1, mps (cpu)")
    parser.add_argument("--allow-training", action="store_true", help="let everyone who reaches the page train, stop and delete runs")
    parser.add_argument("--browser", action="store_true", help="open the page in the browser")
    return parser.parse_args(argv)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server can be bound there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
        if os.name == "posix":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit status."""
    args = arguments(argv)
    if not port_is_free(args.host, args.port):
        print(f"Port {args.port} on {args.host} is in use or not allowed; choose another with --port.", file=sys.stderr)
        return 1
    from explorer import ui
    from explorer.access import Access
    from explorer.session import Session
    from training import memory

    memory.keep()
    access = Access.for_launch(args.host, args.share or "SPACE_ID" in os.environ, args.allow_training)
    try:
        session = Session(args.trained, device=args.device)
    except (RuntimeError, ValueError) as e:
        print(e, file=sys.stderr)
        return 1
    demo = ui.build(session, access)
    demo.queue(default_concurrency_limit=4, max_size=64)
    demo._queue.sleep_when_free = QUEUE_LOOKS
    try:
        _, local, public = demo.launch(
            server_name=args.host, server_port=args.port, share=args.share, auth=args.auth, inbrowser=args.browser,
            prevent_thread_lock=True, app_kwargs=ui.app_arguments(session, access), **ui.launch_arguments(demo))
    except OSError as e:
        print(f"The page cannot be served on {args.host}:{args.port}: {e}", file=sys.stderr)
        return 1
    print(f"Latent Explorer is at {local}" + (f" and, for a week, at {public}" if public else ""), flush=True)
    if args.share and not public:
        print("The public link could not be made (it takes a network connection to Gradio's service); the page is served here only.",
              file=sys.stderr, flush=True)
    if not access.training:
        print("Others can reach this page, so they explore but do not train; --allow-training changes that.", flush=True)
    threading.Thread(target=ui.prefetch, args=(session,), daemon=True).start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        demo.close(verbose=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
