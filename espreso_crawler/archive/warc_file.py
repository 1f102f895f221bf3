"""One WARC file of a run: written record by record under a name of its own, then sealed."""

import errno
import fcntl
import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from weakref import WeakSet

from espreso_crawler import durable
from espreso_crawler.archive import chain, index
from espreso_crawler.archive.index import Place
from espreso_crawler.archive.layout import index_path, open_path
from espreso_crawler.archive.records import Answer, Payload, records, warcinfo


class Pointer(NamedTuple):
    """Where an answer is kept."""

    file: str
    """As the layout names it, relative to the archive."""
    offset: int


_open: WeakSet["WarcFile"] = WeakSet()


class WarcFile:
    """A file that is being written; its lock tells others so, and no child has it. Every method may raise OSError."""

    def __init__(self, folder: Path, name: str, at: datetime, about: Mapping[str, str]) -> None:
        self.name = name
        self.size = 0
        """Bytes up to the end of the last whole record: what is behind them is no part of the file."""
        self.places: list[Place] = []
        self.began = time.monotonic()
        self._folder = folder
        self._payloads: dict[str, Payload] = {}
        self._is_durable = False
        self._loss: OSError | None = None
        path = open_path(folder, name)
        durable.make_folder(path.parent)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)  # lockf's would end when the file is read and closed here
            _open.add(self)
            self._append(warcinfo(name, at, about))
            durable.sync_folder(path.parent)
        except OSError:
            self.let_go()
            path.unlink(missing_ok=True)
            raise

    def write(self, answer: Answer, about: Mapping[str, str]) -> Pointer:
        """Add an answer's records: all of them, or none."""
        pointer = Pointer(self.name, self.size)
        made = records(answer, self.size, self._payloads, about)
        self._append(made.data)
        self._payloads.setdefault(made.payload_digest, made.payload)
        mime = next((value for name, value in answer.headers if name.lower() == b"content-type"), b"")
        kind = mime.partition(b";")[0].strip().decode("latin-1") or "unk"
        kind = "warc/revisit" if made.type == "revisit" else kind
        place = Place(answer.url, answer.at, kind, answer.status, made.payload_digest, pointer.offset, made.length)
        self.places.append(place)
        return pointer

    def sync(self) -> None:
        """Make every record durable."""
        if self._loss:
            raise self._loss
        if not self._is_durable:
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                self._loss = error  # a second fsync would say that all is well
                raise
            self._is_durable = True

    def seal(self) -> None:
        """Give the file its name, and bind it to the chain; one without an answer goes."""
        os.ftruncate(self._descriptor, self.size)
        self.sync()
        seal(self._folder, self.name, self.places)
        self.let_go()

    def let_go(self) -> None:
        """Close the file as it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, data: bytes) -> None:
        self._is_durable = False
        if os.pwrite(self._descriptor, data, self.size) < len(data):
            # What was written of it lies behind the end: the next record overwrites it, sealing cuts it off.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += len(data)


def seal(folder: Path, name: str, places: list[Place], *, is_chained: bool = False) -> None:
    """Seal a file that is whole and durable: index, chain, name, in this order. Raises OSError.

    After a kill at any step the same again does what is left; `is_chained` says that the chain has it already. A file
    without an answer goes.
    """
    path = open_path(folder, name)
    if not places:
        path.unlink()
        return
    durable.put(index_path(folder, name), sorted(index.line(place, name) for place in places))
    if not is_chained:
        size = path.stat().st_size
        chain.append(folder, "sealed", name, sha256=chain.sha256_of(path), bytes=size, records=len(places))
    path.rename(folder / name)
    durable.sync_folder(path.parent)


def _let_all_go() -> None:
    for file in list(_open):
        file.let_go()


# flock belongs to the open file, which a fork shares: a forked child would keep a dead crawl's file open
os.register_at_fork(after_in_child=_let_all_go)
