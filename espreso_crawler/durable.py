"""Files and folders that are there whole or not at all, also after a power cut. Every function raises OSError."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

TEMPORARY = ".tmp"
"""Suffix of a file that is not finished; no reader's glob meets it."""


def temporary(path: Path) -> Path:
    """Return the name a file has until it is finished."""
    return path.with_name(f".{path.name}{TEMPORARY}")


def put(path: Path, parts: Iterable[bytes], *, before: Callable[[Path], None] = lambda _beside: None) -> None:
    """Put a file in place of what is there: the old one or the new one, never a part.

    `before` is called with the new one, which is whole and durable, before it takes the other's place.
    """
    beside = temporary(path)
    try:
        with beside.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        before(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder with its parents; the new names are durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
