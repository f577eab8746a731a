"""What the merged OpenAPI says of an operation, as Spanish Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]

TYPES = {
    "string": "texto",
    "integer": "entero",
    "number": "número",
    "boolean": "`true` o `false`",
    "object": "objeto",
}
PLURALS = {"string": "textos", "integer": "enteros", "number": "números"}
PLACES = {"path": "ruta", "query": "consulta", "header": "cabecera"}
ENDLESS = 2**31
"""Limits from here on are those of the machine, and tell a reader nothing."""


def parameter_table(operation: Node) -> str:
    """The parameters of an operation; empty where it has none."""
    rows = [
        _row(one["name"], PLACES[one["in"]], one.get("required", False), one["schema"], one)
        for one in operation.get("parameters", [])
    ]
    return _table(("parámetro", "dónde", "tipo", "por defecto", "qué es"), rows)


def body_table(operation: Node, document: Node) -> str:
    """The fields of an operation's JSON body, and a table for each object in it."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return ""
    schema = content["application/json"]["schema"]
    return "\n\n".join(_tables(schema, document, "campo del cuerpo"))


def own_errors(operation: Node) -> str:
    """The statuses of errors that the operation itself describes, in one sentence."""
    own = [
        status
        for status, answer in operation.get("responses", {}).items()
        if status >= "400" and "$ref" not in answer
    ]
    common = "[los de cualquier endpoint](index.md#cuando-algo-no-sale)"
    if not own:
        return f"Errores: {common}."
    return (
        f"Errores: {' y '.join(filter(None, (', '.join(own[:-1]), own[-1])))}, además de {common}."
    )


def _tables(schema: Node, document: Node, title: str) -> Iterator[str]:
    schema = _resolved(schema, document)
    fields = {
        name: _resolved(_without_null(field), document)
        for name, field in schema.get("properties", {}).items()
    }
    rows = []
    for name, field in fields.items():
        required = name in schema.get("required", ())
        row = _row(name, "", required, field, schema["properties"][name])
        rows.append((row[0], *row[2:]))
    yield _table((title, "tipo", "por defecto", "qué es"), rows)
    for name, field in fields.items():
        if "properties" in field:
            yield from _tables(field, document, f"campo de `{name}`")


def _resolved(schema: Node, document: Node) -> Node:
    for one in schema.get("allOf", ()):
        return _resolved(one, document)
    if "$ref" not in schema:
        return schema
    found: Node = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _without_null(schema: Node) -> Node:
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return kinds[0] if kinds else schema


def _row(name: str, place: str, required: bool, schema: Node, told: Node) -> tuple[str, ...]:
    default = "obligatorio" if required else _default(told.get("schema", told))
    return f"`{name}`", place, _type(schema), default, _cell(told.get("description", ""))


def _default(schema: Node) -> str:
    default = schema.get("default")
    return "" if default in (None, [], {}) or isinstance(default, dict) else f"`{_json(default)}`"


def _json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(schema: Node) -> str:
    schema = _without_null(schema)
    if "enum" in schema:
        return " o ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        plural = PLURALS.get(schema["items"].get("type"), "objetos")
        return f"lista de {plural}" + _span(schema, "minItems", "maxItems")
    spoken = TYPES.get(schema.get("type", "object"), "objeto")
    return spoken + (_span(schema, "minimum", "maximum") or _span(schema, "minLength", "maxLength"))


def _span(schema: Node, least: str, most: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if high is not None and high < ENDLESS:
        unit = " caracteres" if most == "maxLength" else ""
        if low is None or (most != "maximum" and low <= 1):
            return f", hasta {high:g}{unit}"
        return f", de {low:g} a {high:g}{unit}"
    return f", desde {low:g}" if low and least == "minimum" else ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table of the columns that say something."""
    said = [i for i in range(len(head)) if any(row[i] for row in rows)]
    lines = [head, tuple("---" for _ in head), *rows] if said else []
    return "\n".join("| " + " | ".join(line[i] for i in said) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
