"""The schema of the API as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jiheng.web.api.api import api
from jiheng.web.api.scopes import TokenScope

_TYPES = {"integer": "整数", "string": "文字", "number": "数", "boolean": "是否", "array": "列表", "object": "对象"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a request or a field of an answer."""

    name: str
    kind: str
    text: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint: what it is for, what it takes, what it answers."""

    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[Field]
    answer: list[Field]
    paged: bool
    body: list[Field]


def _variants(shape: dict[str, Any]) -> list[dict[str, Any]]:
    """What a value may be, apart from nothing."""
    return [s for s in shape.get("anyOf", shape.get("allOf", [shape])) if s.get("type") != "null"]


def _kind(shape: dict[str, Any]) -> str:
    """The type in a word; a choice, which the schema defines elsewhere, is written as text."""
    return _TYPES.get(_variants(shape)[0].get("type", ""), "文字")


def _default(shape: dict[str, Any]) -> str:
    found = shape.get("default")
    return "" if found is None else str(found)


def _parameter(given: dict[str, Any]) -> Field:
    shape = given["schema"]
    text = given.get("description") or shape.get("description", "")
    return Field(given["name"], _kind(shape), text, _default(shape))


def _shape(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """A shape of the answers, found where it is named."""
    name = shape.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else shape


def _fields(schema: dict[str, Any], shape: dict[str, Any], under: str = "") -> list[Field]:
    """The fields of a shape, after each list those of its items: ``units``, ``units[].code``."""
    found: list[Field] = []
    for name, given in shape.get("properties", {}).items():
        found.append(Field(under + name, _kind(given), given.get("description", "")))
        found += _fields(schema, _shape(schema, given.get("items", {})), f"{under}{name}[].")
    return found


def _body(schema: dict[str, Any], given: dict[str, Any]) -> list[Field]:
    """The fields of what is sent, where anything is."""
    content = given.get("requestBody", {}).get("content", {}).get("application/json")
    return _fields(schema, _shape(schema, content["schema"])) if content else []


def _operation(schema: dict[str, Any], path: str, method: str, given: dict[str, Any]) -> Operation:
    answer = _shape(schema, given["responses"][200]["content"]["application/json"]["schema"])
    items = answer.get("properties", {}).get("items")
    shown = _shape(schema, items["items"]) if items else answer
    return Operation(
        method.upper(), path, given["summary"], given.get("description", ""), given["x-scope"],
        [_parameter(p) for p in given.get("parameters", [])], _fields(schema, shown), items is not None,
        _body(schema, given),
    )  # fmt: skip


def page() -> dict[str, Any]:
    """What the page shows: title, description, operations, scopes."""
    schema = api.get_openapi_schema()
    operations = [
        _operation(schema, path, method, given)
        for path, methods in schema["paths"].items()
        for method, given in methods.items()
    ]
    return {"info": schema["info"], "operations": operations, "scopes": TokenScope.choices}
