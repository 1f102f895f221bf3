"""Parquet, typed by the published Arrow schema; one row group a day, so that a reader may skip days."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TYPE_CHECKING

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.export.fields import FLAT
from espreso_crawler.export.job import Job
from espreso_crawler.export.lines import json_lines
from espreso_crawler.export.source import Row, What
from espreso_crawler.schema import arrow

if TYPE_CHECKING:
    import pyarrow as pa

COUNTED = ("id", "edition", "date_published", "date_published_day", "emitted_at", "seen_at", "tag")
"""Columns whose least and greatest value a row group tells; those of texts would be long, and of no use."""
MOST = 1_000
"""Lines in a row group: a day with more has several, so that memory has a bound."""


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many records that gave. Raises ConfigurationError without pyarrow."""
    try:
        from pyarrow import parquet  # noqa: PLC0415  # an extra: only who asks for Parquet has it
    except ImportError as error:
        reason = "parquet needs pyarrow; install the extra: pip install 'espreso-crawler[export]'"
        raise ConfigurationError(reason) from error
    schema, count = schema_of(job.what), 0
    counted = [name for name in COUNTED if name in schema.names]
    with parquet.ParquetWriter(job.file, schema, compression="zstd", write_statistics=counted) as writer:
        for lines in _groups(rows, job.what):
            writer.write_table(arrow.table_of(b"".join(lines), schema), row_group_size=len(lines))
            count += len(lines)
    return count


def schema_of(what: What) -> "pa.Schema":
    """Return the types of an export's columns; needs pyarrow."""
    return arrow.schema() if what in ("latest", "revisions") else arrow.schema(FLAT[what])


def _groups(rows: Iterable[Row], what: What) -> Iterator[list[bytes]]:
    for _, of_day in groupby(rows, key=lambda row: row.day):
        lines = (line for row in of_day for line in json_lines(row, what))
        while group := list(islice(lines, MOST)):
            yield group
