"""Python's search for reference cycles, set for a crawl: not in what is loaded, and less often in what is young."""

import gc
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

YOUNG = 10_000
"""Objects made and not yet freed from which the young ones are searched; Python's default is 700."""


class GarbageExtension:
    """Spares the search while the engine runs.

    Vocabularies and automata are a hundred thousand objects that stay, and an article makes hardly any cycles (600
    objects in 2,000 articles). By default the search took 0.25 to 0.45 ms an article, with this threshold 0.01; the
    peak of memory at 2,000 articles is the same.
    """

    def __init__(self) -> None:
        self._before = gc.get_threshold()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to start and end of the engine."""
        extension = cls()
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def engine_started(self) -> None:
        """Set aside what is loaded by now: all components are."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)

    def engine_stopped(self) -> None:
        """Let Python search as before: other crawls of the process may follow."""
        gc.set_threshold(*self._before)
        gc.unfreeze()
