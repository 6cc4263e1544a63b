"""Start the page: ``python app.py``. It opens with the checkpoints in ``trained/`` and needs no data set, network or GPU.
``python app.py export DIR`` writes it as a folder that any host serves, without a server of ours behind it."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from explorer.runs.session import Session
    from explorer.server.origin import Hosts

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

HERE = Path(__file__).resolve().parent
NUMBERS = ("GRADIO_SERVER_PORT", "GRADIO_NUM_PORTS", "GRADIO_NODE_NUM_PORTS", "GRADIO_NUM_WORKERS", "GRADIO_DEBUG",
           "GRADIO_ANALYTICS_CACHE_FREQUENCY", "GRADIO_ANALYTICS_MAX_EVENTS")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")   # where the proxy of a hosted space lives
SWITCH = 0.001                                  # seconds that a thread waits for the interpreter: live images beside long work
IDLE = 2**26                                    # bytes that the page keeps of what it frees, for the next images
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


def network(text: str) -> str:
    """An IP address or network; an argparse error otherwise."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as e:
        raise argparse.ArgumentTypeError(f"a proxy is given by its IP address or network, not {text!r}") from e


def root_path(text: str) -> str:
    """Where a proxy shows the page: "/lx" or a whole address, without a slash at its end; an argparse error otherwise."""
    text = text.rstrip("/")
    parts = urlsplit(text)
    whole = parts.scheme in ("http", "https") and bool(parts.netloc)
    if text and not whole and (parts.scheme or parts.netloc or not text.startswith("/")) or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"a root path is like /lx or https://example.org/lx, not {text!r}")
    return text


def check_environment(environ: Mapping[str, str]) -> None:
    """Raise ValueError, with one sentence, for a variable that Gradio would stumble over while it is imported or launched."""
    for name in NUMBERS:
        text = environ.get(name, "0").strip()
        if not text.isdecimal():
            raise ValueError(f"The environment variable {name} is to be a whole number, not {text!r}; change it or take it away.")
    port = environ.get("GRADIO_SERVER_PORT", "7860").strip()
    if not 1 <= int(port) <= 65535:
        raise ValueError(f"The environment variable GRADIO_SERVER_PORT is to be a port from 1 to 65535, not {port!r}.")
    try:
        root_path(environ.get("GRADIO_ROOT_PATH", ""))
    except argparse.ArgumentTypeError as e:
        raise ValueError(f"The environment variable GRADIO_ROOT_PATH is wrong: {e}.") from e


