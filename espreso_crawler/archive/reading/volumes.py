"""Files that hold WARC records, found in files and folders that are given; what is in a record is not known here."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from espreso_crawler.exceptions import UnreadableArchive

WARC = (".warc", ".warc.gz", ".warc.gz.open", ".warc.open")
"""How names of WARC files end; with ``.open`` one that a crawl writes, or that a killed one left."""
WACZ = ".wacz"
GZIP = b"\x1f\x8b\x08"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""How a ZIP file begins, and an empty one. Its end proves nothing: a WARC file may end with one that it holds."""
FIRST = 1 << 16
"""Bytes by which the way a file is packed is known."""
END_OF_HEAD = b"\r\n\r\n"

Packing = Literal["plain", "records", "whole"]
"""Not packed; each record in a gzip member of its own; many records in one member."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A sequence of WARC records: a file, or a part of one that is stored as it is (in a WACZ)."""

    path: str
    packing: Packing
    start: int
    """First byte in the file."""
    end: int
    """One past the last byte in the file."""
    name: str
    """As errors and logs name it."""

    def at(self, offset: int) -> str:
        """Return how a place in it is told."""
        return f"{self.name}, byte {offset - self.start}"


class Part:
    """A file up to a byte, as FastWARC reads it."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file, self._end = file, end

    def read(self, size: int = -1) -> bytes:
        """Read bytes."""
        left = max(self._end - self._file.tell(), 0)
        return self._file.read(left if size < 0 else min(size, left))

    def tell(self) -> int:
        """Return where in the file it is."""
        return self._file.tell()


def volumes(path: Path, spool: Path) -> Iterator[Volume | UnreadableArchive]:
    """Yield the volumes of a file, or of all archive files in a folder and below, by name; errors in their place.

    Parts of a WACZ that are packed once more go unpacked into the folder `spool`. Raises `UnreadableArchive` for what
    is not there, and for a folder without such files.
    """
    if not path.exists():
        raise UnreadableArchive(f"{path}: no such file or folder")
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.name.endswith((*WARC, WACZ)) and each.is_file())
        if not files:
            raise UnreadableArchive(f"{path}: no archive in this folder: files named {', '.join((*WARC[:2], WACZ))}")
    else:
        files = [path]
    for file in files:
        try:
            if _begins_with(file, ZIP):
                yield from _in_wacz(file, spool)
            else:
                size = file.stat().st_size
                yield _volume(file, 0, size, str(file))
        except UnreadableArchive as error:
            yield error
        except OSError as error:
            yield UnreadableArchive(f"{file}: {error.strerror or error}")


def _begins_with(file: Path, marks: tuple[bytes, ...]) -> bool:
    with file.open("rb") as source:
        return source.read(max(map(len, marks))).startswith(marks)


def _in_wacz(file: Path, spool: Path) -> Iterator[Volume | UnreadableArchive]:
    """Yield the WARC files in a WACZ, a ZIP file that has them in its folder ``archive``."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = [each for each in packed.infolist() if each.filename.endswith(WARC[:2])]
            if not members:
                yield UnreadableArchive(f"{file}: a ZIP file without WARC files: not a WACZ file")
            for number, member in enumerate(members):
                name = f"{file}/{member.filename}"
                try:
                    if member.compress_type == zipfile.ZIP_STORED:
                        start = _data_start(file, member)
                        yield _volume(file, start, start + member.file_size, name)
                    else:
                        target = spool / f"{file.name}-{number}"
                        _unpack(packed, member, target)
                        yield _volume(target, 0, target.stat().st_size, name)
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
                    yield UnreadableArchive(f"{name}: {error}")
                except UnreadableArchive as error:
                    yield error
    except zipfile.BadZipFile as error:
        yield UnreadableArchive(f"{file}: {error}")


LARGEST_RATIO = 200
"""How much smaller than its content a packed part of a WACZ may be: the WARC files inside are packed already."""


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    most = max(member.compress_size * LARGEST_RATIO, FIRST)
    with packed.open(member) as source, target.open("wb") as sink:
        written = 0
        while block := source.read(FIRST):
            written += len(block)
            if written > most:
                raise UnreadableArchive(
                    f"{packed.filename}/{member.filename}: unpacks to more than {LARGEST_RATIO} times"
                )
            sink.write(block)


def _data_start(file: Path, member: zipfile.ZipInfo) -> int:
    """Return where a member's bytes begin: behind its local header, of 30 bytes and two fields of any length."""
    with file.open("rb") as source:
        source.seek(member.header_offset)
        head = source.read(30)
    lengths = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    return member.header_offset + 30 + sum(lengths)


def _volume(file: Path, start: int, end: int, name: str) -> Volume:
    """Return a volume, by how its first record is packed. Raises `UnreadableArchive` for an empty file, and no WARC."""
    if end <= start:
        raise UnreadableArchive(f"{name}: the file is empty")
    with file.open("rb") as source:
        source.seek(start)
        head = source.read(min(FIRST, end - start))
        packing: Packing = _packing(head, source) if head.startswith(GZIP) else "plain"
    if packing == "plain" and not head.startswith((b"WARC/", GZIP)):
        raise UnreadableArchive(f"{name}: not a WARC file: it does not begin with WARC/")
    return Volume(str(file), packing, start, end, name)


def _packing(block: bytes, source: BinaryIO) -> Packing:
    """Return whether the first gzip member ends where its first record does."""
    inflater = zlib.decompressobj(wbits=31)
    head, seen, length = b"", 0, -1
    while block:
        try:
            while block and not inflater.eof:
                found = inflater.decompress(block, FIRST)
                block = inflater.unconsumed_tail
                seen += len(found)
                if length < 0:
                    head += found
                    length = length_of(head)
                if 0 <= length < seen:
                    return "whole"
                if length < 0 and len(head) >= FIRST:
                    return "records"  # a record without an end of its head: told where it is read
        except zlib.error:
            return "records"
        if inflater.eof:
            return "records"
        block = source.read(FIRST)
    return "records"


def length_of(head: bytes) -> int:
    """Return how long a record is, from its head to the two line ends behind it; -1 if that is not known yet."""
    end = head.find(END_OF_HEAD)
    if end < 0:
        return -1
    for line in head[:end].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return end + len(END_OF_HEAD) + int(value) + len(END_OF_HEAD)
    return -1
