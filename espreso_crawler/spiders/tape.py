"""What the feed on each archive page tells of how the archive moved since the page before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_high
from typing import Self

from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders.order import in_order


@dataclass(frozen=True, slots=True)
class Tape:
    """The feed of one page. Of removals below its last entry it can tell nothing."""

    shown: dict[str, datetime | None] = field(default_factory=dict)
    """Addresses and times, newest first, without those that stand out of order; empty when the page had no feed."""
    listed: tuple[str, ...] = ()
    """All addresses, as they stand."""

    @classmethod
    def of(cls, entries: Sequence[FeedEntry]) -> Self:
        """Return the tape of a feed."""
        places = set(in_order([entry.published_at for entry in entries]))
        shown = {
            entry.url: entry.published_at
            for place, entry in enumerate(entries)
            if entry.published_at is None or place in places
        }
        return cls(shown, tuple(entry.url for entry in entries))

    @property
    def all(self) -> frozenset[str]:
        """All addresses."""
        return frozenset(self.listed)

    @property
    def out_of_order(self) -> frozenset[str]:
        """Addresses of the entries that stand out of order."""
        return self.all - self.shown.keys()

    def arrivals(self, later: "Tape") -> int | None:
        """Return how many entries came to the top until `later`; None when that cannot be told: all are others."""
        mine = self.all
        new = sum(url not in mine or self.shown.get(url, time) != time for url, time in later.shown.items())
        return new if self.shown and new < len(later.shown) else None

    def has_moved_up(self, later: "Tape") -> bool:
        """Return whether entries of this tape went that nothing newer pushed out: what stood below them moved up."""
        if not later.shown or not self.shown:
            return False
        stays: list[bool] = []
        all_later = later.all
        for url, time in self.shown.items():
            if url not in all_later:
                stays.append(False)
            elif url in later.shown:  # else it is out of order there, which says nothing
                then = later.shown[url]
                if time and then and then < time:
                    return True  # an update had moved it up: this is a copy from before
                if then == time:
                    stays.append(True)
        if not any(stays):
            return self._is_newer(later)
        last = len(stays) - 1 - stays[::-1].index(True)
        return not all(stays[:last]) or list(later.shown)[-1] not in self.all

    def _is_newer(self, later: "Tape") -> bool:
        """Return whether a tape without an entry in common is an older one, by the middle: ends may be misdated."""
        mine = [time for time in self.shown.values() if time]
        others = [time for time in later.shown.values() if time]
        return bool(mine and others and median_high(others) <= median_high(mine))
