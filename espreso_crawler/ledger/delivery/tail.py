"""Reading what was sealed, in the order in which it became visible, for other programs; no database."""

from collections.abc import Iterator
from dataclasses import dataclass

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.ledger.delivery.segment_paths import SegmentFile, segment_files
from espreso_crawler.object_path import OutputPath


@dataclass(frozen=True, slots=True)
class SealedLine:
    """One line of a sealed segment, with its newline."""

    segment: int
    line: bytes
    path: OutputPath
    offset: int
    """Where the line begins in its file, in bytes."""


def tail(output: OutputPath, *, after: int, stream: Stream = "articles") -> Iterator[SealedLine]:
    """Yield the lines of every sealed segment above `after`; a reader keeps the last number it finished.

    Numbers rise but may have holes: a segment that `scrapy ledger forget` rewrote went, its lines come again under a
    new number. Raises LedgerError when the output cannot be read.
    """
    try:
        for file in newer(output, after=after, stream=stream):
            offset = 0
            with file.path.open("rb") as lines:
                for line in lines:
                    yield SealedLine(file.number, line, file.path, offset)
                    offset += len(line)
    except FileNotFoundError:
        return  # rewritten while it was read: it comes again under a new number
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error


def whole(output: OutputPath, *, after: int = 0, stream: Stream = "articles") -> Iterator[SealedLine]:
    """Yield as `tail`, and go on until a look finds nothing new.

    A segment that was rewritten while it was read is there again, so its lines may come twice.
    """
    last, before = after, -1
    while last != before:
        before = last
        for sealed in tail(output, after=before, stream=stream):
            yield sealed
            last = sealed.segment


def newer(output: OutputPath, *, after: int, stream: Stream = "articles") -> list[SegmentFile]:
    """Return the sealed segments above a number, in order; none below the highest one returned is missing."""
    seen = [file.number for file in segment_files(output, stream)]
    last = max(seen, default=0)
    if last <= after:
        return []
    # Folders are listed one after another: a file may appear behind the listing. Below a number that was seen
    # everything was there before it, so the second look is whole.
    return [file for file in segment_files(output, stream) if after < file.number <= last]
