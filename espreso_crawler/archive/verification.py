"""Whether an archive is what its chain says, its files what their indexes say, and records point to their pages."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from espreso_crawler.archive import chain
from espreso_crawler.archive.layout import find, index_path, is_own, sealed, unsealed
from espreso_crawler.archive.members import BrokenWarcError, Member, members
from espreso_crawler.archive.reading.records import Files
from espreso_crawler.archive.recovery import INDEXED
from espreso_crawler.archive.warc_file import Pointer
from espreso_crawler.exceptions import UnreadableArchive


class Pointed(NamedTuple):
    """A record of the output, and what it says of its page."""

    name: str
    """For people: id and revision."""
    pointer: Pointer
    payload_sha256: str | None


@dataclass
class Verified:
    """What was found."""

    findings: list[str] = field(default_factory=list)
    """A line each."""
    files: int = 0
    answers: int = 0
    pointers: int = 0
    pruned: int = 0
    """Pointers to files that were deleted on purpose."""
    elsewhere: int = 0
    """Pointers to archives of others, which were replayed."""


Track = Callable[[list[str], str, int], Iterable[str]]


def verify(folder: Path, pointed: Iterable[Pointed], track: Track) -> Verified:
    """Read the whole archive. Raises OSError for what cannot be read at all."""
    found = Verified()
    there = set(sealed(folder))  # before the chain, which has a file before it bears its name
    links, broken = chain.read(folder)
    found.findings += broken
    standing = chain.standing(links)
    found.findings += [f"{name}: in the chain, but not there" for name in standing if find(folder, name) is None]
    found.findings += [f"{name}: there, but not in the chain" for name in sorted(there - set(standing))]
    by_file = defaultdict[str, list[Pointed]](list)
    for each in pointed:
        by_file[each.pointer.file].append(each)
    names = sorted(there | set(unsealed(folder)))
    for name in track(names, "files", len(names)):
        expected = standing[name].facts.get("sha256") if name in standing else None
        found.files += 1
        records = by_file.pop(name, [])
        try:
            _verify_file(folder, name, expected, records, found)
        except FileNotFoundError:  # sealed since it was found
            _verify_file(folder, name, expected, records, found)
    pruned = chain.pruned(links)
    for name, records in by_file.items():
        if name in pruned:
            found.pruned += len(records)
        elif not is_own(name):
            found.elsewhere += len(records)
        else:
            found.findings += [f"{each.name}: points to {name}, which is not there" for each in records]
    return found


def _verify_file(folder: Path, name: str, expected: str | None, pointed: list[Pointed], found: Verified) -> None:
    path = find(folder, name)
    if path is None:
        return
    is_sealed = path == folder / name
    if is_sealed and expected is not None and chain.sha256_of(path) != expected:
        found.findings.append(f"{name}: its bytes are not those that were sealed")
    answers: dict[int, Member] = {}
    try:
        for member in members(path):
            found.findings += [f"{name} at byte {member.offset}: {fault}" for fault in member.faults()]
            if member.type in INDEXED:
                answers[member.offset] = member.bare()
    except BrokenWarcError as error:
        if is_sealed:  # of an open one the end may be half written
            found.findings.append(str(error))
    found.answers += len(answers)
    if is_sealed:
        found.findings += _index_faults(folder, name, answers)
    with closing(Files()) as files:
        for each in pointed:
            found.pointers += 1
            if fault := _pointer_fault(path, each, answers, files):
                found.findings.append(f"{each.name}: {fault}")


def _index_faults(folder: Path, name: str, answers: dict[int, Member]) -> Iterator[str]:
    path = index_path(folder, name)
    if not path.exists():
        yield f"{name}: no index"
        return
    try:
        told = [json.loads(line.split(b" ", 2)[2]) for line in path.read_bytes().splitlines()]
        indexed = {int(each["offset"]): (each["url"], int(each["length"])) for each in told}
    except (ValueError, KeyError, IndexError):
        yield f"{name}: its index cannot be read"
        return
    if indexed != {offset: (member.url, member.length) for offset, member in answers.items()}:
        yield f"{name}: its index does not say what is in it"


def _pointer_fault(path: Path, each: Pointed, answers: dict[int, Member], files: Files) -> str | None:
    file, offset = each.pointer
    if offset not in answers:
        return f"points to byte {offset} of {file}, where no answer begins"
    try:
        body = files.at(str(path), offset, f"points to byte {offset} of {file}").body
    except UnreadableArchive as error:
        if not path.exists():  # sealed since it was found
            raise FileNotFoundError(path) from error
        return str(error)
    if each.payload_sha256 != f"sha256:{sha256(body).hexdigest()}":
        return f"points to byte {offset} of {file}, which holds another page"
    return None
