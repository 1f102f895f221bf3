"""An SQLite database: tables made from `items.py`, foreign keys, and a full-text index that Datasette finds by itself.

A list of objects is a table of its own, a list of words a column of JSON. Long texts stand apart from `articles`, so
that a page of articles can be read.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

import orjson

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.export.fields import FLAT, flat_rows
from espreso_crawler.export.job import Job
from espreso_crawler.export.source import Row
from espreso_crawler.schema.shapes import Field, shapes

Json = dict[str, Any]
TYPES = {str: "TEXT", bool: "INTEGER", int: "INTEGER", float: "REAL", date: "TEXT", datetime: "TEXT"}
FIRST = ("headline", "date_published", "edition", "labels", "tag_names", "url", "id")
"""What a person sees of an article without scrolling."""
LONG = ("article_body", "blocks", "provenance")
"""Columns of `texts`; the lists of objects among them stay JSON: nobody joins them."""
TAG_NAMES = Field("tag_names", str, nullable=True, repeated=False, doc="English names of the tags, to be searched")
# An unfinished file is thrown away, so nothing has to be undone or to survive a power cut.
UNSAFE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
CONCEPTS = """
CREATE TABLE concepts (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, name_uk TEXT, same_as TEXT);
"""
CONCEPT = "INSERT OR IGNORE INTO concepts VALUES (?, ?, ?, ?, ?)"
TEXTS = f"CREATE TABLE texts (article INTEGER PRIMARY KEY REFERENCES articles (key), {' TEXT, '.join(LONG)} TEXT);"
TEXT = "INSERT INTO texts VALUES (?, ?, ?, ?)"
# Datasette takes a table for searchable when an index names it as its content; it finds the name in the comment.
SEARCH = """
CREATE UNIQUE INDEX articles_id ON articles (id, revision);
CREATE INDEX articles_date_published ON articles (date_published);
CREATE INDEX tags_id ON tags (id);
CREATE VIEW articles_with_text AS SELECT articles.*, article_body FROM articles JOIN texts ON article = articles.key;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    headline, description, article_body, tag_names,
    content="articles_with_text", content_rowid="key", tokenize="porter unicode61 remove_diacritics 2"
    /* its rows are those of content="articles" */
);
INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');
INSERT INTO articles_fts (articles_fts) VALUES ('optimize');
"""


@dataclass
class Table:
    """A table, and where in a record its columns come from."""

    name: str
    parent: str | None = None
    source: str = ""
    """The list in its parent's record that it holds."""
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> path in the record: ``feed_position`` is `feed.position`."""
    types: list[str] = field(default_factory=list)
    children: list["Table"] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    def sql(self) -> Iterator[str]:
        """Yield the statements that make it and its children."""
        parts = ["key INTEGER PRIMARY KEY"]
        if self.parent:
            parts += [f"{self.owner} INTEGER NOT NULL REFERENCES {self.parent} (key)", "place INTEGER NOT NULL"]
        parts += [f'"{name}" {kind}' for name, kind in zip(self.columns, self.types, strict=True)]
        yield f"CREATE TABLE {self.name} ({', '.join(parts)});"
        if self.parent:
            yield f"CREATE INDEX {self.name}_{self.owner} ON {self.name} ({self.owner});"
        for child in self.children:
            yield from child.sql()

    @property
    def owner(self) -> str:
        """Name of the column that holds the parent's key."""
        return (self.parent or "").removesuffix("s")

    def put(self, db: sqlite3.Connection, record: Json, *of_parent: int) -> int:
        """Insert a record and return its key; `of_parent` is its parent's key and its place there, from 0."""
        key = next(self.keys)
        values = (key, *of_parent, *(_cell(record, path) for path in self.columns.values()))
        db.execute(f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608  # own names
        for child in self.children:
            for place, part in enumerate(record[child.source]):
                child.put(db, part, key, place)
        return key


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows; returns how many there were. Raises ArgumentError for standard output."""
    if job.path is None:
        raise ArgumentError("sqlite is a file, not a stream: give a folder by --to")
    fill = _fill_flat if job.what in ("feed", "tags") else _fill_articles
    with closing(sqlite3.connect(job.path, isolation_level=None)) as db:
        db.executescript(UNSAFE)
        written = fill(db, rows, job)
        db.execute("ANALYZE")
    return written


def _fill_flat(db: sqlite3.Connection, rows: Iterable[Row], job: Job) -> int:
    table = _table(job.what, FLAT[job.what])
    db.executescript("".join(table.sql()))
    db.execute("BEGIN")
    written = 0
    for row in rows:
        for record in flat_rows(row, job.what):
            table.put(db, record)
            written += 1
    db.commit()
    return written


def _fill_articles(db: sqlite3.Connection, rows: Iterable[Row], job: Job) -> int:
    fields = [field for field in (*shapes()["Article"].fields, TAG_NAMES) if field.name not in LONG]
    articles = _table("articles", sorted(fields, key=_place))
    tags = next(child for child in articles.children if child.name == "tags")
    tags.types[list(tags.columns).index("id")] += " REFERENCES concepts (id)"
    db.executescript(CONCEPTS + "".join(articles.sql()) + TEXTS)
    db.execute("BEGIN")
    written = 0
    for row in rows:
        db.executemany(CONCEPT, (_concept(tag, job) for tag in row.record["tags"]))
        key = articles.put(db, row.record | {"tag_names": " · ".join(tag["name"] for tag in row.record["tags"])})
        db.execute(TEXT, (key, *(_cell(row.record, (name,)) for name in LONG)))
        written += 1
    db.commit()
    db.executescript(SEARCH)
    return written


def _table(name: str, fields: Iterable[Field], parent: str | None = None, source: str = "") -> Table:
    table = Table(name, parent, source)
    for each in fields:
        _add(table, each, ())
    return table


def _add(table: Table, each: Field, above: tuple[str, ...]) -> None:
    path = (*above, each.name)
    parts = shapes()[each.shape].fields if each.shape else ()
    if parts and each.repeated:
        name = each.name if table.parent is None else f"{table.name}_{each.name}"
        table.children.append(_table(name, parts, table.name, each.name))
    elif parts and not each.repeated:
        for part in parts:
            _add(table, part, path)
    else:
        table.columns["_".join(path)] = path
        table.types.append("TEXT" if each.repeated or each.choices else TYPES[each.type])


def _place(field: Field) -> int:
    return FIRST.index(field.name) if field.name in FIRST else len(FIRST)


def _cell(record: Json, path: tuple[str, ...]) -> Any:
    value: Any = record
    for name in path:
        value = None if value is None else value[name]
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _concept(tag: Json, job: Job) -> tuple[str | None, ...]:
    concept = job.concepts().get(tag["id"])
    same_as = orjson.dumps(concept.same_as).decode() if concept else None
    return tag["id"], tag["name"], tag["kind"], concept.names[1] if concept else None, same_as
