"""A volume gone through from end to end: where the captures of some hosts lie, and what cannot be read."""

import mmap
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from espreso_crawler.archive.reading.blocks import head_of
from espreso_crawler.archive.reading.stored import Found, StoredCapture
from espreso_crawler.archive.reading.volumes import GZIP, Part, Volume, length_of
from espreso_crawler.identity import host_of

LARGEST_RECORD = 64 << 20
"""Bytes of a record that are read at most: a page is never as large."""
SAMPLE = 1 << 15
"""Bytes of a block that hold the head of an HTTP response."""
MARK = b"WARC/"


def scan(volume: Volume, hosts: frozenset[str] | None, spool: Path) -> Found:
    """Return the captures of these hosts (None: of all) in a volume; other sites' are passed over by their address.

    Records of a file that is packed as a whole are copied into a file of their own in the folder `spool`, because
    nothing else can be read from the middle. Raises OSError when the file cannot be opened.
    """
    return _Scan(volume, _matcher(hosts), spool).run()


def _matcher(hosts: frozenset[str] | None) -> Callable[[str], bool]:
    """Return whether an address is on one of these hosts, asked once for each way in which a host is written."""
    known: dict[str, bool] = {}

    def is_wanted(url: str) -> bool:
        if hosts is None:
            return True
        parts = url.split("/", 3)
        netloc = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  # scheme, nothing, host
        if netloc not in known:
            try:
                known[netloc] = host_of(f"{parts[0]}//{netloc}/") in hosts
            except ValueError:
                known[netloc] = False
        return known[netloc]

    return is_wanted


@dataclass(slots=True)
class _Scan:
    volume: Volume
    is_wanted: Callable[[str], bool]
    spool: Path
    found: Found = field(default_factory=Found)
    last: int = -1
    """Byte of the record that was met last; of a file that is packed as a whole, its number."""
    copy: BinaryIO | None = None

    suspect: tuple[int, str] | None = None
    """A record that may be why what comes after it cannot be read."""
    is_told: bool = False
    """Whether the damage that the scan is in was told."""

    def run(self) -> Found:
        """Go through the volume, past what is damaged."""
        with Path(self.volume.path).open("rb") as file:
            at: int | None = self.volume.start
            while at is not None and at < self.volume.end:
                before, self.last = self.found.records, -1
                error = self._pass(file, at)
                at = self._after(file, error, at, has_read=self.found.records > before)
        if self.suspect:
            self._tell(self.suspect[0], f"what comes after it cannot be read: {self.suspect[1]}")
        if self.copy:
            self.copy.close()
        if not self.found.records and not self.found.flaws:
            self.found.flaws.append(f"{self.volume.name}: no WARC record in this file")
        return self.found

    def _after(self, file: BinaryIO, error: Exception | None, at: int, *, has_read: bool) -> int | None:
        """Return where to go on; None at the end.

        Damage is told once, where it is: at a record that cannot be read, or at the one before, when its length is
        wrong.
        """
        if has_read:
            if self.suspect:
                self._tell(self.suspect[0], f"its length is not the one that it names: {self.suspect[1]}")
            self.suspect, self.is_told = None, False
            if (next_one := self._next_after_last(file, error)) is not None:
                return next_one
        if isinstance(error, _TooLarge):
            if error.is_ours:
                self._tell(self.last, str(error))
        elif error and has_read:
            self.suspect = (self.last, str(error))
        elif error and not self.is_told:
            self._tell(at, str(error))
            self.suspect, self.is_told = None, True
        elif error is None and not has_read and at > self.volume.start:
            self._tell(at, "the head of the record is cut")  # FastWARC takes the rest for the end of the file
        return self._next(file, max(at, self.last) + 1) if error else None

    def _pass(self, file: BinaryIO, at: int) -> Exception | None:
        """Read records from a byte on; return the error that ended it, None at the end of the volume."""
        from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415  # of the extra

        is_whole = self.volume.packing == "whole"
        answers, metadata = (WarcRecordType.response, WarcRecordType.revisit), WarcRecordType.metadata
        source: Any = _source(file, at, self.volume)
        number, recent = 0, ""
        try:
            for record in ArchiveIterator(source, parse_http=False):
                self.found.records += 1
                number += 1
                self.last = number if is_whole else record.stream_pos
                kind, length = record.record_type, record.content_length
                if kind in answers:
                    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
                    is_ours = self.is_wanted(url)
                    if length > LARGEST_RECORD:
                        return _TooLarge(length, is_ours=is_ours)
                    if is_ours:
                        recent = self._take(record, url)
                        continue
                elif kind == metadata and recent and recent in _refers(record):
                    self._note(record)
                    continue
                elif length > LARGEST_RECORD:
                    return _TooLarge(length, is_ours=False)
                read = record.reader.consume()
                if read < length or (not length and record.headers.get("Content-Length") is None):
                    self._tell(self.last, _cut(read, length))
        except (OSError, ValueError) as error:
            return error
        return None

    def _take(self, record: Any, url: str) -> str:
        """Note a capture; return the id of its record."""
        length, start = record.content_length, record.reader.read(SAMPLE)
        identifier = record.headers.get("WARC-Record-ID") or ""
        block = start if self.volume.packing != "whole" else start + record.reader.read()
        read = len(block) + record.reader.consume()
        if read < length or record.headers.get("Content-Length") is None:
            self._tell(self.last, _cut(read, length))
            return ""
        at, head = record.record_date, head_of(start)
        if not at or head is None or not url:
            missing = "WARC-Date" if not at else "WARC-Target-URI" if not url else "HTTP head"
            self._tell(self.last, f"a record without {missing}")
            return ""
        path, offset = self.volume.path, self.last
        if self.volume.packing == "whole":
            path, offset = self._copied(record, block)
        is_revisit = record.headers.get("WARC-Type") == "revisit"
        self.found.captures.append(
            StoredCapture(
                path=path,
                offset=offset,
                place=self._place(self.last),
                url=url,
                at=at.astimezone(UTC),
                status=head.status,
                media_type=head.media_type,
                location=head.get("location"),
                digest=record.headers.get("WARC-Payload-Digest"),
                record_id=identifier,
                is_revisit=is_revisit,
                refers_to=record.headers.get("WARC-Refers-To") if is_revisit else None,
            )
        )
        return identifier

    def _note(self, record: Any) -> None:
        """Take from metadata of this project's own whether a browser built the document."""
        if says_rendered(record.reader.read(SAMPLE)):
            self.found.captures[-1] = msgspec.structs.replace(self.found.captures[-1], is_rendered=True)

    def _copied(self, record: Any, block: bytes) -> tuple[str, int]:
        """Copy a record, unpacked, into the spool; return its file and place there."""
        if self.copy is None:
            name = f"{Path(self.volume.path).name}-{self.volume.start}.warc"
            self.copy = (self.spool / name).open("wb")  # closed at the end of the scan
        offset = self.copy.tell()
        fields = "".join(f"{name}: {value}\r\n" for name, value in record.headers.astuples())
        self.copy.write(f"WARC/1.1\r\n{fields}\r\n".encode() + block + b"\r\n\r\n")
        return self.copy.name, offset

    def _tell(self, at: int, why: str) -> None:
        place = f"{self._place(at)}: "
        if not self.found.flaws or not self.found.flaws[-1].startswith(place):  # what follows from it is no other flaw
            self.found.flaws.append(place + why)

    def _place(self, at: int) -> str:
        if self.volume.packing == "whole" and self.last >= 0:
            return f"{self.volume.name}, record {self.last}"
        return self.volume.at(at)

    def _next_after_last(self, file: BinaryIO, error: Exception | None) -> int | None:
        """Return where a record begins that could not be read after the last one that was; None when there is none."""
        if self.volume.packing == "whole" or isinstance(error, _TooLarge):
            return None
        end = self._end(file, self.last)
        if end is None and error is None:
            self._tell(self.last, "the record is cut")
        return end if end is not None and _goes_on(file, end, self.volume) else None

    def _end(self, file: BinaryIO, at: int) -> int | None:
        """Return the byte behind a record, or behind its gzip member; None when it is cut."""
        file.seek(at)
        source = Part(file, self.volume.end)
        if self.volume.packing == "records":
            inflater, block = zlib.decompressobj(wbits=31), b""
            try:
                while not inflater.eof and (block := inflater.unconsumed_tail or source.read(SAMPLE)):
                    inflater.decompress(block, SAMPLE)
            except zlib.error:
                return None
            return file.tell() - len(inflater.unused_data) if inflater.eof else None
        head = source.read(SAMPLE)
        length = length_of(head)
        return at + length if 0 <= length <= self.volume.end - at else None

    def _next(self, file: BinaryIO, at: int) -> int | None:
        """Return where the next record after a damaged one begins; None when there is none."""
        if self.volume.packing == "whole":
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            mark = GZIP if self.volume.packing == "records" else b"\r\n" + MARK
            while (at := content.find(mark, at, self.volume.end)) >= 0:
                if self.volume.packing == "plain":
                    return at + 2
                if _begins_record(content[at : at + 512]):
                    return at
                at += 1
        return None


