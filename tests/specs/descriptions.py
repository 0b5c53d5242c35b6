"""The vendors' published descriptions of their interfaces, where they lie beside the repository, and a check by them.

Stricter than the descriptions: a field or parameter they do not name is a problem too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from tests.servers.sink import Request

FOLDER = Path(__file__).parents[3] / "shared" / "specs"
Json = Any
Schema = Mapping[str, Json]


@cache
def _read(name: str) -> Mapping[str, Json]:
    written = (FOLDER / name).read_bytes()
    if name.endswith(".yaml"):
        return msgspec.yaml.decode(written, type=dict[str, Json])
    return msgspec.json.decode(written, type=dict[str, Json])


def description(name: str) -> Mapping[str, Json]:
    """Return a description, or skip where it is not there."""
    if not (FOLDER / name).exists():
        pytest.skip(f"../shared/specs/{name} is not here")
    if name.endswith(".yaml"):
        pytest.importorskip("yaml", reason="PyYAML, which reads ../shared/specs/*.yaml, is not here")
    return _read(name)


class OpenApi:
    """An OpenAPI 3 or Swagger 2 description."""

    def __init__(self, name: str, *, prefix: str) -> None:
        """Read it; ``prefix`` is the path of its server, before its own paths."""
        self._whole = description(name)
        self._prefix = prefix

    def problems(self, request: Request) -> list[str]:
        """Return what a request has that it must not, or lacks."""
        path, _, query = request.path.partition("?")
        for template, methods in self._whole["paths"].items():
            pattern = re.sub(r"\\\{.+?\\\}", "([^/]+)", re.escape(self._prefix + template))
            if (matched := re.fullmatch(pattern, path)) and request.method.lower() in methods:
                names = re.findall(r"\{(.+?)\}", template)
                known = self._parameters(methods, methods[request.method.lower()])
                return [
                    *self._placed("path", dict(zip(names, matched.groups(), strict=True)), known),
                    *self._placed("query", dict(parse_qsl(query)), known),
                    *self._headers(request, known),
                    *self._body(request, methods[request.method.lower()], known),
                ]
        return [f"nothing is described at {request.method} {path}"]

    def _parameters(self, methods: Schema, operation: Schema) -> list[Schema]:
        return [self._found(one) for one in [*methods.get("parameters", []), *operation.get("parameters", [])]]

    def _placed(self, place: str, given: Mapping[str, str], known: list[Schema]) -> Iterator[str]:
        here = {one["name"]: one for one in known if one["in"] == place}
        for name, value in given.items():
            if name not in here:
                yield f"{place}: {name} is not described"
            else:
                yield from self._wrong(_from_text(value, self._schema(here[name])), self._schema(here[name]), name)
        for name, one in here.items():
            # A token that is described as a parameter may always stand in the Authorization header instead.
            if one.get("required") and name not in given and name != "token":
                yield f"{place}: {name} is missing"

    def _headers(self, request: Request, known: list[Schema]) -> Iterator[str]:
        for one in known:
            if one["in"] == "header" and one.get("required") and one["name"] not in {"token", "Content-Type"}:
                if one["name"].lower() not in request.headers:
                    yield f"header: {one['name']} is missing"
                else:
                    yield from self._wrong(request.headers[one["name"].lower()], self._schema(one), one["name"])

    def _body(self, request: Request, operation: Schema, known: list[Schema]) -> Iterator[str]:
        if not request.body:
            return
        kind = request.headers["content-type"].partition(";")[0]
        whole = next((one["schema"] for one in known if one["in"] == "body"), None)
        if whole is not None:
            yield from [] if kind in operation["consumes"] else [f"body: {kind} is not described"]
            yield from self._wrong(json.loads(request.body), whole, "")
        elif "requestBody" in operation:
            contents = self._found(operation["requestBody"])["content"]
            if kind not in contents:
                yield f"body: {kind} is not described"
                return
            yield from self._wrong(self._decoded(request, kind, contents[kind]["schema"]), contents[kind]["schema"], "")
        else:
            fields = {one["name"]: one for one in known if one["in"] == "formData"}
            schema = {
                "type": "object",
                "properties": fields,
                "required": [name for name, one in fields.items() if one.get("required")],
            }
            if kind not in operation["consumes"]:
                yield f"body: {kind} is not described"
            yield from self._wrong(self._decoded(request, kind, schema), schema, "")

    def _decoded(self, request: Request, kind: str, schema: Schema) -> Json:
        if kind == "application/json":
            return json.loads(request.body)
        fields = self._found(schema)["properties"]
        given = dict(parse_qsl(request.body.decode()))
        return {name: _from_text(value, self._found(fields.get(name, {}))) for name, value in given.items()}

    def _schema(self, parameter: Schema) -> Schema:
        return self._found(parameter.get("schema", parameter))

    def _found(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            found: Json = self._whole
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[int(step) if isinstance(found, list) else step.replace("~1", "/")]
            schema = found
        return schema

    def _wrong(self, value: Json, schema: Schema, where: str) -> Iterator[str]:
        schema = self._found(schema)
        for choice in ("oneOf", "anyOf"):
            if choice in schema and all(list(self._wrong(value, one, where)) for one in schema[choice]):
                yield f"{where}: {value!r} is none of the choices"
        yield from (problem for one in schema.get("allOf", []) for problem in self._wrong(value, one, where))
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is none of {schema['enum']}"
        if "type" in schema and not _is_of_any(value, schema["type"]):
            yield f"{where}: {value!r} is no {schema['type']}"
        yield from _beyond_limits(value, schema, where)
        if isinstance(value, dict) and "properties" in schema:
            yield from self._wrong_fields(value, schema, where)
        if isinstance(value, list) and "items" in schema:
            yield from (problem for one in value for problem in self._wrong(one, schema["items"], f"{where}[]"))

    def _wrong_fields(self, value: Mapping[str, Json], schema: Schema, where: str) -> Iterator[str]:
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from self._wrong(inner, schema["properties"][name], f"{where}.{name}")
            else:
                yield f"{where}.{name} is not described"


def _from_text(value: str, schema: Schema) -> Json:
    match schema.get("type"):
        case "integer" if re.fullmatch("-?[0-9]+", value):
            return int(value)
        case "boolean" if value in {"true", "false"}:
            return value == "true"
    return value


def _is_of_any(value: Json, kinds: str | Sequence[str]) -> bool:
    return any(_is_of(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _is_of(value: Json, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
    return value is None if kind == "null" else isinstance(value, dict)


def _beyond_limits(value: Json, schema: Schema, where: str) -> Iterator[str]:
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{where}: {len(value)} characters"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{where}: {value!r} is not like {schema['pattern']}"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: {value} is out of range"


class Telegram:
    """The description of the Bot API, which has a format of its own."""

    def __init__(self) -> None:
        self._whole = description("telegram-bot-api.json")

    def problems(self, request: Request) -> list[str]:
        """Return what a request has that it must not, or lacks."""
        path, _, query = request.path.partition("?")
        method = self._whole["methods"].get(path.rpartition("/")[2])
        if method is None:
            return [f"no method is described at {path}"]
        if request.method == "POST":
            return list(self._wrong(json.loads(request.body), method, method["name"]))
        given = {name: _unquoted(value) for name, value in parse_qsl(query)}
        return list(self._wrong(given, method, method["name"]))

    def _wrong(self, given: Mapping[str, Json], thing: Schema, where: str) -> Iterator[str]:
        fields = {one["name"]: one for one in thing.get("fields", [])}
        for name in given.keys() - fields.keys():
            yield f"{where}.{name} is not described"
        for name, one in fields.items():
            if name in given:
                if all(list(self._wrong_value(given[name], kind, f"{where}.{name}")) for kind in one["types"]):
                    yield f"{where}.{name}: {given[name]!r} is none of {one['types']}"
            elif one["required"]:
                yield f"{where}.{name} is missing"

    def _wrong_value(self, value: Json, kind: str, where: str) -> Iterator[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                yield f"{where} is no list"
                return
            for one in value:
                yield from self._wrong_value(one, kind.removeprefix("Array of "), where)
        elif kind in self._whole["types"]:
            yield from self._wrong(value, self._whole["types"][kind], where) if isinstance(value, dict) else (where,)
        elif not _is_of(value, kind.lower()):
            yield f"{where} is no {kind}"


def _unquoted(value: str) -> Json:
    """Return a parameter of an address, in which Telegram takes JSON for everything but texts."""
    try:
        return json.loads(value)
    except ValueError:
        return value
