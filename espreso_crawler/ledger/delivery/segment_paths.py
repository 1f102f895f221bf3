"""Where sealed segments lie in the output folder, and what their names and manifests say; no database."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.delivery.files import manifest_of
from espreso_crawler.object_path import ObjectPath, OutputPath

NAME = re.compile(r"([0-9]{12})(-.+)?\.jsonl")
DAY = "emitted="
REPLACED = "replaced_by"
"""Member of the manifest of an emptied object: the number under which its lines stand now."""


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A data file on the disk."""

    number: int
    path: OutputPath


def segment_path(stream: str, number: int, *, day: str, run: str | None) -> str:
    """Return a segment's path, relative to the output folder.

    In object storage the number alone is the name (no `run`), so that whoever finishes a plan puts the same object.

    >>> segment_path("articles", 7, day="2026-11-22", run="r")
    'articles/emitted=2026-11-22/000000000007-r.jsonl'
    """
    return f"{stream}/{DAY}{day}/{file_name(number, run)}"


def file_name(number: int, run: str | None) -> str:
    """Return the name of a segment's data file."""
    return f"{number:012d}-{run}.jsonl" if run else f"{number:012d}.jsonl"


def segment_files(output: OutputPath, stream: str) -> list[SegmentFile]:
    """Return every data file of a stream, by number."""
    return sorted(_files(_paths(output, stream)), key=lambda file: (file.number, str(file.path)))


def latest(output: OutputPath, stream: str) -> int:
    """Return the highest number in any day's folder, 0 when there is none.

    It need not be in the newest one: what is written again stays in its day's folder, and a clock may be set back. A
    bucket gives a thousand names in a request, of all days; only the highest may need a second request.
    """
    found = sorted(_paths(output, stream), key=lambda path: path.name, reverse=True)
    return next((file.number for file in _files(found)), 0)


def relative(path: OutputPath, output: OutputPath) -> str:
    """Return a path as the ledger writes it, relative to the output."""
    return str(PurePosixPath(str(path)).relative_to(str(output)))  # the text, as both kinds have one


def with_number(folder: OutputPath, number: int) -> list[OutputPath]:
    """Return the data files in a folder that bear a number."""
    return list(folder.glob(f"{number:012d}-*.jsonl"))


def read_manifest(path: OutputPath) -> dict[str, Any] | None:
    """Return the manifest of a data file, None when it is missing or unreadable as JSON."""
    try:
        document = orjson.loads(manifest_of(path).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error
    return document if isinstance(document, dict) else None


def is_emptied(path: OutputPath) -> bool:
    """Whether an object stands for a segment that was written again: it only keeps the key taken."""
    return isinstance(path, ObjectPath) and path.size == 0 and REPLACED in (read_manifest(path) or {})


def _paths(output: OutputPath, stream: str) -> Iterable[OutputPath]:
    return (output / stream).glob(f"{DAY}*/*.jsonl")


def _files(paths: Iterable[OutputPath]) -> Iterator[SegmentFile]:
    for path in paths:
        if (match := NAME.fullmatch(path.name)) and not is_emptied(path):
            yield SegmentFile(int(match[1]), path)
