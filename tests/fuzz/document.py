"""An OpenAPI document of every route that the page answers: its own by their request classes and answers (tests/explorer/answers.py),
those of Gradio that it leaves open (server/request_bodies.py, LIMITS) by what Gradio wants of them. ``python -m tests.fuzz`` writes it.

Latent codes have the format "codes": texts that stand for one (codes.py), since how long one is depends on the run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from explorer.server.gradio_internals import API
from explorer.server.http import PREFIX
from explorer.views import operations
from tests.explorer import answers

Schema = dict[str, Any]
ASKED = {"map/{run}": {"projection": {"enum": ["umap", "pca", "code", "pca3"]}}, "colours/{dataset}": {"by": {"enum": ["class", "side"]}},
         "live/{name}/frames": {"after": {"type": "integer", "minimum": -1, "maximum": 10}}}       # what stands after the "?"


def coded(schema: Any) -> Any:
    """The same, a latent code known by its format."""
    if isinstance(schema, dict):
        if schema.get("contentEncoding") == "base64":
            return {"type": "string", "format": "codes"}
        return {k: coded(v) for k, v in schema.items()}
    return [coded(v) for v in schema] if isinstance(schema, list) else schema


def listed(schema: Any) -> Any:
    """The same, a code that is a list of numbers known by its format: which codes.py makes one of."""
    if isinstance(schema, dict):
        if schema.get("type") == "array" and schema.get("items", {}).get("type") == "number":
            return {"type": "string", "format": "codes"}
        return {k: listed(v) for k, v in schema.items() if k not in ("default", "title")}
    return [listed(v) for v in schema] if isinstance(schema, list) else schema


class Document:
    """``runs``, ``datasets``: names of what is there, beside which others are asked for. ``component``: the id of the Train form's."""

    def __init__(self, runs: Sequence[str], datasets: Sequence[str], component: int = 0) -> None:
        names = {"type": "string", "maxLength": 80}
        self.part: dict[str, Schema] = {
            "run": {"anyOf": [{"enum": list(runs)}, names]}, "dataset": {"anyOf": [{"enum": list(datasets)}, names]},
            "k": {"type": "integer", "minimum": -1, "maximum": 99}, "name": names, "key": names}
        self.runs, self.component, self.defs = list(runs), component, dict[str, Schema]()

    def whole(self) -> Schema:
        """The document."""
        paths: dict[str, Schema] = {}
        for path in (*answers.GETS, *sorted(set(answers.BYTES) - {"render", "film", "seeds"})):
            plain, _, query = path.partition("?")
            self._add(paths, f"{PREFIX}/{plain}", "get", query=[q.partition("=")[0] for q in query.split("&") if q])
        for route in ("render", "code", "microscope", "film"):
            kinds = [self._schema(kind) for kind in operations.operations(route)]
            self._add(paths, f"{PREFIX}/{route}", "post", body={"oneOf": kinds})
        for path, (asked, _) in answers.POSTS.items():
            self._add(paths, f"{PREFIX}/{path}", "post", body=None if path.endswith("/stop") else self._schema(asked))
        for path, asked in answers.FILES.items():
            self._add(paths, f"{PREFIX}/{path}", "post", body=self._schema(asked))
        self._gradio(paths)
        return {"openapi": "3.1.0", "info": {"title": "Latent Explorer", "version": "1"}, "paths": paths,
                "components": {"schemas": self.defs}}

    def _schema(self, kind: Any) -> Schema:
        """A request class as JSON schema, its ``run`` one of those that are there, or another."""
        schema: Schema = coded(TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}"))
        self.defs.update(schema.pop("$defs", {}))
        if "run" in schema.get("properties", {}):
            schema["properties"]["run"] = self.part["run"]
        return schema

    def _add(self, paths: dict[str, Schema], path: str, method: str, body: Schema | None = None, query: Sequence[str] = ()) -> None:
        below = path.removeprefix(f"{PREFIX}/")
        plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
        told = [{"name": n, "in": "path", "required": True, "schema": self.part.get(n, {"type": "string"})}
                for n in re.findall(r"\{(\w+)\}", plain)]
        told += [{"name": n, "in": "query", "schema": {"type": "string", "maxLength": 200}} for n in query]
        told += [{"name": n, "in": "query", "schema": schema} for n, schema in ASKED.get(below, {}).items()]
        operation: Schema = {"parameters": told, "responses": {"default": {"description": "an answer, or a sentence"}}}
        if body is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        paths.setdefault(plain, {})[method] = operation

    def _gradio(self, paths: dict[str, Schema]) -> None:
        """The routes of Gradio's that are open."""
        anything: Schema = {}
        closed: Schema = {"additionalProperties": False}
        session = {"type": "string", "minLength": 1, "maxLength": 20}
        data = {"type": "array", "maxItems": 4, "items": anything}
        for name, kind in answers.NAMED.items():
            values = listed(TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}"))
            self.defs.update(values.pop("$defs", {}))
            parts = [{"enum": self.runs} if field == "run" else schema for field, schema in values.get("properties", {}).items()]
            known = {"type": "array", "minItems": len(parts), "maxItems": len(parts)} | ({"prefixItems": parts} if parts else {})
            body = {"type": "object", "properties": {"data": known, "session_hash": session}, "required": ["data"], **closed}
            for way in ("run", "call"):
                self._add(paths, f"{API}/{way}/{name}", "post", body=body)
        self._add(paths, f"{API}/queue/join", "post", body={
            "type": "object", "properties": {"data": data, "fn_index": {"type": "integer", "minimum": -1, "maximum": 20},
                                             "session_hash": session}, "required": ["data", "fn_index", "session_hash"], **closed})
        jobs = answers.called()
        self._add(paths, f"{API}/component_server", "post", body={
            "type": "object", "properties": {
                "session_hash": session, "component_id": {"anyOf": [{"const": self.component}, {"type": "integer"}]},
                "fn_name": {"anyOf": [{"enum": list(jobs)}, session]},
                "data": {"anyOf": [*(self._schema(asked) for asked, _ in jobs.values()), anything]}},
            "required": ["session_hash", "component_id", "fn_name", "data"], **closed})
        for path in ("cancel", "reset"):
            self._add(paths, f"{API}/{path}", "post", body={"type": "object", "properties": {
                "session_hash": session, "fn_index": {"type": "integer"}, "event_id": session}})
        for path in ("/", "/config", f"{API}/info", f"{API}/app_id", f"{API}/login_check", "/theme.css", "/manifest.json"):
            self._add(paths, path, "get")
        for path in (f"{API}/file={{name}}", f"{API}/js/{{name}}", "/static/{name}", "/assets/{name}", f"{PREFIX}/js/{{key}}/{{name}}.js",
                     f"{PREFIX}/plotly/{{key}}.js", "/{name}"):
            self._add(paths, path, "get")


__all__ = ["Document"]