def arguments(argv: list[str] | None = None, environ: dict[str, str] | None = None) -> argparse.Namespace:
    """The command line; on a hosted space (SPACE_ID) the defaults are host 0.0.0.0 and its port, so visitors may not train."""
    environ = dict(os.environ) if environ is None else environ
    hosted = "SPACE_ID" in environ
    parser = argparse.ArgumentParser(prog="python app.py", description="Walk around inside trained generative models, in a browser.",
                                     epilog="python app.py export --help: the page as a folder, or one file, without a server. "
                                            "python app.py take --help: what of a run goes into other tools.")
    parser.add_argument("--port", type=port_number, default=environ.get("GRADIO_SERVER_PORT", "7860"), help="port to serve on (7860)")
    parser.add_argument("--host", default=environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if hosted else "127.0.0.1"),
                        help="address to serve on; 0.0.0.0 (IPv4) or :: (IPv6) lets others in, as visitors who do not train (127.0.0.1)")
    parser.add_argument("--root-path", type=root_path, default=environ.get("GRADIO_ROOT_PATH", ""), metavar="PATH",
                        help="where a proxy in front shows the page, like /lx; whether it keeps that prefix or takes it away")
    parser.add_argument("--allowed-host", action="append", default=[], metavar="NAME",
                        help="a name under which others reach this page, like example.org; may be given again")
    parser.add_argument("--behind-proxy", action="append", type=network, default=[], metavar="ADDRESS",
                        help="a proxy on another machine whose word on who a visitor is (X-Forwarded-For) counts; may be given again")
    parser.add_argument("--allow-frames", action="store_true", default=hosted, help="let pages of other sites show this one in a frame")
    parser.add_argument("--share", action="store_true", help="also make a public link that lasts a week; who opens it is a visitor")
    parser.add_argument("--auth", type=credentials, metavar="USER:PASSWORD", help="ask for this name and password first")
    parser.add_argument("--auth-file", type=Path, metavar="FILE",
                        help="ask for a name and password of this file, whose lines python app.py password USER writes")
    parser.add_argument("--trained", type=Path, action="append", metavar="DIR",
                        help="folder of trained runs (trained); may be given again: the first is written to, the others are only read")
    parser.add_argument("--model", metavar="FILE.py:CLASS", help="show a model of your own: a class (or function) of a Python file, whose "
                        "code is run; what it has to offer stands in training/outside/adapter.py")
    parser.add_argument("--model-data", metavar="DATA", help="held-out images of --model: a data set's name (mnist), or images of "
                        "your own: a folder, an archive or a table, as training takes them")
    parser.add_argument("--model-size", type=int, metavar="N", help="with images of your own: side of the images in pixels")
    parser.add_argument("--device", default="cpu", help="where models run: cpu, cuda, cuda:1, mps (cpu)")
    parser.add_argument("--allow-training", action="store_true", help="let everyone who reaches the page train, stop and delete runs")
    parser.add_argument("--mcp", action="store_true", default=environ.get("GRADIO_MCP_SERVER", "").lower() == "true",
                        help="also offer what programs ask by name as tools of an MCP server (Model Context Protocol)")
    parser.add_argument("--browser", action="store_true", help="open the page in the browser")
    args = parser.parse_args(argv)
    args.trained = args.trained or [HERE / "trained"]
    if args.model_data and not args.model:
        parser.error("--model-data goes with --model.")
    if args.auth and args.auth_file:
        parser.error("--auth and --auth-file do not go together; a line of the file can hold that user too.")
    return args


def hosts_of(args: argparse.Namespace, environ: Mapping[str, str]) -> Hosts:
    """The names that the page answers to. Raises ValueError for one that is no name."""
    from explorer.server.origin import Hosts

    whole = urlsplit(args.root_path).netloc
    hosted = [name for name in environ.get("SPACE_HOST", "").split(",") if name.strip()]
    return Hosts(args.host, [*args.allowed_host, *([whole] if whole else []), *hosted])


def missing(folders: Sequence[Path]) -> str:
    """A sentence where one of the folders of runs is not there: a mistyped one is not an empty one; else ""."""
    return next((f"There is no folder {f}; --trained says where runs are kept." for f in folders if not f.is_dir()), "")


def login_of(args: argparse.Namespace) -> Any:
    """What Gradio asks for a login: a pair, a function, or None. Raises ValueError for a file that cannot be used; warns of one that others
    can read."""
    from explorer.server import passwords

    if args.auth_file is None:
        return args.auth
    found = passwords.read(args.auth_file)
    if warning := passwords.open_to_others(args.auth_file):
        print(warning, file=sys.stderr, flush=True)
    return found.check


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


