"""Models that were trained elsewhere: what is taken in, as what, and what each can show.

Every view works by a ``LatentSpec`` alone, so to take a model in is to make a ``LatentModel`` of it and a run's folder around that.
There are three ways, by what there is:

- **A class in a Python file** (``python app.py --model my_model.py:Model``; adapter.py, python_file.py). Its code runs because the owner
  named the file on the command line; nothing else, no run's folder and no request, can name one. What it has is looked at (``decode`` is
  enough; ``encode``, ``posterior``, ``map``, ``z_dim``, ``shape``, ``values``, ``prior``, ``classes``) and what it does not say is
  measured and told. Its run lies in a temporary folder while the page is open: the card says ``python``, and where weights would
  be is a fingerprint of what it answers, so that what was measured of it counts again for the same model and for no other.
- **Weights of a family of ours under other names** (``python -m training import weights.safetensors``; matching.py). They become an
  ordinary run of that family. Names are matched by rule, or told; what stays unclear is a sentence that names tensors and shapes.
- **ONNX graphs** (``import --decoder …``; graph.py, onnx_trial.py, onnx_model.py). They become a run of the kind ``onnx``:
  the graphs are kept as bytes among the run's weights, so that the card's hash, the atomic save and every check of a run's folder hold for
  them too. A graph is a stranger's program: before it runs in this process it is read (standard operators alone, no loops, no files
  beside it, no size that depends on computed numbers) and tried in a process of its own under limits of time and memory, with the very
  sizes of batches with which it is called later.

A repository on the Hugging Face Hub (hub.py) is one of the last two: ``config.json``, ``*.safetensors`` and ``*.onnx`` are fetched, nothing
else. A pickle is refused (pickles.py), with the command that converts it where it is trusted.

Neither kind is a family that can be trained: ``families.get`` knows them for the sake of their cards, ``families.names`` does not.
Held-out images come from a known data set or from a person's own (``training.data.load``); without any there is no Map of images, nothing
to reconstruct and no direction by an attribute, and it is said so.
"""

from __future__ import annotations

from ..model import DataSpec, SettingError


class ImportFailed(SettingError):
    """A model cannot be taken in; the message says why in one sentence, for the person who brought it."""


NOWHERE = DataSpec("elsewhere", "Images that are not here", (1, 1, 1))     # what a card says where a model came without images

__all__ = ["NOWHERE", "ImportFailed"]
