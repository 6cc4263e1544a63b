"""The static site: a folder, or one file, that shows runs without a server. ``python app.py export`` writes it.

What the server would answer is written beforehand where there is little of it (answers.py, by the server's own functions); the rest is worked
out in the visitor's browser, by the runs' networks (networks.py) and by the page's scripts.
"""
