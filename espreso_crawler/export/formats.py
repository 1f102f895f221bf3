"""The formats of an export, in one table: who writes each, what it can hold and how its file is called."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.export import atom, database, jsonld, lines, ninjs, parquet, spreadsheet
from espreso_crawler.export.job import Job
from espreso_crawler.export.source import Row, What

ALL: tuple[What, ...] = ("latest", "revisions", "feed", "tags")


class Format(NamedTuple):
    """One format."""

    write: Callable[[Iterable[Row], Job], int]
    """Writes rows, returns how many records that gave."""
    suffix: str
    media_type: str
    holds: tuple[What, ...] = ALL
    newest_first: bool = False
    """For people who begin to read at the top; programs get the oldest first."""


FORMATS = {
    "jsonl": Format(lines.write, "jsonl", "application/jsonl"),
    "parquet": Format(parquet.write, "parquet", "application/vnd.apache.parquet"),
    "csv": Format(spreadsheet.write, "csv", "text/csv"),
    "sqlite": Format(database.write, "db", "application/vnd.sqlite3", newest_first=True),
    "jsonld": Format(jsonld.write, "jsonld.jsonl", "application/x-ld+ndjson", holds=("latest",)),
    "ninjs": Format(ninjs.write, "ninjs.jsonl", "application/jsonl", holds=("latest", "revisions")),
    "atom": Format(atom.write, "atom", "application/atom+xml", holds=("latest",), newest_first=True),
}
NAMES: dict[What, str] = {"latest": "articles", "revisions": "revisions", "feed": "feed", "tags": "tags"}


def file_name(name: str, what: What) -> str:
    """Return the name of an export's file. Raises ArgumentError for a format that cannot hold it.

    >>> file_name("csv", "latest"), file_name("sqlite", "latest"), file_name("sqlite", "feed")
    ('articles.csv', 'espreso.db', 'feed.db')
    """
    kind = FORMATS[name]
    if what not in kind.holds:
        raise ArgumentError(f"--format {name} holds {' and '.join(kind.holds)}, not {what}")
    return "espreso.db" if (name, what) == ("sqlite", "latest") else f"{NAMES[what]}.{kind.suffix}"
