"""Training small generative models. Nothing in this package knows of the page."""
