"""Maths in a model's space of codes: of codes alone, and of a run's (``runs.run.Run``), which a function takes as its first argument."""
