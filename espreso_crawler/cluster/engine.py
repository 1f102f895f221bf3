"""The workers of a Dask cluster as an engine: what they are asked and what they answer goes through a shared folder."""

import asyncio
import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import count as numbers
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from espreso_crawler.cluster.fitness import Workers, words
from espreso_crawler.cluster.sameness import versions
from espreso_crawler.cluster.shelf import Shelf
from espreso_crawler.cluster.worker import answer
from espreso_crawler.exceptions import ClusterError, ConfigurationError
from espreso_crawler.reading import Question, Work

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
"""Longest wait for the scheduler, and for its first worker."""
ALONE_SECONDS = 60.0
"""Longest time without any worker: those that were killed come back in a few seconds, if they come back."""
LOOK_SECONDS = 1.0
CLOSING_SECONDS = 5.0


def require_packages() -> None:
    """Raise `ConfigurationError` when the package is missing that speaks to a cluster."""
    if find_spec("distributed") is None:
        raise ConfigurationError("a cluster needs Dask; install the extra: pip install 'espreso-crawler[cluster]'")


class _EndedError(Exception):
    """Every worker that a batch was given to has ended."""


class Cluster:
    """A cluster; an `Engine`.

    The scheduler gives a batch to another worker when one dies. What workers end on is set aside by the workers
    themselves: see `Shelf`.
    """

    largest_batch = 50  # page by page, a scheduler costs more than the reading

    def __init__(self, address: str, folder: Path, reads: Sequence[Path]) -> None:
        self._address = address
        self._shelf = Shelf(folder / uuid4().hex)
        self.shared: Path | None = self._shelf.folder
        self._reads = [str(path) for path in reads]
        self._workers = Workers(address, str(self._shelf.folder), self._reads)
        self._numbers = numbers()
        self._client: Client | None = None
        self._executor: Any = None
        self._lock: int | None = None
        self._watch: asyncio.Task[str] | None = None
        self.versions = versions()
        self.pids: list[int] = []
        self.count = 1
        """Threads of all workers."""

    def start(self, work: Work[Any]) -> None:
        """Connect, and look whether each worker can do the work. Raises `ConfigurationError`."""
        require_packages()
        try:
            self._lock = self._shelf.begin(work)
        except OSError as error:
            raise ConfigurationError(f"{self._shelf.folder}: {error.strerror}; workers and driver share it") from error
        try:
            self._client = self._connected()
            self._require_fitness(self._client)
        except BaseException:
            self.end()
            raise
        self._executor = self._client.get_executor(pure=False)

    async def answers(self, questions: Sequence[Question]) -> Sequence[bytes | str]:
        """Have a batch answered; as text, why a question has no answer. Raises `ClusterError`."""
        try:
            key = await asyncio.to_thread(self._shelf.ask, next(self._numbers), questions)
            seen = -1
            for attempt in numbers():
                try:
                    if await self._is_answered(key, attempt):
                        break
                except _EndedError as error:
                    before, seen = seen, await asyncio.to_thread(self._shelf.progress, key)
                    if seen == before:
                        raise ClusterError(f"{self._address}: workers end before they read a page") from error
            return await asyncio.to_thread(self._shelf.take, key, len(questions))
        except OSError as error:
            raise ClusterError(f"{self._address}: {error.filename or self._shelf.folder}: {error.strerror}") from error

    def end(self) -> None:
        """Leave the cluster, and remove what was shared."""
        client, self._client, self._executor = self._client, None, None
        if self._watch:
            self._watch.cancel()
        if client is not None:
            client.close(timeout=CLOSING_SECONDS)
        self._shelf.remove()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def join(self) -> None:
        """Do nothing: the workers are not this program's."""

    def _connected(self) -> "Client":
        from distributed import Client  # noqa: PLC0415  # of the extra, and a second to load

        logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # what it would say is told here, in a line
        try:
            client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{self._address}: no Dask scheduler answers there") from error
        except TypeError as error:
            raise ConfigurationError(f"{self._address}: set distributed.comm.tls in Dask's configuration") from error
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            client.close(timeout=CLOSING_SECONDS)
            raise ConfigurationError(f"{self._address}: this scheduler has no workers") from error
        return client

    def _require_fitness(self, client: "Client") -> None:
        """Raise `ConfigurationError` unless each worker can work for this program."""
        found = self._workers.asked(client, self.versions)
        # One that is just ending does not answer; another takes its place, and is asked when it is there.
        silent = {worker: why for worker, why in found.items() if isinstance(why, OSError)}
        wrong = {worker: words(why) for worker, why in found.items() if why is not None and worker not in silent}
        if len(silent) == len(found):
            wrong = {worker: words(why) for worker, why in silent.items()}
        if wrong:
            worker, why = next(iter(wrong.items()))
            others = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise ConfigurationError(f"{self._address}: worker {worker}{others}: {why}")
        self._workers.look(client, self.versions)
        self.count = self._workers.threads or 1

    async def _is_answered(self, key: str, attempt: int) -> bool:
        """Wait until a worker has answered a batch; returns False when it was one that is left out from now on.

        Raises `_EndedError`, and `ClusterError` when there is no hope.
        """
        from distributed import KilledWorker  # noqa: PLC0415

        if self._executor is None or self._client is None:
            raise ClusterError(f"{self._address}: it was left")
        self._watch = self._watch or asyncio.create_task(self._lost())
        before, among = len(self._workers.left_out), await self._among()
        given = (str(self._shelf.folder), key, self._reads, dict(self.versions))
        # A name is the scheduler's for good: a second try needs another one.
        name = f"espreso-{self._shelf.folder.name[:8]}-{key}-{attempt}"
        done = asyncio.wrap_future(self._executor.submit(answer, *given, key=name, workers=among))
        while not done.done() and not self._watch.done():
            await asyncio.wait({done, self._watch}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if among and not done.done() and self._workers.fit.isdisjoint(among):
                done.cancel()  # the scheduler would wait for ever for one of them to come back
                raise _EndedError
        if not done.done():
            done.cancel()
            raise ClusterError(f"{self._address}: {self._watch.result()}")
        if done.cancelled():
            raise ClusterError(f"{self._address}: the scheduler is gone")
        if error := done.exception():
            if isinstance(error, KilledWorker):
                raise _EndedError from error
            await asyncio.to_thread(self._workers.look, self._client, self.versions)
            if len(self._workers.left_out) > before:
                return False
            raise ClusterError(f"{self._address}: a worker cannot go on: {words(error)}") from error
        return True

    async def _among(self) -> list[str] | None:
        """Return which workers may have a batch, as soon as there are any; None for all of them."""
        workers, watch = self._workers, self._watch
        while workers.left_out and not workers.fit and watch is not None:
            await asyncio.wait({watch}, timeout=LOOK_SECONDS)
            if watch.done():
                raise ClusterError(f"{self._address}: {watch.result()}")
        return sorted(workers.fit) if workers.left_out else None

    async def _lost(self) -> str:
        """Count the workers, until there is no hope; returns why."""
        seen = monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._client is None:
                return "it was left"
            try:
                await asyncio.to_thread(self._workers.look, self._client, self.versions)
            except Exception as error:  # noqa: BLE001  # of many kinds: its connection is closed, or it has closed itself
                return f"the scheduler is gone: {error}"
            self.count = self._workers.threads or 1
            if self._workers.fit:
                seen = monotonic()
            elif monotonic() - seen > ALONE_SECONDS:
                others = "".join(f"; worker {name}: {why}" for name, why in self._workers.left_out.items())
                return f"it has had no worker of use for {ALONE_SECONDS:.0f} seconds{others}"
