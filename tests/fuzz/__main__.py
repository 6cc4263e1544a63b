"""``python -m tests.fuzz > openapi.json``: the document that the fuzzing is driven by."""

import json

from .document import Document

print(json.dumps(Document(["vae-mnist"], ["mnist"]).whole(), indent=1))
