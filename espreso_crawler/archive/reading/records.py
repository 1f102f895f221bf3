"""One capture, read from its place in a file: how it was served, and its body unpacked; its bytes are proved first."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from espreso_crawler.archive.reading.blocks import Head, body_of, head_of, inflating
from espreso_crawler.archive.reading.scanning import LARGEST_RECORD, MARK, says_rendered
from espreso_crawler.archive.reading.stored import StoredCapture
from espreso_crawler.archive.reading.volumes import END_OF_HEAD, GZIP
from espreso_crawler.exceptions import UnreadableArchive

ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
"""Of the digests that archives name; a digest of another kind proves nothing and is passed over."""
CHUNK = 1 << 16
GZIP_FRAME = 31
Fields = Mapping[str, str]
END_OF_RECORD = b"\r\n\r\n"
BESIDE = ("request", "metadata")
"""What this project writes behind an answer, in this order."""
SMALL = 1 << 11
"""Bytes that hold one of them, packed."""
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
    is_rendered: bool = False
    """Whether a browser built the document."""


class Files:
    """Reads records at their places; keeps the files open that were read last."""

    def __init__(self) -> None:
        self._open: dict[str, BinaryIO] = {}

    def load(self, capture: StoredCapture, payload: StoredCapture | None = None) -> Loaded:
        """Return a capture; `payload` is where the body of a revisit stands. Raises `UnreadableArchive`."""
        with _named(capture.place):
            found = self._loaded(self._record(capture.path, capture.offset), capture.path, payload)
        return found._replace(url=capture.url, is_rendered=capture.is_rendered)

    def at(self, path: str, offset: int, place: str) -> Loaded:
        """Return the answer whose record, or gzip member, begins at a byte.

        Raises `UnreadableArchive`, which names it by `place`.
        """
        with _named(place):
            record = self._record(path, offset)
            return self._loaded(record, path)._replace(is_rendered=self._is_rendered(record, path))

    def alone(self, path: str, offset: int, place: str) -> Loaded:
        """Return the same answer unproved, and nothing of what stands beside it: whether a browser built it.

        Raises `UnreadableArchive`, as `at`.
        """
        with _named(place):
            return self._loaded(self._record(path, offset, is_proved=False), path)

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _loaded(self, record: "_Record", path: str, payload: StoredCapture | None = None) -> Loaded:
        fields, block = record.fields, record.block
        head, date = head_of(block), fields.get("warc-date", "")
        if head is None or not date:
            raise UnreadableArchive("a record without HTTP answer or WARC-Date")
        is_revisit = fields.get("warc-type") == "revisit"
        body = self._payload(fields, path, payload) if is_revisit else body_of(block, head)
        at = datetime.fromisoformat(date)
        return Loaded(
            fields.get("warc-target-uri", "").strip("<>"),
            at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC),
            head,
            body,
        )

    def _payload(self, fields: Fields, path: str, payload: StoredCapture | None) -> bytes:
        offset, wanted = fields.get("warc-refers-to-offset", ""), fields.get("warc-payload-digest")
        if payload is not None:
            path, where = payload.path, payload.offset
        elif offset.isdigit():
            where = int(offset)
        else:
            refers = fields.get("warc-refers-to") or wanted
            raise UnreadableArchive(f"a revisit of {refers}, which is not in these files")
        other = self._record(path, where)
        head, has_body = head_of(other.block), other.fields.get("warc-type") != "revisit"
        if head is None or not has_body or other.fields.get("warc-payload-digest") != wanted:
            raise UnreadableArchive(f"a revisit whose payload {wanted} is not where it should be")
        return body_of(other.block, head)

    def _is_rendered(self, answer: "_Record", path: str) -> bool:
        """Return what this project's metadata say, which stand behind an answer and its request."""
        identifier, end = answer.fields.get("warc-record-id"), answer.end
        with suppress(OSError, ValueError, UnreadableArchive):  # the end of the file, or of what is whole in it
            for _ in BESIDE:
                record = self._record(path, end, is_proved=False, first=SMALL)
                if record.fields.get("warc-concurrent-to", "") != identifier:
                    return False
                if record.fields.get("warc-type") == "metadata":
                    return says_rendered(record.block)
                end = record.end
        return False

    def _record(self, path: str, offset: int, *, is_proved: bool = True, first: int = CHUNK) -> "_Record":
        """Return a record with its whole block, of a file of which so many bytes are read at first.

        Raises OSError, ValueError or `UnreadableArchive`.
        """
        file = self._file(path)
        file.seek(offset)
        data = file.read(first)
        is_packed = data.startswith(GZIP)
        data, end = _unpacked(data, file) if is_packed else (data, 0)
        head, gap, block = data.partition(END_OF_HEAD)
        fields = _fields(head)
        length = int(fields.get("content-length", "-1"))
        if not head.startswith(MARK) or not gap or length < 0:
            raise UnreadableArchive("no WARC record")
        if length > LARGEST_RECORD:
            raise UnreadableArchive(f"a record of {length} bytes; {LARGEST_RECORD} are read at most")
        if len(block) < length and not is_packed:
            block += file.read(length - len(block))
        if len(block) < length:
            raise UnreadableArchive(f"the record is cut: {len(block)} of {length} bytes are there")
        block = block[:length]
        if is_proved:
            _require_proved(block, fields.get("warc-block-digest"))
        return _Record(fields, block, end or offset + len(head) + len(gap) + length + len(END_OF_RECORD))

    def _file(self, path: str) -> BinaryIO:
        file = self._open.get(path)
        if file is None:
            if len(self._open) >= MOST_FILES:
                self._open.pop(next(iter(self._open))).close()
            file = self._open[path] = Path(path).open("rb")  # noqa: SIM115  # closed by `close`, or as above
        return file


class _Record(NamedTuple):
    fields: Fields
    block: bytes
    end: int
    """One past its last byte in the file."""


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Let an error of what is read inside name its place."""
    try:
        yield
    except (OSError, ValueError, UnreadableArchive) as error:
        raise UnreadableArchive(f"{place}: {error}") from error


def _unpacked(data: bytes, file: BinaryIO) -> tuple[bytes, int]:
    """Return the gzip member that begins with some bytes of a file, unpacked as far as it is there, and its end."""
    inflater, parts, size = inflating.decompressobj(wbits=GZIP_FRAME), list[bytes](), 0
    try:
        while data and not inflater.eof:
            parts.append(inflater.decompress(data, LARGEST_RECORD))
            size += len(parts[-1])
            if size > LARGEST_RECORD:
                break
            data = inflater.unconsumed_tail or (b"" if inflater.eof else file.read(CHUNK))
    except inflating.error as error:
        raise UnreadableArchive(f"the record cannot be unpacked: {error}") from error
    return b"".join(parts), file.tell() - len(inflater.unused_data)


def _fields(head: bytes) -> Fields:
    """Return the fields of a record by name, in lower case; of several of a name the last."""
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _require_proved(block: bytes, digest: str | None) -> None:
    """Raise `UnreadableArchive` unless a block has the digest that its record names; without one, nothing is proved."""
    algorithm, _, value = (digest or "").strip().partition(":")
    make: Callable[[bytes], Any] | None = ALGORITHMS.get(algorithm.lower().replace("-", ""))
    if make is None or not value:
        return
    made = make(block)
    if value.lower() != made.hexdigest() and value.upper() != base64.b32encode(made.digest()).decode():
        raise UnreadableArchive("the bytes are not those that were written: the digest of the block differs")
