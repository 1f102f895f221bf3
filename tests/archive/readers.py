"""Files of the archive as other programs read them: warcio and FastWARC, and their checkers."""

from pathlib import Path
from typing import NamedTuple

from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.checker import Checker

from espreso_crawler.archive.layout import OPEN, WARC


class Read(NamedTuple):
    """One record, as both read it."""

    type: str
    offset: int
    url: str | None
    body: bytes


def read_by_both(path: Path) -> list[Read]:
    """Return a file's records; both readers must agree on each, and both must find every digest right."""
    with path.open("rb") as file:
        ours = []
        iterator = WarcioIterator(file, check_digests="raise")
        for record in iterator:
            body = record.raw_stream.read()
            ours.append((record.rec_type, iterator.get_record_offset(), record.rec_headers["WARC-Target-URI"], body))
    with path.open("rb") as file:
        theirs = []
        for record in ArchiveIterator(file, parse_http=False):
            assert "WARC-Block-Digest" not in record.headers or record.verify_block_digest()
            url = record.headers.get("WARC-Target-URI")
            theirs.append((record.headers.get("WARC-Type"), record.stream_pos, url))
    assert [each[:3] for each in ours] == theirs
    return [Read(*each) for each in ours]


def warcio_accepts(path: Path) -> bool:
    """Whether ``warcio check`` finds nothing wrong."""

    class Command:
        inputs = [str(path)]
        verbose = False

    checker = Checker(Command())
    checker.process_all()
    return checker.exit_value == 0


def files_of(archive: Path) -> list[Path]:
    """Return every file, sealed or open."""
    return sorted([*archive.glob(f"*/*{WARC}"), *archive.glob(f"*/*{WARC}{OPEN}")])
