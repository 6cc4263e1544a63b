"""The named questions (server/named_questions.py) as Gradio endpoints: what ``gradio_client``, OpenAPI and plain HTTP ask.

Gradio reads an endpoint's values, types and description off a function; each is made of its question's class, so that nothing is said
twice. The types are real objects, as gr.api loses a return type that is text, which every annotation is below
``from __future__ import annotations`` (findings/gradio-api-return-type-lost.sh).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import gradio as gr

from . import Refused
from .server.api import Question
from .server.named_questions import QUESTIONS, Answering
from .server.scope import address


def expose(answering: Answering) -> None:
    """All of them, within the gr.Blocks that is being built."""
    for kind in QUESTIONS:
        gr.api(function_of(kind, answering), api_name=kind.title, api_description=described(kind), concurrency_limit=4)


def function_of(kind: type[Question], answering: Answering) -> Callable[..., Awaitable[Any]]:
    """The function that answers a question, with its signature as Gradio reads it."""
    signature = signature_of(kind)

    async def function(*given: Any, **named: Any) -> Any:
        values = dict(signature.bind(*given, **named).arguments)
        request = values.pop("request")
        try:
            return await answering.answer(kind, values, address(request.request.scope if request.request is not None else {}))
        except Refused as e:
            raise gr.Error(str(e), print_exception=False) from e
    function.__name__ = function.__qualname__ = kind.title
    function.__doc__ = kind.told()
    function.__signature__ = signature          # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()} | {"return": signature.return_annotation}
    return function


def signature_of(kind: type[Question]) -> inspect.Signature:
    """``request`` and the question's fields, by their plain types, to the type of its answer."""
    types, parameter = get_type_hints(kind), inspect.Parameter
    fields = [parameter(name, parameter.POSITIONAL_OR_KEYWORD, annotation=types[name],
                        default=parameter.empty if field.is_required() else field.default) for name, field in kind.model_fields.items()]
    request = parameter("request", parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    return inspect.Signature([request, *fields], return_annotation=get_type_hints(kind.answer)["return"])


def described(kind: type[Question]) -> str:
    """What it answers, and what each of its values is."""
    values = [f"{name}: {field.description}" for name, field in kind.model_fields.items()]
    return " ".join([*kind.told().split("\n\n"), *([f"Values – {'; '.join(values)}."] if values else [])])


__all__ = ["expose", "function_of"]
