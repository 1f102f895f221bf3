"""Holds a record to the strict schema by compiled checks; `diagnosis` names the errors of a bad one."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import fastjsonschema
import orjson

STRICT_SCHEMA = "article.strict.schema.json"


class Problem(NamedTuple):
    """One error of a record: its top-level field, the path such as ``images[0].url``, and the reason."""

    field: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def problems(record: dict[str, Any]) -> list[Problem]:
    """Return every way in which a decoded JSON record breaks the strict schema; empty for a good one."""
    try:
        _compiled()(record)
    except fastjsonschema.JsonSchemaValueException as failed:
        from espreso_crawler.schema import diagnosis  # noqa: PLC0415 - 95 ms, for a bad record only

        return diagnosis.problems(record, strict_schema()) or [Problem("record", "record", failed.message)]
    return []


def strict_schema() -> dict[str, Any]:
    """Return the writer's schema as generated from `items.py`; works from a zipped egg too."""
    schema: dict[str, Any] = orjson.loads(
        files("espreso_crawler.schema").joinpath(STRICT_SCHEMA).read_bytes()
    )
    return schema


@cache
def _compiled() -> Callable[[Any], Any]:
    """43 ms once a process; with detailed exceptions it would be 160 ms, and `diagnosis` tells more."""
    checks: Callable[[Any], Any] = fastjsonschema.compile(strict_schema(), detailed_exceptions=False)
    return checks
