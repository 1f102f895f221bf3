"""What came to light of an article after it was sealed: tags of newer vocabularies, the original of a near-copy."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from espreso_crawler.object_path import OutputPath
from espreso_crawler.record import encode

TABLES = """
CREATE TABLE links (id TEXT PRIMARY KEY, near_duplicate_of TEXT, similarity REAL) WITHOUT ROWID;
CREATE TABLE retagged (id TEXT, revision INTEGER, path TEXT, offset INTEGER, size INTEGER, PRIMARY KEY (id, revision));
"""
LINK = "INSERT OR REPLACE INTO links VALUES (:id, :near_duplicate_of, :similarity)"
RETAGGED = "INSERT OR REPLACE INTO retagged VALUES (?, ?, ?, ?, ?)"
TAGS = ("vocabulary_version", "tags", "cited_agencies")
FOLDER = "tags"
SHOWN = 12
"""Hex digits of the vocabulary version in the name of a file of tags."""

ReadLine = Callable[[str, int, int], bytes]


def tags_path(output: OutputPath, vocabulary_version: str) -> OutputPath:
    """Return where the tags of a vocabulary version lie in an output folder."""
    return output / FOLDER / f"{vocabulary_version.removeprefix('sha256:')[:SHOWN]}.jsonl"


def tags_file(output: OutputPath, vocabulary_version: Callable[[], str]) -> OutputPath | None:
    """Return the tags by today's vocabularies, None when there are none; those of older ones are never applied."""
    if not (output / FOLDER).is_dir():
        return None
    path = tags_path(output, vocabulary_version())
    return path if path.exists() else None


def note(index: sqlite3.Connection, links: Iterable[dict[str, Any]], tags: OutputPath | None) -> None:
    """Note what is to be applied; of several links of an article the last one counts."""
    index.executemany(LINK, links)
    if tags:
        index.executemany(RETAGGED, _places(tags))


def applied(index: sqlite3.Connection, line: bytes, id_: str, revision: int, read_tags: ReadLine) -> bytes:
    """Return a line with what is known of it now; the same bytes when that is nothing new."""
    link = index.execute("SELECT near_duplicate_of, similarity FROM links WHERE id = ?", (id_,)).fetchone()
    place = index.execute("SELECT path, offset, size FROM retagged WHERE (id, revision) = (?, ?)", (id_, revision))
    tags = place.fetchone()
    if not link and not tags:
        return line
    record = orjson.loads(line)
    if link and record["near_duplicate_of"] is None:
        record["near_duplicate_of"], record["similarity"] = link
    if tags:
        later = orjson.loads(read_tags(*tags))
        record |= {name: later[name] for name in TAGS}
    return encode(record) + b"\n"


def _places(path: OutputPath) -> Iterator[tuple[str, int, str, int, int]]:
    offset = 0
    with path.open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            yield record["id"], record["revision"], str(path), offset, len(line)
            offset += len(line)
