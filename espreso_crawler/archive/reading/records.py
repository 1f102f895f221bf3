"""One capture, read from its place in a file: how it was served, and its body unpacked; its bytes are proved first."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from espreso_crawler.archive.reading.blocks import Head, body_of, head_of
from espreso_crawler.archive.reading.scanning import LARGEST_RECORD
from espreso_crawler.archive.reading.stored import StoredCapture
from espreso_crawler.exceptions import UnreadableArchive

ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
"""Of the digests that archives name; a digest of another kind proves nothing and is passed over."""
MOST_FILES = 16
"""Files that stay open in one process."""


class Loaded(NamedTuple):
    """One answer as it was given."""

    url: str
    at: datetime
    """When, UTC."""
    head: Head
    body: bytes
    """Unpacked."""


class Files:
    """Reads records at their places; keeps the files open that were read last."""

    def __init__(self) -> None:
        self._open: dict[str, BinaryIO] = {}

    def load(self, capture: StoredCapture, payload: StoredCapture | None = None) -> Loaded:
        """Return a capture; `payload` is where the body of a revisit stands. Raises `UnreadableArchive`."""
        found = self.at(capture.path, capture.offset, capture.place, payload)
        return found._replace(url=capture.url)

    def at(
        self, path: str, offset: int, place: str, payload: StoredCapture | None = None, *, is_proved: bool = True
    ) -> Loaded:
        """Return the answer whose record, or gzip member, begins at a byte; proved by the digest of its block, or not.

        Raises `UnreadableArchive`, which names it by `place`.
        """
        try:
            return self._loaded(path, offset, payload, is_proved=is_proved)
        except (OSError, ValueError, UnreadableArchive) as error:
            raise UnreadableArchive(f"{place}: {error}") from error

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _loaded(self, path: str, offset: int, payload: StoredCapture | None, *, is_proved: bool) -> Loaded:
        record, block = self._record(path, offset, is_proved=is_proved)
        head, at = head_of(block), record.record_date
        if head is None or at is None:
            raise UnreadableArchive("a record without HTTP answer or WARC-Date")
        is_revisit = record.headers.get("WARC-Type") == "revisit"
        body = self._payload(record, path, payload) if is_revisit else body_of(block, head)
        url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        return Loaded(url, at.astimezone(UTC), head, body)

    def _payload(self, record: Any, path: str, payload: StoredCapture | None) -> bytes:
        offset = record.headers.get("WARC-Refers-To-Offset") or ""
        if payload is not None:
            path, where = payload.path, payload.offset
        elif offset.isdigit():
            where = int(offset)
        else:
            refers = record.headers.get("WARC-Refers-To") or record.headers.get("WARC-Payload-Digest")
            raise UnreadableArchive(f"a revisit of {refers}, which is not in these files")
        other, block = self._record(path, where)
        head = head_of(block)
        wanted = record.headers.get("WARC-Payload-Digest")
        if head is None or other.headers.get("WARC-Payload-Digest") != wanted:
            raise UnreadableArchive(f"a revisit whose payload {wanted} is not where it should be")
        return body_of(block, head)

    def _record(self, path: str, offset: int, *, is_proved: bool = True) -> tuple[Any, bytes]:
        """Return a record with its whole block. Raises OSError, ValueError or `UnreadableArchive`."""
        from fastwarc.warc import ArchiveIterator  # noqa: PLC0415  # of the extra

        file = self._file(path)
        file.seek(offset)
        record = next(iter(ArchiveIterator(file, parse_http=False)), None)
        if record is None:
            raise UnreadableArchive("no WARC record")
        length = record.content_length
        if length > LARGEST_RECORD:
            raise UnreadableArchive(f"a record of {length} bytes; {LARGEST_RECORD} are read at most")
        block = record.reader.read(length) if length else b""
        if len(block) < length:
            raise UnreadableArchive(f"the record is cut: {len(block)} of {length} bytes are there")
        if is_proved:
            _require_proved(block, record.headers.get("WARC-Block-Digest"))
        return record, block

    def _file(self, path: str) -> BinaryIO:
        file = self._open.get(path)
        if file is None:
            if len(self._open) >= MOST_FILES:
                self._open.pop(next(iter(self._open))).close()
            file = self._open[path] = Path(path).open("rb")  # noqa: SIM115  # closed by `close`, or as above
        return file


def _require_proved(block: bytes, digest: str | None) -> None:
    """Raise `UnreadableArchive` unless a block has the digest that its record names; without one, nothing is proved."""
    algorithm, _, value = (digest or "").strip().partition(":")
    make: Callable[[bytes], Any] | None = ALGORITHMS.get(algorithm.lower().replace("-", ""))
    if make is None or not value:
        return
    made = make(block)
    if value.lower() != made.hexdigest() and value.upper() != base64.b32encode(made.digest()).decode():
        raise UnreadableArchive("the bytes are not those that were written: the digest of the block differs")
