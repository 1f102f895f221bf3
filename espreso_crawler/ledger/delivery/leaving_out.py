"""What a sealed file is to be written again without: an article that is to be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.store import segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.object_path import OutputPath


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be taken out: ids of articles, and addresses as `articles.address` writes them."""

    ids: frozenset[str]
    addresses: frozenset[str]

    def is_in(self, line: bytes) -> bool:
        """Whether a line is about the subject; a look at the bytes spares most lines the parsing."""
        if not any(name.encode() in line for name in (*self.ids, *self.addresses)):
            return False
        record = orjson.loads(line)
        is_link = "headline" not in record and record.get("near_duplicate_of") in self.ids
        return is_link or record.get("id") in self.ids or articles.address(record.get("url") or "") in self.addresses


def without(db: Database, stream: str, number: int, path: OutputPath) -> Iterator[bytes]:
    """Yield the lines of a sealed file that stay, without their newlines."""
    told = segment_rows.left_out(db, stream, number)
    subject = Subject(
        frozenset(row["id"] for row in told if row["id"]),
        frozenset(address for row in told for address in orjson.loads(row["addresses"])),
    )
    try:
        with path.open("rb") as lines:
            for line in lines:
                if not subject.is_in(line):
                    yield line.rstrip(b"\n")
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error
