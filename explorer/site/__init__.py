"""A page without a server: the explorer as a folder of files, or as one file, whose networks run in the visitor's browser.

``document`` is its HTML, ``browser/`` what answers there in the server's place; the views' own modules are the page's.
"""

from __future__ import annotations

VIEWS = ("map", "codes", "arithmetic", "walk", "styles", "pyramid", "reconstruct")      # the others train, search or measure at length
