#!/usr/bin/env bash
# tensorboard 2.21.0, the projector: a binary tensor is read only if it is no text.
#
# Expected: projector_config.pbtxt names a binary file of float32 by tensor_path and tensor_shape, and that is how it is read.
# Seen: every file is first opened as UTF-8 with tabs between numbers, and as float32 once decoding fails. Numbers whose bytes are all below
# 0x80, such as 0, 0.5, 2 or 32, are text: then every route of the plugin raises ValueError (could not convert string to float), for a sound
# embedding beside it, too. One number with a byte that is no UTF-8, such as 1, and the file is read.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check tensorboard==2.21.0 numpy==2.4.6 setuptools==80.9.0
"$folder/v/bin/python" - "$folder/logs" <<'P'
import sys
from pathlib import Path

import numpy as np
import tensorboard
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
from werkzeug.test import Client

logs = Path(sys.argv[1])
print("tensorboard", tensorboard.__version__)
assert tensorboard.__version__ == "2.21.0"


def answer(rows: list[list[float]], asked: str = "codes") -> np.ndarray:
    """What the plugin's own route gives of a binary tensor "codes" that holds these numbers, or of a sound one beside it, "other"."""
    logs.mkdir(exist_ok=True)
    config = ""
    for name, numbers in (("codes", rows), ("other", [[1, 3], [5, 7]])):
        (logs / f"{name}.bytes").write_bytes(np.array(numbers, "<f4").tobytes())
        config += f'embeddings {{ tensor_name: "{name}" tensor_path: "{name}.bytes" tensor_shape: 2 tensor_shape: 2 }}\n'
    (logs / "projector_config.pbtxt").write_text(config)
    many = EventMultiplexer()
    plugin = ProjectorPlugin(TBContext(logdir=str(logs), multiplexer=many, data_provider=MultiplexerDataProvider(many, str(logs))))
    told = Client(plugin.get_plugin_apps()["/tensor"]).get("/", query_string={"run": ".", "name": asked})
    return np.frombuffer(told.data, np.float32).reshape(2, 2)


read = answer([[1, -2], [0.3, 4]])
print("1, -2, 0.3, 4 are read as", read.ravel().tolist())
assert np.array_equal(read, np.array([[1, -2], [0.3, 4]], np.float32))
for rows, asked in (([[0, 2], [0.5, 32]], "codes"), ([[0, 0], [0, 0]], "codes"), ([[0, 0], [0, 0]], "other")):
    try:
        answer(rows, asked)
    except ValueError as error:
        print(rows, f"asked for {asked}, raise", type(error).__name__ + ":", str(error)[:60].encode("unicode_escape").decode())
        assert "could not convert string to float" in str(error), error
    else:
        raise SystemExit("they are read now")
P
