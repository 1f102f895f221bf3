"""One scheduler for each kind of crawl on this machine."""

import fcntl
from pathlib import Path
from typing import BinaryIO

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.scheduling.kind import Kind


def sole_scheduler(kind: Kind, folder: Path) -> BinaryIO:
    """Return a file whose lock is the right to schedule this kind, until it is closed.

    Raises `ConfigurationError` when another process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind.name}.scheduler.lock"
    own = path.open("ab")
    if not locked(own):
        own.close()
        raise ConfigurationError(f"{path}: another scheduler already starts the same crawls")
    return own


def locked(file: BinaryIO) -> bool:
    """Take a file's lock without waiting; returns whether it is ours."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
