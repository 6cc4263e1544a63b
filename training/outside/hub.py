"""A repository on the Hugging Face Hub: ``hf://owner/name[@revision]``. Its ``config.json``, ``*.safetensors`` and ``*.onnx`` are fetched,
of one commit, as one folder. Nothing else is: no code, and no pickle."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..card import readable
from . import ImportFailed
from .graph import MOST_BYTES
from .pickles import SUFFIXES

ADDRESS = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]{1,100}))?/?")
WANTED = (".safetensors", ".onnx", ".onnx.data", ".onnx_data")
MOST_FILES = 20
CONFIG = "config.json"


def is_address(text: str) -> bool:
    """Whether it is meant as one."""
    return text.startswith("hf://")


def fetch(address: str, folder: Path, say: Callable[[str], None] = lambda s: None, endpoint: str | None = None) -> str:
    """Bring the files of a repository into ``folder``; returns ``owner/name@commit``. ``endpoint``: another Hub than the library's own
    (HF_ENDPOINT). Raises ImportFailed in one sentence."""
    from huggingface_hub import HfApi, errors, hf_hub_download

    found = ADDRESS.fullmatch(address)
    if found is None:
        raise ImportFailed(f"{readable(address)} is no address of a repository: hf://owner/name, or hf://owner/name@revision.")
    repository, revision = found[1], found[2]
    try:
        api = HfApi(endpoint=endpoint)
        info = api.model_info(repository, revision=revision, files_metadata=True, timeout=20)
        files = {s.rfilename: s.size or 0 for s in info.siblings or ()}
        names = _wanted(repository, files)
        say(f"{repository}: {len(names)} files, {sum(files[n] for n in names) / 2**20:.1f} MB")
        for name in names:
            hf_hub_download(repository, name, revision=info.sha, local_dir=folder, endpoint=api.endpoint)
    except errors.GatedRepoError as e:
        raise ImportFailed(f"{repository} is gated: ask for access on its page, and log in with `hf auth login`.") from e
    except errors.RepositoryNotFoundError as e:
        raise ImportFailed(f"there is no repository {repository} on the Hub, or it is private (`hf auth login`).") from e
    except errors.RevisionNotFoundError as e:
        raise ImportFailed(f"{repository} has no revision {revision!r}.") from e
    except errors.OfflineModeIsEnabled as e:
        raise ImportFailed(f"{repository} is not fetched: HF_HUB_OFFLINE is set.") from e
    except errors.HFValidationError as e:
        raise ImportFailed(f"{readable(repository)} is no name of a repository.") from e
    except (errors.HTTPError, errors.LocalEntryNotFoundError) as e:
        raise ImportFailed(f"{repository} cannot be fetched ({str(e).strip().partition(chr(10))[0][:200] or type(e).__name__}); is there a "
                           "connection? A folder with its files does as well.") from e
    for name in names:
        if (folder / name).stat().st_size != files[name]:
            raise ImportFailed(f"{repository}: {readable(name)} was not fetched whole; try again.")
    return f"{repository}@{(info.sha or 'main')[:12]}"


def _wanted(repository: str, files: dict[str, int]) -> list[str]:
    """The files to fetch: those of the top folder alone. Raises ImportFailed where there are none, or too large ones."""
    names = [n for n in files if "/" not in n and "\\" not in n and (n == CONFIG or n.endswith(WANTED))]
    if not any(n.endswith((".safetensors", ".onnx")) for n in names):
        pickles = [n for n in files if n.lower().endswith(SUFFIXES)]
        deeper = [n for n in files if n.endswith(WANTED) and n not in names]
        why = f"; {readable(pickles[0])} may hold code (a pickle) and is not fetched" if pickles else \
            f"; those within folders, such as {readable(deeper[0])}, are not taken" if deeper else ""
        raise ImportFailed(f"{repository} has no .safetensors and no .onnx file in its top folder{why}.")
    if len(names) > MOST_FILES or sum(files[n] for n in names) > 2 * MOST_BYTES:
        size = sum(files[n] for n in names) / 2**20
        raise ImportFailed(f"{repository} has {len(names)} such files of {size:,.0f} MB; at most {MOST_FILES} of "
                           f"{2 * MOST_BYTES // 2**20} MB are fetched.")
    return sorted(names)


__all__ = ["fetch", "is_address"]
