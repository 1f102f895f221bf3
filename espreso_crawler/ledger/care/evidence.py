"""Which pages of the archive the records point to: those of the output, and those that wait for it."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.delivery import tail
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import held_rows, outbox_rows, segment_rows


class Said(msgspec.Struct):
    """The field `evidence` of a record."""

    payload_sha256: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None


class Head(msgspec.Struct):
    """What is read of a line; everything else in it is skipped."""

    id: str | None = None
    revision: int | None = None
    evidence: Said | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record that points to its page."""

    id: str
    revision: int | None
    file: str
    offset: int
    payload_sha256: str | None


LINES = msgspec.json.Decoder(Head)


def evidence(session: Session) -> Iterator[Evidence]:
    """Yield every record that points to a page. Raises LedgerError when a line cannot be read."""
    lines = (sealed.line for sealed in tail.whole(session.output))
    waiting = [*outbox_rows.everything(session.db), *held_rows.everything(session.db)]
    for source in (lines, (line for _, line in waiting)):
        for line in source:
            if b'"warc_file":"' in line and (found := _read(line)):
                yield found


def moved_away(session: Session) -> int:
    """Return how many sealed files lie outside the output, where what their records point to cannot be read."""
    return segment_rows.counts(session.db, "articles").get("archived", 0)


def _read(line: bytes) -> Evidence | None:
    try:
        head = LINES.decode(line)
    except msgspec.DecodeError as error:
        raise LedgerError(f"a line of the output cannot be read: {error}") from error
    said = head.evidence
    if said is None or said.warc_file is None or said.warc_offset is None:
        return None
    return Evidence(head.id or "", head.revision, said.warc_file, said.warc_offset, said.payload_sha256)
