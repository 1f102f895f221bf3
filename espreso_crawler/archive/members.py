"""A file of the archive, gzip member by gzip member: what is whole, where it stands, and what a kill left half done.

Readers of WARC files take a cut file without a word, so the writer's side asks zlib itself: a member is whole when its
length and checksum, which stand at its end, are right.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Self

from espreso_crawler.exceptions import ArchiveError

CHUNK = 1 << 16
GZIP = 31
LARGEST = 64 << 20
"""Bytes of a record, unpacked: six times the largest answer that a crawl takes."""
END = b"\r\n\r\n"


class BrokenWarcError(ArchiveError):
    """A file of the archive cannot be read from an offset on; names both."""


@dataclass(frozen=True, slots=True)
class Member:
    """One record."""

    offset: int
    length: int
    """In the file, packed."""
    fields: dict[str, str]
    """By name, in lower case."""
    block: bytes

    @property
    def type(self) -> str:
        """What kind of record it is."""
        return self.fields.get("warc-type", "")

    @property
    def url(self) -> str:
        """The address it is about, empty for none."""
        return self.fields.get("warc-target-uri", "")

    @property
    def payload(self) -> bytes:
        """The body, as it was sent."""
        return self.block.partition(END)[2]

    @property
    def http_headers(self) -> dict[str, str]:
        """The headers of the answer or the request, by name in lower case; of several of a name the last."""
        return _fields(self.block.partition(END)[0])

    @property
    def status(self) -> int:
        """Status of the answer; 0 for what is none."""
        code = self.block[:64].split(b" ")[1:2]
        return int(code[0]) if code and code[0].isdigit() else 0

    @property
    def mime(self) -> str:
        """Kind of the payload, as an index names it."""
        return self.http_headers.get("content-type", "").partition(";")[0].strip() or "unk"

    def bare(self) -> Self:
        """Return the record without its payload."""
        head, end, _ = self.block.partition(END)
        return replace(self, block=head + end)

    def faults(self) -> Iterator[str]:
        """Yield what its own digests say against it."""
        if "warc-block-digest" in self.fields and self.fields["warc-block-digest"] != _digest(self.block):
            yield "wrong block digest"
        is_whole = self.type == "response" and "warc-payload-digest" in self.fields
        if is_whole and self.fields["warc-payload-digest"] != _digest(self.payload):
            yield "wrong payload digest"


def members(path: Path) -> Iterator[Member]:
    """Yield the whole records of a file. Raises `BrokenWarcError` at the first that is not, OSError."""
    with path.open("rb") as file:
        offset = 0
        while (member := _read(file, offset, path)) is not None:
            yield member
            offset += member.length


def member_at(path: Path, offset: int) -> Member:
    """Return the record at an offset. Raises `BrokenWarcError` when there is none, OSError."""
    with path.open("rb") as file:
        member = _read(file, offset, path)
    if member is None:
        raise BrokenWarcError(f"{path}: nothing at byte {offset}")
    return member


def _read(file: BinaryIO, offset: int, path: Path) -> Member | None:
    file.seek(offset)
    unpacker, packed, parts, size = zlib.decompressobj(GZIP), 0, list[bytes](), 0
    try:
        while not unpacker.eof:
            chunk = file.read(CHUNK)
            if not chunk:
                if packed:
                    raise BrokenWarcError(f"{path}: cut in the record at byte {offset}")
                return None
            packed += len(chunk)
            while chunk and not unpacker.eof:
                parts.append(unpacker.decompress(chunk, CHUNK * 16))
                chunk, size = unpacker.unconsumed_tail, size + len(parts[-1])
                if size > LARGEST:
                    raise BrokenWarcError(f"{path}: more than {LARGEST} bytes in the record at byte {offset}")
    except zlib.error as error:
        raise BrokenWarcError(f"{path}: no record at byte {offset}: {error}") from error
    head, _, rest = b"".join(parts).partition(END)
    fields = _fields(head)
    length = fields.get("content-length", "")
    if not head.startswith(b"WARC/") or not length.isdecimal() or rest[int(length) :] != END:
        raise BrokenWarcError(f"{path}: the record at byte {offset} is not as long as it says")
    return Member(offset, packed - len(unpacker.unused_data), fields, rest[: int(length)])


def _fields(head: bytes) -> dict[str, str]:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.decode("latin-1").lower(): value.strip().decode("utf-8", "replace") for name, _, value in lines}


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"
