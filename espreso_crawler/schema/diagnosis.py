"""Every error of a record that failed validation, each with field, path and a readable reason."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from espreso_crawler.schema.problem import Problem

LONGEST_VALUE = 120
QUOTED = re.compile(r"'([^']+)'")
FORMATS = FormatChecker(())


def problems(record: dict[str, Any], schema: dict[str, Any]) -> list[Problem]:
    """Return all errors of the record, in the order of the schema, each once."""
    errors = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(record)
    return list(dict.fromkeys(problem for error in errors for problem in _named(error)))


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    """Return whether a string is an existing date and time with an offset; other values pass."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def is_day(value: object) -> bool:
    """Return whether a string is an existing day; other values pass."""
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def _named(error: ValidationError) -> Iterator[Problem]:
    """Yield the problems in one error: jsonschema hides a missing field's name, an alternative's reason."""
    if error.validator == "anyOf":  # an object or null
        for cause in error.context or ():
            if cause.schema_path[0] == 0:
                yield from _named(cause)
    elif error.validator in ("required", "additionalProperties"):
        reason = "is missing" if error.validator == "required" else "is not a field of this schema"
        yield from (_problem([*error.absolute_path, name], reason) for name in _fields(error))
    else:
        yield _problem(list(error.absolute_path), _reason(error))


def _fields(error: ValidationError) -> list[str]:
    """Return the names an error is about: one for each missing field, all unexpected ones together."""
    if error.validator == "required":
        return QUOTED.findall(error.message)[:1]
    instance: Any = error.instance
    schema: Any = error.schema
    return sorted(set(instance) - set(schema["properties"]))


def _problem(steps: list[str | int], reason: str) -> Problem:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return Problem(str(steps[0]) if steps else "record", path or "record", reason)


def _reason(error: ValidationError) -> str:
    value = repr(error.instance)
    short = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
    return str(error.message).replace(value, short)
