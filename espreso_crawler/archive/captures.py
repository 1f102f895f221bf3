"""One answer of the archive, as it was served, by the pointer of a record."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from espreso_crawler.archive import chain
from espreso_crawler.archive.layout import find, is_own
from espreso_crawler.archive.reading.records import Files, Loaded
from espreso_crawler.archive.warc_file import Pointer
from espreso_crawler.exceptions import ArchiveError, UnreadableArchive


def stored_answer(folder: Path, pointer: Pointer) -> Loaded:
    """Return what a pointer leads to. Raises `ArchiveError` that names the pointer, when nothing of use is there."""
    path, where = find(folder, pointer.file), folder / pointer.file
    if path is None:
        raise ArchiveError(f"{where} is not there: was it pruned, or is it in another folder?")
    try:
        with closing(Files()) as files:
            return files.at(str(path), pointer.offset, f"{where} at byte {pointer.offset}")
    except UnreadableArchive as error:
        raise ArchiveError(str(error)) from error


def missing(folder: Path, names: Iterable[str]) -> list[str]:
    """Return which files of a crawl are neither in the archive nor pruned from it, in order. Raises OSError."""
    pruned = chain.pruned(chain.read(folder)[0])
    return sorted(name for name in {*names} - pruned if is_own(name) and find(folder, name) is None)
