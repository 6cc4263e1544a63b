"""What its owner calls a run, and says of it: asked for by the page, kept beside the run (training/run_label.py)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from training import run_label

from .. import Refused
from ..runs import ownership
from ..runs.session import Session
from ..views.endpoints import Nothing
from .access import Access


class Named(BaseModel):
    """What an own run is to be called, and what is to be said of it: empty: nothing but what its card says."""

    model_config = ConfigDict(extra="forbid", strict=True)

    run: Annotated[str, Field(max_length=64)]
    title: Annotated[str, Field(max_length=run_label.LONGEST["title"])]
    description: Annotated[str, Field(max_length=run_label.LONGEST["description"])]


NAMED: TypeAdapter[Named] = TypeAdapter(Named)


def name_run(session: Session, access: Access, asked: Named) -> Nothing:
    """Keep an own run's title and description with it. Raises VisitorError, NotThere, or Refused for one that came with the program."""
    access.require_training()
    folder = session.kept(asked.run)
    if not ownership.is_own(session.place(asked.run)):
        raise Refused(f"{asked.run} came with the program and keeps its name.")
    try:
        if folder != session.place(asked.run):
            folder.mkdir(parents=True, exist_ok=True)
        run_label.write(folder, run_label.Label(asked.title, asked.description))
    except OSError as e:
        raise Refused(f"The folder of runs cannot be written ({e.strerror or e}).") from e
    return Nothing()
