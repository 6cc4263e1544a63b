"""What of a run goes into other tools: ``python -m explorer take RUN --as KIND --out DIR``. Each kind writes a folder that needs nothing of
this program to be read."""

__all__: list[str] = []
