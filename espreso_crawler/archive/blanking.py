"""Pages taken out of the archive for good: their records become empty ones of the same length, so others keep places.

What is to go is noted first, in a file that is removed when all is done. So a kill at any moment leaves what the next
crawl or command finishes.
"""

import json
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from espreso_crawler import durable
from espreso_crawler.archive import chain, index
from espreso_crawler.archive.faults import Faults
from espreso_crawler.archive.layout import index_path, sealed, unsealed
from espreso_crawler.archive.members import Member, members
from espreso_crawler.archive.records import GZIP
from espreso_crawler.archive.recovery import alone, places, recover
from espreso_crawler.exceptions import ArchiveError
from espreso_crawler.identity import canonical_url

NOTE = "forgetting.json"
HEADER = 10
"""Bytes of gzip's header; its fourth byte says what follows."""
COMMENT = 0x10


def note(folder: Path, addresses: Collection[str]) -> None:
    """Note that the pages of addresses (canonical, without scheme) are to go, durably. Raises OSError."""
    with alone(folder, waits=True):
        durable.put(folder / NOTE, [json.dumps(sorted({*_noted(folder), *addresses})).encode()])


def finish(folder: Path, *, waits: bool = False) -> tuple[list[str], list[str]]:
    """Take out what was noted; returns the files that were changed, and those that a crawl still writes.

    The latter are done when that crawl has ended, by itself or by the next one. A file that cannot be read keeps no
    other from it: then the note stays, and `ArchiveError` is raised in the end. Raises OSError.
    """
    if not (folder / NOTE).exists():
        return [], []
    faults = Faults()
    with faults.of(folder):
        recover(folder)
    with alone(folder, waits=waits) as is_alone:
        if not is_alone:
            return [], []
        wanted = frozenset(_noted(folder))
        busy = list(unsealed(folder))  # before the sealed ones: a file that is sealed in between is in one of the two
        changed = list[str]()
        for name in sealed(folder):
            with faults.of(folder / name):
                if _names(folder, name, wanted):
                    _blank(folder, name, wanted)
                    changed.append(name)
        faults.tell()
        if not busy:
            (folder / NOTE).unlink()
            durable.sync_folder(folder)
        return changed, busy


def _noted(folder: Path) -> list[str]:
    path = folder / NOTE
    try:
        return list(map(str, json.loads(path.read_bytes()))) if path.exists() else []
    except (ValueError, TypeError) as error:
        way_out = "delete it, and run `scrapy ledger forget` again for what was to go"
        raise ArchiveError(f"{path}: not the list of addresses that it was: {way_out}") from error


def _names(folder: Path, name: str, wanted: Collection[str]) -> bool:
    """Whether a file's index has one of the addresses; the index is written last, so also after a kill.

    A file whose index is missing or damaged may have any: it is read itself, and gets a new index.
    """
    path = index_path(folder, name)
    if not path.exists():
        return True
    try:
        lines = (line.split(b" ", 2)[2] for line in path.read_bytes().splitlines())
        return any(_bare(json.loads(line)["url"]) in wanted for line in lines)
    except (ValueError, LookupError, TypeError, AttributeError):
        return True


def _blank(folder: Path, name: str, wanted: Collection[str]) -> None:
    path = folder / name
    kept: list[Member] = []
    before = chain.standing(chain.read(folder)[0]).get(name)
    was = before.facts.get("sha256") if before else None

    def parts() -> Iterator[bytes]:
        with path.open("rb") as file:
            for member in members(path):
                file.seek(member.offset)
                data = file.read(member.length)
                if _is_about(member, wanted):
                    yield blank(member)
                else:
                    kept.append(member.bare())
                    yield data

    def told(beside: Path) -> None:
        if (digest := chain.sha256_of(beside)) != was:
            chain.append(folder, "blanked", name, sha256=digest, was=was)

    durable.put(path, parts(), before=told)
    durable.put(index_path(folder, name), sorted(index.line(place, name) for place in places(kept)))


def _is_about(member: Member, wanted: Collection[str]) -> bool:
    urls = [member.url, member.fields.get("warc-refers-to-target-uri", "")]
    if member.type == "metadata" and member.block:
        urls += json.loads(member.block).get("redirected_from", ())
    return any(_bare(url) in wanted for url in urls if url)


def blank(member: Member) -> bytes:
    """Return an empty record that takes as many bytes as another one."""
    lines = (
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: {member.fields['warc-record-id']}",
        f"WARC-Date: {member.fields['warc-date']}",
        "Content-Length: 0",
    )
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    data = packer.compress("\r\n".join(lines).encode() + b"\r\n" * 4) + packer.flush()
    missing = member.length - len(data)
    if missing <= 0:
        return data
    flags = bytes([data[3] | COMMENT])
    return data[:3] + flags + data[4:HEADER] + b" " * (missing - 1) + b"\0" + data[HEADER:]


def _bare(url: str) -> str:
    """Return an address as it is compared: canonical, without scheme."""
    try:
        return canonical_url(url).partition("://")[2]
    except ValueError:
        return url.partition("://")[2]
