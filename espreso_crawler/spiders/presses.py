"""A walk down a feed by its button: each press extends the coverage, as a page of the archive does."""

from collections.abc import Iterable
from dataclasses import dataclass

from espreso_crawler.ledger import GapReason
from espreso_crawler.pages import FeedEntry
from espreso_crawler.spiders.chain import Shown
from espreso_crawler.spiders.known import Known
from espreso_crawler.spiders.tape import Tape
from espreso_crawler.spiders.walk import Walk

END = "no_more"
"""How an end shows itself here: the button brings nothing."""


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

    def go_on(self, entries: list[FeedEntry], known: Known, left: int | None) -> bool:
        """Note in the coverage what the page shows now; return whether to press once more.

        `known` is what the ledger knew of it before it was seen.
        """
        self.known = frozenset(entry.url for entry in entries)
        shown = Shown.of(self.done, entries, Tape(), {})
        if shown.times:
            self.walk.extend(shown, entries, known)
        self.walk.above = shown
        if not self.walk.stretch.is_open:
            return False
        if left is not None and left <= 0:
            self.walk.give_up(GapReason.LIMIT)
        elif self.done >= self.most:
            self.walk.give_up(GapReason.PAGE_LIMIT, f"{self.most} presses")
        else:
            self.done += 1
            return True
        return False

    def end(self) -> None:
        """Note that the feed seems to go no further down."""
        walk, after = self.walk, self.walk.above.addresses[-1]
        walk.stretch = walk.coverage.end_seen(walk.stretch, sign=END, after=after, counts=True)
        if walk.stretch.is_open:
            walk.give_up(GapReason.END_SEEN_ONCE, "the button brings nothing more")