def where(local: str, public: str | None, args: argparse.Namespace) -> str:
    """What is said once the page is served: its addresses."""
    from explorer.server.access import others_find
    from explorer.server.mcp_tools import PATH

    address = local.replace("[::]", "[::1]")
    only = ", over IPv6 only (--host 0.0.0.0 answers over IPv4)" if args.host.strip("[]") == "::" else ""
    said = f"Latent Explorer is at {address}{only}" + (f" and, for a week, at {public}" if public else "")
    if found := others_find(args.host):
        said += f"\nOthers on your network find it at http://{found}:{args.port}/"
    return said + (f"\nIts tools, for programs that speak MCP, are at {address.rstrip('/')}{PATH}" if args.mcp else "")


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted, ``export`` a site, ``take`` of a run, or write a ``password`` down; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] in (["export"], ["take"]):
        from explorer.__main__ import main as work

        return work(argv, "python app.py", HERE / "trained")
    if argv[:1] == ["password"]:
        from explorer.server import passwords

        return passwords.main(argv[1:])
    try:
        check_environment(os.environ)
    except ValueError as e:
        print(e, file=sys.stderr)
        return 2
    args = arguments(argv)
    if sentence := missing(args.trained):
        print(sentence, file=sys.stderr)
        return 1
    if not port_is_free(args.host, args.port):
        print(f"Port {args.port} on {args.host} is in use or not allowed; choose another with --port.", file=sys.stderr)
        return 1
    proxies = [*args.behind_proxy, *(PRIVATE if "SPACE_ID" in os.environ else ())]
    if proxies:                                 # read by uvicorn
        os.environ["FORWARDED_ALLOW_IPS"] = ",".join(("127.0.0.1", "::1", *proxies))
    return serve(args)


def open_session(args: argparse.Namespace) -> Session:
    """The runs of the folders, and the model that was named, as a run of a folder that is there while the program runs. Raises ValueError,
    RuntimeError; what the named file's code itself raises comes through."""
    from explorer.runs.session import Session

    if not args.model:
        return Session(args.trained, device=args.device)
    from explorer.named_model import open_named

    return open_named(args.model, args.model_data, args.model_size, args.trained, args.device, say)


def say(sentence: str) -> None:
    """A sentence for who started the page."""
    print(sentence, flush=True)


def serve(args: argparse.Namespace) -> int:
    """The page, until it is interrupted or ended by SIGTERM; returns the exit status."""
    from gradio.http_server import Server

    from explorer import page
    from explorer.server import mcp_tools, proxies
    from explorer.server.access import Access
    from explorer.server.gradio_internals import keep_going, look_every, start_patiently
    from training import memory
    from training.signals import Signals

    if args.mcp and not mcp_tools.is_there():
        print(mcp_tools.MISSING, file=sys.stderr)
        return 2
    memory.keep(IDLE)
    sys.setswitchinterval(SWITCH)
    access = Access.for_launch(args.host, args.share or "SPACE_ID" in os.environ, args.allow_training)
    try:
        hosts, login = hosts_of(args, os.environ), login_of(args)
        session = open_session(args)
    except (RuntimeError, ValueError) as e:
        print(e, file=sys.stderr)
        return 1
    demo = page.build(session, access)
    demo.queue(default_concurrency_limit=4, max_size=64)
    look_every(demo, QUEUE_LOOKS)
    keep_going(demo)
    start_patiently(Server)
    proxies.leave_out(os.environ, args.host)
    try:
        _, local, public = demo.launch(
            server_name=f"[{args.host.strip('[]')}]" if ":" in args.host else args.host, server_port=args.port, share=args.share,
            auth=login, inbrowser=args.browser, root_path=args.root_path, prevent_thread_lock=True,
            app_kwargs=page.app_arguments(session, access, hosts, args.allow_frames, args.mcp), **page.launch_arguments(demo))
    except OSError as e:
        print(f"The page cannot be served on {args.host}:{args.port}: {e}", file=sys.stderr)
        return 1
    if public:
        hosts.allow(urlsplit(public).netloc)
    elif args.share:
        access.not_shared()
    tell(args, local, public)
    for sentence in session.folders.read().hidden.values():
        print(sentence, flush=True)
    if not access.training:
        print("Others can reach this page, so they explore but do not train; --allow-training changes that.", flush=True)

    def first_visit() -> None:
        page.prefetch(session)
        memory.settle()                         # live images never wait for a look through what is always there
    threading.Thread(target=first_visit, daemon=True).start()
    with Signals(), contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
    demo.close(verbose=False)
    return 0


def tell(args: argparse.Namespace, local: str, public: str | None) -> None:
    """Say where the page is, and that a public link could not be made."""
    print(where(local, public, args), flush=True)
    if args.share and not public:
        print("The public link could not be made (it takes a network connection to Gradio's service); the page is served here only.",
              file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
