"""Files of the archive that are there whole or not at all. Every function raises OSError."""

import os
from collections.abc import Callable, Iterable
from hashlib import file_digest
from pathlib import Path

TEMPORARY = ".tmp"


def put(path: Path, parts: Iterable[bytes], *, before: Callable[[Path], None] = lambda _beside: None) -> None:
    """Put a file in place of what is there: the old one or the new one, never a part.

    `before` is called with the new one, which is whole and durable, before it takes the other's place.
    """
    beside = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        with beside.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        before(beside)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the digest of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
