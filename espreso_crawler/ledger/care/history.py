"""What became of one article: its revisions as they were written, and its moves in the feed; read only."""

from collections.abc import Iterator
from typing import Any

import orjson

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.articles.articles import address, by_names
from espreso_crawler.ledger.delivery.tail import tail
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_rows, revision_rows, segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.object_path import OutputPath


def history(session: Session, target: str) -> dict[str, Any]:
    """Return an article's history as a JSON document, by its id or address; times are UTC text.

    A revision has its ``record`` if its sealed file is there, else null. Raises `ArgumentError` for what is no article.
    """
    known = by_names(session.db, [target, address(target)])
    if known is None:
        raise ArgumentError(f"{target}: no article of this ledger: give an id, or an address without parameters")
    urls = {known.url, *entry_rows.addresses_of(session.db, known.key)}
    return {
        "id": known.id,
        "url": known.url,
        "state": known.state,
        "revisions": [
            {**row, "record": _record(session.db, session.output, row["segment"], known.id, row["revision"])}
            for row in revision_rows.of_article(session.db, known.key)
        ],
        "feed": list(_moves(session.output, urls)),
    }


def _record(
    db: Database, output: OutputPath, segment: int | None, article: str, revision: int
) -> dict[str, Any] | None:
    """Return the line of a revision as it lies in its sealed file."""
    name = segment_rows.sealed_path(db, segment)
    path = output / name if name else None
    if path is None or not path.exists():
        return None
    for line in path.read_bytes().splitlines():
        if article.encode() in line:
            record: dict[str, Any] = orjson.loads(line)
            if (record["id"], record["revision"]) == (article, revision):
                return record
    return None


def _moves(output: OutputPath, urls: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines of the feed stream about any of these addresses."""
    needles = [url.encode() for url in urls]
    for sealed in tail(output, after=0, stream="feed"):
        if any(needle in sealed.line for needle in needles):
            line = orjson.loads(sealed.line)
            if line["url"] in urls:
                yield line
