"""The strict schema as msgspec types, which decode and check a line in one pass of C code."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.schema.shapes import Field, shapes

KEYWORDS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "pattern": "pattern",
}
# Times and days are held by their patterns: parsed, they would lose how they were written.
PLAIN: dict[type, type] = {date: str, datetime: str}


def article_type() -> Any:
    """Return a closed type for `Article`, in which no field may be missing."""
    made: dict[str, Any] = {}
    for shape in shapes().values():
        fields = [(field.name, _type(field, made)) for field in shape.fields]
        made[shape.name] = msgspec.defstruct(shape.name, fields, forbid_unknown_fields=True, gc=False)
    return made["Article"]


def _type(field: Field, made: dict[str, Any]) -> Any:
    value: Any = _value(field, made)
    if field.repeated:
        return list[value]
    return value | None if field.nullable else value


def _value(field: Field, made: dict[str, Any]) -> Any:
    form = field.form
    words = field.choices or form.get("enum") or ((SCHEMA_VERSION,) if field.name == "schema_version" else ())
    if field.shape:
        return made[field.shape]
    if words:
        return Literal[tuple(words)]
    plain = PLAIN.get(field.type, field.type)
    return Annotated[plain, msgspec.Meta(**{KEYWORDS[name]: value for name, value in form.items()})] if form else plain
