"""A walk down a feed by its button: each press extends the coverage, as a page of the archive does."""

from collections.abc import Iterable
from dataclasses import dataclass

from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders.walk import Walk


@dataclass(slots=True)
class Presses:
    """The part of a `Walk` that needs no page numbers: a page that grows always shows the feed from its top."""

    walk: Walk
    most: int
    done: int = 0
    known: frozenset[str] = frozenset()
    """Addresses shown so far."""

    def new(self, entries: Iterable[FeedEntry]) -> list[FeedEntry]:
        """Return what was not shown before."""
        return [entry for entry in entries if entry.url not in self.known]

    def go_on(self, entries: list[FeedEntry], left: int | None) -> bool:
        """Note in the coverage what the page shows now; return whether to press once more."""
        self.known = frozenset(entry.url for entry in entries)
        walk = self.walk
        times = [entry.published_at for entry in entries if entry.published_at]
        if times:
            walk.stretch = walk.coverage.extend(walk.stretch, oldest=min(times), since=walk.since)
        if not walk.stretch.is_open:
            return False
        if left is not None and left <= 0:
            self.give_up("limit reached")
        elif self.done >= self.most:
            self.give_up(f"limit of {self.most} presses reached")
        else:
            self.done += 1
            return True
        return False

    def end(self) -> None:
        """Note that the feed goes no further down."""
        walk = self.walk
        if walk.stretch.is_open:
            oldest = walk.stretch.oldest
            walk.stretch = walk.coverage.extend(walk.stretch, oldest=oldest, since=walk.since, end_of_archive=True)

    def give_up(self, reason: str) -> None:
        """Record the gap that is left."""
        self.walk.give_up(reason)
