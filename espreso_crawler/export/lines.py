"""JSON Lines: the sealed lines themselves; of tags, a line each."""

from collections.abc import Iterable, Iterator

from espreso_crawler.export.fields import FLAT, flat_rows
from espreso_crawler.export.job import Job
from espreso_crawler.export.source import Row, What
from espreso_crawler.record import encode


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many records that gave."""
    count = 0
    for row in rows:
        for line in json_lines(row, job.what):
            job.file.write(line)
            count += 1
    return count


def json_lines(row: Row, what: What) -> Iterator[bytes]:
    """Yield what a row gives as JSON, ended by newlines."""
    if what != "tags":
        yield row.line
        return
    for record in flat_rows(row, what):
        yield encode({field.name: record[field.name] for field in FLAT[what]}) + b"\n"
