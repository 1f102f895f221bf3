"""What runs on a worker of the cluster; called there by name, so that the worker needs this package."""

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from espreso_crawler.cluster.sameness import Versions, difference, versions
from espreso_crawler.cluster.shelf import Shelf
from espreso_crawler.exceptions import ClusterError
from espreso_crawler.reading import YOUNG, Work

_kept = threading.local()


def unfitness(folder: str, reads: Sequence[str], here: Versions) -> str | None:
    """Return why this worker cannot work for a driver; None when it can.

    `folder` is what they share to write, `reads` what they share to read, `here` the driver's versions.
    """
    if differs := difference(here, versions()):
        return differs
    for path in (folder, *reads):
        if not Path(path).exists():
            return f"{path} is not there; this machine and the workers need the same files under the same paths"
    mark = Path(folder) / f"worker-{threading.get_native_id()}-{id(reads)}"
    try:
        mark.touch()
        mark.unlink()
    except OSError as error:
        return f"{folder}: it cannot write there: {error.strerror}"
    return None


def answer(folder: str, key: str, reads: Sequence[str], here: Versions) -> str:
    """Answer a batch of a run; returns its key.

    Raises OSError, and `ClusterError` on a worker that came later and that `unfitness` says cannot work for the run.
    """
    shelf = Shelf(Path(folder))
    with _few_searches():
        shelf.answer(key, _work(shelf, reads, here))
    return key


def _work(shelf: Shelf, reads: Sequence[str], here: Versions) -> Work[Any]:
    """Return a run's work: each thread has its own, and only the last one."""
    if getattr(_kept, "shelf", None) != shelf:
        if why := unfitness(str(shelf.folder), reads, here):
            raise ClusterError(why)
        _kept.shelf, _kept.work = shelf, shelf.work()
        gc.unfreeze()  # the work before
        gc.collect()
        gc.freeze()  # what was loaded is not searched for cycles, as in a process of the pool
    work: Work[Any] = _kept.work
    return work


@contextmanager
def _few_searches() -> Iterator[None]:
    """Let Python search for cycles as rarely as in a process of the pool; afterwards as before."""
    before = gc.get_threshold()
    gc.set_threshold(YOUNG)
    try:
        yield
    finally:
        gc.set_threshold(*before)
