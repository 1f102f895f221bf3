"""One answer of the archive, as it was served, by the pointer of a record."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from espreso_crawler.archive.layout import find
from espreso_crawler.archive.members import BrokenWarcError, Member, member_at
from espreso_crawler.archive.reading.blocks import Head, body_of, head_of
from espreso_crawler.archive.warc_file import Pointer
from espreso_crawler.exceptions import ArchiveError, UnreadableArchive


class StoredAnswer(NamedTuple):
    """What a server answered, unpacked."""

    url: str
    at: datetime
    """UTC."""
    head: Head
    body: bytes
    is_rendered: bool
    """Whether a browser built the document."""


def stored_answer(folder: Path, pointer: Pointer) -> StoredAnswer:
    """Return what a pointer leads to. Raises `ArchiveError` that names the pointer, when nothing of use is there."""
    path = find(folder, pointer.file)
    place = f"{folder / pointer.file} at byte {pointer.offset}"
    if path is None:
        raise ArchiveError(f"{folder / pointer.file} is not there: was it pruned, or is it in another folder?")
    try:
        return _read(path, pointer.offset)
    except (BrokenWarcError, UnreadableArchive) as error:
        raise ArchiveError(f"{place}: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{place}: {error.strerror}") from error


def unpacked(path: Path, member: Member) -> tuple[Head, bytes]:
    """Return head and body of an answer; a revisit's body is that of the record it names. Raises as `member_at`."""
    head = head_of(member.block)
    if head is None:
        raise UnreadableArchive("no answer of a server begins there")
    if member.type != "revisit":
        return head, body_of(member.block, head)
    first = member_at(path, int(member.fields.get("warc-refers-to-offset", "0")))
    if head_of(first.block) is None or first.fields.get("warc-payload-digest") != member.fields["warc-payload-digest"]:
        raise UnreadableArchive("a revisit whose payload is not where it should be")
    return unpacked(path, first)


def _read(path: Path, offset: int) -> StoredAnswer:
    member = member_at(path, offset)
    head, body = unpacked(path, member)
    at = datetime.strptime(member.fields["warc-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    request = member_at(path, offset + member.length)
    metadata = member_at(path, request.offset + request.length)
    told = json.loads(metadata.block) if metadata.type == "metadata" and metadata.block else {}
    return StoredAnswer(member.url, at, head, body, bool(told.get("rendered")))
