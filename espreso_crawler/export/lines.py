"""JSON Lines: the sealed lines themselves; of tags, a line each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from espreso_crawler.export.fields import FLAT, flat_rows
from espreso_crawler.export.job import Job
from espreso_crawler.export.source import Row, What
from espreso_crawler.record import encode
from espreso_crawler.vocabularies.concepts import Concept

Json = dict[str, Any]
Concepts = Mapping[str, Concept]


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many records that gave."""
    count = 0
    for row in rows:
        for line in json_lines(row, job.what):
            job.file.write(line)
            count += 1
    return count


def write_documents(rows: Iterable[Row], job: Job, document: Callable[[Json, Concepts], Json]) -> int:
    """Write what a standard makes of each row, a line each; returns how many there were."""
    count = 0
    for row in rows:
        job.file.write(encode(document(row.record, job.concepts())) + b"\n")
        count += 1
    return count


def json_lines(row: Row, what: What) -> Iterator[bytes]:
    """Yield what a row gives as JSON, ended by newlines."""
    if what != "tags":
        yield row.line
        return
    for record in flat_rows(row, what):
        yield encode({field.name: record[field.name] for field in FLAT[what]}) + b"\n"
