"""Where sealed segments lie in the output folder, and what their names and manifests say; no database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.delivery.files import manifest_of

NAME = re.compile(r"([0-9]{12})-(.+)\.jsonl")
DAY = "emitted="


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A data file on the disk."""

    number: int
    path: Path


def segment_path(stream: str, number: int, *, day: str, run: str) -> str:
    """Return a segment's path, relative to the output folder.

    >>> segment_path("articles", 7, day="2026-11-22", run="r")
    'articles/emitted=2026-11-22/000000000007-r.jsonl'
    """
    return f"{stream}/{DAY}{day}/{number:012d}-{run}.jsonl"


def segment_files(output: Path, stream: str) -> list[SegmentFile]:
    """Return every data file of a stream, by number."""
    return sorted(_files((output / stream).glob(f"{DAY}*/*.jsonl")), key=lambda file: (file.number, file.path))


def latest(output: Path, stream: str) -> int:
    """Return the highest number in the newest day's folder that holds a segment, 0 when there is none."""
    for day in sorted((output / stream).glob(f"{DAY}*"), reverse=True):
        if numbers := [file.number for file in _files(day.glob("*.jsonl"))]:
            return max(numbers)
    return 0


def with_number(folder: Path, number: int) -> list[Path]:
    """Return the data files in a folder that bear a number."""
    return list(folder.glob(f"{number:012d}-*.jsonl"))


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a data file, None when it is missing or unreadable as JSON."""
    try:
        document = orjson.loads(manifest_of(path).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error
    return document if isinstance(document, dict) else None


def _files(paths: Iterator[Path]) -> Iterator[SegmentFile]:
    for path in paths:
        if match := NAME.fullmatch(path.name):
            yield SegmentFile(int(match[1]), path)