def says_rendered(metadata: bytes) -> bool:
    """Return whether metadata say that a browser built the document, as this project's do."""
    try:
        return msgspec.json.decode(metadata, type=_Metadata).rendered
    except msgspec.MsgspecError:  # another program's
        return False


class _TooLarge(Exception):  # noqa: N818  # not raised
    def __init__(self, length: int, *, is_ours: bool) -> None:
        super().__init__(f"a record of {length} bytes; {LARGEST_RECORD} are read at most")
        self.is_ours = is_ours


class _Metadata(msgspec.Struct):
    rendered: bool = False


def _cut(read: int, length: int) -> str:
    return f"the record is cut: {read} of {length} bytes are there" if length else "the head of the record is cut"


def _refers(record: Any) -> tuple[str, ...]:
    return (record.headers.get("WARC-Concurrent-To") or "", record.headers.get("WARC-Refers-To") or "")


def _goes_on(file: BinaryIO, end: int, volume: Volume) -> bool:
    """Return whether what stands behind a record begins like another one."""
    file.seek(end)
    mark = GZIP if volume.packing == "records" else MARK
    begins = Part(file, volume.end).read(len(mark))
    return bool(begins) and mark.startswith(begins)


def _begins_record(sample: bytes) -> bool:
    """Return whether packed bytes begin a WARC record."""
    try:
        return zlib.decompressobj(wbits=31).decompress(sample, len(MARK)) == MARK
    except zlib.error:
        return False


def _source(file: BinaryIO, at: int, volume: Volume) -> Any:
    """Return what FastWARC reads from: a whole file by its name, which is faster; a part of one through Python."""
    if at == 0 and volume.end == Path(volume.path).stat().st_size:
        return volume.path
    file.seek(at)
    return Part(file, volume.end)
