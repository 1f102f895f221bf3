"""One export from beginning to end: a file that is there whole or not at all, or a stream to standard output."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export.formats import FORMATS, file_name
from espreso_crawler.export.job import Job
from espreso_crawler.export.package import describe
from espreso_crawler.export.source import Source
from espreso_crawler.ledger import Written
from espreso_crawler.progress import Track, untracked
from espreso_crawler.vocabularies.concepts import Concept

Concepts = Callable[[], Mapping[str, Concept]]


def to_stream(source: Source, name: str, out: BinaryIO, *, concepts: Concepts, track: Track = untracked) -> int:
    """Write an export to a stream; returns how many records it has.

    Raises ArgumentError, ConfigurationError or LedgerError as `to_folder`.
    """
    file_name(name, source.what)
    return FORMATS[name].write(source.rows(track), Job(source.what, out, None, concepts))


def to_folder(
    source: Source, name: str, folder: Path, *, concepts: Concepts, track: Track = untracked
) -> tuple[Path, Written]:
    """Write an export into a folder, described in its data package; returns the file and what it holds.

    Raises ArgumentError for a format that cannot hold what is asked for, ConfigurationError when it needs a package
    that is not installed, LedgerError when the output cannot be read or the folder not be written.
    """
    place = folder / file_name(name, source.what)
    if folder.resolve() == source.output.resolve():
        raise LedgerError(f"{folder}: the output folder holds sealed files only: export into another one")
    with _unfinished(place) as path:
        with path.open("wb") as file:
            count = FORMATS[name].write(source.rows(track), Job(source.what, file, path, concepts))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        written = Written(count, path.stat().st_size, digest)
    describe(folder, name, source.what, written, source.since)
    return place, written


@contextmanager
def _unfinished(place: Path) -> Iterator[Path]:
    """Give a hidden file that is put into its place when the block ends well, and removed otherwise."""
    path = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield path
        path.replace(place)
    except OSError as error:
        raise LedgerError(f"{error.filename or place}: {error.strerror}") from error
    except sqlite3.Error as error:  # no room, for the export or for what it notes in between
        raise LedgerError(f"{place}: {error}") from error
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
