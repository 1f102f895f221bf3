"""Which workers of a cluster may be given work: one that comes later and differs, or lacks a folder, is left out."""

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from espreso_crawler.cluster.sameness import Versions
from espreso_crawler.cluster.worker import unfitness
from espreso_crawler.exceptions import ClusterError

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

Found = dict[str, str | Exception | None]


class Workers:
    """The workers of a cluster, as they were seen last."""

    def __init__(self, address: str, folder: str, reads: Sequence[str]) -> None:
        self._address = address
        self._places = folder, list(reads)
        self._known = set[str]()
        self._looking = threading.Lock()
        self.fit = frozenset[str]()
        """Addresses of those that are there and can do the work."""
        self.left_out = dict[str, str]()
        """Why others cannot."""
        self.threads = 0
        """Of all that are not left out: one that has just come may still load what it is asked with."""

    def asked(self, client: "Client", here: Versions, workers: list[str] | None = None) -> Found:
        """Ask workers, or all, why they are of no use: as text, or an error of theirs; None for one that is of use."""
        found: Found = client.run(unfitness, *self._places, dict(here), workers=workers, on_error="return")
        return found

    def look(self, client: "Client", here: Versions) -> None:
        """Look who is there, and ask those that came since the last look. It blocks."""
        with self._looking:
            threads = client.nthreads()
            self.threads = self._counted(threads)
            new = [each for each in threads if each not in self._known and each not in self.left_out]
            for worker, why in (self.asked(client, here, new) if new else {}).items():
                if why is None:
                    self._known.add(worker)
                elif not isinstance(why, OSError):  # that one is just ending, or will be asked once more
                    self.left_out[worker] = words(why)
                    logger.warning("%s: worker %s is left out: %s", self._address, worker, self.left_out[worker])
            self._known &= threads.keys()
            self.fit = frozenset(self._known)
            self.threads = self._counted(threads)

    def _counted(self, threads: Mapping[str, int]) -> int:
        return sum(count for worker, count in threads.items() if worker not in self.left_out)


def words(why: str | BaseException) -> str:
    """Return why a worker is of no use, in a line.

    >>> words(ModuleNotFoundError("No module named espreso_crawler"))
    'No module named espreso_crawler; install the same version there'
    """
    if isinstance(why, ClusterError | str):
        return str(why)
    lines = str(why).strip().splitlines() or [type(why).__name__]
    hint = "; install the same version there" if "espreso_crawler" in lines[-1] else ""
    return lines[-1] + hint
