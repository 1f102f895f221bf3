"""The record as JSON Schema 2020-12: strict for the writer, open to further fields for readers."""

from datetime import date, datetime
from typing import Any

from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.schema.rules import DEMANDS, TEXT_DEMAND, WITHHELD, Demand
from espreso_crawler.schema.shapes import Field, Shape, shapes

JsonSchema = dict[str, Any]
PLAIN: dict[type, JsonSchema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def document(*, strict: bool) -> JsonSchema:
    """Return the whole schema; `strict` closes every object shape and allows this schema version only."""
    *parts, article = shapes().values()
    root = _object(article, strict=strict)
    root["properties"]["schema_version"] |= _version(strict=strict)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:espreso-crawler:article{':strict' if strict else ''}:{SCHEMA_VERSION}",
        "title": article.name,
        **root,
        "allOf": [_conditional("event", event, _demanded(article, demand)) for event, demand in DEMANDS.items()]
        + [_text_demanded()],
        "$defs": {part.name: _object(part, strict=strict) for part in parts},
    }


def _version(*, strict: bool) -> JsonSchema:
    """Readers of one major version accept its minor ones: those only add fields."""
    return {"enum": [SCHEMA_VERSION]} if strict else {"pattern": rf"^{SCHEMA_VERSION.split('.')[0]}\.[0-9]+$"}


def _object(shape: Shape, *, strict: bool) -> JsonSchema:
    closed: JsonSchema = {"additionalProperties": False} if strict else {}
    return {
        "description": shape.doc,
        "type": "object",
        "properties": {field.name: _described(field) for field in shape.fields},
        "required": [field.name for field in shape.fields],
        **closed,
    }


def _described(field: Field) -> JsonSchema:
    value = {**_value(field), **field.form}
    if field.repeated:
        value = {"type": "array", "items": value}
    return {"description": field.doc, **(_or_null(value) if field.nullable else value)}


def _value(field: Field) -> JsonSchema:
    if field.shape:
        return {"$ref": f"#/$defs/{field.shape}"}
    if field.choices:
        return {"type": "string", "enum": list(field.choices)}
    return dict(PLAIN[field.type])


def _or_null(value: JsonSchema) -> JsonSchema:
    if "$ref" in value:
        return {"anyOf": [value, {"type": "null"}]}
    choices = {"enum": [*value["enum"], None]} if "enum" in value else {}
    return value | choices | {"type": [value["type"], "null"]}


def _text_demanded() -> JsonSchema:
    demanded = _conditional("content_kind", "text", {name: {"type": "string", "minLength": 1} for name in TEXT_DEMAND})
    demanded["if"]["properties"]["opt_outs"] = {"not": {"contains": {"const": WITHHELD}}}
    return demanded


def _conditional(field: str, value: str, properties: JsonSchema) -> JsonSchema:
    asked = {"properties": {field: {"enum": [value]}}, "required": [field]}
    return {"if": asked, "then": {"properties": properties}}


def _demanded(article: Shape, demand: Demand) -> JsonSchema:
    by_name = {field.name: field for field in article.fields}
    filled = {name: _filled(by_name[name]) for name in demand.filled}
    return filled | {name: _empty(by_name[name]) for name in demand.empty}


def _filled(field: Field) -> JsonSchema:
    return {"minItems": 1} if field.repeated else {"type": _value(field)["type"]}


def _empty(field: Field) -> JsonSchema:
    return {"maxItems": 0} if field.repeated else {"type": "null"}
